/** Accepts that no line of an op announces, and the other judged lines that come by themselves. */
import type { TraceRecord } from '../record.ts';
import { TP } from '../tracepoints.ts';
import { missingEoi } from './ends.ts';
import { acceptKey, acceptOf, vectorKey, vectorOf } from './keys.ts';
import { SURELY_ONE_SHOT, type Thread, type VcpuState } from './model.ts';
import { OP, type Op, runOp, shows } from './ops.ts';
import type { Predictor } from './predict.ts';
import { causeHidden, learnLocal, learnSetting, noteKnown, senderHidden } from './unknowns.ts';

/** One target of a message takes it: an op of its own, for it may happen later than what other threads print meanwhile. */
export function arrives(predictor: Predictor, t: Thread, r: TraceRecord, key: number): void {
  const { id, vector, mode, level } = acceptOf(key);
  const vcpu = predictor.chips.vcpuOf(id);
  if (vcpu < 0) return;
  const op = predictor.begin(t, r, OP.accept, vcpu, false);
  op.a[1] = vector;
  op.a[2] = mode;
  op.a[3] = level;
  op.silent = true;
  op.closed = true;
  runOp(op, predictor.chips);
  t.tail = op;
  if (mode >= 5 && !predictor.recorded(TP.kvm_entry)) predictor.follow((c) => void c.serve(vcpu));
}

/** A local source of the vCPU's own: timer, async page fault. @returns true if the line was dealt with */
export function standsAlone(predictor: Predictor, t: Thread, r: TraceRecord, open: Op | null): boolean {
  if (r.event === TP.kvm_apicv_accept_irq) return false;
  if (r.event !== TP.kvm_apic_accept_irq) return false;
  const vcpu = predictor.chips.vcpuOf(r.f[0]);
  if (vcpu < 0) return false;
  if (open !== null && open.shown.length < open.promised.length) {
    // Promised lines are outstanding: only what surely is local stands between them.
    if (t.vcpu === vcpu) return false;
  }
  const vector = r.f[1];
  const state = predictor.vcpus[vcpu] as VcpuState;
  const own = t.vcpu === vcpu || r.context > 0 || t.vcpu < 0;
  if (!own || r.f[2] !== 0 || r.f[3] !== 0) return false;
  const lvtt = predictor.chips.lapic(vcpu, 'lvtTimer');
  const timer = (lvtt & 0xff) === vector && (lvtt & 0x10000) === 0 && (predictor.apicSeen || !state.lvttKnown);
  const deadline = ((lvtt >>> 17) & 3) === 2;
  if (timer && t.vcpu === vcpu) {
    const armed = deadline
      ? state.timerArmed || !state.armedKnown || !predictor.recorded(TP.kvm_msr)
      : mayFire(predictor, state, (lvtt >>> 17) & 3);
    if (!armed) return false;
    state.timerArmed = false;
    state.armedKnown = true;
    local(predictor, t, r, vcpu, open);
    return true;
  }
  if (state.asyncPf >= 32 && state.asyncPf === vector) {
    local(predictor, t, r, vcpu, open);
    return true;
  }
  return false;
}

/**
 * A one-shot timer fires once for each count written to it; where LVTT's mode was not seen, its habit tells the mode.
 * @kvm lapic.c apic_timer_fn, kvm_apic_inject_pending_timer_irqs
 */
function mayFire(predictor: Predictor, state: VcpuState, mode: number): boolean {
  if (mode !== 0 || !predictor.apicSeen) return true;
  const started = state.oneShot;
  state.oneShot = false;
  if (started) {
    if (state.startedFires >= 0) state.startedFires++;
    return true;
  }
  // The mode was written in the trace, or the count has been time and again.
  if (state.startedFires >= SURELY_ONE_SHOT) return false;
  state.startedFires = -1;
  return true;
}

export function local(predictor: Predictor, t: Thread, r: TraceRecord, vcpu: number, open: Op | null): void {
  if (open !== null && open.shown.length >= open.promised.length) predictor.close(t, r);
  const op = predictor.begin(t, r, OP.accept, vcpu, false);
  for (let i = 0; i < 4; i++) op.a[i] = r.f[i];
  predictor.runOpen(t, op);
  predictor.show(op, acceptKey(r.event, r.f[0], r.f[1], r.f[2], r.f[3]), r);
}

/** A judged line that nothing announced. */
export function orphan(predictor: Predictor, t: Thread, r: TraceRecord, key: number): void {
  const { verdicts } = predictor;
  if (t.midway && r.event !== TP.kvm_apic_accept_irq && r.event !== TP.kvm_apicv_accept_irq) {
    verdicts.count(r.event, 'unknowable', 'not seen yet');
    if (!learnSetting(predictor, key)) noteKnown(predictor, key, t.vcpu);
    return;
  }
  switch (r.event) {
    case TP.kvm_apic_accept_irq:
    case TP.kvm_apicv_accept_irq: {
      const { id, vector, mode, level } = acceptOf(key);
      const vcpu = predictor.chips.vcpuOf(id);
      if (vcpu < 0) {
        const due = r.event === TP.kvm_apic_accept_irq ? timerDue(predictor, t, vector) : -1;
        verdicts.count(r.event, 'wrong', 'no such vCPU');
        verdicts.differs(r.line, r.ts, due, key, null);
        if (due >= 0) predictor.takeMessage(due);
        return;
      }
      const state = predictor.vcpus[vcpu] as VcpuState;
      if (r.event === TP.kvm_apicv_accept_irq && !predictor.recorded(TP.kvm_apic_accept_irq)) {
        verdicts.count(r.event, 'unknowable', 'kvm_apic_accept_irq not recorded');
        predictor.takeMessage(acceptKey(TP.kvm_apic_accept_irq, id, vector, mode, level));
        return;
      }
      // What no device line announces comes from an ICR or a local timer: Fixed, and then an edge.
      const fits = level === 0 || mode > 1;
      const hidden = fits ? (senderHidden(predictor, t, vcpu, mode) ?? learnLocal(predictor, t, r, vcpu, state)) : null;
      if (r.event === TP.kvm_apic_accept_irq && hidden !== null) {
        verdicts.count(r.event, 'unknowable', hidden);
        state.unknown[vector] = 0;
        // Between two lines of a call that began before the trace: its last is still to come.
        const { midway } = t;
        const op = predictor.begin(t, r, OP.accept, vcpu, false);
        t.midway = midway;
        for (let i = 0; i < 4; i++) op.a[i] = r.f[i];
        predictor.runOpen(t, op);
        shows(op, key, r);
        op.right = 1;
        // An INIT resets the APIC when its vCPU next looks; without its entries in the trace: now.
        if (mode >= 5 && !predictor.recorded(TP.kvm_entry)) predictor.follow((c) => void c.serve(vcpu));
        return;
      }
      const timer = timerDue(predictor, t, vector);
      verdicts.count(r.event, 'wrong', timer < 0 ? 'not promised' : 'other');
      verdicts.differs(r.line, r.ts, timer, key, null);
      if (timer >= 0) predictor.takeMessage(timer);
      return;
    }
    case TP.kvm_pv_eoi: {
      const { id, vector } = vectorOf(key);
      if (verdicts.cameLate(key, r.line)) {
        verdicts.count(r.event, 'wrong', 'not promised');
        verdicts.differs(r.line, r.ts, -1, key, null);
        return;
      }
      // KVM prints it right after the kvm_eoi of the same end. @kvm lapic.c apic_sync_pv_eoi_from_guest
      const ended = t.endedBefore;
      if (t.vcpu >= 0 && ended >= 0 && (id !== predictor.chips.ids[t.vcpu] || ended !== vector)) {
        t.endedBefore = -1;
        verdicts.count(r.event, 'wrong', 'other');
        verdicts.differs(r.line, r.ts, vectorKey(r.event, predictor.chips.ids[t.vcpu], ended), key, null);
        return;
      }
      if (ended === vector) {
        // Its kvm_eoi came; that it was a pv EOI could not be told from a register write.
        t.endedBefore = -1;
        verdicts.right(r.event, false);
        return;
      }
      if (predictor.mid && t.vcpu >= 0 && vector >= 0 && (predictor.vcpus[t.vcpu] as VcpuState).unknown[vector] === 1) {
        verdicts.count(r.event, 'unknowable', 'not seen yet');
        return;
      }
      if (!predictor.recorded(TP.kvm_eoi)) {
        const ends = t.vcpu >= 0 && predictor.chips.highestIsr(t.vcpu) === vector;
        if (ends) verdicts.right(r.event, false);
        else verdicts.count(r.event, 'unknowable', 'kvm_eoi not recorded');
        if (ends) predictor.follow((c) => c.eoi(t.vcpu));
        return;
      }
      if (t.vcpu < 0 || vector < 0 || predictor.chips.highestIsr(t.vcpu) !== vector) {
        verdicts.count(r.event, 'wrong', 'not promised');
        verdicts.differs(r.line, r.ts, -1, key, null);
        return;
      }
      missingEoi(predictor, t.vcpu, vector, r.line, r.ts);
      predictor.follow((c) => c.eoi(t.vcpu));
      verdicts.right(r.event, false);
      return;
    }
    default: {
      if (r.event === TP.kvm_ack_irq && eoiBefore(predictor, t, r)) return;
      const cause = causeHidden(predictor, r);
      if (cause !== null) {
        verdicts.count(r.event, 'unknowable', cause);
        return;
      }
      verdicts.count(r.event, 'wrong', 'not promised');
      verdicts.differs(r.line, r.ts, -1, key, null);
    }
  }
}

/** The IOAPIC hears of an EOI and the kvm_eoi before it is missing. @kvm ioapic.c kvm_ioapic_update_eoi */
export function eoiBefore(predictor: Predictor, t: Thread, r: TraceRecord): boolean {
  if (r.f[0] !== 2 || t.vcpu < 0 || !predictor.recorded(TP.kvm_eoi)) return false;
  const vector = predictor.chips.rteLo(r.f[1]) & 255;
  if (!predictor.chips.inIsr(t.vcpu, vector) || predictor.chips.highestIsr(t.vcpu) !== vector) return false;
  missingEoi(predictor, t.vcpu, vector, r.line, r.ts);
  predictor.follow((c) => c.eoi(t.vcpu));
  predictor.verdicts.right(r.event, false);
  return true;
}

/** The accept this vCPU's timer owes, -1 none: a wrong line on its thread stands in its place. @param vector as that line has it */
export function timerDue(predictor: Predictor, t: Thread, vector: number): number {
  const state = predictor.vcpus[t.vcpu];
  if (state === undefined) return -1;
  const lvtt = predictor.chips.lapic(t.vcpu, 'lvtTimer');
  if ((lvtt & 0x10000) !== 0) return -1;
  if (((lvtt >>> 17) & 3) === 2) {
    if (!state.timerArmed || !predictor.apicSeen) return -1;
    state.timerArmed = false;
  } else {
    // When another timer fires is not known: it did if the line has its vector.
    if ((lvtt & 255) !== vector) return -1;
    state.oneShot = false;
  }
  return acceptKey(TP.kvm_apic_accept_irq, predictor.chips.ids[t.vcpu], lvtt & 255, 0, 0);
}
