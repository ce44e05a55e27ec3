/**
 * Do the lines stand in the order of their time? Clocks of several CPUs differ by little; who puts recordings one behind the other, or
 * the files of several CPUs, makes the time go back far.
 */

/** What is far, in microseconds, and in ticks of a TSC: some 30 to 100 ms. */
const FAR_US = 100_000;
const FAR_TICKS = 100_000_000;
/** Of lines in order so many do not stand before the one before them. */
const DISORDER = 0.1;
const LEAST = 50;

export class TimeOrder {
  /** Lines whose time lies before that of the one before them, and the first of them. */
  backwards = 0;
  firstLine = 0;
  /** Of those the ones by which the time goes back far: another piece begins. */
  seams = 0;
  private lines = 0;
  private last = Number.NaN;
  /** The latest time of this piece. */
  private top = Number.NEGATIVE_INFINITY;

  /** @param ts NaN for none @returns true where another piece begins */
  next(ts: number, line: number, ticks: boolean): boolean {
    if (ts >= this.last) {
      this.last = ts;
      this.lines++;
      if (ts > this.top) this.top = ts;
      return false;
    }
    return this.unusual(ts, line, ticks);
  }

  private unusual(ts: number, line: number, ticks: boolean): boolean {
    if (Number.isNaN(ts)) return false;
    this.lines++;
    const isFirst = Number.isNaN(this.last);
    this.last = ts;
    if (!isFirst && this.backwards++ === 0) this.firstLine = line;
    const isFar = this.top - ts > (ticks ? FAR_TICKS : FAR_US);
    if (isFar) this.seams++;
    if (isFar || isFirst) this.top = ts;
    return isFar;
  }

  /** The next line is the first of a piece. */
  begin(): void {
    this.last = Number.NaN;
    this.top = Number.NEGATIVE_INFINITY;
  }

  /** There is no order to speak of. */
  get isNone(): boolean {
    return this.backwards >= LEAST && this.backwards > this.lines * DISORDER;
  }
}
