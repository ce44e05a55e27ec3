/**
 * Rules of the SDM that have a closed form, over all 256 vectors and 16 TPR classes (of each class one vector in four is drawn,
 * cli/portion.ts); and the ways in and out of PIR.
 */
import { describe, expect, test } from 'vitest';
import { portion } from '../../../cli/portion.ts';
import { createSession, type Session } from '../../machine/session.ts';

interface Vmx {
  pir: number[];
  on: boolean;
  sn: boolean;
  nv: string;
  rvi: number;
  svi: number;
}

const CLASSES = Array.from({ length: 16 }, (_, i) => i);
const VECTORS = Array.from({ length: 256 }, (_, i) => i);
const cls = (vector: number): number => vector >> 4;

function machine(extra: object = {}): Session {
  const s = createSession();
  s.answer({ op: 'create', vcpus: 2, irqchip: 'full', apicv: true, postedInterrupts: true, ...extra });
  for (const vcpu of [0, 1]) {
    s.answer({ op: 'wrmsr', vcpu, msr: 0x1b, value: vcpu === 0 ? 0xfee00d00 : 0xfee00c00 });
    s.answer({ op: 'wrmsr', vcpu, msr: 0x80f, value: 0x1ff });
  }
  s.answer({ op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff });
  return s;
}
const vmx = (s: Session, vcpu = 0): Vmx => s.answer({ op: 'get_vmx', vcpu }) as unknown as Vmx;
const lapic = (s: Session): { irr: number[]; isr: number[]; ppr: string; tmr: number[] } =>
  (s.answer({ op: 'get' }).lapic as never[])[0] as never;

describe('virtual-interrupt delivery', () => {
  test.each(CLASSES)('TPR class %i lets exactly the vectors of a higher class in', (tpr) => {
    for (const vector of portion(VECTORS, 4, `TPR ${tpr}`)) {
      const s = machine();
      s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x808, value: tpr << 4 });
      s.answer({ op: 'post', vcpu: 0, vector });
      s.answer({ op: 'vmentry', vcpu: 0 });
      expect(vmx(s)).toMatchObject({ pir: [], on: false, rvi: vector, svi: 0 });
      const passes = cls(vector) > tpr;
      expect(s.answer({ op: 'run', vcpu: 0 })).toEqual({ vector: passes ? vector : null });
      expect(vmx(s)).toMatchObject(passes ? { rvi: 0, svi: vector } : { rvi: vector, svi: 0 });
      const ppr = passes ? vector & 0xf0 : tpr << 4;
      expect(Number(lapic(s).ppr)).toBe(ppr);
    }
  });

  test('a second vector nests exactly when its class is above the first', () => {
    for (const first of VECTORS.filter((v) => v % 17 === 3 && v >= 16)) {
      for (const second of portion(
        VECTORS.filter((v) => v % 11 === 1),
        3,
        `nests ${first}`,
      )) {
        const s = machine();
        s.answer({ op: 'post', vcpu: 0, vector: first });
        s.answer({ op: 'run', vcpu: 0 });
        s.answer({ op: 'post', vcpu: 0, vector: second });
        const nests = cls(second) > cls(first);
        expect(s.answer({ op: 'run', vcpu: 0 })).toEqual({ vector: nests ? second : null });
        s.answer({ op: 'eoi', vcpu: 0 });
        expect(vmx(s).svi).toBe(nests ? first : 0);
      }
    }
  });
});

describe('EOI, TPR and self-IPI virtualization', () => {
  test('an EOI with nothing in service changes nothing', () => {
    const s = machine();
    s.answer({ op: 'eoi', vcpu: 0 });
    expect(vmx(s)).toMatchObject({ rvi: 0, svi: 0 });
    expect(lapic(s).isr).toEqual([]);
  });

  test.each(CLASSES)('a self-IPI beside RVI of class %i leaves the larger vector in RVI', (high) => {
    for (const vector of portion(
      VECTORS.filter((v) => v >= 16),
      4,
      `self-IPI ${high}`,
    )) {
      const s = machine();
      s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x808, value: 0xf0 });
      s.answer({ op: 'post', vcpu: 0, vector: (high << 4) | 5 });
      s.answer({ op: 'vmentry', vcpu: 0 });
      s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x83f, value: vector });
      expect(vmx(s)).toMatchObject({ pir: [], on: false, rvi: Math.max(vector, (high << 4) | 5) });
    }
  });

  test.each([
    ['TPR', 0x808, 0x100],
    ['EOI', 0x80b, 1],
    ['self-IPI', 0x83f, 0x141],
  ])('a reserved bit in %s faults', (_, msr, value) => {
    expect(machine().answer({ op: 'wrmsr', vcpu: 0, msr, value })).toEqual({ gp: true });
  });

  test('a self-IPI below vector 16 is left to KVM, which posts it', () => {
    const s = machine();
    s.answer({ op: 'vmentry', vcpu: 0 });
    s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x83f, value: 5 });
    expect(vmx(s)).toMatchObject({ pir: [], on: false, rvi: 5 });
  });

  test('a level vector exits on EOI and is sent again while the line is up', () => {
    const s = machine();
    for (const [index, value] of [
      [0x2d, 0],
      [0x2c, 0x8091],
    ]) {
      s.answer({ op: 'mmio_write', vcpu: 0, addr: 0xfec00000, size: 4, value: index });
      s.answer({ op: 'mmio_write', vcpu: 0, addr: 0xfec00010, size: 4, value });
    }
    s.answer({ op: 'irq_line', gsi: 14, level: 1 });
    expect(s.answer({ op: 'run', vcpu: 0 })).toEqual({ vector: 0x91 });
    s.answer({ op: 'eoi', vcpu: 0 });
    expect(s.answer({ op: 'run', vcpu: 0 })).toEqual({ vector: 0x91 });
    s.answer({ op: 'irq_line', gsi: 14, level: 0 });
    s.answer({ op: 'eoi', vcpu: 0 });
    expect(s.answer({ op: 'run', vcpu: 0 })).toEqual({ vector: null });
  });
});

describe('posted interrupts', () => {
  test('a device is silent to a preempted vCPU, unless urgent; loading it sets ON', () => {
    const irte = { posted: true, pda_vcpu: 0, vector: 0x61 };
    const s = machine();
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'preempted' });
    s.answer({ op: 'vtd_msi', irte: { ...irte, urgent: false } });
    expect(vmx(s)).toMatchObject({ pir: [0x61], on: false, sn: true });
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'host' });
    expect(vmx(s)).toMatchObject({ pir: [0x61], on: true, sn: false });
    s.answer({ op: 'run', vcpu: 0 });
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'preempted' });
    s.answer({ op: 'vtd_msi', irte: { ...irte, urgent: true } });
    expect(vmx(s)).toMatchObject({ pir: [0x61], on: true, sn: true });
  });

  test('software sets ON whatever SN says', () => {
    const s = machine();
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'preempted' });
    s.answer({ op: 'post', vcpu: 0, vector: 0x41 });
    expect(vmx(s)).toMatchObject({ pir: [0x41], on: true, sn: true });
  });

  test('without an assigned device neither blocking nor preemption touches the descriptor', () => {
    const s = machine({ postedInterrupts: false });
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'blocked' });
    expect(vmx(s)).toMatchObject({ nv: '0xf2', sn: false });
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'host' });
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'preempted' });
    expect(vmx(s)).toMatchObject({ nv: '0xf2', sn: false });
  });

  test('an inhibited VM injects through the VM-entry field instead', () => {
    const s = machine();
    s.answer({ op: 'apicv_inhibit', reason: 1, set: 1 });
    s.answer({ op: 'nop', vcpu: 0 });
    s.answer({ op: 'msi', addr: 0xfee00000, data: 0x45 });
    expect(vmx(s)).toMatchObject({ pir: [], on: false });
    expect(s.answer({ op: 'run', vcpu: 0 })).toEqual({ vector: 0x45 });
    expect(s.answer({ op: 'get_vmx', vcpu: 0 }).vm_entry_intr_info).toBe('0x80000045');
  });

  test('an IPI is virtualized only with IPI virtualization; both reach the other vCPU', () => {
    for (const ipiVirtualization of [false, true]) {
      const s = machine({ ipiVirtualization });
      s.answer({ op: 'vmentry', vcpu: 0 });
      s.answer({ op: 'vmentry', vcpu: 1 });
      s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x830, value: '0x100000041' });
      expect(vmx(s, 1)).toMatchObject({ pir: [], on: false, rvi: 0x41 });
    }
  });
});
