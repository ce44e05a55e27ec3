/**
 * What a person did to the machine, by the ops that did it: a key and what stands in its sentence. The same name is read in the list
 * of edits, on the tree of runs and in the menu of a thing.
 */
import { hex, nanoseconds } from '../base/numbers.ts';
import { type MachineView, readWord } from '../engine/view/machine-view.ts';
import type { JsonOp } from '../log/log.ts';
import { masks } from '../spec/define/registers.ts';
import { INHIBIT_NAMES } from '../spec/name-lists.ts';
import { IOREGSEL_ADDR, IOWIN_ADDR, RTE } from '../spec/registers/ioapic.ts';
import { APIC_PAGE, isX2apicMsr, lapicRegisterName, REG, x2apicRegister } from '../spec/registers/lapic.ts';
import { inApicPage } from './guest-ops.ts';

export interface Deed {
  readonly key: `deed.${string}`;
  readonly params: Readonly<Record<string, string | number>>;
}

const { MASK } = masks(RTE);
const deed = (key: string, params: Deed['params'] = {}): Deed => ({ key: `deed.${key}`, params });
const text = (value: unknown): string => (typeof value === 'number' ? hex(value) : String(value ?? ''));
const count = (value: unknown): number => Number(value ?? 0);

/** The APIC page of a vCPU, at its place of reset where the machine is not known. */
const pageOf = (view: MachineView | null, vcpu: number): number =>
  view === null ? APIC_PAGE : Number(inApicPage(view, vcpu, 0));

/** A write of an RTE half; masking alone has a name of its own. */
function rteDeed(register: number, value: number, view: MachineView | null): Deed {
  const pin = (register - 0x10) >> 1;
  if ((register & 1) === 1) return deed('rteDest', { pin, value: hex(value >>> 24) });
  const before = view === null ? null : readWord(view, 'ioapic', 0, 'redirLo', pin);
  if (before !== null && (before ^ value) >>> 0 === MASK)
    return deed((value & MASK) === 0 ? 'unmask' : 'mask', { pin });
  return deed('rte', { pin, value: hex(value) });
}

function lapicDeed(vcpu: number, offset: number, value: string): Deed {
  if (offset === REG.icr) return deed('ipi', { vcpu, vector: hex(Number(BigInt(value) & 0xffn)) });
  if (offset === REG.tpr) return deed('tpr', { vcpu, value });
  if (offset === REG.eoi) return deed('eoi', { vcpu });
  return deed('lapic', { vcpu, register: lapicRegisterName(offset), value });
}

/** One op on its own. */
function opDeed(op: JsonOp, view: MachineView | null): Deed | null {
  const vcpu = count(op.vcpu);
  switch (op.op) {
    case 'irq_line':
      return deed(count(op.level) === 1 ? 'raise' : 'lower', { gsi: count(op.gsi) });
    case 'msi':
      return deed('msi', { addr: text(op.addr), data: text(op.data) });
    case 'irqfd':
      return deed('bind', { gsi: count(op.gsi) });
    case 'irqfd_deassign':
      return deed('unbind', { gsi: count(op.gsi) });
    case 'irqfd_signal':
      return deed('signal', { gsi: count(op.gsi) });
    case 'routing':
      return deed('routing');
    case 'device':
      return deed(op.event === 'quiet' ? 'quiet' : 'work', { device: String(op.id) });
    case 'msix':
      return deed('msix', { device: String(op.id), entry: count(op.entry) });
    case 'nmi':
      return deed('nmi', { vcpu });
    case 'eoi':
      return deed('eoi', { vcpu });
    case 'set_cr8':
      return deed('cr8', { vcpu, value: text(op.value) });
    case 'post':
      return deed('post', { vcpu, vector: text(op.vector) });
    case 'schedule':
      return op.pcpu == null ? deed('preempt', { vcpu }) : deed('schedule', { vcpu, pcpu: count(op.pcpu) });
    case 'apicv_inhibit':
      return deed(count(op.set ?? 1) === 1 ? 'inhibit' : 'allow', {
        reason: INHIBIT_NAMES[count(op.reason)] ?? count(op.reason),
      });
    case 'advance':
      return deed('advance', { time: nanoseconds(count(op.ns)) });
    case 'vcpu_state':
      return deed('state', { vcpu, state: String(op.state) });
    case 'guest':
      if (op.halt !== undefined) return deed(count(op.halt) === 1 ? 'halt' : 'wake', { vcpu });
      if (op.rflagsIf !== undefined) return deed(count(op.rflagsIf) === 1 ? 'sti' : 'cli', { vcpu });
      return deed('shadow', { vcpu });
    case 'wrmsr': {
      const msr = count(op.msr);
      if (isX2apicMsr(msr)) return lapicDeed(vcpu, x2apicRegister(msr), text(op.value));
      return deed('msr', { vcpu, msr: hex(msr), value: text(op.value) });
    }
    case 'mmio_write': {
      const addr = count(op.addr);
      const page = pageOf(view, vcpu);
      if (addr >= page && addr < page + 0x1000) return lapicDeed(vcpu, addr - page, text(op.value));
      return deed('mmio', { addr: text(op.addr), value: text(op.value) });
    }
    case 'pio_write': {
      const chip = [0x21, 0xa1].indexOf(count(op.port));
      if (chip < 0 || view === null) return deed('pio', { port: hex(count(op.port)), value: text(op.value) });
      const changed = readWord(view, 'pic', chip, 'imr') ^ count(op.value);
      if (changed === 0 || (changed & (changed - 1)) !== 0) return deed('imr', { chip, value: text(op.value) });
      const pin = 31 - Math.clz32(changed) + 8 * chip;
      return deed((count(op.value) & changed) === 0 ? 'picUnmask' : 'picMask', { pin });
    }
    case 'vtd_msi': {
      const irte = (op.irte ?? {}) as JsonOp;
      return deed('vtd', { vcpu: count(irte.pda_vcpu), vector: text(irte.vector) });
    }
    case 'raw':
      return deed('raw', { at: text(op.at), value: text(op.value) });
    case 'create':
      return deed('create');
    default:
      return null;
  }
}

/**
 * The name of a change.
 * @param view the machine just before it; null: what it was is not known
 */
export function deedOf(ops: readonly JsonOp[], view: MachineView | null): Deed {
  const [first, second] = ops;
  if (first === undefined) return deed('nothing');
  if (
    second !== undefined &&
    first.op === 'mmio_write' &&
    count(first.addr) === IOREGSEL_ADDR &&
    count(second.addr) === IOWIN_ADDR
  ) {
    const register = count(first.value);
    // Both halves at once: the last one written says it.
    const last = ops.at(-1) ?? second;
    const of = count(ops.at(-2)?.value ?? register);
    if (ops.length <= 4 && of >= 0x10 && of < 0x40 && count(last.addr) === IOWIN_ADDR)
      return rteDeed(of, count(last.value), view);
  }
  if (ops.length === 2 && first.op === 'irq_line' && second?.op === 'irq_line' && count(first.level) === 1)
    return deed('pulse', { gsi: count(first.gsi) });
  // ICR is written upper half first.
  const known = opDeed(
    first.op === 'mmio_write' && count(first.addr) === pageOf(view, count(first.vcpu)) + REG.icr2
      ? (second ?? first)
      : first,
    view,
  );
  if (known !== null) return known;
  const { op, ...fields } = first;
  const values = Object.values(fields).filter((v) => typeof v === 'string' || typeof v === 'number');
  return deed('op', { op: [String(op), ...values].join(' ').slice(0, 60) });
}
