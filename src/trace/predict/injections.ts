/** The vCPU takes an interrupt: kvm_inj_virq against the choice of the 8259 and the local APIC. */
import type { TraceRecord } from '../record.ts';
import { TP } from '../tracepoints.ts';
import type { Chips } from './chips.ts';
import { missingEoi } from './ends.ts';
import { raced } from './folding.ts';
import { acceptOf, eventOf, vectorKey, vectorOf } from './keys.ts';
import type { Thread, VcpuState } from './model.ts';
import { isMessage, OP, type Op } from './ops.ts';
import type { Predictor } from './predict.ts';
import { picInputsSeen } from './unknowns.ts';

export function inject(predictor: Predictor, t: Thread, r: TraceRecord): void {
  if (r.f[0] === 1) {
    predictor.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'software interrupt');
    return;
  }
  const vector = r.f[1];
  if (t.vcpu < 0) {
    predictor.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'thread');
    return;
  }
  const state = predictor.vcpus[t.vcpu] as VcpuState;
  const key = vectorKey(TP.kvm_inj_virq, predictor.chips.ids[t.vcpu], vector);
  if (r.f[2] === 1) {
    reinject(predictor, state, key, vector, r);
    return;
  }
  state.windowLine = 0;
  if (state.entered && predictor.recorded(TP.kvm_exit)) {
    injectedTooLate(predictor, t.vcpu, vector, key, r);
    return;
  }
  if (!predictor.recorded(TP.kvm_entry) && predictor.chips.mustServe(t.vcpu))
    predictor.runAlone(predictor.begin(t, r, OP.serve, t.vcpu, true));
  state.injected = vector;
  state.lastInjected = vector;
  const unknown = state.unknown[vector] === 1;
  if (!predictor.chips.inIrr(t.vcpu, vector)) takeAnnounced(predictor, t.vcpu, vector);
  if (!predictor.picTrusted && injectUntrusted(predictor, t, r, state, vector, key)) return;
  const op = predictor.begin(t, r, OP.inject, t.vcpu, true);
  op.a[1] = vector;
  predictor.runAlone(op);
  if (predictor.show(op, key, r)) {
    state.unknown[vector] = 0;
    return;
  }
  const order = predictor.window.reorder(op);
  if (order !== null) {
    predictor.countRest(op, 'raced', 'order');
    raced(predictor, op, order);
    return;
  }
  injectOther(predictor, op, t.vcpu, vector, unknown, r);
  state.unknown[vector] = 0;
}

/** The vector is on its way in a message of another thread whose accept line is wrong or has not come. */
function takeAnnounced(predictor: Predictor, vcpu: number, vector: number): void {
  const id = predictor.chips.ids[vcpu];
  for (const other of predictor.threadOf.values()) {
    const op = other.open;
    if (op === null || op.closed || !isMessage(op)) continue;
    const isIt = (key: number): boolean => {
      if (eventOf(key) !== TP.kvm_apic_accept_irq) return false;
      const a = acceptOf(key);
      return a.id === id && a.vector === vector && a.mode <= 1;
    };
    const key = op.promised.slice(op.right).find(isIt) ?? op.shown.slice(op.right).find(isIt);
    if (key === undefined || op.taken.includes(key)) continue;
    op.taken.push(key);
    predictor.takeMessage(key);
    return;
  }
}

/** KVM injects before it enters the guest, never while the guest runs. @kvm x86.c vcpu_enter_guest */
function injectedTooLate(predictor: Predictor, vcpu: number, vector: number, key: number, r: TraceRecord): void {
  const isDone = predictor.verdicts.cameLate(key, r.line);
  predictor.verdicts.count(TP.kvm_inj_virq, 'wrong', 'in the guest');
  predictor.verdicts.differs(r.line, r.ts, -1, key, null);
  if (!isDone) predictor.follow((c) => takeAsShown(c, vcpu, vector));
}

/** The vCPU has this vector, whatever the engine would have given it. */
function takeAsShown(chips: Chips, vcpu: number, vector: number): void {
  if (chips.inIrr(vcpu, vector)) chips.take(vcpu, vector);
  else if (chips.hasExtint(vcpu)) chips.inject(vcpu);
}

/** From v6.18 on an entry tells what it injects: the kvm_inj_virq before it. @kvm trace.h kvm_entry */
export function entryTells(predictor: Predictor, t: Thread, state: VcpuState, info: number, r: TraceRecord): void {
  if (t.midway || !predictor.recorded(TP.kvm_inj_virq) || predictor.mid) return;
  const vector = info >= 0x80000000 && ((info >>> 8) & 7) === 0 ? info & 255 : -1;
  if (vector === state.injected) return;
  const keyOf = (v: number): number => vectorKey(TP.kvm_inj_virq, predictor.chips.ids[t.vcpu], v);
  if (state.injected >= 0) {
    predictor.verdicts.revoke(TP.kvm_inj_virq, 'not in the entry');
    predictor.verdicts.differs(r.line, r.ts, vector < 0 ? -1 : keyOf(vector), keyOf(state.injected), null);
    return;
  }
  predictor.verdicts.count(TP.kvm_inj_virq, 'missing', 'in the entry');
  predictor.verdicts.differs(r.line, r.ts, keyOf(vector), -1, null);
  predictor.follow((c) => takeAsShown(c, t.vcpu, vector));
}

/**
 * The 8259's ports or LINT0 are not in the trace: whether it, or the local APIC, had the word is not known.
 * @returns true if the line was judged
 */
export function injectUntrusted(
  predictor: Predictor,
  t: Thread,
  r: TraceRecord,
  state: VcpuState,
  vector: number,
  key: number,
): boolean {
  const { chips } = predictor;
  const vcpu = t.vcpu;
  if (chips.apicChoice(vcpu) === vector) {
    const op = predictor.begin(t, r, OP.take, vcpu, true);
    op.a[1] = vector;
    predictor.runAlone(op);
    predictor.show(op, key, r);
    state.unknown[vector] = 0;
    return true;
  }
  const pin =
    predictor.o.survey.irqchip === 'full' && !chips.inIrr(vcpu, vector)
      ? chips.waitingPicPin(vector & 7, predictor.recorded(TP.kvm_pio) && !predictor.mid)
      : -1;
  // A vector predictor local APIC ever accepted is its own; an 8259 is programmed to the low ones.
  if (pin < 0 || vector >= 0x80 || state.accepted[vector] === 1) return false;
  if (
    predictor.recorded(TP.kvm_pio) &&
    predictor.known.picBase[pin >> 3] &&
    chips.pic(pin >> 3, 'irqBase') !== (vector & 0xf8)
  )
    return false;
  predictor.known.picBase[pin >> 3] = true;
  predictor.verdicts.count(
    TP.kvm_inj_virq,
    'unknowable',
    predictor.recorded(TP.kvm_pio) ? 'LINT0 not seen' : 'kvm_pio not recorded',
  );
  predictor.follow((c) => {
    c.setPicBase(pin >> 3, vector & 0xf8);
    if (((c.pic(pin >> 3, 'elcr') >> (pin & 7)) & 1) === 0) c.setPicBit(pin >> 3, 'irr', pin & 7, 0);
    // Its end comes by a port. @kvm i8259.c pic_intack
    if (!predictor.recorded(TP.kvm_pio) || c.pic(pin >> 3, 'autoEoi') === 1) return;
    c.setPicBit(pin >> 3, 'isr', pin & 7, 1);
    if (pin >= 8) c.setPicBit(0, 'isr', 2, 1);
  });
  return true;
}

/** KVM injected something else than the engine would have. */
export function injectOther(
  predictor: Predictor,
  op: Op,
  vcpu: number,
  vector: number,
  unknown: boolean,
  r: TraceRecord,
): void {
  const want = vectorOf(op.promised[0]).vector;
  const at = predictor.window.indexOf(op);
  predictor.window.undo(at);
  predictor.window.ops.splice(at, 1);
  const key = op.shown[0];
  const { chips } = predictor;
  const fromPic = predictor.chips.picPinOf(vector);
  const isSent = predictor.recorded(TP.kvm_apic_accept_irq) || chips.inIrr(vcpu, vector);
  if (!isSent) {
    predictor.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'kvm_apic_accept_irq not recorded');
    predictor.follow((c) => c.take(vcpu, vector));
  } else if (unknown || (fromPic >= 0 && !picInputsSeen(predictor))) {
    predictor.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'not seen yet');
    predictor.follow((c) => c.take(vcpu, vector));
  } else if (chips.inIrr(vcpu, vector) && chips.highestIsr(vcpu) >> 4 >= vector >> 4) {
    // It waited behind one in service, whose end nobody printed.
    const blocker = chips.highestIsr(vcpu);
    missingEoi(predictor, vcpu, blocker, r.line, r.ts);
    predictor.follow((c) => {
      for (let isr = c.highestIsr(vcpu); isr >= 0 && isr >> 4 >= vector >> 4; isr = c.highestIsr(vcpu))
        c.dropIsr(vcpu, isr);
      c.take(vcpu, vector);
    });
    predictor.verdicts.right(TP.kvm_inj_virq, false);
  } else {
    const waits = chips.inIrr(vcpu, vector);
    // It was missed before, or is in service already: then the line has no effect of its own.
    const isDone = predictor.verdicts.cameLate(key, r.line) || chips.inIsr(vcpu, vector);
    predictor.verdicts.count(TP.kvm_inj_virq, 'wrong', waits ? 'other' : 'not waiting');
    predictor.verdicts.differs(r.line, r.ts, op.promised[0], key, null);
    const state = predictor.vcpus[vcpu] as VcpuState;
    // Passed over again: KVM does not have it in IRR.
    const gone = want >= 0 && want === state.passedOver;
    state.passedOver = want;
    predictor.follow((c) => {
      if (gone) c.dropIrr(vcpu, want);
      // Who takes one has an APIC that is on.
      c.assumeOn(vcpu);
      if (waits || (want < 0 && !isDone)) c.take(vcpu, vector);
      else if (want >= 0) c.inject(vcpu);
    });
  }
}

/** An injection that did not reach the guest is made again. */
export function reinject(predictor: Predictor, state: VcpuState, key: number, vector: number, r: TraceRecord): void {
  // Cut off by an exit, or taken back before the entry.
  let want = state.mustReinject >= 0 ? state.mustReinject : state.injected;
  const both = predictor.recorded(TP.kvm_entry) && predictor.recorded(TP.kvm_exit) && predictor.cutOffShown;
  if (want < 0 && !both) want = state.lastInjected;
  state.mustReinject = -1;
  state.injected = vector;
  if (want === vector) {
    predictor.verdicts.right(TP.kvm_inj_virq, false);
    return;
  }
  if (predictor.mid && state.unknown[vector] === 1) {
    predictor.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'not seen yet');
    return;
  }
  if (want < 0) {
    const vcpu = predictor.chips.vcpuOf(vectorOf(key).id);
    predictor.verdicts.count(TP.kvm_inj_virq, 'missing', 'promised');
    predictor.verdicts.differs(r.line, r.ts, vectorKey(TP.kvm_inj_virq, predictor.chips.ids[vcpu], vector), -1, null);
    predictor.verdicts.right(TP.kvm_inj_virq, false);
    predictor.follow((c) => {
      if (c.inject(vcpu) < 0) c.raiseIsr(vcpu, vector);
    });
    return;
  }
  predictor.verdicts.count(TP.kvm_inj_virq, 'wrong', 'other');
  predictor.verdicts.differs(r.line, r.ts, key - vector + want, key, null);
}

export function reinjectionMissing(predictor: Predictor, state: VcpuState, vcpu: number, r: TraceRecord): void {
  const vector = state.mustReinject;
  state.mustReinject = -1;
  if (!predictor.recorded(TP.kvm_inj_virq) || predictor.chips.apicv) return;
  predictor.verdicts.count(TP.kvm_inj_virq, 'missing', 'reinjection');
  predictor.verdicts.differs(r.line, r.ts, vectorKey(TP.kvm_inj_virq, predictor.chips.ids[vcpu], vector), -1, null);
}

/** The window opened for an interrupt, and none followed. */
export function windowWithout(predictor: Predictor, t: Thread, state: VcpuState, r: TraceRecord): void {
  state.windowLine = 0;
  if (!predictor.recorded(TP.kvm_inj_virq) || predictor.chips.apicv || predictor.mid) return;
  if (!predictor.chips.wouldInject(t.vcpu)) return;
  const op = predictor.begin(t, r, OP.inject, t.vcpu, true);
  predictor.runAlone(op);
  const key = op.promised[0];
  op.promised.length = 0;
  predictor.verdicts.count(TP.kvm_inj_virq, 'missing', 'window');
  predictor.verdicts.differs(r.line, r.ts, key, -1, null);
}
