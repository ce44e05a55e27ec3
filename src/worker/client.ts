/// <reference types="vite/client" />
/**
 * The page's end of the protocol. It starts the worker when it is first needed and never waits for it. Where a worker cannot
 * be started by its address (a sandboxed frame has an opaque origin), it is started from a Blob; where that fails as well, the
 * same runner works in slices on the page's own thread.
 */

import { ROW } from '../engine/view/tables.ts';
import workerUrl from './engine.worker.ts?worker&url';
import { type FromEngine, isWorthKeeping, PROTOCOL_VERSION, type ToEngine } from './protocol.ts';

export { CAPS, type CommandRecord, type FromEngine, type JsonOp, type Problem } from './protocol.ts';

type Request<T extends ToEngine['type']> = Omit<Extract<ToEngine, { type: T }>, 'v' | 'id' | 'type'>;

/** Where the engine runs. */
export type EngineSeat = 'worker' | 'blob' | 'page';

export interface EngineClient {
  run(request: Request<'run'>): number;
  extend(request: Request<'extend'>): number;
  fork(request: Request<'fork'>): number;
  /** Gives the engine credit for rows that were taken in, and their memory: the array must not be read afterwards. */
  ack(runId: number, rows: Int32Array): void;
  /** Where the engine runs; null while nothing has answered. */
  seat(): EngineSeat | null;
  close(): void;
}

/** One way to reach an engine. */
export interface EnginePort {
  post(message: ToEngine, transfer?: Transferable[]): void;
  close(): void;
}

/** Starts an engine; `onMessage` gets what it says, `onBroken` is called when it cannot be started or has died. */
export type StartEngine = (
  onMessage: (message: FromEngine) => void,
  onBroken: (reason: string) => void,
) => EnginePort | Promise<EnginePort>;

/** The build makes a classic script of it (see vite.config.ts); the dev server only has modules. */
const SCRIPT_TYPE: WorkerType = import.meta.env.DEV ? 'module' : 'classic';

function fromWorker(url: string, onMessage: (m: FromEngine) => void, onBroken: (r: string) => void): EnginePort {
  const worker = new Worker(url, { type: SCRIPT_TYPE });
  worker.onmessage = (event: MessageEvent<FromEngine>) => onMessage(event.data);
  worker.onerror = (event) => {
    event.preventDefault();
    onBroken(event.message || 'the worker could not be loaded');
  };
  worker.onmessageerror = () => onBroken('a message could not be read');
  return { post: (message, transfer = []) => worker.postMessage(message, transfer), close: () => worker.terminate() };
}

const startByUrl: StartEngine = (onMessage, onBroken) => fromWorker(workerUrl, onMessage, onBroken);

const startFromBlob: StartEngine = async (onMessage, onBroken) => {
  const response = await fetch(workerUrl);
  if (!response.ok) throw new Error(`the worker's script answers ${response.status}`);
  const script = await response.blob();
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return fromWorker(url, onMessage, onBroken);
};

const startInPage: StartEngine = async (onMessage) => {
  const [{ createRunner }, { createSession }] = await Promise.all([
    import('./runner.ts'),
    import('../engine/machine/session.ts'),
  ]);
  const later = (work: () => void): void => {
    setTimeout(work, 0);
  };
  const runner = createRunner({
    createSession,
    now: () => performance.now(),
    send: (message) => later(() => onMessage(message)),
    later,
  });
  later(() => onMessage({ v: PROTOCOL_VERSION, type: 'ready' }));
  return {
    post: (message) => later(() => runner.receive(message)),
    close: () => runner.receive({ v: PROTOCOL_VERSION, type: 'stop' }),
  };
};

const SEATS: readonly (readonly [EngineSeat, StartEngine])[] = [
  ['worker', startByUrl],
  ['blob', startFromBlob],
  ['page', startInPage],
];

/** Ways that failed once are not tried again while the page lives. */
export function createEngineClient(
  onMessage: (message: FromEngine) => void,
  seats: readonly (readonly [EngineSeat, StartEngine])[] = SEATS,
): EngineClient {
  let seat = 0;
  let port: EnginePort | null = null;
  let ready = false;
  /** Numbers the starts, so that a late word of an engine given up is not heard. */
  let start = 0;
  let nextId = 1;
  let waiting: ToEngine[] = [];

  function shut(): void {
    start++;
    port?.close();
    port = null;
    ready = false;
  }

  function broken(reason: string): void {
    const wasReady = ready;
    shut();
    if (wasReady || seat + 1 >= seats.length) {
      waiting = [];
      onMessage({ v: PROTOCOL_VERSION, type: 'fault', runId: 0, seq: -1, stack: reason });
      return;
    }
    seat++;
    open();
  }

  function heard(message: FromEngine): void {
    if (message.type !== 'ready') {
      onMessage(message);
      return;
    }
    ready = true;
    const messages = waiting;
    waiting = [];
    for (const m of messages) port?.post(m);
    onMessage(message);
  }

  function open(): void {
    const mine = ++start;
    const listen = (message: FromEngine): void => {
      if (mine === start) heard(message);
    };
    const fail = (reason: unknown): void => {
      if (mine === start) broken(reason instanceof Error ? reason.message : String(reason));
    };
    try {
      const opened = seats[seat]?.[1](listen, fail);
      if (opened instanceof Promise) {
        opened.then((p) => {
          if (mine === start) port = p;
          else p.close();
        }, fail);
      } else port = opened ?? null;
    } catch (e) {
      fail(e);
    }
  }

  function post(message: ToEngine, transfer?: Transferable[]): void {
    if (ready && port !== null) {
      port.post(message, transfer);
      return;
    }
    waiting.push(message);
    if (port === null && waiting.length === 1) open();
  }

  const request = (message: { type: 'run' | 'extend' | 'fork' }): number => {
    const id = nextId++;
    post({ v: PROTOCOL_VERSION, id, ...message } as ToEngine);
    return id;
  };

  return {
    run: (r) => request({ type: 'run', ...r }),
    extend: (r) => request({ type: 'extend', ...r }),
    fork: (r) => request({ type: 'fork', ...r }),
    ack(runId, { length, buffer }) {
      const message = { v: PROTOCOL_VERSION, type: 'ack', runId, rows: length / ROW } as const;
      if (buffer instanceof ArrayBuffer && isWorthKeeping(buffer)) post({ ...message, spare: buffer }, [buffer]);
      else post(message);
    },
    seat: () => (ready ? (seats[seat]?.[0] ?? null) : null),
    close: shut,
  };
}
