/**
 * The prediction: the trace's inputs drive the engine, and every judged line is held against what the engine promised.
 * Roles, learnt unknowns and verdicts as in the contract; each rule of KVM's names its function.
 */

import { MAX_VCPUS } from '../../spec/limits.ts';
import type { TraceRecord } from '../record.ts';
import type { Kernel, Survey, Vendor } from '../survey.ts';
import type { Threads } from '../threads.ts';
import { FIRST_UNKNOWN, TP } from '../tracepoints.ts';
import { Chips } from './chips.ts';
import {
  acceptKey,
  acceptOf,
  ackKey,
  eventOf,
  ioapicKey,
  msiKey,
  picKey,
  picOf,
  rteOf,
  valueKey,
  vectorKey,
  vectorOf,
} from './keys.ts';
import { agrees, OP, type Op, runOp } from './ops.ts';
import { type Finding, Verdicts } from './verdicts.ts';
import { Window } from './window.ts';

const MSR = { apicBase: 0x1b, deadline: 0x6e0, pvEoi: 0x4b564d04, asyncPf: 0x4b564d06 } as const;
const REG = { tpr: 0x80, eoi: 0xb0, icr: 0x300, icr2: 0x310, lvtt: 0x320, tmcct: 0x390, selfIpi: 0x3f0 } as const;

/** A setting that turns back so often is the guest's way with its pin. */
const USUAL = 4;
const USUAL_LINES = 2000;

interface Thread {
  readonly key: number;
  /** Engine number of the vCPU whose thread this is, -1 none. */
  readonly vcpu: number;
  open: Op | null;
  /** Record count of its last line, 0 none since the trace began or lost events. */
  spoke: number;
  /** The line by which what it does now began lies before the trace, or in a gap. */
  midway: boolean;
  /** A kvm_apic line wrote EOI, and its kvm_eoi has not come yet. */
  eoiOwed: number;
  /** The accept just shown, whose effect may come as late as the thread's next line. */
  tail: Op | null;
  eoiTs: number;
  /** The vector it ended last, of which user space has not been told; -1 none. */
  ended: number;
  /** Line of the EOI_INDUCED exit whose kvm_eoi has not come yet, 0 none. */
  inducedOwed: number;
  /** Vector of the last kvm_eoi whose kind is not known, -1 none. */
  endedBefore: number;
  lastExit: ExitKind;
  exitVector: number;
}

const EXIT = { other: 0, eoiInduced: 1, window: 2, hypercall: 3 } as const;
type ExitKind = (typeof EXIT)[keyof typeof EXIT];

interface VcpuState {
  /** Vector of the injection that has not entered the guest yet, -1 none. */
  injected: number;
  lastInjected: number;
  windowLine: number;
  windowTs: number;
  timerArmed: boolean;
  armedKnown: boolean;
  asyncPf: number;
  asyncPfKnown: boolean;
  /** LVTT is what a write in the trace, or the first unexplained timer vector, made it. */
  lvttKnown: boolean;
  /** Vectors whose IRR and ISR bits nobody has shown yet. */
  readonly unknown: Uint8Array;
  /** The vectoring information of the last exit asks for the event to be injected again. */
  mustReinject: number;
  /** Vectors it was ever seen to accept. */
  readonly accepted: Uint8Array;
  entered: boolean;
  /** The vector KVM passed over when it last injected another, -1 none. */
  passedOver: number;
}

/** The prediction's state at a line, to begin again from. Ops under way are not in it: their lines are learnt. */
export interface Checkpoint {
  readonly line: number;
  readonly words: Int32Array;
  readonly apicv: boolean;
  readonly mid: boolean;
  readonly picTrusted: boolean;
  readonly known: Known;
  readonly vcpus: readonly VcpuState[];
}

/** What is known of the chips: 1 known, 0 learnt from the first line that shows it. */
interface Known {
  readonly rte: Uint8Array;
  readonly pin: Uint8Array;
  readonly pic: Uint8Array;
  readonly picIrr: Uint8Array;
  picBase: [boolean, boolean];
}

export interface PredictOptions {
  readonly survey: Survey;
  readonly threads: Threads;
  readonly ids: readonly number[];
  readonly vendor: Vendor;
  readonly kernel: Kernel;
  readonly reasons: readonly string[];
  /** Names of the events that are only counted, by number minus FIRST_UNKNOWN. */
  readonly others: readonly string[];
}

export class Predictor {
  readonly verdicts = new Verdicts();
  readonly chips: Chips;
  private readonly window: Window;
  private readonly threadOf = new Map<number, Thread>();
  private lastThread: Thread | null = null;
  private readonly vcpus: VcpuState[] = [];
  private readonly known: Known;
  private readonly recorded: (event: number) => boolean;
  private seq = 0;
  /** The state at the start is not known: the trace begins in the middle, or a gap lies before. */
  private mid: boolean;
  /** The 8259's state and who listens to it can be trusted. */
  private picTrusted: boolean;
  /** The local APICs' own state can be trusted: their writes are in the trace. */
  private readonly apicSeen: boolean;
  private readonly exitKinds: ExitKind[] = [];
  private readonly foreign: boolean[] = [];
  private isResumed = false;
  /** Shown and kept apart: the value a pin showed when it last disagreed, for one that stays. */
  private readonly stubborn = new Map<number, { key: number; finding: Finding; n: number }>();
  /** Settings of pins that one line changed and none has confirmed, by event and pin. */
  private readonly shaky = new Map<number, { before: number; now: number; line: number; ts: number; seq: number }>();
  /** Settings that turned back at the next line, with what was said of each. */
  private readonly turnedBack = new Map<number, Finding[]>();
  private readonly routes = new Map<number, number>();
  /** The vector with whose EOI each IOAPIC pin was last acknowledged, -1 none. */
  private readonly acked = new Int32Array(24).fill(-1);

  private readonly o: PredictOptions;

  constructor(o: PredictOptions) {
    this.o = o;
    const { survey } = o;
    this.recorded = (event) => survey.count(event) > 0;
    this.mid = survey.starts === 'mid';
    this.apicSeen = this.recorded(TP.kvm_apic);
    this.picTrusted =
      this.recorded(TP.kvm_pio) &&
      this.recorded(TP.kvm_set_irq) &&
      this.recorded(TP.kvm_inj_virq) &&
      this.apicSeen &&
      !this.mid;
    this.chips = new Chips({
      ids: o.ids,
      split: survey.irqchip === 'split' || survey.irqchip === 'unknown',
      routing: this.routing,
      running: this.mid || !this.apicSeen,
      x2apic: this.mid && survey.x2apic,
      pit: survey.pitAcks,
    });
    this.chips.apicv =
      this.recorded(TP.kvm_apicv_accept_irq) && (this.mid || !this.recorded(TP.kvm_apicv_inhibit_changed));
    this.chips.assumeEnabled = !this.apicSeen;
    this.chips.keepsStaleRoutes = o.kernel === '6.1';
    this.window = new Window(this.chips);
    const fill = this.mid ? 0 : 1;
    this.known = {
      rte: new Uint8Array(24).fill(this.recorded(TP.kvm_mmio) ? fill : 0),
      pin: new Uint8Array(24).fill(fill),
      pic: new Uint8Array(16).fill(fill),
      picIrr: new Uint8Array(16).fill(fill),
      picBase: [this.picTrusted, this.picTrusted],
    };
    for (let v = 0; v < o.ids.length; v++) {
      this.vcpus.push({
        injected: -1,
        lastInjected: -1,
        windowLine: 0,
        windowTs: 0,
        timerArmed: false,
        armedKnown: !this.mid,
        asyncPf: -1,
        asyncPfKnown: !this.mid,
        lvttKnown: !this.mid && this.apicSeen,
        unknown: new Uint8Array(256).fill(this.mid ? 1 : 0),
        mustReinject: -1,
        accepted: new Uint8Array(256),
        entered: false,
        passedOver: -1,
      });
    }
  }

  /** Can this trace be predicted at all? */
  static possible(ids: readonly number[]): boolean {
    return ids.length > 0 && ids.length <= MAX_VCPUS;
  }

  private thread(r: TraceRecord): Thread {
    const key = r.tid * 4 + Math.max(r.context, 0);
    const last = this.lastThread;
    if (last !== null && last.key === key) return last;
    let t = this.threadOf.get(key);
    if (t === undefined) {
      const id = r.context <= 0 ? this.o.threads.vcpuOf(r.tid) : -1;
      t = {
        key,
        vcpu: id < 0 ? -1 : this.chips.vcpuOf(id),
        open: null,
        spoke: 0,
        midway: this.mid || this.isResumed,
        eoiOwed: 0,
        tail: null,
        eoiTs: 0,
        ended: -1,
        inducedOwed: 0,
        endedBefore: -1,
        lastExit: EXIT.other,
        exitVector: -1,
      };
      this.threadOf.set(key, t);
    }
    this.lastThread = t;
    return t;
  }

  /** The state as it is now, with what cannot be known of it. */
  state(): Record<string, unknown> {
    const unknownPins = [...this.known.rte].flatMap((known, pin) => (known === 0 ? [pin] : []));
    return this.chips.state(
      !this.picTrusted,
      (vcpu) => {
        const state = this.vcpus[vcpu] as VcpuState;
        const names: string[] = [];
        if (this.chips.apicv) names.push('irr', 'isr', 'ppr', 'tpr');
        else if (state.unknown.some((bit) => bit === 1)) names.push('irr', 'isr');
        if (!this.apicSeen || this.mid) names.push('tpr', 'svr', 'ldr', 'dfr', 'icr', 'lvt');
        if (!this.recorded(TP.kvm_msr) || this.mid) names.push('base');
        return names;
      },
      unknownPins,
    );
  }

  checkpoint(line: number): Checkpoint {
    const { known, vcpus, mid, picTrusted, chips } = this;
    return {
      line,
      words: chips.words(),
      apicv: chips.apicv,
      mid,
      picTrusted,
      known: copyOf(known),
      vcpus: vcpus.map(copyOf),
    };
  }

  /** Takes up the state of a checkpoint. Verdicts go on being counted, and count for nothing then. */
  resume(from: Checkpoint): void {
    this.window.clear();
    this.threadOf.clear();
    this.lastThread = null;
    this.shaky.clear();
    this.chips.setWords(from.words);
    this.chips.apicv = from.apicv;
    this.mid = from.mid;
    this.picTrusted = from.picTrusted;
    this.isResumed = true;
    Object.assign(this.known, copyOf(from.known));
    from.vcpus.forEach((state, i) => {
      Object.assign(this.vcpus[i] as VcpuState, copyOf(state));
    });
  }

  /** Who made the routing table, as the lines show it. */
  get routing(): 'kernel' | 'qemu' {
    return this.o.survey.ioapicFirst > this.o.survey.picFirst ? 'kernel' : 'qemu';
  }

  /** Events are missing: IRR, ISR and promises are forgotten, and what a line shows next is learnt. */
  lost(): void {
    for (const t of this.threadOf.values()) {
      t.open = null;
      t.eoiOwed = 0;
      t.tail = null;
      t.ended = -1;
      t.inducedOwed = 0;
      t.lastExit = EXIT.other;
      t.midway = true;
    }
    this.acked.fill(-1);
    this.window.clear();
    for (let v = 0; v < this.vcpus.length; v++) {
      const state = this.vcpus[v] as VcpuState;
      this.chips.forgetPosted(v);
      state.unknown.fill(1);
      state.injected = -1;
      state.mustReinject = -1;
      state.windowLine = 0;
      state.armedKnown = false;
      state.asyncPfKnown = false;
      state.lvttKnown = false;
      this.chips.assumeOn(v);
    }
    this.mid = true;
    this.picTrusted = false;
    this.known.rte.fill(0);
    this.known.pin.fill(0);
    this.known.pic.fill(0);
    this.known.picIrr.fill(0);
    this.known.picBase = [false, false];
  }

  event(r: TraceRecord): void {
    this.seq++;
    const t = this.thread(r);
    const f = r.f;
    if (t.tail !== null) {
      t.tail.after = this.seq;
      t.tail = null;
    }
    switch (r.event) {
      case TP.kvm_pic_set_irq:
        this.judged(
          t,
          r,
          picKey((f[0] as number) * 8 + (f[1] as number), f[2] as number, f[3] as number, f[4] as number),
        );
        break;
      case TP.kvm_ioapic_set_irq:
        this.judged(
          t,
          r,
          ioapicKey(
            f[0] as number,
            f[1] as number,
            f[2] as number,
            f[3] as number,
            f[4] as number,
            f[5] as number,
            f[6] as number,
            f[7] as number,
          ),
        );
        break;
      case TP.kvm_apic_accept_irq:
      case TP.kvm_apicv_accept_irq:
        this.noteAccepted(f[0] as number, f[1] as number, f[2] as number);
        this.judged(t, r, acceptKey(r.event, f[0] as number, f[1] as number, f[2] as number, f[3] as number));
        break;
      case TP.kvm_ack_irq:
        this.judged(t, r, ackKey(f[0] as number, f[1] as number));
        break;
      case TP.kvm_pv_eoi:
        this.judged(t, r, vectorKey(TP.kvm_pv_eoi, f[0] as number, f[1] as number));
        break;
      case TP.kvm_msi_set_irq:
        this.msi(t, r);
        break;
      case TP.kvm_set_irq:
        this.close(t, r);
        this.setIrq(t, r);
        break;
      case TP.kvm_eoi:
        if (this.toldTwice(t, r)) break;
        this.close(t, r);
        this.eoi(t, r);
        break;
      case TP.kvm_inj_virq:
        this.close(t, r);
        this.inject(t, r);
        break;
      case TP.kvm_apic:
        this.close(t, r);
        this.apic(t, r);
        break;
      case TP.kvm_apic_ipi:
        this.close(t, r);
        this.message(
          t,
          r,
          t.vcpu,
          f[0] as number,
          f[1] as number,
          f[2] as number,
          f[3] as number,
          f[4] as number,
          f[5] as number,
          f[6] as number,
          0,
        );
        break;
      case TP.kvm_hypercall:
        this.close(t, r);
        this.hypercall(t, r);
        break;
      case TP.kvm_mmio:
        this.close(t, r);
        this.mmio(t, r);
        break;
      case TP.kvm_pio:
        this.close(t, r);
        this.pio(t, r);
        break;
      case TP.kvm_msr:
        this.close(t, r);
        this.msr(t, r);
        break;
      case TP.kvm_cr:
        this.close(t, r);
        if (f[0] === 1 && f[1] === 8 && t.vcpu >= 0) {
          const op = this.begin(t, r, OP.tpr, t.vcpu, true);
          op.a[0] = ((f[2] as number) & 15) << 4;
          this.runAlone(op);
        }
        break;
      case TP.kvm_entry:
        this.close(t, r);
        this.entry(t, r);
        break;
      case TP.kvm_exit:
        this.close(t, r);
        this.exit(t, r);
        break;
      case TP.kvm_userspace_exit:
        this.close(t, r);
        this.userspaceExit(t, r);
        break;
      case TP.kvm_apicv_inhibit_changed:
        this.close(t, r);
        this.chips.apicv = f[2] === 0 && this.recorded(TP.kvm_apicv_accept_irq);
        break;
      default:
        // Other subsystems print in the middle of anything, an interrupt of the host above all: that says nothing of KVM.
        if (this.isForeign(r.event)) return;
        this.close(t, r);
    }
    t.spoke = this.seq;
  }

  private isForeign(event: number): boolean {
    this.foreign[event - FIRST_UNKNOWN] ??= !/^kvm_|^vcpu_/.test(this.o.others[event - FIRST_UNKNOWN] ?? 'kvm_');
    return this.foreign[event - FIRST_UNKNOWN] as boolean;
  }

  private noteAccepted(id: number, vector: number, mode: number): void {
    const vcpu = mode > 1 ? -1 : this.chips.vcpuOf(id);
    if (vcpu >= 0) (this.vcpus[vcpu] as VcpuState).accepted[vector & 255] = 1;
  }

  /** The trace ends: what was shown is judged, what was promised may still have come. */
  finish(): void {
    for (const t of this.threadOf.values()) {
      const op = t.open;
      if (op === null || op.closed) continue;
      op.promised.length = Math.min(op.promised.length, Math.max(op.shown.length, op.right));
      this.closeOp(t, op, op.line, op.ts);
    }
  }

  // -- ops

  private begin(t: Thread, r: TraceRecord, kind: number, vcpu: number, late: boolean): Op {
    const op = this.window.begin();
    op.kind = kind;
    op.vcpu = vcpu;
    op.thread = t.key;
    op.line = r.line;
    op.ts = r.ts;
    op.seq = this.seq;
    op.before = t.spoke;
    op.late = late;
    t.midway = false;
    return op;
  }

  /** An op whose line is its own end: nothing more of it will come. */
  private runAlone(op: Op): void {
    runOp(op, this.chips);
    op.after = this.seq;
    op.closed = true;
  }

  private runOpen(t: Thread, op: Op): void {
    runOp(op, this.chips);
    t.open = op;
  }

  private show(op: Op, key: number, r: TraceRecord): boolean {
    const i = op.shown.length;
    op.shown.push(key);
    op.lines.push(r.line);
    op.times.push(r.ts);
    if (!op.bad && i < op.promised.length && op.promised[i] === key) {
      op.right++;
      this.verdicts.right(eventOf(key), isTrivial(op));
      this.verdicts.settle(key);
      this.noteKnown(key);
      // A chip prints its line after it is done: nothing of this op is still to come.
      if (op.kind === OP.setIrq && op.shown.length === op.promised.length) op.after = this.seq;
      return true;
    }
    op.bad = true;
    return false;
  }

  /** A line that an open op promised, or that nobody did. */
  private judged(t: Thread, r: TraceRecord, key: number): void {
    if (t.open === null && t.eoiOwed > 0 && r.event === TP.kvm_ack_irq) this.eoiLeftOut(t, r);
    if (t.inducedOwed > 0 && r.event === TP.kvm_ack_irq) this.inducedLeftOut(t, r);
    const op = t.open;
    if (op !== null && !op.closed) {
      if (op.shown.length < op.promised.length && op.promised[op.shown.length] === key) {
        this.show(op, key, r);
        if (isMessage(op) && r.event === TP.kvm_apic_accept_irq) this.arrives(t, r, key);
        return;
      }
      if (this.standsAlone(t, r, op)) return;
      // One EOI tells a pin once.
      if (r.event === TP.kvm_ack_irq && isEoi(op) && !op.bad && op.shown.includes(key)) {
        this.verdicts.count(r.event, 'wrong', 'not promised');
        this.verdicts.differs(r.line, r.ts, -1, key, null);
        return;
      }
      // All it promised has come: what comes now is somebody else's, unless the op may reach more than we know.
      if (
        op.shown.length >= op.promised.length &&
        !op.bad &&
        !(isMessage(op) && r.event === TP.kvm_apic_accept_irq && op.a[1] === r.f[1])
      ) {
        this.close(t, r);
        this.orphan(t, r, key);
        return;
      }
      this.show(op, key, r);
      return;
    }
    if (this.standsAlone(t, r, null)) return;
    this.orphan(t, r, key);
  }

  /** The thread speaks of something else: its op is over. */
  private close(t: Thread, r: TraceRecord): void {
    const op = t.open;
    if (op !== null) {
      t.open = null;
      this.closeOp(t, op, r.line, r.ts);
    }
    if (t.eoiOwed > 0 && r.event !== TP.kvm_eoi) this.eoiMissing(t);
  }

  private closeOp(_t: Thread, op: Op, _line: number, _ts: number): void {
    op.after = Math.min(op.after, this.seq);
    op.closed = true;
    if (agrees(op) && !op.bad) return;
    this.resolve(op);
  }

  // -- disagreement

  private resolve(op: Op): void {
    if (agrees(op)) {
      // A replay for somebody else has mended it.
      this.countRest(op, 'raced', 'order');
      return;
    }
    if (this.learnFrom(op)) return;
    const order = this.window.reorder(op);
    if (order !== null) {
      this.countRest(op, 'raced', 'order');
      this.raced(op, order);
      return;
    }
    this.disagree(op);
  }

  /** One finding for all that only another order explains; it names the first. */
  private raced(op: Op, order: { other: Op }): void {
    this.verdicts.note('raced', 'note', op.line, op.ts, { params: { other: order.other.line } });
  }

  /** Gives the lines from the first that did not fit a verdict of their own. */
  private countRest(op: Op, verdict: 'raced' | 'unknowable', why: string): void {
    for (let i = op.right; i < op.shown.length; i++) {
      this.verdicts.count(eventOf(op.shown[i] as number), verdict, why);
      this.noteKnown(op.shown[i] as number);
    }
    op.right = op.shown.length;
    op.bad = false;
  }

  /** Compares the two lists line by line: the same, another in its place, missing, too many. */
  private disagree(op: Op): void {
    const { promised, shown } = op;
    const gsi = op.kind === OP.setIrq ? (op.a[0] as number) : null;
    let p = op.right;
    let s = op.right;
    while (p < promised.length || s < shown.length) {
      const want = promised[p];
      const have = shown[s];
      if (want !== undefined && want === have) {
        this.verdicts.right(eventOf(have), isTrivial(op));
        p++;
        s++;
        continue;
      }
      const later = have === undefined ? -1 : promised.indexOf(have, p);
      if (want !== undefined && (have === undefined || later > p)) {
        if (isMessage(op)) this.takeMessage(want);
        if (this.staleAck(op, want)) {
          p++;
          continue;
        }
        if (this.isRecorded(eventOf(want))) {
          this.verdicts.count(eventOf(want), 'missing', 'promised');
          this.verdicts.differs(op.lines[s] ?? op.line, op.times[s] ?? op.ts, want, -1, gsi);
        }
        p++;
        continue;
      }
      if (have === undefined) break;
      const again = want === undefined ? -1 : shown.indexOf(want, s);
      const replaced = want !== undefined && again < 0 && eventOf(want) === eventOf(have);
      this.wrongLine(op, have, replaced ? want : -1, op.lines[s] as number, op.times[s] as number, gsi);
      if (replaced && isMessage(op)) this.takeMessage(want);
      s++;
      if (replaced) p++;
    }
    op.right = op.shown.length;
    // What was shown stays as it is; from here on it counts as agreed.
    op.promised.splice(0, op.promised.length, ...op.shown);
  }

  /** One target of a message takes it: an op of its own, for it may happen later than what other threads print meanwhile. */
  private arrives(t: Thread, r: TraceRecord, key: number): void {
    const { id, vector, mode, level } = acceptOf(key);
    const vcpu = this.chips.vcpuOf(id);
    if (vcpu < 0) return;
    const op = this.begin(t, r, OP.accept, vcpu, false);
    op.a[1] = vector;
    op.a[2] = mode;
    op.a[3] = level;
    op.silent = true;
    op.closed = true;
    runOp(op, this.chips);
    t.tail = op;
    if (mode >= 5 && !this.recorded(TP.kvm_entry)) this.follow((c) => void c.serve(vcpu));
  }

  /** A message whose line is missing or wrong is taken all the same. */
  private takeMessage(key: number): void {
    if (eventOf(key) !== TP.kvm_apic_accept_irq) return;
    const { id, vector, mode, level } = acceptOf(key);
    this.follow((c) => {
      c.accept(c.vcpuOf(id), {
        vector,
        deliveryMode: mode,
        trigMode: level === 1,
        level: true,
        logical: false,
        shorthand: 0,
        dest: 0,
        redirHint: false,
      });
    });
  }

  /** An EOI told the IOAPIC of no pin that moved away before: user space made KVM look at the routes again. */
  private staleAck(op: Op, want: number): boolean {
    // Whether KVM tells of requests that an ICW1 drops depends on who listens at LINT0.
    if (op.kind === OP.writePort && eventOf(want) === TP.kvm_ack_irq && !this.picTrusted) return true;
    const ioapic = eventOf(want) === TP.kvm_ack_irq && Math.floor(want / 32) % 4 === 2;
    // It heard of this vector before, and still has it.
    const pinOf = want % 32;
    const rte = this.chips.rteLo(pinOf);
    const shown = ioapic && this.acked[pinOf] === (rte & 255) && (rte & 0x8000) !== 0;
    if (ioapic && !shown && (!this.recorded(TP.kvm_mmio) || !this.apicSeen || this.mid)) {
      this.follow((c) => c.scanAll());
      return true;
    }
    if (eventOf(want) !== TP.kvm_ack_irq || (op.kind !== OP.eoi && op.kind !== OP.eoiInduced)) return false;
    const pin = want % 32;
    if (Math.floor(want / 32) % 4 !== 2 || !this.chips.isStaleRoute(pin)) return false;
    this.follow((c) => c.scanAll());
    this.verdicts.note('host-ioctl', 'note', op.line, op.ts, { gsi: pin, params: { what: 'scan' } });
    return true;
  }

  private wrongLine(op: Op, have: number, want: number, line: number, ts: number, gsi: number | null): void {
    if (want < 0) {
      const hidden = this.hiddenCause(op, have);
      if (hidden !== null) {
        this.verdicts.count(eventOf(have), 'unknowable', hidden);
        if (eventOf(have) === TP.kvm_apic_accept_irq) this.takeMessage(have);
        return;
      }
    }
    this.verdicts.count(eventOf(have), 'wrong', want >= 0 ? 'other' : 'not promised');
    const finding = this.verdicts.differs(line, ts, want, have, gsi);
    if (op.kind === OP.setIrq && want >= 0 && slotOf(want) === slotOf(have)) this.isStubborn(op, have, finding);
  }

  /** The same disagreement twice on one pin: the chip was set by an ioctl that prints nothing. */
  private isStubborn(op: Op, have: number, finding: Finding): void {
    const event = eventOf(have);
    if (event !== TP.kvm_ioapic_set_irq && event !== TP.kvm_pic_set_irq) return;
    const state = settingOf(have);
    const slot = slotOf(have);
    const before = this.stubborn.get(slot);
    if (before === undefined || before.key !== state) {
      this.stubborn.set(slot, { key: state, finding, n: 1 });
      return;
    }
    this.stubborn.delete(slot);
    this.adopt(op, have);
    for (let i = 0; i < 2; i++) {
      this.verdicts.uncount(event, 'wrong', 'other');
      this.verdicts.count(event, 'unknowable', 'host-ioctl');
    }
    const first = before.finding;
    first.id = 'host-ioctl';
    first.severity = 'note';
  }

  private adopt(op: Op, have: number): void {
    const event = eventOf(have);
    this.window.learnBefore(op, (chips) => {
      if (event === TP.kvm_ioapic_set_irq) {
        const rte = rteOf(have);
        chips.setRte(rte.pin, rte.lo, rte.hi);
      } else setPicFrom(chips, have, 0);
    });
  }

  private isRecorded(event: number): boolean {
    return this.recorded(event);
  }

  // -- learning

  private noteKnown(key: number): void {
    switch (eventOf(key)) {
      case TP.kvm_ioapic_set_irq: {
        const pin = key % 32;
        if (this.stubborn.size > 0) this.stubborn.delete(TP.kvm_ioapic_set_irq * 32 + pin);
        if (this.shaky.size > 0) this.steady(TP.kvm_ioapic_set_irq * 32 + pin, key);
        this.known.rte[pin] = 1;
        this.known.pin[pin] = 1;
        break;
      }
      case TP.kvm_pic_set_irq: {
        const pin = key % 16;
        if (this.stubborn.size > 0) this.stubborn.delete(TP.kvm_pic_set_irq * 32 + pin);
        if (this.shaky.size > 0) this.steady(TP.kvm_pic_set_irq * 32 + pin, key);
        this.known.pic[pin] = 1;
        this.known.picIrr[pin] = 1;
        break;
      }
      case TP.kvm_ack_irq:
        if (Math.floor(key / 32) % 4 === 2) this.acked[key % 32] = this.chips.rteLo(key % 32) & 255;
        break;
      case TP.kvm_apic_accept_irq: {
        const { id, vector } = acceptOf(key);
        const vcpu = this.chips.vcpuOf(id);
        if (vcpu >= 0) (this.vcpus[vcpu] as VcpuState).unknown[vector] = 0;
        break;
      }
    }
  }

  /** What the lines show and nobody could know becomes the state before the op. @returns whether that explains them all */
  private learnFrom(op: Op): boolean {
    if (op.kind !== OP.setIrq) return this.learnDestinations(op);
    const steps: ((chips: Chips) => void)[] = [];
    const changed: [number, number][] = [];
    let learntPin = -1;
    const level = op.a[1] as number;
    for (const key of op.shown) {
      if (eventOf(key) === TP.kvm_pic_set_irq && !op.promised.includes(key)) {
        const p = picOf(key);
        const soft = !this.recorded(TP.kvm_pio) || this.known.pic[p.pin] === 0;
        const mine = op.promised.find((k) => eventOf(k) === TP.kvm_pic_set_irq && picOf(k).pin === p.pin);
        if (mine === undefined) return false;
        const m = picOf(mine);
        if ((m.level !== p.level || m.masked !== p.masked) && !soft) return false;
        if (m.coalesced !== p.coalesced && this.known.picIrr[p.pin] === 1 && this.picInputsSeen()) return false;
        if (!this.recorded(TP.kvm_pio)) changed.push([mine, key]);
        steps.push((chips) => setPicFrom(chips, key, level));
      }
      if (eventOf(key) === TP.kvm_ioapic_set_irq && !op.promised.includes(key)) {
        const rte = rteOf(key);
        const mine = op.promised.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq && rteOf(k).pin === rte.pin);
        if (mine === undefined) return false;
        const m = rteOf(mine);
        const soft = !this.recorded(TP.kvm_mmio) || this.known.rte[rte.pin] === 0;
        if ((m.lo !== rte.lo || m.hi !== rte.hi) && !soft) return false;
        const same = m.lo === rte.lo && m.hi === rte.hi;
        if (same && m.coalesced !== rte.coalesced && this.known.pin[rte.pin] === 1) return false;
        if (!this.recorded(TP.kvm_mmio)) changed.push([mine, key]);
        learntPin = rte.pin;
      }
    }
    const ioapic = op.shown.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
    if (ioapic !== undefined && op.promised.length !== op.shown.length && learntPin < 0) {
      // The same RTE, but a delivery more or less: remote IRR or the line was not known.
      if (this.known.pin[rteOf(ioapic).pin] === 1 && this.known.rte[rteOf(ioapic).pin] === 1)
        return this.learnDestinations(op);
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
    if (steps.length === 0) return this.learnDestinations(op);
    const learn = this.window.learnBefore(op, (chips) => {
      for (const step of steps) step(chips);
    });
    if (learn === null) return false;
    if (agrees(op)) {
      this.countRest(op, 'unknowable', this.unseen());
      for (const [mine, shown] of changed) this.shake(op, mine, shown);
      return true;
    }
    if (this.learnDestinations(op)) {
      for (const [mine, shown] of changed) this.shake(op, mine, shown);
      return true;
    }
    this.window.unlearn(learn);
    return false;
  }

  /** Every type that changes a local APIC's state is in the trace. */
  private inputsRecorded(): boolean {
    const needed = [TP.kvm_msr, TP.kvm_set_irq, TP.kvm_eoi, TP.kvm_inj_virq];
    return needed.every((event) => this.recorded(event));
  }

  private picInputsSeen(): boolean {
    return this.picTrusted && this.recorded(TP.kvm_inj_virq);
  }

  /**
   * A pin shows a setting that nobody saw written, for the type that writes it was not recorded. If the next line shows the
   * old one again, the line in between was wrong; unless it does so again and again: then it is the guest that masks and
   * unmasks.
   */
  private shake(op: Op, mine: number, shown: number): void {
    const event = eventOf(shown);
    const slot = slotOf(shown);
    const now = settingOf(shown);
    if (settingOf(mine) === now) return;
    const last = this.shaky.get(slot);
    if (last === undefined || settingOf(last.before) !== now) {
      const i = op.shown.indexOf(shown);
      this.shaky.set(slot, {
        before: mine,
        now: shown,
        line: op.lines[i] ?? op.line,
        ts: op.times[i] ?? op.ts,
        seq: this.seq,
      });
      return;
    }
    this.shaky.delete(slot);
    const turned = settingOf(last.now);
    let again = this.turnedBack.get(turned);
    if (again === undefined) {
      again = [];
      this.turnedBack.set(turned, again);
    }
    if (again.length >= USUAL) return;
    // One far from the others has its own reason.
    if (last.line - (again.at(-1)?.line ?? last.line) > USUAL_LINES) again.length = 0;
    this.verdicts.uncount(event, 'unknowable', this.unseen());
    this.verdicts.count(event, 'wrong', 'turned back');
    again.push(this.verdicts.differs(last.line, last.ts, last.before, last.now, null));
    if (again.length < USUAL) return;
    for (const finding of again) {
      this.verdicts.remove(finding);
      this.verdicts.uncount(event, 'wrong', 'turned back');
      this.verdicts.count(event, 'unknowable', this.unseen());
    }
  }

  /** A line that shows the new setting again. */
  private steady(slot: number, key: number): void {
    const last = this.shaky.get(slot);
    if (last !== undefined && last.seq !== this.seq && settingOf(key) === settingOf(last.now)) this.shaky.delete(slot);
  }

  private unseen(): string {
    return this.mid ? 'not seen yet' : 'not recorded';
  }

  /** Who an interrupt goes to follows from the local APICs; where their writes are not in the trace, the lines say it. */
  private learnDestinations(op: Op): boolean {
    if (this.apicSeen && !this.mid && this.recorded(TP.kvm_msr)) return false;
    const others = (list: readonly number[]): number[] =>
      list.filter((k) => eventOf(k) !== TP.kvm_apic_accept_irq && eventOf(k) !== TP.kvm_apicv_accept_irq);
    // Whom nobody takes for a destination, KVM calls coalesced too: that bit follows from who accepts.
    const plain = (k: number): number => (eventOf(k) === TP.kvm_ioapic_set_irq ? k - rteOf(k).coalesced * 2 ** 27 : k);
    const a = others(op.promised).map(plain);
    const b = others(op.shown).map(plain);
    if (a.length !== b.length || a.some((k, i) => k !== b[i])) return false;
    const accepts = op.shown.filter((k) => eventOf(k) === TP.kvm_apic_accept_irq).map(acceptOf);
    // Whoever takes it takes it once, and with APICv each taken vector is posted.
    if (new Set(accepts.map((one) => one.id)).size < accepts.length || !this.postedAsTaken(op)) return false;
    const promisedOne = op.promised.find((k) => eventOf(k) === TP.kvm_apic_accept_irq);
    const want = promisedOne !== undefined ? acceptOf(promisedOne) : this.sentBy(op);
    if (want === null || accepts.length === 0) return false;
    if (accepts.some((k) => k.vector !== want.vector || k.mode !== want.mode || k.level !== want.level)) return false;
    for (const one of accepts) {
      const vcpu = this.chips.vcpuOf(one.id);
      if (vcpu < 0) return false;
    }
    this.countRest(op, 'unknowable', 'destination');
    const rte = op.shown.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
    if (rte !== undefined && (rteOf(rte).lo & 0x800) !== 0) {
      const [only] = accepts;
      const bit = rteOf(rte).hi >>> 24;
      if (accepts.length === 1 && only !== undefined) this.follow((c) => c.learnLogical(c.vcpuOf(only.id), bit));
    }
    if (rte !== undefined && op.kind === OP.setIrq && op.a[1] === 1 && (rteOf(rte).lo & 0x8000) !== 0) {
      const { pin, lo, hi } = rteOf(rte);
      this.follow((c) => c.setRte(pin, lo | 0x4000, hi));
    }
    const promisedIds = op.promised.filter((k) => eventOf(k) === TP.kvm_apic_accept_irq).map((k) => acceptOf(k).id);
    for (const one of accepts) {
      // The promised ones of a message were taken at their own lines, if they came in their place.
      if (one.mode > 1 || promisedIds.includes(one.id)) continue;
      this.follow((chips) => {
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

  /** Each accept that was shown is followed by the kvm_apicv_accept_irq of the same fields, and there is no other. */
  private postedAsTaken(op: Op): boolean {
    if (!this.recorded(TP.kvm_apicv_accept_irq)) return true;
    let taken = -1;
    for (const key of op.shown) {
      const isPosted = eventOf(key) === TP.kvm_apicv_accept_irq;
      if (isPosted !== taken >= 0) return false;
      const { id, vector, mode, level } = acceptOf(key);
      if (isPosted && key !== taken) return false;
      const posts = eventOf(key) === TP.kvm_apic_accept_irq && this.chips.apicv && mode <= 1;
      taken = posts ? acceptKey(TP.kvm_apicv_accept_irq, id, vector, mode, level) : -1;
    }
    return taken < 0;
  }

  private sentBy(op: Op): { vector: number; mode: number; level: number } | null {
    if (op.kind === OP.message) return { vector: op.a[1] as number, mode: op.a[2] as number, level: op.a[5] as number };
    if (op.kind !== OP.setIrq) return null;
    const key = op.promised.find((k) => eventOf(k) === TP.kvm_ioapic_set_irq);
    if (key === undefined) return null;
    const { lo } = rteOf(key);
    return { vector: lo & 255, mode: (lo >>> 8) & 7, level: (lo >>> 15) & 1 };
  }

  /** Follows the trace: a change of state after all that was done. */
  private follow(change: (chips: Chips) => void): void {
    const op = this.window.begin();
    op.kind = OP.learn;
    op.thread = -1;
    op.seq = this.seq;
    op.before = this.seq;
    op.after = this.seq;
    op.line = 0;
    op.closed = true;
    op.change = change;
    runOp(op, this.chips);
  }

  // -- inputs

  private setIrq(t: Thread, r: TraceRecord): void {
    const op = this.begin(t, r, OP.setIrq, -1, false);
    op.a[0] = r.f[0] as number;
    op.a[1] = r.f[1] as number;
    op.a[2] = r.f[2] as number;
    this.runOpen(t, op);
  }

  private message(
    t: Thread,
    r: TraceRecord,
    src: number,
    dest: number,
    vector: number,
    mode: number,
    logical: number,
    level: number,
    trig: number,
    shorthand: number,
    rh: number,
  ): Op {
    const op = this.begin(t, r, OP.message, src, false);
    op.a[0] = dest;
    op.a[1] = vector;
    op.a[2] = mode;
    op.a[3] = logical;
    op.a[4] = level;
    op.a[5] = trig;
    op.a[6] = shorthand;
    op.a[7] = rh;
    this.runOpen(t, op);
    return op;
  }

  private msi(t: Thread, r: TraceRecord): void {
    const f = r.f;
    const key = msiKey(f[0] as number, f[1] as number, f[2] as number, f[3] as number, f[4] as number, f[5] as number);
    const op = t.open;
    if (op !== null && !op.closed && op.promised[op.shown.length] === key) {
      this.show(op, key, r);
      return;
    }
    const gsi = op !== null && op.kind === OP.setIrq && op.shown.length === 0 ? (op.a[0] as number) : -1;
    this.close(t, r);
    if (gsi >= 0) {
      const known = this.routes.get(gsi);
      if (known === key) this.verdicts.right(TP.kvm_msi_set_irq, false);
      else this.verdicts.count(TP.kvm_msi_set_irq, 'unknowable', 'route');
      this.routes.set(gsi, key);
    } else this.verdicts.count(TP.kvm_msi_set_irq, 'unknowable', 'input');
    const sent = this.message(
      t,
      r,
      -1,
      f[0] as number,
      f[1] as number,
      f[2] as number,
      f[3] as number,
      1,
      f[4] as number,
      0,
      f[5] as number,
    );
    // A vCPU's own thread in split mode reads out its routes: the same line, and nothing is sent.
    if (t.vcpu >= 0 && this.o.survey.irqchip === 'split') sent.a[8] = 1;
  }

  private hypercall(t: Thread, r: TraceRecord): void {
    const f = r.f;
    if (f[0] === 5) {
      // KVM_HC_KICK_CPU: a message of mode "remote read" that only wakes. @kvm x86.c kvm_pv_kick_cpu_op
      this.message(t, r, -1, f[3] as number, 0, 3, 0, 0, 0, 0, 0);
    } else if (f[0] === 0xa) {
      const op = this.begin(t, r, OP.pvIpi, t.vcpu, false);
      for (let i = 0; i < 9; i++) op.a[i] = f[i] as number;
      this.runOpen(t, op);
    }
  }

  private apic(t: Thread, r: TraceRecord): void {
    const f = r.f;
    if (t.vcpu < 0) return;
    const register = f[1] as number;
    if (f[0] === 0) {
      this.read(
        t,
        r,
        OP.readApic,
        TP.kvm_apic,
        f[2] as number,
        register === REG.tmcct || this.chips.apicv || register > 0x3f0,
      );
      return;
    }
    if (register === REG.eoi) {
      t.eoiOwed = r.line;
      t.eoiTs = r.ts;
      return;
    }
    if (register === REG.selfIpi) return;
    const stores = register === REG.icr || register === REG.icr2;
    const op = this.begin(t, r, stores ? OP.storeIcr : OP.writeApic, t.vcpu, false);
    for (let i = 0; i < 4; i++) op.a[i] = f[i] as number;
    this.runOpen(t, op);
    if (register === REG.lvtt) {
      const state = this.vcpus[t.vcpu] as VcpuState;
      state.armedKnown = false;
      state.lvttKnown = true;
    }
  }

  private mmio(t: Thread, r: TraceRecord): void {
    const f = r.f;
    const gpa = f[2] as number;
    if (f[3] !== 0 || gpa < 0xfec00000 || gpa >= 0xfec00100 || this.o.survey.irqchip !== 'full') return;
    if (f[0] === 2) {
      const op = this.begin(t, r, OP.writeIoapic, t.vcpu, false);
      op.a[1] = f[1] as number;
      op.a[2] = gpa - 0xfec00000;
      op.a[4] = f[4] as number;
      this.runOpen(t, op);
    } else if (f[0] === 1) {
      this.read(t, r, OP.readIoapic, TP.kvm_mmio, f[4] as number, false);
    }
  }

  private pio(t: Thread, r: TraceRecord): void {
    const port = r.f[1] as number;
    if (this.o.survey.irqchip !== 'full') return;
    if (!(port === 0x20 || port === 0x21 || port === 0xa0 || port === 0xa1 || port === 0x4d0 || port === 0x4d1)) return;
    if (r.f[0] === 0) {
      this.read(
        t,
        r,
        OP.readPort,
        TP.kvm_pio,
        (r.f[4] as number) & 255,
        (r.f[3] as number) > 1 || (r.f[2] as number) > 1,
      );
      return;
    }
    const op = this.begin(t, r, OP.writePort, t.vcpu, false);
    op.a[1] = port;
    op.a[4] = r.f[4] as number;
    const chip = port >= 0x4d0 ? port & 1 : port >> 7;
    if (port === 0x21 || port === 0xa1 || port >= 0x4d0) {
      for (let pin = chip * 8; pin < chip * 8 + 8; pin++)
        this.known.pic[pin] = this.known.pic[pin] || port < 0x4d0 ? 1 : 0;
    }
    this.runOpen(t, op);
    if (this.chips.pic(chip, 'initState') >= 2) this.known.picBase[chip] = true;
  }

  /** A value read: printed after it was read, so whatever others did before this line may or may not show in it. */
  private read(t: Thread, r: TraceRecord, kind: number, event: number, value: number, unknowable: boolean): void {
    const op = this.begin(t, r, kind, t.vcpu, true);
    for (let i = 0; i < 6; i++) op.a[i] = r.f[i] as number;
    if (kind === OP.readIoapic) op.a[2] = (r.f[2] as number) - 0xfec00000;
    runOp(op, this.chips);
    op.after = this.seq;
    op.closed = true;
    const key = valueKey(event, value);
    if (unknowable) {
      this.verdicts.count(event, 'unknowable', 'not modelled');
      op.promised.length = 0;
      return;
    }
    if (op.promised[0] === key) {
      op.shown.push(key);
      op.lines.push(r.line);
      op.times.push(r.ts);
      op.right = 1;
      this.verdicts.right(event, false);
      this.verdicts.settle(key);
      return;
    }
    if (this.show(op, key, r)) return;
    const order = this.window.reorder(op);
    if (order !== null) {
      this.countRest(op, 'raced', 'order');
      this.raced(op, order);
      return;
    }
    if (this.mid || !this.apicSeen || !this.inputsRecorded()) {
      this.countRest(op, 'unknowable', 'not seen yet');
      op.promised.splice(0, 1, key);
      return;
    }
    this.disagree(op);
  }

  private msr(t: Thread, r: TraceRecord): void {
    const f = r.f;
    if (f[0] !== 1 || f[4] === 1 || t.vcpu < 0) return;
    const state = this.vcpus[t.vcpu] as VcpuState;
    switch (f[1]) {
      case MSR.apicBase: {
        const op = this.begin(t, r, OP.writeBase, t.vcpu, true);
        op.a[2] = f[2] as number;
        op.a[3] = f[3] as number;
        this.runAlone(op);
        break;
      }
      case MSR.deadline:
        state.timerArmed = f[2] !== 0 || f[3] !== 0;
        state.armedKnown = true;
        break;
      case MSR.asyncPf:
        state.asyncPf = (f[2] as number) & 255;
        state.asyncPfKnown = true;
        break;
    }
  }

  private entry(t: Thread, r: TraceRecord): void {
    const vcpu = t.vcpu;
    if (vcpu < 0) return;
    const state = this.vcpus[vcpu] as VcpuState;
    if (t.inducedOwed > 0) {
      this.inducedLeftOut(t, r);
      this.close(t, r);
    }
    if (state.windowLine > 0) this.windowWithout(t, state, r);
    if (state.mustReinject >= 0) this.reinjectionMissing(state, vcpu, r);
    state.injected = -1;
    state.entered = true;
    if (this.chips.mustServe(vcpu)) this.runAlone(this.begin(t, r, OP.serve, vcpu, true));
    if (this.chips.apicv && this.chips.highestIrr(vcpu) >= 0) this.runAlone(this.begin(t, r, OP.posted, vcpu, false));
  }

  private exitKind(reason: number): ExitKind {
    const known = this.exitKinds[reason];
    if (known !== undefined) return known;
    const name = this.o.reasons[reason] ?? '';
    const kind = /^EOI_INDUCED$/.test(name)
      ? EXIT.eoiInduced
      : /^(vintr|EXIT_VINTR|INTERRUPT_WINDOW|PENDING_INTERRUPT)$/.test(name)
        ? EXIT.window
        : /^(VMCALL|hypercall|EXIT_VMMCALL)$/.test(name)
          ? EXIT.hypercall
          : EXIT.other;
    this.exitKinds[reason] = kind;
    return kind;
  }

  private exit(t: Thread, r: TraceRecord): void {
    t.lastExit = this.exitKind(r.f[1] as number);
    t.exitVector = (r.f[2] as number) & 255;
    t.inducedOwed = t.lastExit === EXIT.eoiInduced ? r.line : 0;
    if (t.vcpu < 0) return;
    const state = this.vcpus[t.vcpu] as VcpuState;
    state.entered = false;
    if (t.lastExit === EXIT.window) {
      state.windowLine = r.line;
      state.windowTs = r.ts;
    }
    // SVM's exit_int_info, VMX's IDT-vectoring information: an external interrupt was cut off in its delivery.
    // Before v5.10 the line has neither: its two numbers are others.
    if (r.f[7] !== 1) {
      state.mustReinject = -1;
      return;
    }
    const info = this.o.vendor === 'svm' ? (r.f[6] as number) : (r.f[4] as number);
    if (info !== 0) this.cutOffShown = true;
    state.mustReinject = info >= 0x80000000 && ((info >>> 8) & 7) === 0 ? info & 255 : -1;
  }

  /**
   * KVM_EXIT_IOAPIC_EOI tells the VMM's IOAPIC of the EOI before it, which is of a vector that came as a level.
   * @kvm lapic.c kvm_ioapic_send_eoi
   */
  private userspaceExit(t: Thread, r: TraceRecord): void {
    if (r.f[1] !== 0 || r.f[0] !== 26 || t.vcpu < 0) return;
    const { ended } = t;
    t.ended = -1;
    if (!this.recorded(TP.kvm_eoi) || t.midway) {
      this.verdicts.count(r.event, 'unknowable', t.midway ? 'not seen yet' : 'kvm_eoi not recorded');
      return;
    }
    if (ended >= 0) {
      this.verdicts.right(r.event, false);
      return;
    }
    this.verdicts.count(r.event, 'wrong', 'not promised');
    this.verdicts.differs(r.line, r.ts, -1, valueKey(r.event, 26), null);
  }

  // -- the vCPU takes it and ends it

  private inject(t: Thread, r: TraceRecord): void {
    if (r.f[0] === 1) {
      this.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'software interrupt');
      return;
    }
    const vector = r.f[1] as number;
    if (t.vcpu < 0) {
      this.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'thread');
      return;
    }
    const state = this.vcpus[t.vcpu] as VcpuState;
    const key = vectorKey(TP.kvm_inj_virq, this.chips.ids[t.vcpu] as number, vector);
    if (r.f[2] === 1) {
      this.reinject(state, key, vector, r);
      return;
    }
    state.windowLine = 0;
    if (!this.recorded(TP.kvm_entry) && this.chips.mustServe(t.vcpu))
      this.runAlone(this.begin(t, r, OP.serve, t.vcpu, true));
    state.injected = vector;
    state.lastInjected = vector;
    const unknown = state.unknown[vector] === 1;
    if (!this.picTrusted && this.injectUntrusted(t, r, state, vector, key)) return;
    const op = this.begin(t, r, OP.inject, t.vcpu, true);
    op.a[1] = vector;
    this.runAlone(op);
    if (this.show(op, key, r)) {
      state.unknown[vector] = 0;
      return;
    }
    const order = this.window.reorder(op);
    if (order !== null) {
      this.countRest(op, 'raced', 'order');
      this.raced(op, order);
      return;
    }
    this.injectOther(op, t.vcpu, vector, unknown, r);
    state.unknown[vector] = 0;
  }

  /**
   * The 8259's ports or LINT0 are not in the trace: whether it, or the local APIC, had the word is not known.
   * @returns true if the line was judged
   */
  private injectUntrusted(t: Thread, r: TraceRecord, state: VcpuState, vector: number, key: number): boolean {
    const { chips } = this;
    const vcpu = t.vcpu;
    if (chips.apicChoice(vcpu) === vector) {
      const op = this.begin(t, r, OP.take, vcpu, true);
      op.a[1] = vector;
      this.runAlone(op);
      this.show(op, key, r);
      state.unknown[vector] = 0;
      return true;
    }
    const pin =
      this.o.survey.irqchip === 'full' && !chips.inIrr(vcpu, vector)
        ? chips.waitingPicPin(vector & 7, this.recorded(TP.kvm_pio) && !this.mid)
        : -1;
    // A vector this local APIC ever accepted is its own; an 8259 is programmed to the low ones.
    if (pin < 0 || vector >= 0x80 || state.accepted[vector] === 1) return false;
    if (this.recorded(TP.kvm_pio) && this.known.picBase[pin >> 3] && chips.pic(pin >> 3, 'irqBase') !== (vector & 0xf8))
      return false;
    this.known.picBase[pin >> 3] = true;
    this.verdicts.count(
      TP.kvm_inj_virq,
      'unknowable',
      this.recorded(TP.kvm_pio) ? 'LINT0 not seen' : 'kvm_pio not recorded',
    );
    this.follow((c) => {
      c.setPicBase(pin >> 3, vector & 0xf8);
      if (((c.pic(pin >> 3, 'elcr') >> (pin & 7)) & 1) === 0) c.setPicBit(pin >> 3, 'irr', pin & 7, 0);
    });
    return true;
  }

  /** KVM injected something else than the engine would have. */
  private injectOther(op: Op, vcpu: number, vector: number, unknown: boolean, r: TraceRecord): void {
    const want = ((op.promised[0] as number) % 512) - 1;
    const at = this.window.indexOf(op);
    this.window.undo(at);
    this.window.ops.splice(at, 1);
    const key = op.shown[0] as number;
    const { chips } = this;
    const fromPic = this.picPinOf(vector);
    if (unknown || (fromPic >= 0 && !this.picInputsSeen())) {
      this.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'not seen yet');
      this.follow((c) => c.take(vcpu, vector));
    } else if (chips.inIrr(vcpu, vector) && chips.highestIsr(vcpu) >> 4 >= vector >> 4) {
      // It waited behind one in service, whose end nobody printed.
      const blocker = chips.highestIsr(vcpu);
      this.missingEoi(vcpu, blocker, r.line, r.ts);
      this.follow((c) => {
        for (let isr = c.highestIsr(vcpu); isr >= 0 && isr >> 4 >= vector >> 4; isr = c.highestIsr(vcpu))
          c.dropIsr(vcpu, isr);
        c.take(vcpu, vector);
      });
      this.verdicts.right(TP.kvm_inj_virq, false);
    } else {
      const waits = chips.inIrr(vcpu, vector);
      this.verdicts.count(TP.kvm_inj_virq, 'wrong', waits ? 'other' : 'not waiting');
      this.verdicts.differs(r.line, r.ts, op.promised[0] as number, key, null);
      const state = this.vcpus[vcpu] as VcpuState;
      // Passed over again: KVM does not have it in IRR.
      const gone = want >= 0 && want === state.passedOver;
      state.passedOver = want;
      this.follow((c) => {
        if (gone) c.dropIrr(vcpu, want);
        if (waits || want < 0) c.take(vcpu, vector);
        else c.inject(vcpu);
      });
    }
  }

  private picPinOf(vector: number): number {
    if (this.o.survey.irqchip !== 'full') return -1;
    for (let chip = 0; chip < 2; chip++) {
      const base = this.chips.pic(chip, 'irqBase');
      if (vector >= base && vector < base + 8) return chip * 8 + vector - base;
    }
    return -1;
  }

  private missingEoi(vcpu: number, vector: number, line: number, ts: number): void {
    if (!this.recorded(TP.kvm_eoi)) return;
    this.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
    this.verdicts.differs(line, ts, vectorKey(TP.kvm_eoi, this.chips.ids[vcpu] as number, vector), -1, null);
  }

  /** An injection that did not reach the guest is made again. */
  private reinject(state: VcpuState, key: number, vector: number, r: TraceRecord): void {
    // Cut off by an exit, or taken back before the entry.
    let want = state.mustReinject >= 0 ? state.mustReinject : state.injected;
    const both = this.recorded(TP.kvm_entry) && this.recorded(TP.kvm_exit) && this.cutOffShown;
    if (want < 0 && !both) want = state.lastInjected;
    state.mustReinject = -1;
    state.injected = vector;
    if (want === vector) {
      this.verdicts.right(TP.kvm_inj_virq, false);
      return;
    }
    if (this.mid && state.unknown[vector] === 1) {
      this.verdicts.count(TP.kvm_inj_virq, 'unknowable', 'not seen yet');
      return;
    }
    if (want < 0) {
      const vcpu = this.chips.vcpuOf(Math.floor((key % 2 ** 40) / 512));
      this.verdicts.count(TP.kvm_inj_virq, 'missing', 'promised');
      this.verdicts.differs(r.line, r.ts, vectorKey(TP.kvm_inj_virq, this.chips.ids[vcpu] as number, vector), -1, null);
      this.verdicts.right(TP.kvm_inj_virq, false);
      this.follow((c) => {
        if (c.inject(vcpu) < 0) c.raiseIsr(vcpu, vector);
      });
      return;
    }
    this.verdicts.count(TP.kvm_inj_virq, 'wrong', 'other');
    this.verdicts.differs(r.line, r.ts, key - vector + want, key, null);
  }

  private reinjectionMissing(state: VcpuState, vcpu: number, r: TraceRecord): void {
    const vector = state.mustReinject;
    state.mustReinject = -1;
    if (!this.recorded(TP.kvm_inj_virq) || this.chips.apicv) return;
    this.verdicts.count(TP.kvm_inj_virq, 'missing', 'reinjection');
    this.verdicts.differs(r.line, r.ts, vectorKey(TP.kvm_inj_virq, this.chips.ids[vcpu] as number, vector), -1, null);
  }

  /** The window opened for an interrupt, and none followed. */
  private windowWithout(t: Thread, state: VcpuState, r: TraceRecord): void {
    state.windowLine = 0;
    if (!this.recorded(TP.kvm_inj_virq) || this.chips.apicv || this.mid) return;
    if (!this.chips.wouldInject(t.vcpu)) return;
    const op = this.begin(t, r, OP.inject, t.vcpu, true);
    this.runAlone(op);
    const key = op.promised[0] as number;
    op.promised.length = 0;
    this.verdicts.count(TP.kvm_inj_virq, 'missing', 'window');
    this.verdicts.differs(r.line, r.ts, key, -1, null);
  }

  private eoi(t: Thread, r: TraceRecord): void {
    const vector = r.f[1] as number;
    const shown = this.chips.vcpuOf(r.f[0] as number);
    const written = t.eoiOwed > 0;
    t.eoiOwed = 0;
    t.inducedOwed = 0;
    t.ended = vector;
    // Only its own thread ends a vCPU's interrupt.
    const vcpu = t.vcpu >= 0 ? t.vcpu : shown;
    if (vcpu < 0 || vcpu !== shown) {
      const want = vcpu < 0 ? -1 : vectorKey(TP.kvm_eoi, this.chips.ids[vcpu] as number, vector);
      this.verdicts.count(TP.kvm_eoi, 'wrong', vcpu < 0 ? 'no such vCPU' : 'other');
      this.verdicts.differs(r.line, r.ts, want, vectorKey(TP.kvm_eoi, r.f[0] as number, vector), null);
      if (vcpu < 0) return;
    }
    const key = vectorKey(TP.kvm_eoi, this.chips.ids[vcpu] as number, vector);
    if (!this.recorded(TP.kvm_entry) && this.chips.mustServe(vcpu))
      this.runAlone(this.begin(t, r, OP.serve, vcpu, true));
    if (t.lastExit === EXIT.eoiInduced && this.chips.apicv) {
      const op = this.begin(t, r, OP.eoiInduced, vcpu, false);
      op.a[1] = t.exitVector;
      this.runOpen(t, op);
      this.show(op, key, r);
      return;
    }
    const state = this.vcpus[vcpu] as VcpuState;
    if (vector >= 0 && this.chips.highestIsr(vcpu) !== vector) this.eoiOther(state, vcpu, vector, r);
    const unknowable = this.chips.highestIsr(vcpu) === vector && this.eoiWasUnknown;
    this.eoiWasUnknown = false;
    const op = this.begin(t, r, OP.eoi, vcpu, false);
    t.endedBefore = written || this.apicSeen ? -1 : vector;
    // The shared byte said "ended" before KVM looked. @kvm lapic.c apic_sync_pv_eoi_from_guest
    if (!written && this.apicSeen && this.recorded(TP.kvm_pv_eoi) && vector >= 0) {
      op.extra = vectorKey(TP.kvm_pv_eoi, r.f[0] as number, vector);
    }
    this.runOpen(t, op);
    if (unknowable && op.promised[0] === key) {
      op.shown.push(key);
      op.lines.push(r.line);
      op.times.push(r.ts);
      op.right = 1;
      this.verdicts.count(TP.kvm_eoi, 'unknowable', 'not seen yet');
    } else this.show(op, key, r);
  }
  private eoiWasUnknown = false;
  /** kvm_exit prints the vectoring information at all. */
  private cutOffShown = false;

  /** The vector ended is not the highest the engine has in service: which line is missing, or was unknown? */
  private eoiOther(state: VcpuState, vcpu: number, vector: number, r: TraceRecord): void {
    const { chips } = this;
    const id = chips.ids[vcpu] as number;
    if (state.unknown[vector] === 1) {
      state.unknown[vector] = 0;
      this.eoiWasUnknown = true;
      this.follow((c) => {
        for (let isr = c.highestIsr(vcpu); isr > vector; isr = c.highestIsr(vcpu)) c.dropIsr(vcpu, isr);
        c.raiseIsr(vcpu, vector);
      });
      return;
    }
    if (chips.inIsr(vcpu, vector)) {
      this.missingEoi(vcpu, chips.highestIsr(vcpu), r.line, r.ts);
      this.follow((c) => {
        for (let isr = c.highestIsr(vcpu); isr > vector; isr = c.highestIsr(vcpu)) c.dropIsr(vcpu, isr);
      });
      return;
    }
    if (chips.inIrr(vcpu, vector) && this.recorded(TP.kvm_inj_virq) && vector >> 4 > chips.highestIsr(vcpu) >> 4) {
      this.verdicts.count(TP.kvm_inj_virq, 'missing', 'promised');
      this.verdicts.differs(r.line, r.ts, vectorKey(TP.kvm_inj_virq, id, vector), -1, null);
      this.follow((c) => c.take(vcpu, vector));
      return;
    }
    if (!this.recorded(TP.kvm_inj_virq)) {
      this.eoiWasUnknown = true;
      this.follow((c) => {
        c.take(vcpu, vector);
        for (let isr = c.highestIsr(vcpu); isr > vector; isr = c.highestIsr(vcpu)) c.dropIsr(vcpu, isr);
      });
    }
  }

  /** The same kvm_eoi again while the first one's other lines are still due. */
  private toldTwice(t: Thread, r: TraceRecord): boolean {
    const op = t.open;
    if (op === null || op.kind !== OP.eoi || op.bad || op.shown.length === 0) return false;
    if (op.shown.length >= op.promised.length || t.eoiOwed > 0) return false;
    const key = vectorKey(TP.kvm_eoi, r.f[0] as number, r.f[1] as number);
    if (op.shown[0] !== key) return false;
    this.verdicts.count(TP.kvm_eoi, 'wrong', 'not promised');
    this.verdicts.differs(r.line, r.ts, -1, key, null);
    return true;
  }

  /** The EOI register was written and the IOAPIC told, but the line between them is missing. */
  private eoiLeftOut(t: Thread, r: TraceRecord): void {
    if (!this.recorded(TP.kvm_eoi) || t.vcpu < 0) return;
    t.eoiOwed = 0;
    const op = this.begin(t, r, OP.eoi, t.vcpu, false);
    this.runOpen(t, op);
    const key = op.promised[0] as number;
    op.shown.push(key);
    op.lines.push(r.line);
    op.times.push(r.ts);
    op.right = 1;
    this.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
    this.verdicts.differs(r.line, r.ts, key, -1, null);
  }

  /** The processor reported an EOI, and KVM's line of it is missing. @kvm lapic.c kvm_apic_set_eoi_accelerated */
  private inducedLeftOut(t: Thread, r: TraceRecord): void {
    t.inducedOwed = 0;
    if (!this.recorded(TP.kvm_eoi) || t.vcpu < 0 || !this.chips.apicv) return;
    this.close(t, r);
    const op = this.begin(t, r, OP.eoiInduced, t.vcpu, false);
    op.a[1] = t.exitVector;
    this.runOpen(t, op);
    const key = op.promised[0] as number;
    op.shown.push(key);
    op.lines.push(r.line);
    op.times.push(r.ts);
    op.right = 1;
    this.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
    this.verdicts.differs(r.line, r.ts, key, -1, null);
  }

  private eoiMissing(t: Thread): void {
    const line = t.eoiOwed;
    t.eoiOwed = 0;
    if (t.vcpu < 0) return;
    if (!this.recorded(TP.kvm_eoi)) {
      this.follow((c) => c.eoi(t.vcpu));
      return;
    }
    const vector = this.chips.highestIsr(t.vcpu);
    this.verdicts.count(TP.kvm_eoi, 'missing', 'promised');
    this.verdicts.differs(line, t.eoiTs, vectorKey(TP.kvm_eoi, this.chips.ids[t.vcpu] as number, vector), -1, null);
    this.follow((c) => c.eoi(t.vcpu));
  }

  // -- accepts that no message line announces

  /** A local source of the vCPU's own: timer, async page fault. @returns true if the line was dealt with */
  private standsAlone(t: Thread, r: TraceRecord, open: Op | null): boolean {
    if (r.event === TP.kvm_apicv_accept_irq) return false;
    if (r.event !== TP.kvm_apic_accept_irq) return false;
    const vcpu = this.chips.vcpuOf(r.f[0] as number);
    if (vcpu < 0) return false;
    if (open !== null && open.shown.length < open.promised.length) {
      // Promised lines are outstanding: only what surely is local stands between them.
      if (t.vcpu === vcpu) return false;
    }
    const vector = r.f[1] as number;
    const state = this.vcpus[vcpu] as VcpuState;
    const own = t.vcpu === vcpu || r.context > 0 || t.vcpu < 0;
    if (!own || r.f[2] !== 0 || r.f[3] !== 0) return false;
    const lvtt = this.chips.lapic(vcpu, 'lvtTimer');
    const timer = (lvtt & 0xff) === vector && (lvtt & 0x10000) === 0 && (this.apicSeen || !state.lvttKnown);
    const deadline = ((lvtt >>> 17) & 3) === 2;
    if (timer && t.vcpu === vcpu) {
      const armed = !deadline || state.timerArmed || !state.armedKnown || !this.recorded(TP.kvm_msr);
      if (!armed) return false;
      state.timerArmed = false;
      state.armedKnown = true;
      this.local(t, r, vcpu, open);
      return true;
    }
    if (state.asyncPf >= 32 && state.asyncPf === vector) {
      this.local(t, r, vcpu, open);
      return true;
    }
    return false;
  }

  private local(t: Thread, r: TraceRecord, vcpu: number, open: Op | null): void {
    if (open !== null && open.shown.length >= open.promised.length) this.close(t, r);
    const op = this.begin(t, r, OP.accept, vcpu, false);
    for (let i = 0; i < 4; i++) op.a[i] = r.f[i] as number;
    this.runOpen(t, op);
    this.show(op, acceptKey(r.event, r.f[0] as number, r.f[1] as number, r.f[2] as number, r.f[3] as number), r);
  }

  /** A judged line that nothing announced. */
  private orphan(t: Thread, r: TraceRecord, key: number): void {
    const { verdicts } = this;
    if (t.midway && r.event !== TP.kvm_apic_accept_irq && r.event !== TP.kvm_apicv_accept_irq) {
      verdicts.count(r.event, 'unknowable', 'not seen yet');
      this.noteKnown(key);
      return;
    }
    switch (r.event) {
      case TP.kvm_apic_accept_irq:
      case TP.kvm_apicv_accept_irq: {
        const { id, vector, mode, level } = acceptOf(key);
        const vcpu = this.chips.vcpuOf(id);
        if (vcpu < 0) {
          verdicts.count(r.event, 'wrong', 'no such vCPU');
          verdicts.differs(r.line, r.ts, -1, key, null);
          return;
        }
        const state = this.vcpus[vcpu] as VcpuState;
        // What no device line announces comes from an ICR or a local timer: Fixed, and then an edge.
        const fits = level === 0 || mode > 1;
        const hidden = fits ? (this.senderHidden(t, mode) ?? this.learnLocal(t, r, vcpu, state)) : null;
        if (r.event === TP.kvm_apic_accept_irq && hidden !== null) {
          verdicts.count(r.event, 'unknowable', hidden);
          state.unknown[vector] = 0;
          const op = this.begin(t, r, OP.accept, vcpu, false);
          for (let i = 0; i < 4; i++) op.a[i] = r.f[i] as number;
          this.runOpen(t, op);
          op.shown.push(key);
          op.lines.push(r.line);
          op.times.push(r.ts);
          op.right = 1;
          // An INIT resets the APIC when its vCPU next looks; without its entries in the trace: now.
          if (mode >= 5 && !this.recorded(TP.kvm_entry)) this.follow((c) => void c.serve(vcpu));
          return;
        }
        const timer = this.timerDue(t);
        verdicts.count(r.event, 'wrong', timer < 0 ? 'not promised' : 'other');
        verdicts.differs(r.line, r.ts, timer, key, null);
        if (timer >= 0) this.takeMessage(timer);
        return;
      }
      case TP.kvm_pv_eoi: {
        const { id, vector } = vectorOf(key);
        // KVM prints it right after the kvm_eoi of the same end. @kvm lapic.c apic_sync_pv_eoi_from_guest
        const ended = t.endedBefore;
        if (t.vcpu >= 0 && ended >= 0 && (id !== this.chips.ids[t.vcpu] || ended !== vector)) {
          t.endedBefore = -1;
          verdicts.count(r.event, 'wrong', 'other');
          verdicts.differs(r.line, r.ts, vectorKey(r.event, this.chips.ids[t.vcpu] as number, ended), key, null);
          return;
        }
        if (ended === vector) {
          // Its kvm_eoi came; that it was a pv EOI could not be told from a register write.
          t.endedBefore = -1;
          verdicts.right(r.event, false);
          return;
        }
        if (this.mid && t.vcpu >= 0 && vector >= 0 && (this.vcpus[t.vcpu] as VcpuState).unknown[vector] === 1) {
          verdicts.count(r.event, 'unknowable', 'not seen yet');
          return;
        }
        if (!this.recorded(TP.kvm_eoi)) {
          const ends = t.vcpu >= 0 && this.chips.highestIsr(t.vcpu) === vector;
          if (ends) verdicts.right(r.event, false);
          else verdicts.count(r.event, 'unknowable', 'kvm_eoi not recorded');
          if (ends) this.follow((c) => c.eoi(t.vcpu));
          return;
        }
        if (t.vcpu < 0 || vector < 0 || this.chips.highestIsr(t.vcpu) !== vector) {
          verdicts.count(r.event, 'wrong', 'not promised');
          verdicts.differs(r.line, r.ts, -1, key, null);
          return;
        }
        this.missingEoi(t.vcpu, vector, r.line, r.ts);
        this.follow((c) => c.eoi(t.vcpu));
        verdicts.right(r.event, false);
        return;
      }
      default: {
        if (r.event === TP.kvm_ack_irq && this.eoiBefore(t, r)) return;
        const cause = this.causeHidden(r);
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
  private eoiBefore(t: Thread, r: TraceRecord): boolean {
    if (r.f[0] !== 2 || t.vcpu < 0 || !this.recorded(TP.kvm_eoi)) return false;
    const vector = this.chips.rteLo(r.f[1] as number) & 255;
    if (!this.chips.inIsr(t.vcpu, vector) || this.chips.highestIsr(t.vcpu) !== vector) return false;
    this.missingEoi(t.vcpu, vector, r.line, r.ts);
    this.follow((c) => c.eoi(t.vcpu));
    this.verdicts.right(r.event, false);
    return true;
  }

  /** Why the sender of an accepted interrupt may not show in this trace; null if it must. */
  private senderHidden(t: Thread, mode: number): string | null {
    if (t.midway) return 'not seen yet';
    if (!this.recorded(TP.kvm_apic)) return 'kvm_apic not recorded';
    if (!this.recorded(TP.kvm_msr)) return 'kvm_msr not recorded';
    if (!this.recorded(TP.kvm_set_irq) && !this.recorded(TP.kvm_msi_set_irq)) return 'kvm_set_irq not recorded';
    if (!this.recorded(TP.kvm_apic_ipi) && (mode >= 4 || this.vcpus.length > 1)) return 'kvm_apic_ipi not recorded';
    if (t.lastExit === EXIT.hypercall && !this.recorded(TP.kvm_hypercall)) return 'kvm_hypercall not recorded';
    if (mode === 4) return 'performance counter';
    return null;
  }

  /** The same for a line among those of an op. */
  private hiddenCause(op: Op, key: number): string | null {
    // Nobody takes one message twice.
    if (eventOf(key) === TP.kvm_apic_accept_irq && op.shown.indexOf(key) !== op.shown.lastIndexOf(key)) return null;
    if (eventOf(key) === TP.kvm_apic_accept_irq) {
      const t = this.threadOf.get(op.thread);
      const { id, mode } = acceptOf(key);
      const vcpu = this.chips.vcpuOf(id);
      return t === undefined || vcpu < 0 ? null : this.senderHidden(t, mode);
    }
    if (eventOf(key) !== TP.kvm_ack_irq) return null;
    return this.ackHidden(Math.floor(key / 32) % 4);
  }

  private ackHidden(chip: number): string | null {
    if (chip !== 2) {
      if (!this.recorded(TP.kvm_pio)) return 'kvm_pio not recorded';
      if (!this.recorded(TP.kvm_set_irq)) return 'kvm_set_irq not recorded';
      if (!this.recorded(TP.kvm_inj_virq)) return 'kvm_inj_virq not recorded';
      if (!this.apicSeen) return 'kvm_apic not recorded';
      return this.mid && !this.known.picBase[chip] ? 'not seen yet' : null;
    }
    if (!this.recorded(TP.kvm_eoi)) return 'kvm_eoi not recorded';
    return this.recorded(TP.kvm_mmio) && this.apicSeen && !this.mid ? null : 'who looks at its EOIs is not known';
  }

  /** The first vector of a local source nobody saw set up: its timer, or async page faults. */
  private learnLocal(t: Thread, r: TraceRecord, vcpu: number, state: VcpuState): string | null {
    if (r.event !== TP.kvm_apic_accept_irq || r.f[2] !== 0 || r.f[3] !== 0) return null;
    const vector = r.f[1] as number;
    if (!state.lvttKnown && t.vcpu === vcpu) {
      state.lvttKnown = true;
      this.follow((c) => c.setTimerVector(vcpu, vector));
      return 'not seen yet';
    }
    if (!state.asyncPfKnown) {
      state.asyncPfKnown = true;
      state.asyncPf = vector;
      return 'not seen yet';
    }
    return null;
  }

  /** The accept this vCPU's armed deadline timer owes, -1 none: a wrong line on its thread stands in its place. */
  private timerDue(t: Thread): number {
    const state = this.vcpus[t.vcpu];
    if (state === undefined || !state.timerArmed || !this.apicSeen) return -1;
    const lvtt = this.chips.lapic(t.vcpu, 'lvtTimer');
    if ((lvtt & 0x10000) !== 0 || ((lvtt >>> 17) & 3) !== 2) return -1;
    state.timerArmed = false;
    return acceptKey(TP.kvm_apic_accept_irq, this.chips.ids[t.vcpu] as number, lvtt & 255, 0, 0);
  }

  private causeHidden(r: TraceRecord): string | null {
    switch (r.event) {
      case TP.kvm_ack_irq:
        return this.ackHidden(r.f[0] as number);
      case TP.kvm_pic_set_irq:
      case TP.kvm_ioapic_set_irq:
        return this.recorded(TP.kvm_set_irq) ? null : 'kvm_set_irq not recorded';
      case TP.kvm_pv_eoi:
        return this.recorded(TP.kvm_eoi) ? null : 'kvm_eoi not recorded';
      default:
        return null;
    }
  }
}

/** The line without what the interrupt itself makes of it. */
function settingOf(key: number): number {
  return eventOf(key) === TP.kvm_ioapic_set_irq
    ? key - rteOf(key).coalesced * 2 ** 27
    : key - picOf(key).coalesced * 64;
}
const slotOf = (key: number): number =>
  eventOf(key) * 32 + (eventOf(key) === TP.kvm_ioapic_set_irq ? rteOf(key).pin : picOf(key).pin);

/** A copy whose typed arrays are its own. */
function copyOf<T extends object>(state: T): T {
  const copy = { ...state } as Record<string, unknown>;
  for (const [name, value] of Object.entries(copy)) {
    if (value instanceof Uint8Array) copy[name] = value.slice();
    else if (Array.isArray(value)) copy[name] = [...value];
  }
  return copy as T;
}

const isEoi = (op: Op): boolean => op.kind === OP.eoi || op.kind === OP.eoiInduced;
const isMessage = (op: Op): boolean => op.kind === OP.message || op.kind === OP.pvIpi;
const isTrivial = (op: Op): boolean => op.kind === OP.setIrq && op.a[1] === 0;

/** The 8259 as a line shows it, before the line moves its pin. */
function setPicFrom(chips: Chips, key: number, level: number): void {
  const p = picOf(key);
  const chip = p.pin >> 3;
  const bit = p.pin & 7;
  chips.setPicBit(chip, 'elcr', bit, p.level);
  chips.setPicBit(chip, 'imr', bit, p.masked);
  if (level === 1 && p.masked === 0) {
    chips.setPicBit(chip, 'irr', bit, p.coalesced);
    if (p.coalesced === 1) chips.setPicBit(chip, 'lastIrr', bit, 0);
  }
}
