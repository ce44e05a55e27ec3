import { describe, expect, test } from 'vitest';
import { ROW } from '../engine/view/tables.ts';
import { createEngineClient, type EnginePort, type StartEngine, WATCH } from './client.ts';
import type { PageTime } from './page-time.ts';
import { BATCH_ROWS, type FromEngine, type ToEngine } from './protocol.ts';

const settle = () => new Promise((done) => setTimeout(done, 0));

/** A place where an engine runs, in the test's hands. */
function seat() {
  const posted: ToEngine[] = [];
  let starts = 0;
  let say: (message: FromEngine) => void = () => {};
  let fail: (reason: string) => void = () => {};
  const port: EnginePort = { post: (m) => m.type !== 'ping' && posted.push(m), close: () => {} };
  const start: StartEngine = (onMessage, onBroken) => {
    starts++;
    say = onMessage;
    fail = onBroken;
    return port;
  };
  return {
    posted,
    start,
    starts: () => starts,
    ready: () => say({ v: 1, type: 'ready' }),
    say: (m: FromEngine) => say(m),
    fail: (reason: string) => fail(reason),
  };
}
const refuses: StartEngine = () => {
  throw new Error('SecurityError');
};

test('nothing is started before it is needed, and requests wait for the engine in order', () => {
  const worker = seat();
  const client = createEngineClient(() => {}, [['worker', worker.start]]);
  expect(worker.starts()).toBe(0);
  client.run({ runId: 1, ops: [] });
  client.extend({ runId: 1, ops: [] });
  expect([worker.starts(), worker.posted.length, client.seat()]).toEqual([1, 0, null]);
  worker.ready();
  expect(worker.posted.map((m) => m.type)).toEqual(['run', 'extend']);
  client.ack(1, new Int32Array(40));
  expect(worker.posted.at(-1)).toEqual({ v: 1, type: 'ack', runId: 1, rows: 5 });
  expect([worker.starts(), client.seat()]).toEqual([1, 'worker']);
});

test('the memory of many rows goes back with their ack, that of a few does not', () => {
  const worker = seat();
  const client = createEngineClient(() => {}, [['worker', worker.start]]);
  client.run({ runId: 1, ops: [] });
  worker.ready();
  const memory = new Int32Array(2 * BATCH_ROWS * ROW);
  client.ack(1, memory.subarray(0, BATCH_ROWS * ROW));
  expect(worker.posted.at(-1)).toEqual({ v: 1, type: 'ack', runId: 1, rows: BATCH_ROWS, spare: memory.buffer });
  client.ack(1, new Int32Array(ROW));
  expect(worker.posted.at(-1)).toEqual({ v: 1, type: 'ack', runId: 1, rows: 1 });
});

test('where one way does not work the next is tried, and nothing asked for is lost', async () => {
  const page = seat();
  const rejects: StartEngine = () => Promise.reject(new Error('no network'));
  const client = createEngineClient(() => {}, [
    ['worker', refuses],
    ['blob', rejects],
    ['page', page.start],
  ]);
  client.run({ runId: 1, ops: [] });
  await settle();
  page.ready();
  expect([client.seat(), page.posted.length]).toEqual(['page', 1]);
});

test('a way that fails later than it started is left as well, and its late words are not heard', () => {
  const worker = seat();
  const page = seat();
  const heard: FromEngine[] = [];
  const client = createEngineClient(
    (m) => heard.push(m),
    [
      ['worker', worker.start],
      ['page', page.start],
    ],
  );
  client.run({ runId: 1, ops: [] });
  worker.fail('script not found');
  page.ready();
  worker.say({ v: 1, type: 'fault', runId: 1, seq: 0, stack: 'late' });
  expect(heard.map((m) => m.type)).toEqual(['ready']);
  expect(page.posted).toHaveLength(1);
});

test('when no way is left that is a fault, and so is an engine that dies; the next request starts it again', () => {
  const heard: FromEngine[] = [];
  createEngineClient((m) => heard.push(m), [['worker', refuses]]).run({ runId: 1, ops: [] });
  expect(heard).toMatchObject([{ type: 'fault', seq: -1, stack: 'SecurityError' }]);

  const worker = seat();
  const client = createEngineClient((m) => heard.push(m), [['worker', worker.start]]);
  client.run({ runId: 1, ops: [] });
  worker.ready();
  worker.fail('out of memory');
  expect(heard.at(-1)).toMatchObject({ type: 'fault', seq: -1, stack: 'out of memory' });
  client.run({ runId: 2, ops: [] });
  worker.ready();
  expect([worker.starts(), worker.posted.length]).toEqual([2, 2]);
});

/** A clock in the test's hands; what is due is called in its order. */
function clock() {
  let now = 0;
  let due: { at: number; call: () => void }[] = [];
  const time: PageTime = {
    now: () => now,
    after(ms, call) {
      const entry = { at: now + ms, call };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
  };
  return {
    time,
    /** @param meanwhile called before each thing that is due */
    pass(ms: number, meanwhile: () => void = () => {}) {
      const end = now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = next.at;
        due = due.filter((entry) => entry !== next);
        meanwhile();
        next.call();
      }
      now = end;
    },
    /** The page sleeps, and everything that was due comes late. */
    sleep(ms: number) {
      now += ms;
    },
  };
}

describe('the watch', () => {
  /** An engine whose every start and message the test sees; it answers pings while `alive`. */
  function watched() {
    const { time, pass, sleep } = clock();
    const heard: FromEngine[] = [];
    const starts: { posted: ToEngine[]; say: (m: FromEngine) => void; closed: boolean }[] = [];
    const state = { alive: true };
    const start: StartEngine = (say) => {
      const mine = { posted: [] as ToEngine[], say, closed: false };
      starts.push(mine);
      return {
        post(message) {
          mine.posted.push(message);
          if (message.type === 'ping' && state.alive) say({ v: 1, type: 'pong', id: message.id });
        },
        close: () => {
          mine.closed = true;
        },
      };
    };
    const client = createEngineClient((m) => heard.push(m), [['worker', start]], time);
    const now = () => starts.at(-1) as (typeof starts)[number];
    const done = (runId: number): FromEngine => ({
      ...{
        v: 1,
        type: 'batch',
        runId,
        firstSeq: 0,
        rows: new Int32Array(0),
        commands: [],
        routeTables: [],
        config: null,
      },
      done: true,
    });
    const requests = () => now().posted.filter((m) => m.type !== 'ping');
    const faults = () => heard.filter((m) => m.type === 'fault');
    return { client, state, pass, sleep, heard, starts, now, done, requests, faults };
  }

  test('an engine that dies in the middle of a run is a fault within two seconds, and the next run has a new one', () => {
    const w = watched();
    w.client.run({ runId: 1, ops: [] });
    w.now().say({ v: 1, type: 'ready' });
    w.pass(500);
    w.state.alive = false;
    w.pass(2_000);
    expect(w.faults()).toMatchObject([{ seq: -1, stack: 'the engine stopped answering' }]);
    expect(w.now().closed).toBe(true);
    w.state.alive = true;
    w.client.run({ runId: 2, ops: [] });
    w.now().say({ v: 1, type: 'ready' });
    expect([w.starts.length, w.requests()]).toMatchObject([2, [{ type: 'run', runId: 2 }]]);
  });

  test('one that died while nothing was asked of it is replaced, and the run begins in the new one', () => {
    const w = watched();
    w.client.run({ runId: 1, ops: [] });
    w.now().say({ v: 1, type: 'ready' });
    w.now().say(w.done(1));
    w.state.alive = false;
    w.pass(60_000);
    expect(w.faults()).toEqual([]);
    w.client.run({ runId: 2, ops: [] });
    w.pass(WATCH.deafMs + 2 * WATCH.everyMs);
    expect([w.starts.length, w.starts[0]?.closed]).toEqual([2, true]);
    w.state.alive = true;
    w.now().say({ v: 1, type: 'ready' });
    expect(w.requests()).toMatchObject([{ type: 'run', runId: 2 }]);
    w.pass(60_000);
    expect([w.faults(), w.starts.length]).toEqual([[], 2]);
  });

  test('what cannot begin anew (a poke, or the second time) is a fault then', () => {
    for (const again of [false, true]) {
      const w = watched();
      w.client.run({ runId: 1, ops: [] });
      w.now().say({ v: 1, type: 'ready' });
      w.now().say(w.done(1));
      w.state.alive = false;
      if (again) w.client.run({ runId: 2, ops: [] });
      else w.client.extend({ runId: 1, ops: [] });
      w.pass(1_200);
      if (again) w.now().say({ v: 1, type: 'ready' });
      w.pass(2_000);
      expect(w.faults()).toHaveLength(1);
      expect(w.starts).toHaveLength(again ? 2 : 1);
    }
  });

  test('one that is at work says so, however long it takes; a page that slept gives it time', () => {
    const w = watched();
    w.client.run({ runId: 1, ops: [] });
    w.now().say({ v: 1, type: 'ready' });
    w.pass(30_000);
    w.state.alive = false;
    w.sleep(3_600_000);
    w.pass(1, () => {
      w.state.alive = true;
    });
    w.pass(30_000);
    expect([w.faults(), w.starts.length]).toEqual([[], 1]);
  });

  test('one that never starts is left for the next way, and where there is none that is a fault', () => {
    const w = watched();
    w.client.run({ runId: 1, ops: [] });
    w.pass(WATCH.startMs + 2 * WATCH.everyMs);
    expect(w.faults()).toMatchObject([{ stack: 'the engine did not start' }]);
  });

  test('nothing is watched, and no timer runs, while nothing is asked', () => {
    const w = watched();
    w.client.run({ runId: 1, ops: [] });
    w.now().say({ v: 1, type: 'ready' });
    w.now().say(w.done(1));
    w.pass(1_000);
    const { length } = w.now().posted;
    w.pass(3_600_000);
    expect(w.now().posted).toHaveLength(length);
  });

  test('what cannot be carried to the engine is refused in a sentence', () => {
    const heard: FromEngine[] = [];
    let say: (m: FromEngine) => void = () => {};
    const start: StartEngine = (onMessage) => {
      say = onMessage;
      return {
        post(message) {
          if (message.type === 'run') throw new RangeError('Maximum call stack size exceeded');
        },
        close: () => {},
      };
    };
    const client = createEngineClient((m) => heard.push(m), [['worker', start]]);
    client.run({ runId: 1, ops: [] });
    say({ v: 1, type: 'ready' });
    client.run({ runId: 2, ops: [] });
    expect(heard.filter((m) => m.type === 'refused')).toMatchObject([
      { runId: 1, error: { code: 'not-carried' } },
      { runId: 2, error: { code: 'not-carried' } },
    ]);
  });
});
