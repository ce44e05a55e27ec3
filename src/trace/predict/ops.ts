/**
 * What a trace's lines make the engine do: one op an input, remembered with the lines it promised and those that came, for
 * as long as another order of it may still have to be tried.
 */
import type { TraceRecord } from '../record.ts';
import { TP } from '../tracepoints.ts';
import type { Chips } from './chips.ts';
import { valueKey, vectorKey } from './keys.ts';

export const OP = {
  setIrq: 1,
  message: 2,
  pvIpi: 3,
  writeApic: 4,
  readApic: 5,
  storeIcr: 6,
  writeBase: 7,
  writeIoapic: 8,
  readIoapic: 9,
  writePort: 10,
  readPort: 11,
  eoi: 12,
  eoiInduced: 13,
  inject: 14,
  accept: 15,
  serve: 16,
  tpr: 17,
  posted: 18,
  /** A vector taken from IRR, whatever the 8259 says. */
  take: 20,
  /** What was learnt or mended: closures of state changes. */
  learn: 19,
} as const;

/** Mark of a message that only shows a route. @kvm irq_comm.c kvm_scan_ioapic_routes */
export const SCAN = 2;

export interface Op {
  kind: number;
  /** Engine number of the vCPU concerned, -1 none. */
  vcpu: number;
  readonly a: number[];
  /** Who prints its lines. */
  thread: number;
  line: number;
  ts: number;
  /** Count of records when it began, when its thread spoke before, when its thread spoke after (Infinity: not yet). */
  seq: number;
  before: number;
  after: number;
  /** Its line is printed after the effect, not before. */
  late: boolean;
  mark: number;
  readonly promised: number[];
  readonly shown: number[];
  /** Line and time of each of those; what stands behind them is another op's before. */
  readonly lines: number[];
  readonly times: number[];
  /** How many of the lines shown were as promised when they came. */
  right: number;
  /** A line came that was not promised. */
  bad: boolean;
  closed: boolean;
  /** Lines that must follow but are no effect of the engine (kvm_pv_eoi). */
  extra: number;
  change: ((chips: Chips) => void) | null;
  /** Its lines are judged elsewhere. */
  silent: boolean;
  /** Accepts that had to be so for what other threads printed, before its own lines were all there. */
  readonly taken: number[];
}

export function createOp(): Op {
  return {
    kind: 0,
    vcpu: -1,
    a: [0, 0, 0, 0, 0, 0, 0, 0, 0],
    thread: 0,
    line: 0,
    ts: 0,
    seq: 0,
    before: 0,
    after: Number.POSITIVE_INFINITY,
    late: false,
    mark: 0,
    promised: [],
    shown: [],
    lines: [],
    times: [],
    right: 0,
    bad: false,
    closed: false,
    extra: -1,
    change: null,
    silent: false,
    taken: [],
  };
}

/** Setting a length costs far more than taking the few there are. */
export function empty(list: number[]): void {
  while (list.length > 0) list.pop();
}

/** The next of its lines came. */
export function shows(op: Op, key: number, r: TraceRecord): void {
  const i = op.shown.length;
  op.shown.push(key);
  op.lines[i] = r.line;
  op.times[i] = r.ts;
}

/** Carries an op out and fills in the lines it promises. */
export function runOp(op: Op, chips: Chips): void {
  const { a } = op;
  op.mark = chips.mark;
  empty(op.promised);
  let value = -1;
  switch (op.kind) {
    case OP.setIrq:
      chips.setIrq(a[0], a[1], a[2]);
      break;
    case OP.message:
      chips.deliver(op.vcpu, {
        dest: a[0],
        vector: a[1],
        deliveryMode: a[2],
        logical: a[3] === 1,
        level: a[4] === 1,
        trigMode: a[5] === 1,
        shorthand: a[6],
        redirHint: a[7] === 1,
      });
      break;
    case OP.pvIpi:
      sendPvIpi(a, chips);
      break;
    case OP.writeApic:
      chips.writeApic(op.vcpu, a[1], a[2]);
      break;
    case OP.storeIcr:
      chips.storeIcr(op.vcpu, a[1], a[2], a[3]);
      break;
    case OP.readApic: {
      const read = chips.readApic(op.vcpu, a[1]);
      value = read === null ? -1 : valueKey(TP.kvm_apic, read >>> 0);
      break;
    }
    case OP.writeBase:
      chips.writeBase(op.vcpu, a[2], a[3]);
      break;
    case OP.writeIoapic:
      chips.ioapicWrite(a[2], a[1], a[4]);
      break;
    case OP.readIoapic:
      value = valueKey(TP.kvm_mmio, masked(chips.ioapicRead(a[2]), a[1]));
      break;
    case OP.writePort:
      chips.portWrite(a[1], a[4]);
      break;
    case OP.readPort:
      value = valueKey(TP.kvm_pio, chips.portRead(a[1]) & 255);
      break;
    case OP.eoi:
      chips.eoi(op.vcpu);
      // Without its entries in the trace: the vCPU goes back into the guest at once.
      if (a[2] === 1 && chips.mustServe(op.vcpu)) chips.serve(op.vcpu);
      break;
    case OP.eoiInduced:
      op.promised.push(vectorKey(TP.kvm_eoi, chips.ids[op.vcpu], a[1]));
      chips.eoiInduced(op.vcpu, a[1]);
      break;
    case OP.inject:
      value = vectorKey(TP.kvm_inj_virq, chips.ids[op.vcpu], chips.inject(op.vcpu));
      break;
    case OP.accept:
      chips.accept(op.vcpu, {
        vector: a[1],
        deliveryMode: a[2],
        trigMode: a[3] === 1,
        level: true,
        logical: false,
        shorthand: 0,
        dest: 0,
        redirHint: false,
      });
      break;
    case OP.serve:
      chips.serve(op.vcpu);
      break;
    case OP.take:
      // The 8259 apart, this is what KVM injects.
      value = vectorKey(TP.kvm_inj_virq, chips.ids[op.vcpu], chips.apicChoice(op.vcpu));
      chips.take(op.vcpu, a[1]);
      break;
    case OP.posted:
      chips.forgetPosted(op.vcpu);
      break;
    case OP.tpr:
      chips.setTpr(op.vcpu, a[0]);
      break;
    case OP.learn:
      op.change?.(chips);
      return;
  }
  if (value >= 0) op.promised.push(value);
  else if (op.kind !== OP.inject && op.kind < OP.serve) chips.lines(op.mark, op.promised);
  if (op.extra >= 0) op.promised.push(op.extra);
  if (op.silent) op.promised.length = 0;
  // Each target takes its message at its own line, later: here it is only announced.
  if (isMessage(op) && chips.prints(TP.kvm_apic_accept_irq)) chips.takeBack(op.mark);
}

const masked = (value: number, length: number): number =>
  length >= 4 ? value : length === 2 ? value & 0xffff : value & 0xff;

/** @kvm lapic.c kvm_pv_send_ipi: one message a bit set, for the vCPU of that APIC id */
function sendPvIpi(a: readonly number[], chips: Chips): void {
  const min = a[5] >>> 0;
  const icr = a[7] >>> 0;
  for (let word = 0; word < 4; word++) {
    for (let bit = 0; bit < 32; bit++) {
      if (((a[1 + word] >>> bit) & 1) === 0) continue;
      const vcpu = chips.vcpuOf(min + word * 32 + bit);
      if (vcpu < 0) continue;
      chips.accept(vcpu, {
        vector: icr & 255,
        deliveryMode: (icr >>> 8) & 7,
        level: (icr & 0x4000) !== 0,
        trigMode: (icr & 0x8000) !== 0,
        logical: false,
        shorthand: 0,
        dest: 0,
        redirHint: false,
      });
    }
  }
}

/** Do the lines that came agree with the promise? An op whose thread has not spoken again may still owe some. */
export function agrees(op: Op): boolean {
  const { promised, shown } = op;
  if (op.closed ? shown.length !== promised.length : shown.length > promised.length) return false;
  for (let i = 0; i < shown.length; i++) if (shown[i] !== promised[i]) return false;
  return true;
}

export const isEoi = (op: Op): boolean => op.kind === OP.eoi || op.kind === OP.eoiInduced;
export const isMessage = (op: Op): boolean => op.kind === OP.message || op.kind === OP.pvIpi;
export const isTrivial = (op: Op): boolean => op.kind === OP.setIrq && op.a[1] === 0;
