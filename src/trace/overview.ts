/** What was raised when: interrupts of each source over time, in bins, for the picture of a whole trace. */
import type { TraceRecord } from './record.ts';
import { TP } from './tracepoints.ts';

export const BINS = 240;
/** Sources kept apart; a hostile file's others are counted as one. */
const MOST = 64;

/** Where an interrupt came from: a GSI, a message, or, of those no device announces, its vector. */
export interface Source {
  readonly kind: 'gsi' | 'msi' | 'vector' | 'others';
  readonly n: number;
  readonly total: number;
  readonly bins: number[];
}

export interface OverviewData {
  readonly from: number;
  readonly to: number;
  /** The axis counts lines, for the trace has no clock. */
  readonly byLine: boolean;
  readonly sources: readonly Source[];
}

/** Fed with every record of the VM; `from` and `to` are known from the first pass. */
export class Overview {
  private readonly bins = new Map<number, Float64Array>();
  private readonly from: number;
  private readonly to: number;
  private readonly byLine: boolean;
  /** What the thread's next accept comes of, by thread: a GSI, a message. */
  private readonly cause = new Map<number, number>();
  private readonly levels = new Map<number, number>();

  constructor(from: number, to: number, byLine: boolean) {
    this.from = from;
    this.to = to;
    this.byLine = byLine;
  }

  event(r: TraceRecord): void {
    const f = r.f;
    switch (r.event) {
      case TP.kvm_set_irq: {
        const gsi = f[0];
        const line = gsi * 64 + Math.min(f[2], 63);
        if (f[1] === 1 && this.levels.get(line) !== 1) this.count(KIND.gsi + Math.min(gsi, 0xffff), r);
        if (this.levels.size < 65_536) this.levels.set(line, f[1]);
        this.announce(r.tid, KIND.gsi);
        break;
      }
      case TP.kvm_msi_set_irq: {
        // One behind the other, and taken by nobody: a vCPU's routes are read out (split irqchip), nothing is raised.
        const before = this.cause.get(r.tid);
        if (before === KIND.msi) this.takeBack(r.tid);
        // A route of the GSI before it: counted as that.
        if (before === KIND.gsi) break;
        if (before === KIND.msi || before === KIND.scan) this.announce(r.tid, KIND.scan);
        else {
          this.sentIn.set(r.tid, this.count(KIND.msi, r));
          this.announce(r.tid, KIND.msi);
        }
        break;
      }
      case TP.kvm_apic_accept_irq:
        // A message to several, or the first of a line's: the vector is counted where nothing announced it.
        if (this.cause.get(r.tid) === KIND.msi) this.announce(r.tid, KIND.taken);
        if (!this.cause.has(r.tid) && f[2] <= 1) this.count(KIND.vector + (f[1] & 255), r);
        break;
      case TP.kvm_pic_set_irq:
      case TP.kvm_ioapic_set_irq:
      case TP.kvm_apicv_accept_irq:
        break;
      default:
        if (this.cause.size > 0) this.cause.delete(r.tid);
    }
  }

  private announce(tid: number, kind: number): void {
    if (this.cause.size < 65_536) this.cause.set(tid, kind);
  }

  /** The bin in which a thread's last message was counted. */
  private readonly sentIn = new Map<number, number>();

  private takeBack(tid: number): void {
    const bins = this.bins.get(KIND.msi);
    const bin = this.sentIn.get(tid);
    if (bins !== undefined && bin !== undefined) bins[bin] = Math.max(0, bins[bin] - 1);
  }

  /** @returns the bin */
  private count(source: number, r: TraceRecord): number {
    let bins = this.bins.get(source);
    if (bins === undefined) {
      const kept = this.bins.size < MOST ? source : KIND.others;
      bins = this.bins.get(kept) ?? new Float64Array(BINS);
      this.bins.set(kept, bins);
    }
    const at = this.byLine ? r.line : r.ts;
    const bin = Math.floor(((at - this.from) * BINS) / Math.max(this.to - this.from, 1));
    const i = Math.min(Math.max(bin, 0), BINS - 1);
    bins[i] = bins[i] + 1;
    return i;
  }

  data(): OverviewData {
    const sources = [...this.bins].map(([source, bins]): Source => {
      const total = bins.reduce((a, b) => a + b, 0);
      const list = [...bins];
      if (source >= KIND.others) return { kind: 'others', n: 0, total, bins: list };
      if (source >= KIND.vector) return { kind: 'vector', n: source - KIND.vector, total, bins: list };
      if (source >= KIND.msi) return { kind: 'msi', n: 0, total, bins: list };
      return { kind: 'gsi', n: source, total, bins: list };
    });
    return { from: this.from, to: this.to, byLine: this.byLine, sources: sources.sort((a, b) => b.total - a.total) };
  }
}

/** `taken`: a message that somebody took; `scan`: one that only shows a route. */
const KIND = { gsi: 0, msi: 0x10000, vector: 0x20000, others: 0x30000, taken: 0x40000, scan: 0x40001 } as const;
