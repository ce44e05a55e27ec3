/** What nobody could know when its line came: learnt from the line, and counted as unknowable instead of wrong. */
import type { TraceRecord } from '../record.ts';
import { TP } from '../tracepoints.ts';
import { type Chips, setPicFrom } from './chips.ts';
import { acceptKey, acceptOf, chipOf, eventOf, picOf, pinOf, rteOf, settingOf, slotOf } from './keys.ts';
import { EXIT, type Thread, USUAL, USUAL_LINES, type VcpuState } from './model.ts';
import { agrees, OP, type Op } from './ops.ts';
import type { Predictor } from './predict.ts';

/** @param vcpu whose op the line is one of, -1 nobody's */
export function noteKnown(predictor: Predictor, key: number, vcpu: number): void {
  switch (eventOf(key)) {
    case TP.kvm_ioapic_set_irq: {
      const pin = pinOf(key);
      if (predictor.stubborn.size > 0) predictor.stubborn.delete(TP.kvm_ioapic_set_irq * 32 + pin);
      if (predictor.shaky.size > 0) steady(predictor, TP.kvm_ioapic_set_irq * 32 + pin, key);
      predictor.known.rte[pin] = 1;
      predictor.known.pin[pin] = 1;
      break;
    }
    case TP.kvm_pic_set_irq: {
      const { pin } = picOf(key);
      if (predictor.stubborn.size > 0) predictor.stubborn.delete(TP.kvm_pic_set_irq * 32 + pin);
      if (predictor.shaky.size > 0) steady(predictor, TP.kvm_pic_set_irq * 32 + pin, key);
      predictor.known.pic[pin] = 1;
      predictor.known.picIrr[pin] = 1;
      break;
    }
    case TP.kvm_ack_irq:
      if (chipOf(key) === 2) predictor.acked[pinOf(key)] = (predictor.chips.rteLo(pinOf(key)) & 255) + 256 * vcpu;
      break;
    case TP.kvm_apic_accept_irq: {
      const { id, vector } = acceptOf(key);
      const vcpu = predictor.chips.vcpuOf(id);
      if (vcpu >= 0) (predictor.vcpus[vcpu] as VcpuState).unknown[vector] = 0;
      break;
    }
  }
}

/**
 * A pin's line whose cause lies before the trace shows how the pin is set; not whether it is high.
 * @returns false where it shows nothing new
 */
export function learnSetting(predictor: Predictor, key: number): boolean {
  const event = eventOf(key);
  const { known } = predictor;
  if (event === TP.kvm_pic_set_irq && known.pic[picOf(key).pin] === 0) {
    known.pic[picOf(key).pin] = 1;
    predictor.follow((chips) => setPicFrom(chips, key, 0));
    return true;
  }
  if (event === TP.kvm_ioapic_set_irq && known.rte[pinOf(key)] === 0) {
    const { pin, lo, hi } = rteOf(key);
    known.rte[pin] = 1;
    predictor.follow((chips) => chips.setRte(pin, lo, hi));
    return true;
  }
  return false;
}

/** What the lines show and nobody could know becomes the state before the op. @returns whether that explains them all */
export function learnFrom(predictor: Predictor, op: Op): boolean {
  if (op.kind !== OP.setIrq) return learnDestinations(predictor, op);
  const steps: ((chips: Chips) => void)[] = [];
  const changed: [number, number][] = [];
  let learntPin = -1;
  const level = op.a[1];
  for (const key of op.shown) {
    if (eventOf(key) === TP.kvm_pic_set_irq && !op.promised.includes(key)) {
      const p = picOf(key);
      const soft = !predictor.recorded(TP.kvm_pio) || predictor.known.pic[p.pin] === 0;
      const mine = op.promised.find((k) => eventOf(k) === TP.kvm_pic_set_irq && picOf(k).pin === p.pin);
      if (mine === undefined) return false;
      const m = picOf(mine);
      if ((m.level !== p.level || m.masked !== p.masked) && !soft) return false;
      if (m.coalesced !== p.coalesced && predictor.known.picIrr[p.pin] === 1 && picInputsSeen(predictor)) return false;
      if (!predictor.recorded(TP.kvm_pio)) changed.push([mine, key]);
      steps.push((chips) => setPicFrom(chips, key, level));
    }
    if (eventOf(key) === TP.kvm_ioapic_set_irq && !op.promised.includes(key)) {
      const rte = rteOf(key);
      const mine = op.promised.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq && rteOf(k).pin === rte.pin);
      if (mine === undefined) return false;
      const m = rteOf(mine);
      const soft = !predictor.recorded(TP.kvm_mmio) || predictor.known.rte[rte.pin] === 0;
      if ((m.lo !== rte.lo || m.hi !== rte.hi) && !soft) return false;
      const same = m.lo === rte.lo && m.hi === rte.hi;
      if (same && m.coalesced !== rte.coalesced && predictor.known.pin[rte.pin] === 1) return false;
      if (!predictor.recorded(TP.kvm_mmio)) changed.push([mine, key]);
      learntPin = rte.pin;
    }
  }
  const ioapic = op.shown.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
  if (ioapic !== undefined && op.promised.length !== op.shown.length && learntPin < 0) {
    // The same RTE, but a delivery more or less: remote IRR or the line was not known.
    if (predictor.known.pin[rteOf(ioapic).pin] === 1 && predictor.known.rte[rteOf(ioapic).pin] === 1)
      return learnDestinations(predictor, op);
    learntPin = rteOf(ioapic).pin;
  }
  if (ioapic !== undefined && learntPin >= 0) {
    const rte = rteOf(ioapic);
    const delivered = op.shown.some((k) => eventOf(k) === TP.kvm_apic_accept_irq);
    steps.push((chips) => {
      const remote = (rte.lo & 0x8000) !== 0 && level === 1 && !delivered && (rte.lo & 0x10000) === 0 ? 0x4000 : 0;
      chips.setRte(rte.pin, rte.lo | remote, rte.hi);
      if (level === 1) chips.setPinIrr(rte.pin, rte.coalesced);
    });
  }
  if (steps.length === 0) return learnDestinations(predictor, op);
  const learn = predictor.window.learnBefore(op, (chips) => {
    for (const step of steps) step(chips);
  });
  if (learn === null) return false;
  if (agrees(op)) {
    predictor.countRest(op, 'unknowable', unseen(predictor));
    for (const [mine, shown] of changed) shake(predictor, op, mine, shown);
    return true;
  }
  if (learnDestinations(predictor, op)) {
    for (const [mine, shown] of changed) shake(predictor, op, mine, shown);
    return true;
  }
  predictor.window.unlearn(learn);
  return false;
}

/** Every type that changes a local APIC's state is in the trace. */
export function inputsRecorded(predictor: Predictor): boolean {
  const needed = [TP.kvm_msr, TP.kvm_set_irq, TP.kvm_eoi, TP.kvm_inj_virq];
  return needed.every((event) => predictor.recorded(event));
}

export function picInputsSeen(predictor: Predictor): boolean {
  return predictor.picTrusted && predictor.recorded(TP.kvm_inj_virq);
}

/**
 * A pin shows a setting that nobody saw written, for the type that writes it was not recorded. If the next line shows the
 * old one again, the line in between was wrong; unless it does so again and again: then it is the guest that masks and
 * unmasks.
 */
export function shake(predictor: Predictor, op: Op, mine: number, shown: number): void {
  const event = eventOf(shown);
  const slot = slotOf(shown);
  const now = settingOf(shown);
  if (settingOf(mine) === now) return;
  const last = predictor.shaky.get(slot);
  if (last === undefined || settingOf(last.before) !== now) {
    const i = op.shown.indexOf(shown);
    predictor.shaky.set(slot, {
      before: mine,
      now: shown,
      line: op.lines[i] ?? op.line,
      ts: op.times[i] ?? op.ts,
      seq: predictor.seq,
    });
    return;
  }
  predictor.shaky.delete(slot);
  const turned = settingOf(last.now);
  let again = predictor.turnedBack.get(turned);
  if (again === undefined) {
    again = [];
    predictor.turnedBack.set(turned, again);
  }
  if (again.length >= USUAL) return;
  // One far from the others has its own reason.
  if (last.line - (again.at(-1)?.line ?? last.line) > USUAL_LINES) again.length = 0;
  predictor.verdicts.uncount(event, 'unknowable', unseen(predictor));
  predictor.verdicts.count(event, 'wrong', 'turned back');
  again.push(predictor.verdicts.differs(last.line, last.ts, last.before, last.now, null));
  if (again.length < USUAL) return;
  for (const finding of again) {
    predictor.verdicts.remove(finding);
    predictor.verdicts.uncount(event, 'wrong', 'turned back');
    predictor.verdicts.count(event, 'unknowable', unseen(predictor));
  }
}

/** A line that shows the new setting again. */
export function steady(predictor: Predictor, slot: number, key: number): void {
  const last = predictor.shaky.get(slot);
  if (last !== undefined && last.seq !== predictor.seq && settingOf(key) === settingOf(last.now))
    predictor.shaky.delete(slot);
}

export function unseen(predictor: Predictor): string {
  return predictor.mid ? 'not seen yet' : 'not recorded';
}

/** Who an interrupt goes to follows from the local APICs; where their writes are not in the trace, the lines say it. */
export function learnDestinations(predictor: Predictor, op: Op): boolean {
  if (predictor.apicSeen && !predictor.mid && predictor.recorded(TP.kvm_msr)) return false;
  const others = (list: readonly number[]): number[] => list.filter((k) => !isAccept(k));
  // Whom nobody takes for a destination, KVM calls coalesced too: that bit follows from who accepts.
  const plain = (k: number): number => (eventOf(k) === TP.kvm_ioapic_set_irq ? k - rteOf(k).coalesced * 2 ** 27 : k);
  const a = others(op.promised).map(plain);
  const b = others(op.shown).map(plain);
  if (a.length !== b.length || a.some((k, i) => k !== b[i]) || !takenBeforeIoapic(op)) return false;
  const accepts = op.shown.filter((k) => eventOf(k) === TP.kvm_apic_accept_irq).map(acceptOf);
  // Whoever takes it takes it once, and with APICv each taken vector is posted.
  if (new Set(accepts.map((one) => one.id)).size < accepts.length || !postedAsTaken(predictor, op)) return false;
  const physical = physicalDestination(op);
  if (physical >= 0 && accepts.some((one) => one.id !== physical)) return false;
  if (op.kind === OP.message && !mayReach(predictor, op, accepts)) return false;
  const promisedOne = op.promised.find((k) => eventOf(k) === TP.kvm_apic_accept_irq);
  const want = promisedOne !== undefined ? acceptOf(promisedOne) : sentBy(op);
  if (want === null || accepts.length === 0) return false;
  if (accepts.some((k) => k.vector !== want.vector || k.mode !== want.mode || k.level !== want.level)) return false;
  for (const one of accepts) {
    const vcpu = predictor.chips.vcpuOf(one.id);
    if (vcpu < 0) return false;
  }
  predictor.countRest(op, 'unknowable', 'destination');
  const rte = op.shown.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
  if (rte !== undefined && (rteOf(rte).lo & 0x800) !== 0) {
    const [only] = accepts;
    const bit = rteOf(rte).hi >>> 24;
    if (accepts.length === 1 && only !== undefined) predictor.follow((c) => c.learnLogical(c.vcpuOf(only.id), bit));
  }
  if (rte !== undefined && op.kind === OP.setIrq && op.a[1] === 1 && (rteOf(rte).lo & 0x8000) !== 0) {
    const { pin, lo, hi } = rteOf(rte);
    predictor.follow((c) => c.setRte(pin, lo | 0x4000, hi));
  }
  const promisedIds = op.promised.filter((k) => eventOf(k) === TP.kvm_apic_accept_irq).map((k) => acceptOf(k).id);
  for (const one of accepts) {
    // The promised ones of a message were taken at their own lines, if they came in their place.
    if (one.mode > 1 || promisedIds.includes(one.id)) continue;
    predictor.follow((chips) => {
      const vcpu = chips.vcpuOf(one.id);
      chips.accept(vcpu, {
        vector: one.vector,
        deliveryMode: one.mode,
        trigMode: one.level === 1,
        level: true,
        logical: false,
        shorthand: 0,
        dest: 0,
        redirHint: false,
      });
    });
  }
  op.promised.splice(0, op.promised.length, ...op.shown);
  return true;
}

/** Where the IOAPIC has a line it prints it right when its interrupt was taken. @kvm ioapic.c ioapic_set_irq */
function takenBeforeIoapic({ shown }: Op): boolean {
  if (!shown.some((key) => eventOf(key) === TP.kvm_ioapic_set_irq)) return true;
  return shown.every((key, i) => !isAccept(key) || (i + 1 < shown.length && ENDS_ACCEPT.has(eventOf(shown[i + 1]))));
}

const isAccept = (key: number): boolean =>
  eventOf(key) === TP.kvm_apic_accept_irq || eventOf(key) === TP.kvm_apicv_accept_irq;
/** What may stand behind an accept of the IOAPIC's. */
const ENDS_ACCEPT: ReadonlySet<number> = new Set([
  TP.kvm_ioapic_set_irq,
  TP.kvm_apic_accept_irq,
  TP.kvm_apicv_accept_irq,
]);

/** Each accept that was shown is followed by the kvm_apicv_accept_irq of the same fields, and there is no other. */
export function postedAsTaken(predictor: Predictor, op: Op): boolean {
  if (!predictor.recorded(TP.kvm_apicv_accept_irq)) return true;
  let taken = -1;
  for (const key of op.shown) {
    const isPosted = eventOf(key) === TP.kvm_apicv_accept_irq;
    if (isPosted !== taken >= 0) return false;
    const { id, vector, mode, level } = acceptOf(key);
    if (isPosted && key !== taken) return false;
    const posts = eventOf(key) === TP.kvm_apic_accept_irq && predictor.chips.apicv && mode <= 1;
    taken = posts ? acceptKey(TP.kvm_apicv_accept_irq, id, vector, mode, level) : -1;
  }
  return taken < 0;
}

/**
 * What of a message's targets does not depend on what a local APIC holds: a shorthand names them, logical 0 names none, and in
 * x2APIC mode the logical id follows from the APIC id.
 * @kvm lapic.c kvm_apic_match_dest, kvm_apic_calc_x2apic_ldr
 */
function mayReach(predictor: Predictor, op: Op, accepts: readonly { readonly id: number }[]): boolean {
  const { chips } = predictor;
  const own = chips.ids[op.vcpu];
  const shorthand = op.a[6];
  if (shorthand === 1) return accepts.every((one) => one.id === own);
  if (shorthand > 1) {
    const reached = new Set(accepts.map((one) => one.id));
    if (shorthand === 3 && reached.has(own)) return false;
    return chips.ids.every(
      (id, v) => reached.has(id) || (shorthand === 3 && v === op.vcpu) || !(predictor.vcpus[v] as VcpuState).alive,
    );
  }
  if (op.a[3] === 0) return true;
  const bits = op.a[0] & 0xffff;
  if (bits === 0) return false;
  if (!chips.ids.every((_, v) => chips.x2apic(v))) return true;
  return accepts.every(
    ({ id }) => op.a[0] === 0xffffffff || (id >>> 4 === op.a[0] >>> 16 && ((bits >>> (id & 15)) & 1) === 1),
  );
}

/** The APIC id a line names as its physical destination, where no vCPU is likely to have another; -1 none. */
function physicalDestination(op: Op): number {
  if (op.kind === OP.message && op.a[3] === 0 && op.a[6] === 0) return op.a[0] < 255 ? op.a[0] : -1;
  const key = op.shown.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
  if (key === undefined || (rteOf(key).lo & 0x800) !== 0) return -1;
  const dest = rteOf(key).hi >>> 24;
  return dest < 255 ? dest : -1;
}

export function sentBy(op: Op): { vector: number; mode: number; level: number } | null {
  if (op.kind === OP.message) return { vector: op.a[1], mode: op.a[2], level: op.a[5] };
  if (op.kind !== OP.setIrq) return null;
  const key = op.promised.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
  if (key === undefined) return null;
  const { lo } = rteOf(key);
  return { vector: lo & 255, mode: (lo >>> 8) & 7, level: (lo >>> 15) & 1 };
}

/** Why the sender of an accepted interrupt may not show in this trace; null if it must. */
export function senderHidden(predictor: Predictor, t: Thread, vcpu: number, mode: number): string | null {
  if (t.midway) return 'not seen yet';
  // Threads of the VMM, vhost's and the kernel's own send by GSI and MSI alone; IPIs and timers are a vCPU's.
  if (predictor.threadsKnown && t.vcpu < 0 && t.key >= 0 && t.key % 4 === 0) {
    const both = predictor.recorded(TP.kvm_set_irq) && predictor.recorded(TP.kvm_msi_set_irq);
    return both ? null : 'kvm_msi_set_irq not recorded';
  }
  if (!predictor.recorded(TP.kvm_apic)) return 'kvm_apic not recorded';
  if (!predictor.recorded(TP.kvm_msr)) return 'kvm_msr not recorded';
  if (!predictor.recorded(TP.kvm_set_irq) && !predictor.recorded(TP.kvm_msi_set_irq)) return 'kvm_set_irq not recorded';
  if (!predictor.recorded(TP.kvm_apic_ipi) && (mode >= 4 || predictor.vcpus.length > 1))
    return 'kvm_apic_ipi not recorded';
  if (t.lastExit === EXIT.hypercall && !predictor.recorded(TP.kvm_hypercall)) return 'kvm_hypercall not recorded';
  return mode === 4 && counterSendsNmi(predictor, vcpu) ? 'performance counter' : null;
}

/** LVTPC is open for NMIs, or nobody saw how it is set. @kvm pmu.c kvm_pmu_deliver_pmi */
function counterSendsNmi(predictor: Predictor, vcpu: number): boolean {
  const lvtPerf = predictor.chips.lapic(vcpu, 'lvtPerf');
  return predictor.mid || !predictor.apicSeen || ((lvtPerf >>> 8) & 7) === 4;
}

/** The same for a line among those of an op. */
export function hiddenCause(predictor: Predictor, op: Op, key: number): string | null {
  // Nobody takes one message twice.
  if (eventOf(key) === TP.kvm_apic_accept_irq && op.shown.indexOf(key) !== op.shown.lastIndexOf(key)) return null;
  if (eventOf(key) === TP.kvm_apic_accept_irq) {
    const t = predictor.threadOf.get(op.thread);
    const { id, mode } = acceptOf(key);
    const vcpu = predictor.chips.vcpuOf(id);
    return t === undefined || vcpu < 0 ? null : senderHidden(predictor, t, vcpu, mode);
  }
  if (eventOf(key) !== TP.kvm_ack_irq) return null;
  return ackHidden(predictor, chipOf(key));
}

export function ackHidden(predictor: Predictor, chip: number): string | null {
  if (chip !== 2) {
    if (!predictor.recorded(TP.kvm_pio)) return 'kvm_pio not recorded';
    if (!predictor.recorded(TP.kvm_set_irq)) return 'kvm_set_irq not recorded';
    if (!predictor.recorded(TP.kvm_inj_virq)) return 'kvm_inj_virq not recorded';
    if (!predictor.apicSeen) return 'kvm_apic not recorded';
    return predictor.mid && !predictor.known.picBase[chip] ? 'not seen yet' : null;
  }
  if (!predictor.recorded(TP.kvm_eoi)) return 'kvm_eoi not recorded';
  return predictor.recorded(TP.kvm_mmio) && predictor.apicSeen && !predictor.mid
    ? null
    : 'who looks at its EOIs is not known';
}

/** The first vector of a local source nobody saw set up: its timer, or async page faults. */
export function learnLocal(
  predictor: Predictor,
  t: Thread,
  r: TraceRecord,
  vcpu: number,
  state: VcpuState,
): string | null {
  if (r.event !== TP.kvm_apic_accept_irq || r.f[2] !== 0 || r.f[3] !== 0) return null;
  const vector = r.f[1];
  if (!state.lvttKnown && t.vcpu === vcpu) {
    state.lvttKnown = true;
    predictor.follow((c) => c.setTimerVector(vcpu, vector));
    return 'not seen yet';
  }
  // Its own thread finds the page there. @kvm x86.c kvm_arch_async_page_present
  if (!state.asyncPfKnown && t.vcpu === vcpu && vector !== (predictor.chips.lapic(vcpu, 'lvtTimer') & 255)) {
    state.asyncPfKnown = true;
    state.asyncPf = vector;
    return 'not seen yet';
  }
  return null;
}

export function causeHidden(predictor: Predictor, r: TraceRecord): string | null {
  switch (r.event) {
    case TP.kvm_ack_irq:
      return ackHidden(predictor, r.f[0]);
    case TP.kvm_pic_set_irq:
    case TP.kvm_ioapic_set_irq:
      return predictor.recorded(TP.kvm_set_irq) ? null : 'kvm_set_irq not recorded';
    case TP.kvm_pv_eoi:
      return predictor.recorded(TP.kvm_eoi) ? null : 'kvm_eoi not recorded';
    default:
      return null;
  }
}
