/**
 * perf trace writes what each CPU's buffer held when it came to it: lines of different CPUs stand up to tens of
 * milliseconds out of order. This holds records back until nothing older can come.
 */
import { copyRecord, createRecord, type TraceRecord } from './record.ts';
import type { Sink } from './scanner.ts';

/** Longest disorder met in recordings is 23 ms. */
const HOLD_US = 100_000;
/** A trace that holds more back than this has no order to restore. */
const MAX_HELD = 200_000;

interface Held {
  readonly r: TraceRecord;
  order: number;
}

/** Records handed on that the queue may still have at its front. */
const MOST_PASSED = 8192;

/**
 * A sink that hands its records on by time. Call `flush` at the end. Those that come in their order wait in a queue, the
 * others in a heap.
 */
export function sorted(sink: Sink): Sink & { flush(): void } {
  const queue: Held[] = [];
  let first = 0;
  const heap: Held[] = [];
  const spare: Held[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let order = 0;
  const before = (a: Held, b: Held): boolean => a.r.ts < b.r.ts || (a.r.ts === b.r.ts && a.order < b.order);
  const shift = (): Held => {
    const held = queue[first++] as Held;
    if (first === queue.length || first === MOST_PASSED) {
      queue.splice(0, first);
      first = 0;
    }
    return held;
  };
  const push = (held: Held): void => {
    let at = heap.length;
    heap.push(held);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(held, heap[parent] as Held)) break;
      heap[at] = heap[parent] as Held;
      at = parent;
    }
    heap[at] = held;
  };
  const pop = (): Held => {
    const top = heap[0] as Held;
    const last = heap.pop() as Held;
    if (heap.length > 0) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(heap[child + 1] as Held, heap[child] as Held)) child++;
        if (!before(heap[child] as Held, last)) break;
        heap[at] = heap[child] as Held;
        at = child;
      }
      heap[at] = last;
    }
    return top;
  };
  const release = (until: number): void => {
    for (;;) {
      const waits = first < queue.length ? (queue[first] as Held) : null;
      const late = heap.length > 0 ? (heap[0] as Held) : null;
      const isLate = late !== null && (waits === null || before(late, waits));
      const next = isLate ? late : waits;
      if (next === null || (next.r.ts > until && queue.length - first + heap.length <= MAX_HELD)) return;
      if (isLate) pop();
      else shift();
      sink.event(next.r);
      spare.push(next);
    }
  };
  return {
    event(r) {
      const held = spare.pop() ?? { r: createRecord(), order: 0 };
      copyRecord(r, held.r);
      held.order = order++;
      if (r.ts >= newest) {
        queue.push(held);
        newest = r.ts;
        release(newest - HOLD_US);
      } else push(held);
    },
    lost(line, n) {
      release(Number.POSITIVE_INFINITY);
      sink.lost(line, n);
    },
    flush() {
      release(Number.POSITIVE_INFINITY);
    },
  };
}
