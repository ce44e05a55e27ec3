/** Counts and latencies of a trace: what needs no engine. Fed with every record, asked once at the end. */
import type { TraceRecord } from './record.ts';
import { type Percentiles, round, Samples } from './samples.ts';
import type { Threads } from './threads.ts';
import { TimeOrder } from './time-order.ts';
import { atResetVector, CHIPS, FIRST_UNKNOWN, TP } from './tracepoints.ts';

/** Edges of one GSI within a tenth of a second that make a storm. */
const STORM_EDGES = 1000;
const STORM_WINDOW_US = 100_000;

export interface VcpuRow {
  vcpu: number;
  entries: number;
  exits: number;
  reinjected: number;
  soft: number;
  nmi: number | null;
}

export interface VectorRow {
  vcpu: number;
  vector: number;
  accepted: number;
  merged: number;
  injected: number;
  eoi: number;
  pvEoi: number;
  gsis: number[];
}

export interface GsiRow {
  gsi: number;
  high: number;
  low: number;
  edges: number;
  repeats: number;
  latency: (Percentiles & { until: 'injection' | 'accept' }) | null;
  storm: { perSecond: number; line: number } | null;
}

export interface OverallVectorRow {
  vector: number;
  waiting: Percentiles | null;
  service: Percentiles | null;
}

export interface LatencyRow {
  readonly kind: 'gsi' | 'vector';
  readonly n: number;
  readonly spread: Percentiles;
  /** As Samples.histogram gives it. */
  readonly bins: readonly number[];
}

/** An interrupt that is still on its way when the trace ends. */
export interface OpenVector {
  vcpu: number;
  vector: number;
  line: number;
}

interface VectorState extends VectorRow {
  /** Line and time of the first accept that waits; -1 none. */
  waitLine: number;
  waitTs: number;
  /** Line and time of the injection not yet ended; -1 none. */
  serviceLine: number;
  serviceTs: number;
  /** It came from the 8259: no EOI of the local APIC ends it. */
  extint: boolean;
  /** GSIs whose set_irq waits for this injection, with its time. */
  from: { gsi: number; ts: number }[];
  firstLine: number;
}

interface GsiState {
  gsi: number;
  high: number;
  low: number;
  edges: number;
  repeats: number;
  /** Last level by source id. */
  levels: number[];
  toInjection: Samples;
  toAccept: Samples;
  /** The 8259 latched it at this time; NaN none. */
  picTs: number;
  windowStart: number;
  windowEdges: number;
  windowLine: number;
  worst: number;
  worstLine: number;
}

/** A kvm_set_irq whose lines are still coming, by thread. */
interface OpenSet {
  readonly tid: number;
  gsi: number;
  ts: number;
  level: number;
  /** Its last line has come. */
  over: boolean;
}

interface OwnVcpu extends VcpuRow {
  iret: number;
  entryNmi: number;
  /** It has entered the guest elsewhere than at the reset vector. */
  elsewhere: boolean;
}

/** More GSIs or vCPUs than KVM can have are a hostile file's: they are counted, not kept. */
const MAX_GSI = 4096;
const MOST_VCPUS = 4096;

/** Exit reasons that count for more than their number. */
const REASON = { other: 0, iret: 1, halt: 2 } as const;
const kindOf = (name: string): number =>
  /^(EXIT_IRET|iret)$/.test(name)
    ? REASON.iret
    : /^(HLT|hlt|EXIT_HLT|idle-halt)$/.test(name)
      ? REASON.halt
      : REASON.other;

export class Rows {
  readonly counts = new Float64Array(FIRST_UNKNOWN + 3000);
  readonly exits: number[] = [];
  readonly coalesced = { pic: 0, ioapic: 0 };
  readonly acks = new Map<string, number>();
  readonly delayedEoi = { n: 0, line: 0 };
  firstTs = Number.NaN;
  lastTs = Number.NaN;
  readonly order = new TimeOrder();
  sawApicv = false;
  sawEntryInfo = false;
  ioapicEoiExits = 0;
  windowOpenExits = 0;
  /** First coalesced line whose GSI was up already, for its finding. */
  firstCoalesced = 0;
  private readonly vcpus = new Map<number, OwnVcpu>();
  private lastVcpu: OwnVcpu | null = null;
  private readonly vectors = new Map<number, VectorState>();
  private readonly gsis = new Map<number, GsiState>();
  private readonly sets = new Map<number, OpenSet>();
  /** The last of them: most lines are of the thread of the line before. */
  private lastSet: OpenSet | null = null;
  private readonly waiting = new Map<number, Samples>();
  private readonly service = new Map<number, Samples>();
  private readonly picBase = [-1, -1];
  private readonly picInit = [0, 0];
  private readonly kindOfReason: number[] = [];
  /** vCPUs that left the guest to sleep, and the accept that came then. */
  private readonly asleep = new Map<number, { vector: number; line: number; ts: number } | null>();
  private readonly woken: { vcpu: number; vector: number; line: number; us: number }[] = [];
  /** Vectors that were ever posted: few. */
  private readonly posted = new Set<number>();

  private readonly threads: Threads;
  private readonly reasonNames: readonly string[];
  private readonly clock: () => 's' | 'ticks' | 'none';

  constructor(threads: Threads, reasonNames: readonly string[], clock: () => 's' | 'ticks' | 'none') {
    this.threads = threads;
    this.reasonNames = reasonNames;
    this.clock = clock;
  }

  /** Events are missing: what waited may be over. */
  forget(): void {
    for (const v of this.vectors.values()) {
      v.waitLine = -1;
      v.serviceLine = -1;
      v.from.length = 0;
    }
    for (const g of this.gsis.values()) {
      g.levels.length = 0;
      g.picTs = Number.NaN;
    }
    this.sets.clear();
    this.lastSet = null;
  }

  event(r: TraceRecord): void {
    this.counts[r.event] = this.counts[r.event] + 1;
    if (!Number.isNaN(r.ts)) {
      if (Number.isNaN(this.firstTs)) this.firstTs = r.ts;
      // What waited in one piece has its end in none of another.
      if (this.order.next(r.ts, r.line, this.clock() !== 's')) this.forget();
      this.lastTs = r.ts;
    }
    const f = r.f;
    switch (r.event) {
      case TP.kvm_entry:
        this.entry(r);
        break;
      case TP.kvm_exit:
        this.exit(r);
        break;
      case TP.kvm_set_irq:
        this.setIrq(r);
        break;
      case TP.kvm_pic_set_irq: {
        if (f[4] === 1) {
          this.coalesced.pic++;
          if (this.firstCoalesced === 0) this.firstCoalesced = r.line;
        }
        const open = this.openSet(r.tid);
        if (open !== null && open.level === 1 && f[3] === 0 && f[4] === 0) {
          const g = this.gsis.get(open.gsi);
          if (g !== undefined && Number.isNaN(g.picTs)) g.picTs = open.ts;
        }
        break;
      }
      case TP.kvm_ioapic_set_irq:
        if (f[7] === 1) {
          this.coalesced.ioapic++;
          if (this.firstCoalesced === 0) this.firstCoalesced = r.line;
        }
        this.endSet(r.tid);
        break;
      case TP.kvm_apic_accept_irq:
        this.accept(r);
        break;
      case TP.kvm_apicv_accept_irq:
        this.sawApicv = true;
        this.posted.add(f[1]);
        break;
      case TP.kvm_inj_virq:
        this.inject(r);
        break;
      case TP.kvm_eoi:
        this.eoi(r);
        break;
      case TP.kvm_pv_eoi:
        if (f[1] >= 0) this.vector(f[0], f[1]).pvEoi++;
        break;
      case TP.kvm_ack_irq: {
        const name = `${CHIPS[f[0]]} pin ${f[1]}`;
        if (this.acks.size < 64 || this.acks.has(name)) this.acks.set(name, (this.acks.get(name) ?? 0) + 1);
        break;
      }
      case TP.kvm_pio:
        this.pio(r);
        this.endSet(r.tid);
        break;
      case TP.kvm_userspace_exit:
        if (f[1] === 0 && f[0] === 26) this.ioapicEoiExits++;
        if (f[1] === 0 && f[0] === 7) this.windowOpenExits++;
        break;
      case TP.kvm_ioapic_delayed_eoi_inj:
        if (this.delayedEoi.n++ === 0) this.delayedEoi.line = r.line;
        break;
    }
  }

  private vcpu(id: number): OwnVcpu {
    const last = this.lastVcpu;
    if (last !== null && last.vcpu === id) return last;
    let row = this.vcpus.get(id);
    if (row === undefined) {
      row = {
        vcpu: id,
        entries: 0,
        exits: 0,
        reinjected: 0,
        soft: 0,
        nmi: null,
        iret: 0,
        entryNmi: 0,
        elsewhere: false,
      };
      if (this.vcpus.size >= MOST_VCPUS) return row;
      this.vcpus.set(id, row);
    }
    this.lastVcpu = row;
    return row;
  }

  private vector(vcpu: number, vector: number): VectorState {
    const key = vcpu * 256 + (vector & 255);
    let v = this.vectors.get(key);
    if (v === undefined) {
      v = {
        vcpu,
        vector: vector & 255,
        accepted: 0,
        merged: 0,
        injected: 0,
        eoi: 0,
        pvEoi: 0,
        gsis: [],
        waitLine: -1,
        waitTs: 0,
        serviceLine: -1,
        serviceTs: 0,
        extint: false,
        from: [],
        firstLine: 0,
      };
      if (this.vectors.size < MOST_VCPUS * 256) this.vectors.set(key, v);
    }
    return v;
  }

  private gsi(gsi: number): GsiState {
    let g = this.gsis.get(gsi);
    if (g === undefined) {
      g = {
        gsi,
        high: 0,
        low: 0,
        edges: 0,
        repeats: 0,
        levels: [],
        toInjection: new Samples(),
        toAccept: new Samples(),
        picTs: Number.NaN,
        windowStart: Number.NEGATIVE_INFINITY,
        windowEdges: 0,
        windowLine: 0,
        worst: 0,
        worstLine: 0,
      };
      if (this.gsis.size < MAX_GSI) this.gsis.set(gsi, g);
    }
    return g;
  }

  private setIrq(r: TraceRecord): void {
    const gsi = r.f[0];
    const level = r.f[1];
    const source = Math.min(Math.max(r.f[2], 0), 63);
    const g = this.gsi(gsi);
    if (level === 0) g.low++;
    else {
      g.high++;
      if ((g.levels[source] ?? 0) === 0) {
        g.edges++;
        if (r.ts - g.windowStart >= STORM_WINDOW_US) {
          g.windowStart = r.ts;
          g.windowEdges = 0;
          g.windowLine = r.line;
        }
        if (++g.windowEdges > g.worst) {
          g.worst = g.windowEdges;
          g.worstLine = g.windowLine;
        }
      } else g.repeats++;
    }
    g.levels[source] = level;
    const last = this.lastSet;
    let open = last !== null && last.tid === r.tid ? last : this.sets.get(r.tid);
    if (open === undefined) {
      open = { tid: r.tid, gsi, ts: r.ts, level, over: false };
      if (this.sets.size < 65_536) this.sets.set(r.tid, open);
      else return;
    } else {
      open.gsi = gsi;
      open.ts = r.ts;
      open.level = level;
      open.over = false;
    }
    this.lastSet = open;
  }

  /** The kvm_set_irq of this thread whose lines are still coming. */
  private openSet(tid: number): OpenSet | null {
    const last = this.lastSet;
    const open = last !== null && last.tid === tid ? last : this.sets.get(tid);
    return open === undefined || open.over ? null : open;
  }

  private endSet(tid: number): void {
    const open = this.openSet(tid);
    if (open !== null) open.over = true;
  }

  private accept(r: TraceRecord): void {
    const mode = r.f[2];
    if (mode > 1) return;
    const v = this.vector(r.f[0], r.f[1]);
    v.accepted++;
    if (v.firstLine === 0) v.firstLine = r.line;
    if (this.asleep.get(v.vcpu) === null) this.asleep.set(v.vcpu, { vector: v.vector, line: r.line, ts: r.ts });
    if (v.waitLine >= 0) v.merged++;
    else {
      v.waitLine = r.line;
      v.waitTs = r.ts;
    }
    const open = this.openSet(r.tid);
    if (open === null || open.level === 0) return;
    if (!v.gsis.includes(open.gsi) && v.gsis.length < 64) v.gsis.push(open.gsi);
    this.gsi(open.gsi).toAccept.add(r.ts - open.ts);
    if (!v.from.some((one) => one.gsi === open.gsi)) v.from.push({ gsi: open.gsi, ts: open.ts });
  }

  private inject(r: TraceRecord): void {
    const vcpu = this.threads.vcpuOf(r.tid);
    if (r.f[0] === 1) {
      this.vcpu(vcpu).soft++;
      return;
    }
    if (r.f[2] === 1) {
      this.vcpu(vcpu).reinjected++;
      return;
    }
    const vector = r.f[1];
    const v = this.vector(vcpu, vector);
    v.injected++;
    v.serviceLine = -1;
    v.extint = v.waitLine < 0 && this.fromPic(vector, r.ts);
    if (v.waitLine >= 0) {
      sampleOf(this.waiting, vector).add(r.ts - v.waitTs);
      for (const one of v.from) this.gsi(one.gsi).toInjection.add(r.ts - one.ts);
    }
    if (!v.extint) {
      v.serviceLine = r.line;
      v.serviceTs = r.ts;
    }
    v.waitLine = -1;
    v.from.length = 0;
  }

  /** The vector is one of the 8259's and a pin of it waits. */
  private fromPic(vector: number, ts: number): boolean {
    for (let chip = 0; chip < 2; chip++) {
      const base = this.picBase[chip];
      if (base < 0 || vector < base || vector >= base + 8) continue;
      const g = this.gsis.get(chip * 8 + vector - base);
      if (g !== undefined && !Number.isNaN(g.picTs)) {
        g.toInjection.add(ts - g.picTs);
        g.picTs = Number.NaN;
      }
      return true;
    }
    return false;
  }

  private eoi(r: TraceRecord): void {
    if (r.f[1] < 0) return;
    const v = this.vector(r.f[0], r.f[1]);
    v.eoi++;
    if (v.serviceLine >= 0) sampleOf(this.service, v.vector).add(r.ts - v.serviceTs);
    v.serviceLine = -1;
  }

  private entry(r: TraceRecord): void {
    const row = this.vcpu(r.f[0]);
    row.entries++;
    if (!atResetVector(r)) row.elsewhere = true;
    else if (row.elsewhere) {
      // A reset, or another VM: what waited is gone.
      row.elsewhere = false;
      this.forget();
    }
    if (this.asleep.size > 0) this.wake(row.vcpu, r.ts);
    const info = r.f[3];
    if (info !== 0) this.sawEntryInfo = true;
    if (info >= 0x80000000 && ((info >>> 8) & 7) === 2) row.entryNmi++;
    if (!this.sawApicv) return;
    // With APICv the processor takes what was posted at the entry or soon after: from here on it cannot be seen.
    const base = row.vcpu * 256;
    for (const vector of this.posted) {
      const v = this.vectors.get(base + vector);
      if (v !== undefined) v.waitLine = -1;
    }
  }

  private wake(vcpu: number, ts: number): void {
    const by = this.asleep.get(vcpu);
    if (by === undefined) return;
    this.asleep.delete(vcpu);
    if (by !== null && this.woken.length < 8) {
      this.woken.push({ vcpu, vector: by.vector, line: by.line, us: round(ts - by.ts) });
    }
  }

  private exit(r: TraceRecord): void {
    const reason = r.f[1];
    this.exits[reason] = (this.exits[reason] ?? 0) + 1;
    const named = r.f[0];
    const row = this.vcpu(named >= 0 ? named : this.threads.vcpuOf(r.tid));
    row.exits++;
    this.kindOfReason[reason] ??= kindOf(this.reasonName(reason));
    const kind = this.kindOfReason[reason];
    if (kind === REASON.iret) row.iret++;
    else if (kind === REASON.halt && this.woken.length < 8) this.asleep.set(row.vcpu, null);
  }

  /** ICW1 and ICW2, for the vectors of the 8259. */
  private pio(r: TraceRecord): void {
    if (r.f[0] !== 1) return;
    const port = r.f[1];
    const value = r.f[4];
    const chip = port >> 7;
    if (port === 0x20 || port === 0xa0) {
      if ((value & 0x10) !== 0) this.picInit[chip] = 1;
    } else if ((port === 0x21 || port === 0xa1) && this.picInit[chip] === 1) {
      this.picBase[chip] = value & 0xf8;
      this.picInit[chip] = 0;
    }
  }

  vcpuRows(vendor: 'svm' | 'vmx' | 'unknown', entryInfoPrinted: boolean): VcpuRow[] {
    return [...this.vcpus.values()]
      .filter((row) => row.vcpu >= 0 || row.entries + row.exits + row.reinjected + row.soft > 0)
      .sort((a, b) => a.vcpu - b.vcpu)
      .map(({ iret, entryNmi, elsewhere: _elsewhere, ...row }) => ({
        ...row,
        nmi: entryInfoPrinted ? entryNmi : vendor === 'svm' && row.exits > 0 ? iret : null,
      }));
  }

  vectorRows(): VectorRow[] {
    return [...this.vectors.values()]
      .sort((a, b) => a.vcpu - b.vcpu || a.vector - b.vector)
      .map(({ vcpu, vector, accepted, merged, injected, eoi, pvEoi, gsis }) => ({
        vcpu,
        vector,
        accepted,
        merged,
        injected,
        eoi,
        pvEoi,
        gsis: [...gsis].sort((a, b) => a - b),
      }));
  }

  overallRows(): OverallVectorRow[] {
    const vectors = new Set([...this.waiting.keys(), ...this.service.keys()]);
    return [...vectors]
      .sort((a, b) => a - b)
      .map((vector) => ({
        vector,
        waiting: this.waiting.get(vector)?.percentiles() ?? null,
        service: this.service.get(vector)?.percentiles() ?? null,
      }));
  }

  gsiRows(): GsiRow[] {
    const seconds = this.clock() === 's';
    return [...this.gsis.values()]
      .sort((a, b) => a.gsi - b.gsi)
      .map((g) => {
        const until = this.sawApicv ? 'accept' : 'injection';
        const samples = this.sawApicv && g.toInjection.count === 0 ? g.toAccept : g.toInjection;
        const latency = samples.percentiles();
        return {
          gsi: g.gsi,
          high: g.high,
          low: g.low,
          edges: g.edges,
          repeats: g.repeats,
          latency: latency === null ? null : { ...latency, until: samples === g.toInjection ? 'injection' : until },
          storm:
            seconds && g.worst >= STORM_EDGES
              ? { perSecond: round((g.worst * 1e6) / STORM_WINDOW_US), line: g.worstLine }
              : null,
        };
      });
  }

  /** How long until the vCPU had it: by GSI, and by vector for those that no line announces. */
  latencyRows(): LatencyRow[] {
    const rows: LatencyRow[] = [];
    for (const g of this.gsis.values()) {
      const samples = this.sawApicv && g.toInjection.count === 0 ? g.toAccept : g.toInjection;
      const spread = samples.percentiles();
      if (spread !== null) rows.push({ kind: 'gsi', n: g.gsi, spread, bins: samples.histogram() });
    }
    for (const [vector, samples] of this.waiting) {
      const spread = samples.percentiles();
      if (spread !== null) rows.push({ kind: 'vector', n: vector, spread, bins: samples.histogram() });
    }
    return rows.sort((a, b) => b.spread.n - a.spread.n);
  }

  reasonName(reason: number): string {
    return this.reasonNames[reason] ?? '';
  }
  injectedBy(vcpu: number): number {
    let n = 0;
    for (const v of this.vectors.values()) if (v.vcpu === vcpu) n += v.injected;
    return n;
  }
  /** Line of the first accept of a vector, 0 none. */
  firstAccept(vcpu: number, vector: number): number {
    return this.vectors.get(vcpu * 256 + vector)?.firstLine ?? 0;
  }
  /** Since when it waits, or is in service. */
  sinceOf(vcpu: number, vector: number, kind: 'pending' | 'service'): number {
    const v = this.vectors.get(vcpu * 256 + vector);
    return (kind === 'pending' ? v?.waitTs : v?.serviceTs) ?? Number.NaN;
  }

  /** Accepts that found their vCPU asleep: the first few, with the time to its next entry. */
  wakeUps(): readonly { vcpu: number; vector: number; line: number; us: number }[] {
    return this.woken;
  }

  /** What still waits, and what is still in service. Nothing can be said of either with APICv. */
  open(): { pending: OpenVector[]; inService: OpenVector[] } {
    const pending: OpenVector[] = [];
    const inService: OpenVector[] = [];
    if (!this.sawApicv) {
      for (const { vcpu, vector, waitLine, serviceLine } of this.vectors.values()) {
        if (waitLine >= 0) pending.push({ vcpu, vector, line: waitLine });
        if (serviceLine >= 0) inService.push({ vcpu, vector, line: serviceLine });
      }
    }
    const order = (a: OpenVector, b: OpenVector): number => a.vcpu - b.vcpu || a.vector - b.vector;
    return { pending: pending.sort(order), inService: inService.sort(order) };
  }
}

function sampleOf(map: Map<number, Samples>, vector: number): Samples {
  let samples = map.get(vector);
  if (samples === undefined) {
    samples = new Samples();
    map.set(vector, samples);
  }
  return samples;
}
