/** An interrupt ends: kvm_eoi, however it is told, against what is in service. */
import type { TraceRecord } from '../record.ts';
import { TP } from '../tracepoints.ts';
import { vectorKey } from './keys.ts';
import { EXIT, type Thread, type VcpuState } from './model.ts';
import { OP, shows } from './ops.ts';
import type { Predictor } from './predict.ts';

export function missingEoi(predictor: Predictor, vcpu: number, vector: number, line: number, ts: number): void {
  if (!predictor.recorded(TP.kvm_eoi)) return;
  predictor.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
  predictor.verdicts.differs(line, ts, vectorKey(TP.kvm_eoi, predictor.chips.ids[vcpu], vector), -1, null);
}

export function eoi(predictor: Predictor, t: Thread, r: TraceRecord): void {
  const vector = r.f[1];
  const shown = predictor.chips.vcpuOf(r.f[0]);
  const written = t.eoiOwed > 0;
  t.eoiOwed = 0;
  t.inducedOwed = 0;
  t.ended = vector;
  // Only its own thread ends a vCPU's interrupt.
  const vcpu = t.vcpu >= 0 ? t.vcpu : shown;
  if (vcpu < 0 || vcpu !== shown) {
    const want = vcpu < 0 ? -1 : vectorKey(TP.kvm_eoi, predictor.chips.ids[vcpu], vector);
    predictor.verdicts.count(TP.kvm_eoi, 'wrong', vcpu < 0 ? 'no such vCPU' : 'other');
    predictor.verdicts.differs(r.line, r.ts, want, vectorKey(TP.kvm_eoi, r.f[0], vector), null);
    if (vcpu < 0) return;
  }
  const key = vectorKey(TP.kvm_eoi, predictor.chips.ids[vcpu], vector);
  if (predictor.chips.highestIsr(vcpu) !== vector && predictor.verdicts.cameLate(key, r.line)) {
    // It was missed where it belongs, and the interrupt was ended there.
    predictor.verdicts.count(TP.kvm_eoi, 'wrong', 'not promised');
    predictor.verdicts.differs(r.line, r.ts, -1, key, null);
    return;
  }
  if (!predictor.recorded(TP.kvm_entry) && predictor.chips.mustServe(vcpu))
    predictor.runAlone(predictor.begin(t, r, OP.serve, vcpu, true));
  if (t.lastExit === EXIT.eoiInduced && predictor.chips.apicv) {
    const op = predictor.begin(t, r, OP.eoiInduced, vcpu, false);
    op.a[1] = t.exitVector;
    predictor.runOpen(t, op);
    predictor.show(op, key, r);
    return;
  }
  const state = predictor.vcpus[vcpu] as VcpuState;
  // What was ended was in the guest: it is not injected again.
  if (state.lastInjected === vector) state.lastInjected = -1;
  if (vector >= 0 && predictor.chips.highestIsr(vcpu) !== vector) eoiOther(predictor, state, vcpu, vector, r);
  const unknowable = predictor.chips.highestIsr(vcpu) === vector && predictor.eoiWasUnknown;
  predictor.eoiWasUnknown = false;
  // Of the first line of a thread it is not known whether the register was written before it.
  const told = predictor.apicSeen && !t.midway;
  const op = predictor.begin(t, r, OP.eoi, vcpu, false);
  op.a[2] = predictor.recorded(TP.kvm_entry) ? 0 : 1;
  t.endedBefore = written || told ? -1 : vector;
  // The shared byte said "ended" before KVM looked. @kvm lapic.c apic_sync_pv_eoi_from_guest
  if (!written && told && predictor.recorded(TP.kvm_pv_eoi) && vector >= 0) {
    op.extra = vectorKey(TP.kvm_pv_eoi, r.f[0], vector);
  }
  predictor.runOpen(t, op);
  if (unknowable && op.promised[0] === key) {
    shows(op, key, r);
    op.right = 1;
    predictor.verdicts.count(TP.kvm_eoi, 'unknowable', 'not seen yet');
  } else predictor.show(op, key, r);
}

/** The vector ended is not the highest the engine has in service: which line is missing, or was unknown? */
export function eoiOther(predictor: Predictor, state: VcpuState, vcpu: number, vector: number, r: TraceRecord): void {
  const { chips } = predictor;
  const id = chips.ids[vcpu];
  const highest = chips.highestIsr(vcpu);
  // What nobody saw may be in service above what is known; below one that was accepted in the trace it does not end first.
  const isBelow = vector < highest && state.accepted[highest] === 1 && state.unknown[highest] === 0;
  if (state.unknown[vector] === 1 && !isBelow) {
    state.unknown[vector] = 0;
    predictor.eoiWasUnknown = true;
    predictor.follow((c) => {
      for (let isr = c.highestIsr(vcpu); isr > vector; isr = c.highestIsr(vcpu)) c.dropIsr(vcpu, isr);
      c.raiseIsr(vcpu, vector);
    });
    return;
  }
  if (chips.inIsr(vcpu, vector)) {
    missingEoi(predictor, vcpu, chips.highestIsr(vcpu), r.line, r.ts);
    predictor.follow((c) => {
      for (let isr = c.highestIsr(vcpu); isr > vector; isr = c.highestIsr(vcpu)) c.dropIsr(vcpu, isr);
    });
    return;
  }
  if (chips.inIrr(vcpu, vector) && predictor.recorded(TP.kvm_inj_virq) && vector >> 4 > chips.highestIsr(vcpu) >> 4) {
    predictor.verdicts.count(TP.kvm_inj_virq, 'missing', 'promised');
    predictor.verdicts.differs(r.line, r.ts, vectorKey(TP.kvm_inj_virq, id, vector), -1, null);
    predictor.follow((c) => c.take(vcpu, vector));
    return;
  }
  // Whether the 8259 or the local APIC gave this vector is not told by what was recorded.
  const isHidden =
    !predictor.recorded(TP.kvm_apic_accept_irq) ||
    (!predictor.recorded(TP.kvm_pic_set_irq) && predictor.chips.picPinOf(vector) >= 0);
  if (!predictor.recorded(TP.kvm_inj_virq) || isHidden) {
    predictor.eoiWasUnknown = true;
    predictor.follow((c) => {
      c.take(vcpu, vector);
      for (let isr = c.highestIsr(vcpu); isr > vector; isr = c.highestIsr(vcpu)) c.dropIsr(vcpu, isr);
    });
  }
}

/** The same kvm_eoi again while the first one's other lines are still due. */
export function toldTwice(predictor: Predictor, t: Thread, r: TraceRecord): boolean {
  const op = t.open;
  if (op === null || op.kind !== OP.eoi || op.bad || op.shown.length === 0) return false;
  if (op.shown.length >= op.promised.length || t.eoiOwed > 0) return false;
  const key = vectorKey(TP.kvm_eoi, r.f[0], r.f[1]);
  if (op.shown[0] !== key) return false;
  predictor.verdicts.count(TP.kvm_eoi, 'wrong', 'not promised');
  predictor.verdicts.differs(r.line, r.ts, -1, key, null);
  return true;
}

/** The EOI register was written and the IOAPIC told, but the line between them is missing. */
export function eoiLeftOut(predictor: Predictor, t: Thread, r: TraceRecord): void {
  if (!predictor.recorded(TP.kvm_eoi) || t.vcpu < 0) return;
  t.eoiOwed = 0;
  const op = predictor.begin(t, r, OP.eoi, t.vcpu, false);
  op.a[2] = predictor.recorded(TP.kvm_entry) ? 0 : 1;
  predictor.runOpen(t, op);
  const key = op.promised[0];
  shows(op, key, r);
  op.right = 1;
  predictor.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
  predictor.verdicts.differs(r.line, r.ts, key, -1, null);
}

/** The processor reported an EOI, and KVM's line of it is missing. @kvm lapic.c kvm_apic_set_eoi_accelerated */
export function inducedLeftOut(predictor: Predictor, t: Thread, r: TraceRecord): void {
  t.inducedOwed = 0;
  if (!predictor.recorded(TP.kvm_eoi) || t.vcpu < 0 || !predictor.chips.apicv) return;
  predictor.close(t, r);
  const op = predictor.begin(t, r, OP.eoiInduced, t.vcpu, false);
  op.a[1] = t.exitVector;
  predictor.runOpen(t, op);
  const key = op.promised[0];
  shows(op, key, r);
  op.right = 1;
  predictor.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
  predictor.verdicts.differs(r.line, r.ts, key, -1, null);
}

export function eoiMissing(predictor: Predictor, t: Thread): void {
  const line = t.eoiOwed;
  t.eoiOwed = 0;
  if (t.vcpu < 0) return;
  if (!predictor.recorded(TP.kvm_eoi)) {
    predictor.follow((c) => c.eoi(t.vcpu));
    return;
  }
  const vector = predictor.chips.highestIsr(t.vcpu);
  predictor.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
  predictor.verdicts.differs(line, t.eoiTs, vectorKey(TP.kvm_eoi, predictor.chips.ids[t.vcpu], vector), -1, null);
  predictor.follow((c) => c.eoi(t.vcpu));
}
