/**
 * Which thread is which vCPU, and which threads belong together. KVM's events are the host's own: several VMs stand in one
 * trace, and only the thread tells them apart.
 */
import type { TraceRecord } from './record.ts';
import { TP } from './tracepoints.ts';

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

export interface VmGroup {
  /** The thread of its first vCPU. */
  readonly leader: number;
  readonly vcpus: ReadonlyMap<number, readonly number[]>;
  readonly lines: number;
}

interface Thread {
  vcpu: number;
  tgid: number;
  lines: number;
  /** Lines in task context, where the thread is the actor. */
  entries: number;
  /** Of the first entries: how far its vCPU is ahead of others, and how many were others'. */
  lead: number;
  others: number;
  /** Its last kvm_entry or kvm_exit, -1 none. */
  edge: number;
}

export class Threads {
  private readonly threads = new Map<number, Thread>();
  private last: Thread = { vcpu: -1, tgid: -1, lines: 0, entries: 0, lead: 0, others: 0, edge: -1 };
  private lastTid = Number.NaN;
  private groupOf: Map<number, number> | null = null;
  private groups: VmGroup[] = [];
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
        t = { vcpu: -1, tgid: r.tgid, lines: 0, entries: 0, lead: 0, others: 0, edge: -1 };
        this.threads.set(r.tid, t);
      } else t = known;
      this.last = t;
      this.lastTid = r.tid;
    }
    t.lines++;
    if (r.event === TP.kvm_entry || r.event === TP.kvm_exit) t.edge = r.event;
    if (OWN[r.event] === true && r.context <= 0) {
      const vcpu = r.f[0];
      if (vcpu < 0 || vcpu >= MAX_VCPU_ID) return;
      if (r.event === TP.kvm_entry) {
        // Of later entries the fields are not read. Of the first, one may be wrong: what most of them name counts.
        if (t.entries < SURE) {
          if (vcpu === t.vcpu) t.lead++;
          else {
            if (t.entries > 0) t.others++;
            if (--t.lead < 0) {
              t.vcpu = vcpu;
              t.lead = 1;
            }
          }
        }
        t.entries++;
      } else if (t.vcpu < 0) t.vcpu = vcpu;
    }
  }

  /** Is it a thread of which not every line is alike to us: its vCPU is not known yet, or could be another's? */
  isNew(tid: number): boolean {
    if (tid === this.lastTid) return this.last.entries < SURE;
    return (this.threads.get(tid)?.entries ?? 0) < SURE;
  }

  /** Does the thread run one vCPU alone, as a VMM's do? */
  isOneVcpu(tid: number): boolean {
    const t = this.threads.get(tid);
    return t !== undefined && t.entries >= ENOUGH && t.others <= 1;
  }

  /** The last kvm_entry or kvm_exit of a thread, -1 none. */
  edgeOf(tid: number): number {
    return this.threads.get(tid)?.edge ?? -1;
  }

  /** After the first pass: who belongs to whom. */
  settle(): readonly VmGroup[] {
    const vcpuThreads = [...this.threads].filter(([, t]) => t.vcpu >= 0).sort(([a], [b]) => a - b);
    const leaders: number[] = [];
    const lowest = vcpuThreads.reduce((least, [, t]) => Math.min(least, t.vcpu), Number.POSITIVE_INFINITY);
    for (const [tid, t] of vcpuThreads) {
      const tgidKnown = t.tgid >= 0;
      if (tgidKnown ? !leaders.some((l) => this.threads.get(l)?.tgid === t.tgid) : t.vcpu === lowest) leaders.push(tid);
    }
    const home = new Map<number, number>();
    const order = [...this.threads.keys()].sort((a, b) => a - b);
    for (const tid of order) home.set(tid, this.homeOf(tid, leaders));
    this.groupOf = home;
    this.groups = leaders.map((leader, group) => {
      const vcpus = new Map<number, number[]>();
      let lines = 0;
      for (const tid of order) {
        const t = this.threads.get(tid) as Thread;
        if (home.get(tid) !== group) continue;
        lines += t.lines;
        if (t.vcpu < 0) continue;
        const list = vcpus.get(t.vcpu);
        if (list === undefined) vcpus.set(t.vcpu, [tid]);
        else list.push(tid);
      }
      return { leader, vcpus: new Map([...vcpus].sort(([a], [b]) => a - b)), lines };
    });
    return this.groups;
  }

  /** The VM a thread belongs to: by process id, else by the place of its number between those of the vCPUs. */
  private homeOf(tid: number, leaders: readonly number[]): number {
    const own = this.threads.get(tid) as Thread;
    if (own.tgid >= 0) {
      const group = leaders.findIndex((l) => this.threads.get(l)?.tgid === own.tgid);
      if (group >= 0) return group;
    }
    let group = 0;
    for (let i = 0; i < leaders.length; i++) {
      const leader = leaders[i];
      // A VMM makes its main and I/O threads shortly before its first vCPU.
      if (leader <= tid || (own.vcpu < 0 && leader - tid <= 40)) group = i;
    }
    return group;
  }

  /** vCPU id of a thread, -1 where it is none. */
  vcpuOf(tid: number): number {
    return this.threads.get(tid)?.vcpu ?? -1;
  }

  /** Has a thread shown itself to be this vCPU's? */
  hasThread(vcpu: number): boolean {
    for (const t of this.threads.values()) if (t.vcpu === vcpu) return true;
    return false;
  }

  /** Threads that printed a line of their own. */
  get actors(): number {
    return this.threads.size - (this.threads.has(0) ? 1 : 0);
  }

  /** VM of a thread; lines printed in interrupt context or by nobody's thread belong to every VM (-1). */
  vmOf(r: TraceRecord): number {
    if (this.groups.length < 2) return 0;
    return r.tid < 0 ? -1 : (this.groupOf?.get(r.tid) ?? -1);
  }
}
