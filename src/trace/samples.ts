/** A growing list of numbers with the percentiles a table needs. */

export interface Percentiles {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export class Samples {
  private values = new Float64Array(64);
  private used = 0;

  add(value: number): void {
    if (this.used === this.values.length) {
      const bigger = new Float64Array(this.used * 2);
      bigger.set(this.values);
      this.values = bigger;
    }
    this.values[this.used++] = value;
  }

  get count(): number {
    return this.used;
  }

  /** The values, smallest first. */
  sorted(): Float64Array {
    return this.values.slice(0, this.used).sort();
  }

  /** How many lie in each quarter of a doubling: bin i holds 2^(i/4) to 2^((i+1)/4) us, bin 0 all below. */
  histogram(): number[] {
    const bins: number[] = [];
    for (let i = 0; i < this.used; i++) {
      const value = this.values[i];
      const bin = value <= 1 ? 0 : Math.min(Math.floor(Math.log2(value) * 4), 160);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return Array.from(bins, (n) => n ?? 0);
  }

  /** Nearest rank: sorted[ceil(p * n) - 1]; null without a value. */
  percentiles(): Percentiles | null {
    if (this.used === 0) return null;
    const sorted = this.sorted();
    const rank = (p: number): number => round(sorted[Math.ceil(p * sorted.length) - 1]);
    return { n: sorted.length, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
  }
}

/** Times to the nanosecond: what is past it is the rounding of binary fractions. */
export const round = (us: number): number => Math.round(us * 1000) / 1000;
