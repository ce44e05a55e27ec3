/** Where each 1,024th line of a trace stands and what time it was then: what is needed to find a line, or a time, again. */

/** Lines from one mark to the next. */
export const MARK_LINES = 1024;

export class LineIndex {
  private offsets: Float64Array<ArrayBuffer> = new Float64Array(1024);
  private times: Float64Array<ArrayBuffer> = new Float64Array(1024);
  private used = 0;

  /** @param offset of the first byte of line `MARK_LINES * n + 1`, n counting the marks @param ts time reached by then, NaN none */
  add(offset: number, ts: number): void {
    if (this.used === this.offsets.length) {
      this.offsets = grown(this.offsets);
      this.times = grown(this.times);
    }
    this.offsets[this.used] = offset;
    this.times[this.used++] = ts;
  }

  /** The last mark at or before a line. */
  before(line: number): { readonly line: number; readonly offset: number } {
    const n = Math.min(Math.max(Math.floor((line - 1) / MARK_LINES), 0), this.used - 1);
    return n < 0 ? { line: 1, offset: 0 } : { line: n * MARK_LINES + 1, offset: this.offsets[n] };
  }

  /** Time at each mark, thinned out to at most `most`; with how many lines lie between two. */
  timeline(most: number): { readonly every: number; readonly ts: number[] } {
    const step = Math.max(1, Math.ceil(this.used / most));
    const ts: number[] = [];
    for (let i = 0; i < this.used; i += step) ts.push(this.times[i]);
    return { every: step * MARK_LINES, ts };
  }
}

function grown(list: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const bigger = new Float64Array(list.length * 2);
  bigger.set(list);
  return bigger;
}
