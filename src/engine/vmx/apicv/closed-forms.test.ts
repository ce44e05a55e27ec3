/**
 * The vector under test against the task priority, over all classes of both, for each way in. Of the vectors of a class
 * the first, the last and two between, all with `RUNS=2`; of these one in three is sent, all by `npm run deep` (cli/portion.ts).
 */
import { describe, expect, test } from 'vitest';
import { portion } from '../../../cli/portion.ts';
import { createSession, type Session } from '../../machine/session.ts';

const CLASSES = Array.from({ length: 16 }, (_, i) => i);
const VECTORS = Array.from({ length: 240 }, (_, i) => i + 16);
const ALL = Number(process.env.RUNS ?? 1) > 1;
const vectorsAt = (tpr: number): number[] => VECTORS.filter((v) => ALL || [0, 7, 15, tpr].includes(v & 15));

function machine(apicv: boolean, tpr: number): Session {
  const s = createSession();
  s.answer({ op: 'create', vcpus: 1, irqchip: 'full', apicv, postedInterrupts: apicv });
  s.answer({ op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff });
  s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x1b, value: 0xfee00d00 });
  s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x80f, value: 0x1ff });
  s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x808, value: tpr });
  return s;
}
type Json = Record<string, unknown>;
const vmx = (s: Session): Json => s.answer({ op: 'get_vmx', vcpu: 0 });
const run = (s: Session): Json => s.answer({ op: 'run', vcpu: 0 });

/** What `toMatchObject` says, without its cost where it holds: there are a hundred thousand of these. */
function fits(got: Json, want: Json): void {
  for (const key of Object.keys(want)) if (String(got[key]) !== String(want[key])) expect(got).toMatchObject(want);
}

/** How the vector becomes RVI, with the task priority in place when it has. */
const WAYS: Record<string, (vector: number, tpr: number) => Session> = {
  'posted, then entered': (vector, tpr) => {
    const s = machine(true, tpr);
    s.answer({ op: 'post', vcpu: 0, vector });
    fits(vmx(s), { pir: [vector], on: true, rvi: 0, svi: 0 });
    s.answer({ op: 'vmentry', vcpu: 0 });
    return s;
  },
  'posted to a running vCPU': (vector, tpr) => {
    const s = machine(true, tpr);
    s.answer({ op: 'vmentry', vcpu: 0 });
    s.answer({ op: 'post', vcpu: 0, vector });
    return s;
  },
  'posted to a halted vCPU': (vector, tpr) => {
    const s = machine(true, tpr);
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'blocked' });
    s.answer({ op: 'post', vcpu: 0, vector });
    fits(vmx(s), { pir: [vector], on: true, sn: false, nv: '0xf1', rvi: 0 });
    s.answer({ op: 'vmentry', vcpu: 0 });
    return s;
  },
  'posted by a device to a preempted vCPU': (vector, tpr) => {
    const s = machine(true, tpr);
    s.answer({ op: 'vcpu_state', vcpu: 0, state: 'preempted' });
    s.answer({ op: 'vtd_msi', irte: { posted: true, pda_vcpu: 0, vector, urgent: false } });
    fits(vmx(s), { pir: [vector], on: false, sn: true, nv: '0xf2', rvi: 0 });
    s.answer({ op: 'vmentry', vcpu: 0 });
    return s;
  },
  'self-IPI': (vector, tpr) => {
    const s = machine(true, tpr);
    s.answer({ op: 'vmentry', vcpu: 0 });
    s.answer({ op: 'wrmsr', vcpu: 0, msr: 0x83f, value: vector });
    return s;
  },
  'CR8 lowered over it': (vector, tpr) => {
    const s = machine(true, 0xff);
    s.answer({ op: 'post', vcpu: 0, vector });
    fits(run(s), { vector: null });
    s.answer({ op: 'vmentry', vcpu: 0 });
    s.answer({ op: 'set_cr8', vcpu: 0, value: tpr >> 4 });
    return s;
  },
};

describe.each(Object.entries(WAYS))('%s', (name, way) => {
  test.each(CLASSES)('TPR class %i: RVI, and served exactly when its class is higher', (tpr) => {
    for (const vector of portion(vectorsAt(tpr), 3, `${name} ${tpr}`)) {
      const s = way(vector, tpr << 4);
      fits(vmx(s), { pir: [], on: false, sn: false, nv: '0xf2', rvi: vector, svi: 0 });
      const served = vector >> 4 > tpr;
      fits(run(s), { vector: served ? vector : null });
      fits(vmx(s), { pir: [], on: false, rvi: served ? 0 : vector, svi: served ? vector : 0 });
    }
  });
});

test.each(CLASSES)('without APICv, TPR class %i: the VM-entry event exactly when its class is higher', (tpr) => {
  for (const vector of portion(vectorsAt(tpr), 3, `plain ${tpr}`)) {
    const s = machine(false, tpr << 4);
    s.answer({ op: 'post', vcpu: 0, vector });
    const served = vector >> 4 > tpr;
    fits(run(s), { vector: served ? vector : null });
    const event = served ? `0x${(0x80000000 + vector).toString(16)}` : '0x0';
    fits(vmx(s), { pir: [], on: false, rvi: 0, svi: 0, vm_entry_intr_info: event });
  }
});

test('of two pending vectors the lower waits for the EOI of the higher', () => {
  for (const high of VECTORS.filter((v) => v % 5 === 1)) {
    for (const low of portion(
      VECTORS.filter((v) => v < high && v % 3 === 1),
      4,
      `below ${high}`,
      2,
    )) {
      const s = machine(true, 0);
      s.answer({ op: 'post', vcpu: 0, vector: low });
      s.answer({ op: 'post', vcpu: 0, vector: high });
      fits(run(s), { vector: high });
      fits(run(s), { vector: null });
      fits(vmx(s), { rvi: low, svi: high });
      s.answer({ op: 'eoi', vcpu: 0 });
      fits(vmx(s), { rvi: low, svi: 0 });
      fits(run(s), { vector: low });
      s.answer({ op: 'eoi', vcpu: 0 });
      fits(vmx(s), { rvi: 0, svi: 0 });
    }
  }
});
