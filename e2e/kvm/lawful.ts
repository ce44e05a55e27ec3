/** What a sequence keeps to, so that its answers mean something; a shorter one that breaks it says nothing. */
import type { Op } from './generate.ts';

/** Ops that make a vCPU run guest code. */
const RUNS = new Set(
  'mmio_write mmio_read pio_write pio_read pio_string wrmsr rdmsr set_cr8 eoi nop iret nmi extint'.split(' '),
);

/** While an event stays injected (`run` with keep, a restore of events) only the vCPU's state is touched, until it is taken. */
export function leavesHeldAlone(ops: readonly Op[]): boolean {
  const held = new Set<unknown>();
  return ops.every((op) => {
    if (op.op === 'create' || op.op === 'create_vm') held.clear();
    if (op.op === 'run' && op.keep === 1) held.add(op.vcpu);
    else if (op.op === 'run') held.delete(op.vcpu);
    else if (op.op === 'restore' && op.what === 'events') held.add(op.vcpu);
    return !RUNS.has(op.op) || !held.has(op.vcpu);
  });
}

/** What lets a timer expire is followed by an entry, as the whole sequence has it (generate-state.ts, `settle`). */
export function settles(ops: readonly Op[]): boolean {
  const passes = ['mmio_write', 'wrmsr', 'set_msr', 'eoi', 'advance'];
  return ops.every((op, i) => !passes.includes(op.op) || op.msr === '0x10' || ops[i + 1]?.op === 'run');
}
