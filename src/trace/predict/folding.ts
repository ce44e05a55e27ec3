/** A line and the engine disagree: another order explains it, or something not seen yet, or it is a finding, once. */
import { TP } from '../tracepoints.ts';
import { setPicFrom } from './chips.ts';
import { acceptOf, chipOf, eventOf, picOf, pinOf, rteOf, settingOf, slotOf } from './keys.ts';
import { agrees, isMessage, isTrivial, OP, type Op } from './ops.ts';
import type { Predictor } from './predict.ts';
import { hiddenCause, learnFrom } from './unknowns.ts';
import type { Finding } from './verdicts.ts';

export function resolve(predictor: Predictor, op: Op): void {
  if (agrees(op)) {
    // A replay for somebody else has mended it.
    predictor.countRest(op, 'raced', 'order');
    return;
  }
  if (learnFrom(predictor, op)) return;
  const order = predictor.window.reorder(op);
  if (order !== null) {
    predictor.countRest(op, 'raced', 'order');
    raced(predictor, op, order);
    return;
  }
  disagree(predictor, op);
}

/** One finding for all that only another order explains; it names the first. */
export function raced(predictor: Predictor, op: Op, order: { other: Op }): void {
  predictor.verdicts.note('raced', 'note', op.line, op.ts, { params: { other: order.other.line } });
}

/** Lines that are compared in all ways; of more only the ends are. */
const MOST_ALIGNED = 48;

/**
 * The fewest changes that make one list of the other: pairs of places, -1 where a list has none. A line stands for another
 * only of the same event.
 */
export function align(promised: readonly number[], shown: readonly number[]): [number, number][] {
  const n = Math.min(promised.length, MOST_ALIGNED);
  const m = Math.min(shown.length, MOST_ALIGNED);
  const width = m + 1;
  // cost[i, j]: of the lists from i and j on.
  const cost = new Int32Array((n + 1) * width);
  const paired = (i: number, j: number): number => {
    const want = promised[i];
    const have = shown[j];
    if (want === have) return 0;
    return eventOf(want) === eventOf(have) ? 3 : 9;
  };
  const at = (i: number, j: number): number => cost[i * width + j];
  for (let i = n; i >= 0; i--) {
    for (let j = m; j >= 0; j--) {
      if (i === n && j === m) continue;
      const leftOut = i < n ? at(i + 1, j) + 2 : 1e6;
      const tooMany = j < m ? at(i, j + 1) + 2 : 1e6;
      const both = i < n && j < m ? at(i + 1, j + 1) + paired(i, j) : 1e6;
      cost[i * width + j] = Math.min(leftOut, tooMany, both);
    }
  }
  const pairs: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && at(i, j) === at(i + 1, j + 1) + paired(i, j)) pairs.push([i++, j++]);
    else if (j < m && at(i, j) === at(i, j + 1) + 2) pairs.push([-1, j++]);
    else pairs.push([i++, -1]);
  }
  for (; i < promised.length; i++) pairs.push([i, -1]);
  for (; j < shown.length; j++) pairs.push([-1, j]);
  return pairs;
}

/** The lines are those of another GSI, all of them: kvm_set_irq is what does not fit, and what it did is what they show. */
function isOfOtherGsi(predictor: Predictor, op: Op): boolean {
  if (op.kind !== OP.setIrq) return false;
  // An 8259 pin is the GSI; a pin of the IOAPIC is, but for GSI 0 on pin 2.
  const pins = op.shown.flatMap((key) =>
    eventOf(key) === TP.kvm_pic_set_irq
      ? [picOf(key).pin]
      : eventOf(key) === TP.kvm_ioapic_set_irq
        ? [rteOf(key).pin]
        : [],
  );
  const [first] = pins;
  return first !== undefined && first !== op.a[0] && predictor.window.doWith(op, first);
}

/** Compares the two lists line by line: the same, another in its place, missing, too many. */
export function disagree(predictor: Predictor, op: Op): void {
  const promised = op.promised.slice();
  const { shown } = op;
  const gsi = op.kind === OP.setIrq ? op.a[0] : null;
  const isDone = isOfOtherGsi(predictor, op);
  // What one op has wrong has one cause.
  let first: Finding | null = null;
  const differs = (line: number, ts: number, want: number, have: number): Finding => {
    if (first === null) first = predictor.verdicts.differs(line, ts, want, have, gsi);
    else predictor.verdicts.also(first, line, want, have, gsi);
    return first;
  };
  const isSent = isMessage(op);
  const take = (key: number): void => {
    if (isSent && !op.taken.includes(key)) predictor.takeMessage(key);
  };
  const { right } = op;
  let line = op.line;
  let ts = op.ts;
  for (const [p, s] of align(promised.slice(right), shown.slice(right))) {
    const want = p < 0 ? -1 : promised[right + p];
    const have = s < 0 ? -1 : shown[right + s];
    if (s >= 0) {
      line = op.lines[right + s];
      ts = op.times[right + s];
    }
    if (want === have) {
      predictor.verdicts.right(eventOf(have), isTrivial(op));
      take(want);
    } else if (have < 0) {
      take(want);
      if ((!isDone && staleAck(predictor, op, want)) || !predictor.isRecorded(eventOf(want))) continue;
      predictor.verdicts.count(eventOf(want), 'missing', 'promised');
      differs(line, ts, want, -1);
    } else if (isDone) {
      predictor.verdicts.count(eventOf(have), 'wrong', want >= 0 ? 'other' : 'not promised');
      differs(line, ts, want, have);
    } else {
      wrongLine(predictor, op, have, want, line, ts, differs);
      // An INIT that one of the two lines speaks of, and the other does not, resets nothing: it would spoil all that follows.
      if (want >= 0 && !op.taken.includes(have)) take(isSent && isInit(want) && !isInit(have) ? have : want);
    }
  }
  op.right = op.shown.length;
  // What was shown stays as it is; from here on it counts as agreed.
  op.promised.splice(0, op.promised.length, ...op.shown);
}

const isInit = (key: number): boolean => eventOf(key) === TP.kvm_apic_accept_irq && acceptOf(key).mode >= 5;

/** An EOI told the IOAPIC of no pin that moved away before: user space made KVM look at the routes again. */
export function staleAck(predictor: Predictor, op: Op, want: number): boolean {
  // Whether KVM tells of requests that an ICW1 drops depends on who listens at LINT0.
  if (op.kind === OP.writePort && eventOf(want) === TP.kvm_ack_irq && !predictor.picTrusted) return true;
  const ioapic = eventOf(want) === TP.kvm_ack_irq && chipOf(want) === 2;
  // It heard of predictor vector before, and still has it.
  const pin = pinOf(want);
  const rte = predictor.chips.rteLo(pin);
  // A level; and, where its RTE is in the trace, the RTC's pin or one that somebody listens to: KVM tells of each of its EOIs.
  const listened = predictor.recorded(TP.kvm_mmio) && !predictor.chips.isStaleRoute(pin);
  const shown = ioapic && predictor.acked[pin] === (rte & 255) + 256 * op.vcpu && ((rte & 0x8000) !== 0 || listened);
  if (ioapic && !shown && (!predictor.recorded(TP.kvm_mmio) || !predictor.apicSeen || predictor.mid)) {
    predictor.follow((c) => c.scanAll());
    return true;
  }
  if (eventOf(want) !== TP.kvm_ack_irq || (op.kind !== OP.eoi && op.kind !== OP.eoiInduced)) return false;
  if (chipOf(want) !== 2 || !predictor.chips.isStaleRoute(pin)) return false;
  predictor.follow((c) => c.scanAll());
  predictor.verdicts.note('host-ioctl', 'note', op.line, op.ts, { gsi: pin, params: { what: 'scan' } });
  return true;
}

export function wrongLine(
  predictor: Predictor,
  op: Op,
  have: number,
  want: number,
  line: number,
  ts: number,
  differs: (line: number, ts: number, want: number, have: number) => Finding,
): void {
  if (want < 0) {
    const hidden = hiddenCause(predictor, op, have);
    if (hidden !== null) {
      predictor.verdicts.count(eventOf(have), 'unknowable', hidden);
      if (eventOf(have) === TP.kvm_apic_accept_irq && !op.taken.includes(have)) predictor.takeMessage(have);
      return;
    }
  }
  predictor.verdicts.count(eventOf(have), 'wrong', want >= 0 ? 'other' : 'not promised');
  const finding = differs(line, ts, want, have);
  if (op.kind === OP.setIrq && want >= 0 && slotOf(want) === slotOf(have)) isStubborn(predictor, op, have, finding);
}

/** The same disagreement twice on one pin: the chip was set by an ioctl that prints nothing. */
export function isStubborn(predictor: Predictor, op: Op, have: number, finding: Finding): void {
  const event = eventOf(have);
  if (event !== TP.kvm_ioapic_set_irq && event !== TP.kvm_pic_set_irq) return;
  const state = settingOf(have);
  const slot = slotOf(have);
  const before = predictor.stubborn.get(slot);
  if (before === undefined || before.key !== state) {
    predictor.stubborn.set(slot, { key: state, finding, n: 1 });
    return;
  }
  predictor.stubborn.delete(slot);
  adopt(predictor, op, have);
  for (let i = 0; i < 2; i++) {
    predictor.verdicts.uncount(event, 'wrong', 'other');
    predictor.verdicts.count(event, 'unknowable', 'host-ioctl');
  }
  const first = before.finding;
  first.id = 'host-ioctl';
  first.severity = 'note';
}

export function adopt(predictor: Predictor, op: Op, have: number): void {
  const event = eventOf(have);
  predictor.window.learnBefore(op, (chips) => {
    if (event === TP.kvm_ioapic_set_irq) {
      const rte = rteOf(have);
      chips.setRte(rte.pin, rte.lo, rte.hi);
    } else setPicFrom(chips, have, 0);
  });
}
