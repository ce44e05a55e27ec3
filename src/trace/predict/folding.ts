/** A line and the engine disagree: another order explains it, or something not seen yet, or it is a finding, once. */
import { TP } from '../tracepoints.ts';
import { setPicFrom } from './chips.ts';
import { eventOf, rteOf, settingOf, slotOf } from './keys.ts';
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

/** Compares the two lists line by line: the same, another in its place, missing, too many. */
export function disagree(predictor: Predictor, op: Op): void {
  const { promised, shown } = op;
  const gsi = op.kind === OP.setIrq ? (op.a[0] as number) : null;
  let p = op.right;
  let s = op.right;
  while (p < promised.length || s < shown.length) {
    const want = promised[p];
    const have = shown[s];
    if (want !== undefined && want === have) {
      predictor.verdicts.right(eventOf(have), isTrivial(op));
      p++;
      s++;
      continue;
    }
    const later = have === undefined ? -1 : promised.indexOf(have, p);
    if (want !== undefined && (have === undefined || later > p)) {
      if (isMessage(op)) predictor.takeMessage(want);
      if (staleAck(predictor, op, want)) {
        p++;
        continue;
      }
      if (predictor.isRecorded(eventOf(want))) {
        predictor.verdicts.count(eventOf(want), 'missing', 'promised');
        predictor.verdicts.differs(op.lines[s] ?? op.line, op.times[s] ?? op.ts, want, -1, gsi);
      }
      p++;
      continue;
    }
    if (have === undefined) break;
    const again = want === undefined ? -1 : shown.indexOf(want, s);
    const replaced = want !== undefined && again < 0 && eventOf(want) === eventOf(have);
    wrongLine(predictor, op, have, replaced ? want : -1, op.lines[s] as number, op.times[s] as number, gsi);
    if (replaced && isMessage(op)) predictor.takeMessage(want);
    s++;
    if (replaced) p++;
  }
  op.right = op.shown.length;
  // What was shown stays as it is; from here on it counts as agreed.
  op.promised.splice(0, op.promised.length, ...op.shown);
}

/** An EOI told the IOAPIC of no pin that moved away before: user space made KVM look at the routes again. */
export function staleAck(predictor: Predictor, op: Op, want: number): boolean {
  // Whether KVM tells of requests that an ICW1 drops depends on who listens at LINT0.
  if (op.kind === OP.writePort && eventOf(want) === TP.kvm_ack_irq && !predictor.picTrusted) return true;
  const ioapic = eventOf(want) === TP.kvm_ack_irq && Math.floor(want / 32) % 4 === 2;
  // It heard of predictor vector before, and still has it.
  const pinOf = want % 32;
  const rte = predictor.chips.rteLo(pinOf);
  const shown = ioapic && predictor.acked[pinOf] === (rte & 255) && (rte & 0x8000) !== 0;
  if (ioapic && !shown && (!predictor.recorded(TP.kvm_mmio) || !predictor.apicSeen || predictor.mid)) {
    predictor.follow((c) => c.scanAll());
    return true;
  }
  if (eventOf(want) !== TP.kvm_ack_irq || (op.kind !== OP.eoi && op.kind !== OP.eoiInduced)) return false;
  const pin = want % 32;
  if (Math.floor(want / 32) % 4 !== 2 || !predictor.chips.isStaleRoute(pin)) return false;
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
  gsi: number | null,
): void {
  if (want < 0) {
    const hidden = hiddenCause(predictor, op, have);
    if (hidden !== null) {
      predictor.verdicts.count(eventOf(have), 'unknowable', hidden);
      if (eventOf(have) === TP.kvm_apic_accept_irq) predictor.takeMessage(have);
      return;
    }
  }
  predictor.verdicts.count(eventOf(have), 'wrong', want >= 0 ? 'other' : 'not promised');
  const finding = predictor.verdicts.differs(line, ts, want, have, gsi);
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
