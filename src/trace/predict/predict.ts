/**
 * The prediction: the trace's inputs drive the engine, and every judged line is held against what the engine promised.
 * Roles, learnt unknowns and verdicts as in the contract; each rule of KVM's names its function.
 */

import { MAX_VCPUS } from '../../spec/limits.ts';
import type { TraceRecord } from '../record.ts';
import { TimeOrder } from '../time-order.ts';
import { FIRST_UNKNOWN, TP, TRACEPOINTS } from '../tracepoints.ts';
import { arrives, orphan, standsAlone } from './accepts.ts';
import { Chips } from './chips.ts';
import { eoi, eoiLeftOut, eoiMissing, inducedLeftOut, toldTwice } from './ends.ts';
import { resolve } from './folding.ts';
import { inject } from './injections.ts';
import { apic, entry, exit, hypercall, message, mmio, msi, msr, pio, setIrq, userspaceExit } from './inputs.ts';
import { acceptKey, acceptOf, ackKey, eventOf, ioapicKey, picKey, textOf, vectorKey } from './keys.ts';
import {
  type Checkpoint,
  copyOf,
  EXIT,
  type ExitKind,
  type Known,
  type PredictOptions,
  SURELY_ONE_SHOT,
  type Thread,
  type VcpuState,
} from './model.ts';
import { agrees, isEoi, isMessage, isTrivial, OP, type Op, runOp, SCAN, shows } from './ops.ts';
import { noteKnown } from './unknowns.ts';
import { type Finding, Verdicts } from './verdicts.ts';
import { Window } from './window.ts';

export type { Checkpoint, PredictOptions } from './model.ts';

/** Records before the end within which a promised line may not have been printed yet. */
const STILL_TO_COME = 2000;

export class Predictor {
  readonly verdicts: Verdicts;

  readonly chips: Chips;

  readonly window: Window;

  readonly threadOf = new Map<number, Thread>();

  lastThread: Thread | null = null;

  readonly vcpus: VcpuState[] = [];

  readonly known: Known;

  readonly recorded: (event: number) => boolean;

  seq = 0;

  /** The state at the start is not known: the trace begins in the middle, or a gap lies before. */
  mid: boolean;

  /** The 8259's state and who listens to it can be trusted. */
  picTrusted: boolean;

  /** The local APICs' own state can be trusted: their writes are in the trace. */
  readonly apicSeen: boolean;

  /** Every vCPU's own thread is known, so that any other is none of theirs. */
  readonly threadsKnown: boolean;

  readonly exitKinds: ExitKind[] = [];

  readonly foreign: boolean[] = [];

  isResumed = false;

  /** Shown and kept apart: the value a pin showed when it last disagreed, for one that stays. */
  readonly stubborn = new Map<number, { key: number; finding: Finding; n: number }>();

  /** Settings of pins that one line changed and none has confirmed, by event and pin. */
  readonly shaky = new Map<number, { before: number; now: number; line: number; ts: number; seq: number }>();

  /** Settings that turned back at the next line, with what was said of each. */
  readonly turnedBack = new Map<number, Finding[]>();

  readonly routes = new Map<number, number>();

  /** Routes of the scan at hand; and of the last whole one, in the order of their GSIs. */
  private readonly scanned: string[] = [];
  private routeTable: readonly string[] | null = null;

  /** The vector, and 256 times the vCPU, with whose EOI each IOAPIC pin was last acknowledged, -1 none. */
  readonly acked = new Int32Array(24).fill(-1);

  private readonly order = new TimeOrder();
  private readonly hasOrder: boolean;

  readonly o: PredictOptions;

  constructor(o: PredictOptions) {
    this.o = o;
    this.verdicts = new Verdicts(o.leaky);
    const { survey } = o;
    this.hasOrder = survey.hasOrder;
    const recorded = Uint8Array.from(TRACEPOINTS, (_, event) => (survey.count(event) > 0 ? 1 : 0));
    this.recorded = (event) => recorded[event] === 1;
    this.mid = survey.starts === 'mid';
    this.apicSeen = this.recorded(TP.kvm_apic);
    this.threadsKnown = o.ids.every((id) => o.threads.hasThread(id));
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
    this.chips.prints = this.recorded;
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
        alive: false,
        elsewhere: false,
        exitLine: 0,
        oneShot: true,
        startedFires: this.mid ? 0 : SURELY_ONE_SHOT,
        passedOver: -1,
      });
    }
  }

  /** Can this trace be predicted at all? */
  static possible(ids: readonly number[]): boolean {
    return ids.length > 0 && ids.length <= MAX_VCPUS;
  }

  thread(r: TraceRecord): Thread {
    const key = r.tid * 4 + Math.max(r.context, 0);
    const last = this.lastThread;
    if (last !== null && last.key === key) return last;
    let t = this.threadOf.get(key);
    if (t === undefined) {
      const id = r.context <= 0 ? this.idOf(r.tid) : -1;
      t = {
        key,
        vcpu: id < 0 ? -1 : this.chips.vcpuOf(id),
        isOneVcpu: id >= 0 && this.o.threads.isOneVcpu(r.tid),
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

  /** Id of the vCPU whose thread it is, -1 none. Where no line names a thread, a lone vCPU's own are most. */
  private idOf(tid: number): number {
    const { threads, ids } = this.o;
    return this.isThreadless && ids.length === 1 ? (ids[0] ?? -1) : threads.vcpuOf(tid);
  }

  /** No line names its thread: with several vCPUs nobody knows whose call a line belongs to. */
  private get isThreadless(): boolean {
    return this.o.threads.actors === 0;
  }

  /** The state as it is now, with what cannot be known of it. */
  state(): Record<string, unknown> {
    const unknownPins = [...this.known.rte].flatMap((known, pin) => (known === 0 ? [pin] : []));
    const state = this.chips.state(
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
    return this.routeTable === null ? state : { ...state, routes: [...this.routeTable] };
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
    this.order.begin();
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
    const { survey } = this.o;
    // With one chip's lines alone their order tells nothing: GSI 0 does, which a VMM leads to pin 2.
    if (!this.recorded(TP.kvm_pic_set_irq)) return survey.timerPin === 0 ? 'kernel' : 'qemu';
    return survey.ioapicFirst > survey.picFirst ? 'kernel' : 'qemu';
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
      state.entered = false;
      state.mustReinject = -1;
      state.windowLine = 0;
      state.armedKnown = false;
      state.oneShot = true;
      state.startedFires = 0;
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
    // A piece of another time: what was before says nothing of it.
    if (this.order.next(r.ts, r.line, this.o.ticks === true)) this.lost();
    this.seq++;
    const t = this.thread(r);
    const f = r.f;
    if (t.tail !== null) {
      t.tail.after = this.seq;
      t.tail = null;
    }
    // Those first of which there are most.
    switch (r.event) {
      case TP.kvm_entry:
        this.close(t, r);
        entry(this, t, r);
        break;
      case TP.kvm_exit:
        this.close(t, r);
        exit(this, t, r);
        break;
      case TP.kvm_userspace_exit:
        this.close(t, r);
        userspaceExit(this, t, r);
        break;
      case TP.kvm_pio:
        this.close(t, r);
        pio(this, t, r);
        break;
      case TP.kvm_pic_set_irq:
        this.judged(t, r, picKey(f[0] * 8 + f[1], f[2], f[3], f[4]));
        break;
      case TP.kvm_ioapic_set_irq:
        this.judged(t, r, ioapicKey(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]));
        break;
      case TP.kvm_apic_accept_irq:
      case TP.kvm_apicv_accept_irq:
        this.noteAccepted(f[0], f[1], f[2]);
        this.judged(t, r, acceptKey(r.event, f[0], f[1], f[2], f[3]));
        break;
      case TP.kvm_ack_irq:
        this.judged(t, r, ackKey(f[0], f[1]));
        break;
      case TP.kvm_pv_eoi:
        this.judged(t, r, vectorKey(TP.kvm_pv_eoi, f[0], f[1]));
        break;
      case TP.kvm_msi_set_irq:
        msi(this, t, r);
        break;
      case TP.kvm_set_irq:
        this.close(t, r);
        setIrq(this, t, r);
        break;
      case TP.kvm_eoi:
        if (toldTwice(this, t, r)) break;
        this.close(t, r);
        eoi(this, t, r);
        break;
      case TP.kvm_inj_virq:
        // One that was missed before stands here by mistake: the lines around it belong together.
        if (t.vcpu < 0 || !this.verdicts.cameLate(vectorKey(r.event, this.chips.ids[t.vcpu], f[1]), r.line))
          this.close(t, r);
        inject(this, t, r);
        break;
      case TP.kvm_apic:
        this.close(t, r);
        apic(this, t, r);
        break;
      case TP.kvm_apic_ipi:
        this.close(t, r);
        message(this, t, r, t.vcpu, f[0], f[1], f[2], f[3], f[4], f[5], f[6], 0);
        break;
      case TP.kvm_hypercall:
        this.close(t, r);
        hypercall(this, t, r);
        break;
      case TP.kvm_mmio:
        this.close(t, r);
        mmio(this, t, r);
        break;
      case TP.kvm_msr:
        this.close(t, r);
        msr(this, t, r);
        break;
      case TP.kvm_cr:
        this.close(t, r);
        if (f[0] === 1 && f[1] === 8 && t.vcpu >= 0) {
          const op = this.begin(t, r, OP.tpr, t.vcpu, true);
          op.a[0] = (f[2] & 15) << 4;
          this.runAlone(op);
        }
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

  isForeign(event: number): boolean {
    this.foreign[event - FIRST_UNKNOWN] ??= !/^kvm_|^vcpu_/.test(this.o.others[event - FIRST_UNKNOWN] ?? 'kvm_');
    return this.foreign[event - FIRST_UNKNOWN] as boolean;
  }

  noteAccepted(id: number, vector: number, mode: number): void {
    const vcpu = mode > 1 ? -1 : this.chips.vcpuOf(id);
    if (vcpu >= 0) (this.vcpus[vcpu] as VcpuState).accepted[vector & 255] = 1;
  }

  /** The trace ends: what was shown is judged, what was promised may still have come. */
  finish(): void {
    for (const t of this.threadOf.values()) {
      const op = t.open;
      if (op === null || op.closed) continue;
      // Lines of one call follow each other at once: where the trace went on for long, they did not come.
      if (this.seq - op.seq < STILL_TO_COME)
        op.promised.length = Math.min(op.promised.length, Math.max(op.shown.length, op.right));
      this.closeOp(t, op, op.line, op.ts);
    }
    const { lacksCpus } = this.o;
    this.isCut = lacksCpus === 'yes' || !this.hasOrder || (lacksCpus === 'maybe' && this.verdicts.lackCauses());
    if (this.isCut || (this.isThreadless && this.o.ids.length > 1)) this.verdicts.withhold();
  }

  begin(t: Thread, r: TraceRecord, kind: number, vcpu: number, late: boolean): Op {
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
  runAlone(op: Op): void {
    runOp(op, this.chips);
    op.after = this.seq;
    op.closed = true;
  }

  runOpen(t: Thread, op: Op): void {
    runOp(op, this.chips);
    t.open = op;
  }

  show(op: Op, key: number, r: TraceRecord): boolean {
    const i = op.shown.length;
    shows(op, key, r);
    if (!op.bad && i < op.promised.length && op.promised[i] === key) {
      op.right++;
      this.verdicts.right(eventOf(key), isTrivial(op));
      this.verdicts.settle(key);
      noteKnown(this, key, op.vcpu);
      // A chip prints its line after it is done: nothing of this op is still to come.
      if (op.kind === OP.setIrq && op.shown.length === op.promised.length) op.after = this.seq;
      return true;
    }
    op.bad = true;
    return false;
  }

  /** A line that an open op promised, or that nobody did. */
  judged(t: Thread, r: TraceRecord, key: number): void {
    if (t.open === null && t.eoiOwed > 0 && r.event === TP.kvm_ack_irq) eoiLeftOut(this, t, r);
    if (t.inducedOwed > 0 && r.event === TP.kvm_ack_irq) inducedLeftOut(this, t, r);
    const op = t.open;
    if (op !== null && !op.closed) {
      if (op.shown.length < op.promised.length && op.promised[op.shown.length] === key) {
        this.show(op, key, r);
        if (isMessage(op) && r.event === TP.kvm_apic_accept_irq) arrives(this, t, r, key);
        return;
      }
      if (standsAlone(this, t, r, op)) return;
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
        orphan(this, t, r, key);
        return;
      }
      // The right line in the wrong place: its target has it all the same.
      if (isMessage(op) && r.event === TP.kvm_apic_accept_irq && !op.taken.includes(key)) {
        if (op.promised.indexOf(key, op.right) >= 0) {
          op.taken.push(key);
          this.takeMessage(key);
        }
      }
      // An EOI has no lines but its own: what comes behind a wrong one is somebody else's.
      if (op.bad && isEoi(op) && !op.promised.includes(key)) {
        this.close(t, r);
        this.judged(t, r, key);
        return;
      }
      this.show(op, key, r);
      return;
    }
    if (standsAlone(this, t, r, null)) return;
    orphan(this, t, r, key);
  }

  /** The thread speaks of something else: its op is over. */
  close(t: Thread, r: TraceRecord): void {
    const op = t.open;
    if (op !== null) {
      t.open = null;
      this.closeOp(t, op, r.line, r.ts);
    }
    if (t.eoiOwed > 0 && r.event !== TP.kvm_eoi) eoiMissing(this, t);
  }

  closeOp(_t: Thread, op: Op, _line: number, _ts: number): void {
    op.after = Math.min(op.after, this.seq);
    op.closed = true;
    if (agrees(op) && !op.bad) return;
    if (op.kind === OP.message && op.a[8] === SCAN && op.shown.length === 0) {
      op.promised.length = 0;
      return;
    }
    // No order of lines that have none makes them right.
    if (this.hasOrder) resolve(this, op);
    else this.countRest(op, 'unknowable', 'no order');
  }

  /** Gives the lines from the first that did not fit a verdict of their own. */
  countRest(op: Op, verdict: 'raced' | 'unknowable', why: string): void {
    for (let i = op.right; i < op.shown.length; i++) {
      this.verdicts.count(eventOf(op.shown[i]), verdict, why);
      noteKnown(this, op.shown[i], op.vcpu);
    }
    op.right = op.shown.length;
    op.bad = false;
  }

  /** A message whose line is missing or wrong is taken all the same. */
  takeMessage(key: number): void {
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

  /** A route as a scan shows it, the next of the scan at hand or the first of a new one. */
  noteRoute(key: number, goesOn: boolean): void {
    if (!goesOn) this.scanned.length = 0;
    // One alone is a message that was sent.
    this.scanned.push(textOf(key).replace(/^\w+: /, ''));
    if (this.scanned.length > 1) this.routeTable = this.scanned;
  }

  isRecorded(event: number): boolean {
    return this.recorded(event);
  }

  /** Follows the trace: a change of state after all that was done. */
  follow(change: (chips: Chips) => void): void {
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

  eoiWasUnknown = false;

  /** What the host's other CPUs did is not in the file: nothing is held against its lines. */
  isCut = false;

  /** kvm_exit prints the vectoring information at all. */
  cutOffShown = false;
}
