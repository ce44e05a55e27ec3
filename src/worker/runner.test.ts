import { describe, expect, test } from 'vitest';
import { createSession } from '../engine/machine/session.ts';
import { type FromEngine, MAX_UNACKED_ROWS, PROTOCOL_VERSION, SLICE_MS, type ToEngine } from './protocol.ts';
import { createRunner } from './runner.ts';

type Said<T extends FromEngine['type']> = Extract<FromEngine, { type: T }>;
type Asked = ToEngine extends infer T ? (T extends unknown ? Omit<T, 'v'> : never) : never;

/** A runner with its clock and its queue in the test's hands. */
function bench(options: { msPerLook?: number; create?: typeof createSession } = {}) {
  const said: FromEngine[] = [];
  const queue: (() => void)[] = [];
  let now = 0;
  const slices: number[] = [];
  const runner = createRunner({
    createSession: options.create ?? createSession,
    now: () => {
      now += options.msPerLook ?? 0;
      return now;
    },
    send: (message) => said.push(structuredClone(message)),
    later: (work) => queue.push(work),
  });
  return {
    said,
    queue,
    slices,
    batches: () => said.filter((m): m is Said<'batch'> => m.type === 'batch'),
    refusals: () => said.filter((m): m is Said<'refused'> => m.type === 'refused'),
    tell: (message: Asked) => runner.receive({ v: PROTOCOL_VERSION, ...message }),
    say: (message: unknown) => runner.receive(message),
    slice() {
      const from = now;
      queue.shift()?.();
      slices.push(now - from);
    },
    drain() {
      while (queue.length > 0) this.slice();
    },
  };
}

const CREATE = { op: 'create', vcpus: 2, irqchip: 'full' };
const raiseAndLower = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ op: 'irq_line', gsi: 4, level: i % 2 === 0 ? 1 : 0 }));
const rowsOf = (batches: readonly Said<'batch'>[]) => batches.flatMap((b) => [...b.rows]);

test('a run answers every op, numbers its rows without a gap and says when it is done', () => {
  const b = bench();
  b.tell({ type: 'run', id: 1, runId: 7, ops: [CREATE, ...raiseAndLower(40)] });
  b.drain();
  let next = 0;
  for (const batch of b.batches()) {
    expect(batch.runId).toBe(7);
    expect(batch.firstSeq).toBe(next);
    next += batch.rows.length / 8;
  }
  expect(b.batches()[0]?.config).toMatchObject({ op: 'create', vcpus: 2 });
  expect(b.batches().flatMap((x) => x.commands.map((c) => c.index))).toEqual([...Array(41).keys()]);
  expect(b.batches().map((x) => x.done)).toEqual([...Array(b.batches().length - 1).fill(false), true]);
});

test('a slice ends after 12 ms and the rest comes in later slices', () => {
  const b = bench({ msPerLook: 1 });
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE, ...raiseAndLower(100)] });
  expect(b.queue).toHaveLength(1);
  b.drain();
  expect(b.batches().length).toBeGreaterThan(5);
  expect(Math.max(...b.slices)).toBeLessThanOrEqual(SLICE_MS + 2);
  expect(b.batches().at(-1)?.done).toBe(true);
});

test('without acks the runner stops, with them it goes on where it was', () => {
  const b = bench();
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE, ...raiseAndLower(19_000)] });
  b.drain();
  const sent = () => b.batches().reduce((sum, x) => sum + x.rows.length / 8, 0);
  const stoppedAt = sent();
  expect(b.batches().at(-1)?.done).toBe(false);
  expect(stoppedAt).toBeLessThan(MAX_UNACKED_ROWS * 1.2);
  b.tell({ type: 'ack', runId: 1, rows: stoppedAt });
  b.drain();
  expect(sent()).toBeGreaterThan(stoppedAt);
});

test('rows are the same in memory that came back as in fresh memory', () => {
  const ops = [CREATE, ...raiseAndLower(19_000)];
  const rowsWith = (spare: boolean): number[] => {
    const b = bench();
    b.tell({ type: 'run', id: 1, runId: 1, ops });
    for (let taken = 0; ; ) {
      b.drain();
      for (const { rows } of b.batches().slice(taken)) {
        // The page is done with them: whatever is in that memory now must not show.
        const memory = new Int32Array(rows.buffer.byteLength / 4).fill(0x5a5a5a5a);
        b.tell({ type: 'ack', runId: 1, rows: rows.length / 8, ...(spare && { spare: memory.buffer }) });
        taken++;
      }
      if (b.queue.length === 0) return rowsOf(b.batches());
    }
  };
  const fresh = rowsWith(false);
  expect(fresh.length).toBeGreaterThan(4 * MAX_UNACKED_ROWS);
  expect(rowsWith(true).every((n, i) => n === fresh[i])).toBe(true);
});

test('a fork sends what follows the kept commands, and equals a straight run of the same ops', () => {
  const b = bench();
  const other = [{ op: 'irq_line', gsi: 1, level: 1 }];
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE, ...raiseAndLower(9)] });
  b.drain();
  const straight = bench();
  straight.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE, ...raiseAndLower(4), ...other] });
  straight.drain();
  const kept = b.batches().flatMap((x) => x.commands)[5]?.seq ?? 0;
  const before = b.batches().length;
  b.tell({ type: 'fork', id: 2, runId: 1, newRunId: 2, atCommand: 4, ops: other });
  b.drain();
  const forked = b.batches().slice(before);
  expect(forked[0]?.firstSeq).toBe(kept);
  expect(rowsOf(forked)).toEqual(rowsOf(straight.batches()).slice(kept * 8));
  expect(forked.flatMap((x) => x.commands.map((c) => c.index))).toEqual([5]);
});

test('extend goes on from the end', () => {
  const b = bench();
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE] });
  b.tell({ type: 'extend', id: 2, runId: 1, ops: raiseAndLower(2) });
  b.drain();
  expect(b.batches().flatMap((x) => x.commands.map((c) => c.index))).toEqual([0, 1, 2]);
});

describe('what is wrong is refused with its place, before any op is done', () => {
  test.each([
    ['no list', 'no list', 'ops-not-list', 'ops'],
    ['nothing', [], 'no-create', 'ops[0]'],
    ['no create', [{ op: 'get' }], 'no-create', 'ops[0]'],
    ['a second create', [CREATE, CREATE], 'second-create', 'ops[1]'],
    ['not an object', [CREATE, 7], 'op-not-object', 'ops[1]'],
    ['too many vCPUs', [{ ...CREATE, vcpus: 65 }], 'too-many-vcpus', 'ops[0]'],
    ['too many ops', [CREATE, ...raiseAndLower(20_000)], 'too-many-ops', 'ops[20000]'],
    ['an unknown op', [CREATE, { op: 'reboot' }], 'op.unknown', 'ops[1]'],
    ['a number out of range', [CREATE, { op: 'irq_line', gsi: 4, level: 2 }], 'op.range', 'ops[1].level'],
  ])('%s', (_name, ops, code, place) => {
    const b = bench();
    b.tell({ type: 'run', id: 9, runId: 3, ops: ops as unknown[] });
    b.drain();
    expect(b.said).toHaveLength(1);
    expect(b.refusals()[0]).toMatchObject({ id: 9, runId: 3, lost: true, error: { code, place } });
  });
});

test('an op that only the machine can refuse ends the run with its place', () => {
  const b = bench();
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE, { op: 'nmi', vcpu: 5 }] });
  b.drain();
  expect(b.refusals()[0]?.error.place).toBe('ops[1].vcpu');
});

test('a refused extend leaves the run as it was', () => {
  const b = bench();
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE] });
  b.tell({ type: 'extend', id: 2, runId: 1, ops: [{ op: 'irq_line', gsi: 'x', level: 1 }] });
  b.tell({ type: 'extend', id: 3, runId: 1, ops: raiseAndLower(1) });
  b.drain();
  expect(b.refusals()).toMatchObject([{ id: 2, lost: false, error: { code: 'op.notNumber', place: 'ops[1].gsi' } }]);
  expect(
    b
      .batches()
      .at(-1)
      ?.commands.map((c) => c.index),
  ).toEqual([1]);
});

test('what makes no sense is left out where that is asked for, and leaves no trace', () => {
  const list = [CREATE, ...raiseAndLower(2), { op: 'reboot' }, { op: 'nmi', vcpu: 5 }, 7, ...raiseAndLower(2)];
  const b = bench();
  b.tell({ type: 'run', id: 1, runId: 1, ops: list, leaveOut: 3 });
  b.drain();
  const clean = bench();
  clean.tell({ type: 'run', id: 1, runId: 1, ops: list.filter((_, i) => i < 3 || i > 5) });
  clean.drain();
  expect(
    b
      .batches()
      .flatMap((x) => x.leftOut ?? [])
      .sort(),
  ).toEqual([3, 4, 5]);
  expect(rowsOf(b.batches())).toEqual(rowsOf(clean.batches()));
  expect(b.batches().flatMap((x) => x.commands)).toEqual(clean.batches().flatMap((x) => x.commands));
  const strict = bench();
  strict.tell({ type: 'run', id: 1, runId: 1, ops: list, leaveOut: 2 });
  strict.drain();
  expect(strict.refusals()[0]?.error).toMatchObject({ code: 'op.noVcpu', place: 'ops[4].vcpu' });
});

test('an exception of the engine is a fault with its row and stack, and the runner lives on', () => {
  let bomb = true;
  const b = bench({
    create: () => {
      const session = createSession();
      return {
        ...session,
        get machine() {
          return session.machine;
        },
        carryOut(op) {
          if (bomb && (op as { gsi?: number }).gsi === 9) throw new Error('off by one');
          return session.carryOut(op);
        },
      };
    },
  });
  b.tell({ type: 'run', id: 1, runId: 1, ops: [CREATE, { op: 'irq_line', gsi: 9, level: 1 }] });
  b.drain();
  const fault = b.said.find((m) => m.type === 'fault');
  expect(fault).toMatchObject({ type: 'fault', runId: 1 });
  expect(fault?.type === 'fault' && fault.stack).toContain('off by one');
  bomb = false;
  b.tell({ type: 'run', id: 2, runId: 2, ops: [CREATE, { op: 'irq_line', gsi: 9, level: 1 }] });
  b.drain();
  expect(b.batches().at(-1)).toMatchObject({ runId: 2, done: true });
});

test('another version and what is no message at all are not taken', () => {
  const b = bench();
  b.say({ v: 99, type: 'run', id: 1, runId: 1, ops: [CREATE] });
  b.say('hello');
  b.say(null);
  expect(b.said).toMatchObject([{ type: 'refused', error: { code: 'protocol' } }]);
});
