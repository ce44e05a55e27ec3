import { expect, test } from 'vitest';
import { ROW } from '../engine/view/tables.ts';
import { createEngineClient, type EnginePort, type StartEngine } from './client.ts';
import { BATCH_ROWS, type FromEngine, type ToEngine } from './protocol.ts';

const settle = () => new Promise((done) => setTimeout(done, 0));

/** A place where an engine runs, in the test's hands. */
function seat() {
  const posted: ToEngine[] = [];
  let starts = 0;
  let say: (message: FromEngine) => void = () => {};
  let fail: (reason: string) => void = () => {};
  const port: EnginePort = { post: (m) => posted.push(m), close: () => {} };
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
