/**
 * The last ops, in the order the engine did them. Any of them can be taken back and done again in another place: KVM prints
 * a line at one instant and takes its effect at another, and between the two other CPUs are at work.
 */
import type { Chips } from './chips.ts';
import { agrees, createOp, empty, OP, type Op, runOp } from './ops.ts';

/** Ops kept; and how far a search looks. */
const KEEP = 256;
const LOOK = 40;
/** Orders tried for one disagreement, and what all of a trace may spend on orders that did not help. */
const MAX_TRIES = 400;
const MIN_TRIES = 24;
const ALLOWANCE = 40_000;

export class Window {
  readonly ops: Op[] = [];
  private readonly spare: Op[] = [];
  private readonly chips: Chips;
  private tries = 0;
  private allowance = ALLOWANCE;

  constructor(chips: Chips) {
    this.chips = chips;
  }

  /** A fresh op at the end. */
  begin(): Op {
    if (this.ops.length >= 2 * KEEP) this.shrink();
    const op = this.spare.pop() ?? createOp();
    op.after = Number.POSITIVE_INFINITY;
    op.late = false;
    empty(op.promised);
    empty(op.shown);
    empty(op.taken);
    op.right = 0;
    op.bad = false;
    op.closed = false;
    op.extra = -1;
    op.change = null;
    op.silent = false;
    this.ops.push(op);
    return op;
  }

  private shrink(): void {
    const first = this.ops[KEEP] as Op;
    const moved = this.chips.drop(first.mark);
    const old = this.ops.splice(0, KEEP);
    for (const op of this.ops) op.mark -= moved;
    for (const op of old) {
      op.mark = -1;
      // An op whose thread is silent still is that thread's: it must not be used again.
      if (op.closed) this.spare.push(op);
    }
  }

  clear(): void {
    this.ops.length = 0;
    this.chips.drop(this.chips.mark);
  }

  indexOf(op: Op): number {
    return op.mark < 0 ? -1 : this.ops.lastIndexOf(op);
  }

  /** Does the ops from `from` on again. */
  replay(from: number): void {
    for (let i = from; i < this.ops.length; i++) runOp(this.ops[i] as Op, this.chips);
  }

  /** Takes back the ops from `from` on. */
  undo(from: number): void {
    const op = this.ops[from];
    if (op !== undefined) this.chips.undo(op.mark);
  }

  /** The ops from `from` on, but for those that already disagreed, all agree. */
  private allAgree(from: number, but: ReadonlySet<Op>): boolean {
    for (let i = from; i < this.ops.length; i++) {
      const op = this.ops[i] as Op;
      if (!but.has(op) && !agrees(op)) return false;
    }
    return true;
  }

  /**
   * Looks for another order in which the op's lines are as shown, and keeps it.
   * @returns how far the op, or another, had to move: text for the finding; null if there is no such order
   */
  reorder(op: Op): { moved: number; other: Op } | null {
    const at = this.indexOf(op);
    if (at < 0) return null;
    this.tries = Math.min(MAX_TRIES, this.allowance);
    const found = this.search(op, at);
    // A trace in which no order ever helps is not searched at length again and again.
    if (found === null) this.allowance = Math.max(MIN_TRIES, this.allowance - (MAX_TRIES - this.tries));
    else this.allowance = Math.min(ALLOWANCE, this.allowance + 10 * MAX_TRIES);
    return found;
  }

  private search(op: Op, at: number): { moved: number; other: Op } | null {
    const first = Math.max(0, at - LOOK);
    const already = new Set<Op>();
    for (let i = first; i < this.ops.length; i++) {
      const one = this.ops[i] as Op;
      if (one !== op && !agrees(one)) already.add(one);
    }
    // The op itself: later, past what others did before its thread spoke again; or earlier.
    for (let to = at + 1; to < this.ops.length && to - at <= LOOK; to++) {
      const other = this.ops[to] as Op;
      if (other.thread === op.thread) break;
      if (this.tryMove(at, to, op, already)) return { moved: to - at, other };
    }
    for (let to = at - 1; to >= first; to--) {
      const other = this.ops[to] as Op;
      if (other.thread === op.thread) break;
      // Before it only if this op's effect may lie before its line, or the other's may lie after.
      const mayPass = op.late ? other.seq > op.before || other.after > op.before : other.after > op.seq;
      if (!mayPass) break;
      if (this.tryMove(at, to, op, already)) return { moved: to - at, other };
    }
    // An earlier op that took effect later than its line, past what others did before its thread spoke again.
    for (let from = at - 1; from >= first; from--) {
      const other = this.ops[from] as Op;
      if (other.late || other.kind === OP.learn || other.kind === OP.take) continue;
      for (let to = from + 1; to <= at; to++) {
        const passed = this.ops[to] as Op;
        // What was learnt from a line holds from that line on.
        if (passed.thread === other.thread || passed.seq > other.after || passed.kind === OP.learn) break;
        if (this.tryMove(from, to, op, already)) return { moved: from - to, other };
      }
    }
    return null;
  }

  private tryMove(from: number, to: number, op: Op, already: ReadonlySet<Op>): boolean {
    if (this.tries-- <= 0) return false;
    const start = Math.min(from, to);
    this.undo(start);
    const [moving] = this.ops.splice(from, 1);
    this.ops.splice(to, 0, moving as Op);
    this.replay(start);
    if (agrees(op) && this.allAgree(start, already)) return true;
    this.undo(start);
    const [back] = this.ops.splice(to, 1);
    this.ops.splice(from, 0, back as Op);
    this.replay(start);
    return false;
  }

  /** Puts a change of state before the op and does it and all after it again. @returns whether the op agrees then */
  learnBefore(op: Op, change: (chips: Chips) => void): Op | null {
    // Places move when the oldest ops go: let them go first.
    if (this.ops.length >= 2 * KEEP) this.shrink();
    const at = this.indexOf(op);
    if (at < 0) return null;
    this.undo(at);
    const learn = this.begin();
    this.ops.pop();
    learn.kind = OP.learn;
    learn.thread = -1;
    learn.change = change;
    learn.seq = op.seq;
    learn.before = op.seq;
    learn.after = op.seq;
    learn.closed = true;
    this.ops.splice(at, 0, learn);
    this.replay(at);
    return learn;
  }

  /** Does the op with another first operand, and all after it again; kept only if its lines agree then. */
  doWith(op: Op, operand: number): boolean {
    const at = this.indexOf(op);
    if (at < 0) return false;
    const [before] = op.a as [number];
    const again = (value: number): boolean => {
      this.undo(at);
      op.a[0] = value;
      this.replay(at);
      return agrees(op);
    };
    if (again(operand)) return true;
    again(before);
    return false;
  }

  /** Takes a learnt change back. */
  unlearn(learn: Op): void {
    const at = this.ops.indexOf(learn);
    if (at < 0) return;
    this.undo(at);
    this.ops.splice(at, 1);
    this.replay(at);
    this.spare.push(learn);
  }
}
