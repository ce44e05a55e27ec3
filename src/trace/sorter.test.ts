import { expect, test } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { createRecord } from './record.ts';
import { sorted } from './sorter.ts';

/** What comes out for records of these times, by their numbers. */
function orderOf(times: readonly number[]): number[] {
  const out: number[] = [];
  const sink = sorted({ event: (r) => out.push(r.line), lost: () => undefined });
  const r = createRecord();
  times.forEach((ts, line) => {
    sink.event({ ...r, ts, line });
  });
  sink.flush();
  return out;
}
const byTime = (times: readonly number[]): number[] =>
  times.map((_, i) => i).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);

test('records up to 50 ms out of order, some at the same time, come out by time, those of one time as they came', () => {
  const seed = Number(process.env.TRACE_SEED ?? 20_261_130);
  const rng = createRng(seed);
  for (let round = 0; round < 20; round++) {
    const late = round % 4;
    let now = 0;
    const times = Array.from({ length: 20_000 }, () => {
      now += nextBelow(rng, 300);
      return nextBelow(rng, 4) < late ? Math.max(0, now - nextBelow(rng, 50_000)) : now;
    });
    expect(orderOf(times), `TRACE_SEED=${seed}`).toEqual(byTime(times));
  }
});

test('a clock that runs backwards, stands still or is missing loses no record and ends', () => {
  const n = 250_000;
  const all = Array.from({ length: n }, (_, i) => i);
  for (const time of [(i: number) => n - i, () => 5, () => Number.NaN, (i: number) => (i % 3 === 0 ? Number.NaN : i)]) {
    const out = orderOf(all.map(time));
    expect(out).toHaveLength(n);
    expect(new Set(out).size).toBe(n);
  }
});

test('a gap lets go of what waits before it', () => {
  const out: string[] = [];
  const sink = sorted({ event: (r) => out.push(String(r.line)), lost: (line, n) => out.push(`lost ${line} ${n}`) });
  const r = createRecord();
  for (const [line, ts] of [
    [1, 20],
    [2, 10],
    [3, 30],
  ] as const)
    sink.event({ ...r, line, ts });
  sink.lost(4, 7);
  sink.event({ ...r, line: 5, ts: 40 });
  sink.flush();
  expect(out).toEqual(['2', '1', '3', 'lost 4 7', '5']);
});
