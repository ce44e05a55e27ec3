/**
 * Which thread is which vCPU, and which threads belong together (vms.ts). KVM's events are the host's own: several VMs stand in
 * one trace, and only the thread tells them apart, or, of VMs that one process runs one after another, the line that makes a
 * vCPU which was there already.
 */
import type { TraceRecord } from './record.ts';
import { atResetVector, TP } from './tracepoints.ts';
import { type VmGroup, Vms } from './vms.ts';

export type { VmGroup } from './vms.ts';

/** Threads a hostile trace may name before we stop counting. */
const MAX_THREADS = 65_536;
/** vCPU ids KVM can have (KVM_MAX_VCPU_IDS). */
const MAX_VCPU_ID = 4 * 4096;

/** So many entries make a thread its vCPU's for good. */
const SURE = 64;
/** A thread is one vCPU's alone if so many of its first entries are seen, and at most one of them names another. */
const ENOUGH = 8;

/** Events that a vCPU's own thread prints, with its vCPU id in the first field. */
const OWN: readonly boolean[] = (() => {
  const own: boolean[] = [];
  for (const event of [
    TP.kvm_entry,
    TP.kvm_exit,
    TP.kvm_write_tsc_offset,
    TP.kvm_track_tsc,
    TP.kvm_hv_timer_state,
    TP.kvm_wait_lapic_expire,
    TP.kvm_halt_poll_ns,
    TP.kvm_pv_tlb_flush,
    // An APIC is KVM's by vcpu_id, and only its own thread ends an interrupt.
    TP.kvm_eoi,
    TP.kvm_pv_eoi,
  ])
    own[event] = true;
  return own;
})();

/** What a thread did in one era: from one making of a vCPU that was there already to the next. */
export interface Stage {
  readonly era: number;
  vcpu: number;
  lines: number;
  /** Its last line. */
  last: number;
  /** Lines in task context, where the thread is the actor. */
  entries: number;
  /** Of the first entries: how far its vCPU is ahead of others, and how many were others'. */
  lead: number;
  others: number;
  /** Only lines that make a vCPU named one: a VMM's main thread may print those. */
  isWeak: boolean;
  /** It made several. */
  madeMany: boolean;
  /** The VM's first thread it belongs to, once that is known: an index (vms.ts). */
  home: number;
}

export interface Thread {
  tgid: number;
  /** Its last kvm_entry or kvm_exit, -1 none. */
  edge: number;
  readonly stages: Stage[];
  now: Stage;
}

/** The line at which an era begins, and whose it is. */
export interface Restart {
  readonly line: number;
  readonly tid: number;
  readonly tgid: number;
  /** A vCPU began in another thread: nothing but that speaks for another VM. */
  readonly byOther: boolean;
}

/** Eras told apart. */
const MOST_ERAS = 64;
/** vCPUs of one number seen in the guest at once: a lost kvm_exit looks like that too, but not so often. */
const SURELY_TWO = 4;

const createStage = (era: number): Stage => ({
  era,
  vcpu: -1,
  lines: 0,
  last: 0,
  entries: 0,
  lead: 0,
  others: 0,
  isWeak: false,
  madeMany: false,
  home: -1,
});

function createThread(tgid: number, era: number): Thread {
  const now = createStage(era);
  return { tgid, edge: -1, stages: [now], now };
}

/** The stage in which a thread is most of all a vCPU's. */
export function mainStage(t: Thread): Stage {
  let best = t.now;
  for (const stage of t.stages) {
    if (stage.entries > best.entries || (best.vcpu < 0 && stage.vcpu >= 0)) best = stage;
  }
  return best;
}

export class Threads {
  private readonly threads = new Map<number, Thread>();
  private last: Thread = createThread(-1, 0);
  private lastTid = Number.NaN;
  private readonly restarts: Restart[] = [];
  /** vCPU ids that were entered in this era. */
  private readonly ran = new Set<number>();
  /** A line that makes one of them, until the next one tells of how many. */
  private madeAt: { readonly line: number; readonly tid: number; readonly vcpu: number } | null = null;
  /** Where processes are known: the thread that last entered a vCPU, by process and id, and how often one of the same id was in the guest meanwhile. */
  private readonly entered = new Map<number, number>();
  private readonly clashes = new Map<number, number>();
  private vms: Vms | null = null;
  /** Threads past the limit were not looked at. */
  full = false;

  note(r: TraceRecord): void {
    if (r.tid < 0) return;
    let t = this.last;
    if (r.tid !== this.lastTid) {
      const known = this.threads.get(r.tid);
      if (known === undefined) {
        if (this.threads.size >= MAX_THREADS) {
          this.full = true;
          return;
        }
        t = createThread(r.tgid, this.restarts.length);
        this.threads.set(r.tid, t);
      } else t = known;
      this.last = t;
      this.lastTid = r.tid;
    }
    const isOwn = OWN[r.event] === true && r.context <= 0 && r.f[0] >= 0 && r.f[0] < MAX_VCPU_ID;
    const makes = r.event === TP.kvm_write_tsc_offset || r.event === TP.kvm_track_tsc;
    if (isOwn && makes) this.made(r);
    const stage = this.stageOf(t);
    stage.lines++;
    stage.last = r.line;
    if (isOwn) {
      if (r.event === TP.kvm_entry) this.enter(t, stage, r);
      else if (makes) {
        if (stage.vcpu < 0) {
          stage.vcpu = r.f[0];
          stage.isWeak = true;
        } else if (stage.vcpu !== r.f[0]) stage.madeMany = true;
      } else if (stage.vcpu < 0 || stage.isWeak) {
        stage.vcpu = r.f[0];
        stage.isWeak = false;
      }
    }
    if (r.event === TP.kvm_entry || r.event === TP.kvm_exit) t.edge = r.event;
  }

  private stageOf(t: Thread): Stage {
    if (t.now.era !== this.restarts.length) {
      t.now = createStage(this.restarts.length);
      t.stages.push(t.now);
    }
    return t.now;
  }

  /**
   * A vCPU that ran is made: it had no offset, and it is the only one of its VM.
   * @kvm x86.c kvm_arch_vcpu_postcreate, kvm_synchronize_tsc
   */
  private made(r: TraceRecord): void {
    const { f } = r;
    if (r.event === TP.kvm_write_tsc_offset) {
      this.madeAt = f[1] === 0 && f[2] !== 0 && this.ran.has(f[0]) ? { line: r.line, tid: r.tid, vcpu: f[0] } : null;
      return;
    }
    const { madeAt } = this;
    this.madeAt = null;
    if (madeAt?.tid === r.tid && madeAt.vcpu === f[0] && f[3] === 1) this.restart(r, madeAt.line);
  }

  private restart({ tid, tgid }: TraceRecord, line: number, byOther = false): void {
    if (this.restarts.length >= MOST_ERAS) return;
    this.restarts.push({ line, tid, tgid, byOther });
    this.ran.clear();
  }

  private enter(t: Thread, given: Stage, r: TraceRecord): void {
    let stage = given;
    if (stage.entries === 0) {
      if (t.tgid >= 0 && this.isRemade(t, r)) {
        stage.lines--;
        this.restart(r, this.lastOf(t) + 1, true);
        stage = this.stageOf(t);
        stage.lines++;
      }
      this.ran.add(r.f[0]);
      stage.isWeak = false;
    }
    // Of later entries the fields are not read. Of the first, one may be wrong: what most of them name counts.
    if (stage.entries < SURE) {
      if (r.f[0] === stage.vcpu) stage.lead++;
      else {
        if (stage.entries > 0) stage.others++;
        if (--stage.lead < 0) {
          stage.vcpu = r.f[0];
          stage.lead = 1;
        }
      }
    }
    stage.entries++;
    if (t.tgid < 0) return;
    const key = t.tgid * MAX_VCPU_ID + stage.vcpu;
    const other = this.entered.get(key);
    if (other === r.tid) return;
    if (other !== undefined && this.threads.get(other)?.edge === TP.kvm_entry)
      this.clashes.set(t.tgid, (this.clashes.get(t.tgid) ?? 0) + 1);
    this.entered.set(key, r.tid);
  }

  /** A vCPU that another thread of the process ran begins at the reset vector in this one: no VMM hands its first vCPU over so. */
  private isRemade(t: Thread, r: TraceRecord): boolean {
    if (!atResetVector(r)) return false;
    const other = this.threads.get(this.entered.get(t.tgid * MAX_VCPU_ID + r.f[0]) ?? -1);
    return other !== undefined && other !== t && other.now.era === this.restarts.length && other.now.entries > 0;
  }

  /** The last line of the vCPUs that the other threads of a process ran. */
  private lastOf(t: Thread): number {
    let last = 0;
    for (const other of this.threads.values())
      if (other !== t && other.tgid === t.tgid && other.now.entries > 0) last = Math.max(last, other.now.last);
    return last;
  }

  /** Is it a thread of which not every line is alike to us: its vCPU is not known yet, or could be another's? */
  isNew(tid: number): boolean {
    const t = tid === this.lastTid ? this.last : this.threads.get(tid);
    return t === undefined || t.now.era !== this.restarts.length || t.now.entries < SURE;
  }

  /** Does the thread run one vCPU alone, as a VMM's do? */
  isOneVcpu(tid: number): boolean {
    const t = this.threads.get(tid);
    if (t === undefined) return false;
    const { vcpu, entries, others } = mainStage(t);
    return entries >= ENOUGH && others <= 1 && t.stages.every((one) => one.entries === 0 || one.vcpu === vcpu);
  }

  /** The last kvm_entry or kvm_exit of a thread, -1 none. */
  edgeOf(tid: number): number {
    return this.threads.get(tid)?.edge ?? -1;
  }

  /** After the first pass: who belongs to whom. @param inOrder whether one line comes after another in time */
  settle(inOrder = true): readonly VmGroup[] {
    const together = [...this.clashes].flatMap(([tgid, n]) => (n >= SURELY_TWO ? [tgid] : []));
    this.vms = new Vms(this.threads, inOrder ? this.restarts : [], new Set(together));
    return this.vms.groups;
  }

  /** vCPU id of a thread, -1 where it is none. */
  vcpuOf(tid: number): number {
    const t = this.threads.get(tid);
    return t === undefined ? -1 : t.stages.length === 1 ? t.now.vcpu : mainStage(t).vcpu;
  }

  /** Has a thread shown itself to be this vCPU's? */
  hasThread(vcpu: number): boolean {
    for (const t of this.threads.values()) if (mainStage(t).vcpu === vcpu) return true;
    return false;
  }

  /** Threads that printed a line of their own. */
  get actors(): number {
    return this.threads.size - (this.threads.has(0) ? 1 : 0);
  }

  /** VM of a line; those of nobody's thread belong to every VM (-1). */
  vmOf(r: TraceRecord): number {
    return this.vms === null ? 0 : this.vms.of(r);
  }
}
