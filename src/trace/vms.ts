/**
 * The VMs of a trace: whose threads belong together, and where one that follows another in the same process begins.
 *
 * A process is a VM where processes are known, unless two vCPUs of one number were seen in its guest at once. Where they are not, each
 * thread that runs the lowest vCPU is a VM's first, and the others belong to the one whose number lies next. Lines that make a vCPU
 * which was there already (threads.ts) begin another VM of the same threads. Two VMs that one thread runs in turns cannot be told apart.
 */
import type { TraceRecord } from './record.ts';
import type { Restart, Stage, Thread } from './threads.ts';

export interface VmGroup {
  /** The thread of its first vCPU. */
  readonly leader: number;
  readonly vcpus: ReadonlyMap<number, readonly number[]>;
  readonly lines: number;
  /** Where it begins and ends among others of the same threads: its first line, and the one behind its last. */
  readonly from: number;
  readonly to: number;
}

/** A hostile file's others belong to the last of these. */
const MOST_VMS = 256;
/** A VMM makes its main and I/O threads shortly before its first vCPU. */
const MADE_BEFORE = 40;

interface Leader {
  readonly tid: number;
  /** The first and the last era in which its vCPUs run, and the one in which they have their first line. */
  readonly from: number;
  readonly to: number;
  readonly begins: number;
  /** Lines at which another VM of its threads begins, in order. */
  readonly cuts: number[];
  /** Number of its first VM. */
  first: number;
}

export class Vms {
  readonly groups: readonly VmGroup[];
  private readonly threads: ReadonlyMap<number, Thread>;
  private readonly restarts: readonly Restart[];
  /** Processes that run several VMs at once. */
  private readonly together: ReadonlySet<number>;
  private readonly leaders: readonly Leader[];

  constructor(threads: ReadonlyMap<number, Thread>, restarts: readonly Restart[], together: ReadonlySet<number>) {
    this.threads = threads;
    this.restarts = restarts;
    this.together = together;
    const order = [...threads.keys()].sort((a, b) => a - b);
    dropMakers(threads);
    this.leaders = this.findLeaders(order);
    const all = this.leaders.map((_, i) => i);
    const atWork = [...restarts, null].map((_, era) => all.filter((i) => this.isAtWork(i, era)));
    for (const [tid, t] of threads)
      for (const stage of t.stages) stage.home = this.homeOf(tid, t, atWork[stage.era] ?? all, all);
    for (const [era, restart] of restarts.entries()) this.cut(era, restart);
    this.groups = this.count(order);
  }

  private findLeaders(order: readonly number[]): Leader[] {
    const leaders: Leader[] = [];
    const processes = new Set<number>();
    const runners = order.filter((tid) => this.stagesOf(tid).some((stage) => stage.vcpu >= 0));
    const lowest = runners.reduce((least, tid) => Math.min(least, this.lowestOf(tid)), Number.POSITIVE_INFINITY);
    for (const tid of runners) {
      const { tgid } = this.threads.get(tid) as Thread;
      const isOneVm = tgid >= 0 && !this.together.has(tgid);
      if (isOneVm ? processes.has(tgid) : this.lowestOf(tid) !== lowest) continue;
      processes.add(tgid);
      const own = isOneVm ? runners.filter((one) => this.threads.get(one)?.tgid === tgid) : [tid];
      const stages = own.flatMap((one) => this.stagesOf(one).filter(({ vcpu }) => vcpu >= 0));
      const ran = stages.filter(({ isWeak }) => !isWeak);
      const eras = (ran.length > 0 ? ran : stages).map(({ era }) => era);
      leaders.push({
        tid,
        from: Math.min(...eras),
        to: Math.max(...eras),
        begins: Math.min(...stages.map(({ era }) => era)),
        cuts: [],
        first: 0,
      });
      if (leaders.length === MOST_VMS) break;
    }
    return leaders;
  }

  private stagesOf(tid: number): readonly Stage[] {
    return this.threads.get(tid)?.stages ?? [];
  }

  private lowestOf(tid: number): number {
    return this.stagesOf(tid).reduce(
      (least, { vcpu }) => (vcpu >= 0 ? Math.min(least, vcpu) : least),
      Number.POSITIVE_INFINITY,
    );
  }

  private isAtWork(leader: number, era: number): boolean {
    const { begins, to } = this.leaders[leader] as Leader;
    return begins <= era && era <= to;
  }

  /** Index of the leader a thread belongs to: by process, else by the place of its number between those of the leaders of that time. */
  private homeOf(tid: number, own: Thread, atWork: readonly number[], all: readonly number[]): number {
    const isRunner = own.stages.some((stage) => stage.vcpu >= 0);
    const inProcess = own.tgid < 0 ? [] : all.filter((i) => this.tgidOf(i) === own.tgid);
    const now = inProcess.length > 0 ? inProcess.filter((i) => atWork.includes(i)) : atWork;
    const near = now.length > 0 ? now : inProcess.length > 0 ? inProcess : all;
    let home = near[0] ?? -1;
    for (const i of near) {
      const leader = this.leaders[i]?.tid ?? 0;
      if (leader <= tid || (!isRunner && leader - tid <= MADE_BEFORE)) home = i;
    }
    return home;
  }

  private tgidOf(leader: number): number {
    return this.threads.get(this.leaders[leader]?.tid ?? -1)?.tgid ?? -1;
  }

  /** An era begins: with another VM of the threads of the one that made the vCPU, if they go on running. */
  private cut(before: number, restart: Restart): void {
    const era = before + 1;
    const maker = this.threads.get(restart.tid);
    if (maker === undefined || (restart.byOther && this.together.has(restart.tgid))) return;
    // The vCPU was made for a thread that begins now.
    const isMaker = maker.stages.every(({ vcpu }) => vcpu < 0);
    if (isMaker && restart.tgid < 0 && this.leaders.some(({ from }) => from === era)) return;
    const homes = maker.stages.flatMap((stage) => (stage.era === before || stage.era === era ? [stage.home] : []));
    for (const [i, leader] of this.leaders.entries()) {
      const isTheirs =
        restart.tgid >= 0 && !this.together.has(restart.tgid) ? this.tgidOf(i) === restart.tgid : homes.includes(i);
      if (isTheirs && leader.from < era && leader.to >= era) leader.cuts.push(restart.line);
    }
  }

  private count(order: readonly number[]): VmGroup[] {
    const groups: { leader: number; vcpus: Map<number, number[]>; lines: number; from: number; to: number }[] = [];
    for (const leader of this.leaders) {
      leader.first = groups.length;
      const edges = [0, ...leader.cuts, Number.POSITIVE_INFINITY];
      for (let i = 1; i < edges.length; i++)
        groups.push({
          leader: leader.tid,
          vcpus: new Map(),
          lines: 0,
          from: edges[i - 1],
          to: edges[i],
        });
    }
    for (const tid of order) {
      for (const { era, lines, vcpu, home } of this.stagesOf(tid)) {
        const group = groups[this.vmAt(home, this.restarts[era - 1]?.line ?? 0)];
        if (group === undefined) continue;
        group.lines += lines;
        if (vcpu < 0) continue;
        const list = group.vcpus.get(vcpu);
        if (list === undefined) group.vcpus.set(vcpu, [tid]);
        else if (!list.includes(tid)) list.push(tid);
      }
    }
    for (const group of groups) {
      const sorted = [...group.vcpus].sort(([a], [b]) => a - b);
      group.vcpus = new Map(sorted);
      group.leader = sorted[0]?.[1][0] ?? group.leader;
    }
    return groups;
  }

  private vmAt(home: number, line: number): number {
    const leader = this.leaders[home];
    if (leader === undefined) return -1;
    let vm = leader.first;
    for (const cut of leader.cuts) if (cut <= line) vm++;
    return vm;
  }

  /** VM of a line, -1 every one. */
  of({ tid, line }: TraceRecord): number {
    if (this.groups.length < 2) return 0;
    const t = this.threads.get(tid);
    if (t === undefined) return -1;
    if (t.stages.length === 1) return this.vmAt(t.now.home, line);
    let era = 0;
    while (era < this.restarts.length && (this.restarts[era] as Restart).line <= line) era++;
    return this.vmAt(t.stages.find((stage) => stage.era === era)?.home ?? t.now.home, line);
  }
}

/**
 * Who made vCPUs and ran none is a VMM's main thread, not a vCPU's: it made several, or another thread runs what it made.
 */
function dropMakers(threads: ReadonlyMap<number, Thread>): void {
  const run = new Set<number>();
  for (const t of threads.values()) for (const { vcpu, isWeak } of t.stages) if (vcpu >= 0 && !isWeak) run.add(vcpu);
  for (const t of threads.values()) {
    const runs = t.stages.some(({ vcpu, isWeak }) => vcpu >= 0 && !isWeak);
    for (const stage of t.stages) if (!runs && stage.isWeak && (stage.madeMany || run.has(stage.vcpu))) stage.vcpu = -1;
  }
}
