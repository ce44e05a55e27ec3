/// <reference types="vite/client" />
/**
 * The page's end of the protocol. It starts the worker when it is first needed and never waits for it. Where a worker cannot
 * be started by its address (a sandboxed frame has an opaque origin), it is started from a Blob; where that fails as well, the
 * same runner works in slices on the page's own thread.
 */

import type { Problem } from '../base/problem.ts';
import { ROW } from '../engine/view/tables.ts';
import workerUrl from './engine.worker.ts?worker&url';
import { PAGE_TIME, type PageTime } from './page-time.ts';
import { type FromEngine, isWorthKeeping, PROTOCOL_VERSION, type ToEngine } from './protocol.ts';

export type { FromEngine } from './protocol.ts';

type Request<T extends ToEngine['type']> = Omit<Extract<ToEngine, { type: T }>, 'v' | 'id' | 'type'>;

/** Where the engine runs. */
export type EngineSeat = 'worker' | 'blob' | 'page';

export interface EngineClient {
  /** Begins to start an engine before it is asked for anything. */
  warm?(): void;
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

/** Under Trusted Types an address of a script is made by a policy. Ours is asked for the two above and nothing else. */
const scriptUrl = (
  globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } };
  }
).trustedTypes?.createPolicy('irqscope', { createScriptURL: (url: string) => url });

/** A script's address as the page's policy wants it. */
export const scriptAddress = (url: string): string => scriptUrl?.createScriptURL(url) ?? url;

/** A worker by its script's address. */
export function fromWorker(url: string, onMessage: (m: FromEngine) => void, onBroken: (r: string) => void): EnginePort {
  const worker = new Worker(scriptAddress(url), { type: SCRIPT_TYPE });
  worker.onmessage = (event: MessageEvent<FromEngine>) => onMessage(event.data);
  worker.onerror = (event) => {
    event.preventDefault();
    onBroken(event.message || 'the worker could not be loaded');
  };
  worker.onmessageerror = () => onBroken('a message could not be read');
  return { post: (message, transfer = []) => worker.postMessage(message, transfer), close: () => worker.terminate() };
}

const startByUrl: StartEngine = (onMessage, onBroken) => fromWorker(workerUrl, onMessage, onBroken);

/** A word of the page's build; the terminal's has none. */
declare const __ONE_FILE__: boolean;

type Recall = typeof import('./recall.ts')['recallLong'];

/** The page in one file has its engine in the worker alone: it keeps all rows, and its runs end sooner. */
const KEEPS_ROWS = typeof __ONE_FILE__ !== 'undefined' && __ONE_FILE__;
let recall: Recall | null = null;

/** What keeps a long run and makes its rows again, where it is here. */
export const recallNow = (): Recall | null => recall;

/** @returns null if it is here already, or never; else when it is. Rejects if the chunk does not come. */
export const loadRecall = (): Promise<void> | null =>
  KEEPS_ROWS || recall !== null
    ? null
    : import('./recall.ts').then(({ recallLong }) => {
        recall = recallLong;
      });

/** Few pages need them. */
const otherSeats = () => import('./other-seats.ts');

const SEATS: readonly (readonly [EngineSeat, StartEngine])[] = [
  ['worker', startByUrl],
  ['blob', async (...to) => (await otherSeats()).startFromBlob(workerUrl, ...to)],
  ['page', async (...to) => (await otherSeats()).startInPage(...to)],
];

/**
 * Limits of the watch, which looks while something is asked for and not done. An engine that dies says nothing, and one that is
 * in an endless loop neither: within two seconds the page must know.
 */
export const WATCH = {
  /** Between two looks. */
  everyMs: 250,
  /** An engine silent for so long is given up, and what was asked of it is a fault. */
  silentMs: 1_600,
  /** One that had not even begun with what was asked (it died unseen, or is in the middle of something older) is replaced. */
  deafMs: 700,
  /** Time to start in. */
  startMs: 10_000,
} as const;

/** What is asked for and not done. */
interface Asked {
  readonly message: Extract<ToEngine, { readonly type: 'run' | 'extend' | 'fork' }>;
  /** Run its answers are about. */
  readonly runId: number;
  /** The engine was alive when it got the request: it has answered the ping before it. */
  begun: boolean;
  /** Sent to a fresh engine once more. */
  again: boolean;
}

/** Ways that failed once are not tried again while the page lives. */
export function createEngineClient(
  onMessage: (message: FromEngine) => void,
  seats: readonly (readonly [EngineSeat, StartEngine])[] = SEATS,
  time: PageTime = PAGE_TIME,
): EngineClient {
  let seat = 0;
  let port: EnginePort | null = null;
  let ready = false;
  /** Numbers the starts, so that a late word of an engine given up is not heard. */
  let start = 0;
  let nextId = 1;
  let waiting: ToEngine[] = [];
  let asked: Asked | null = null;
  /** When the engine said something last, or began to start. */
  let heardAt = 0;
  let lookedAt = 0;
  let callOff: (() => void) | null = null;

  function shut(): void {
    start++;
    port?.close();
    port = null;
    ready = false;
    waiting = [];
  }

  function fault(reason: string): void {
    asked = null;
    onMessage({ v: PROTOCOL_VERSION, type: 'fault', runId: 0, seq: -1, stack: reason });
  }

  function broken(reason: string): void {
    const wasReady = ready;
    const messages = waiting;
    shut();
    if (wasReady || seat + 1 >= seats.length) {
      fault(reason);
      return;
    }
    seat++;
    waiting = messages;
    open();
  }

  function watch(): void {
    lookedAt = time.now();
    callOff ??= time.after(WATCH.everyMs, look);
  }

  function look(): void {
    callOff = null;
    if (asked === null) return;
    const now = time.now();
    // The page itself was busy, hidden or asleep: what the engine said meanwhile has not been heard yet.
    if (now - lookedAt > 3 * WATCH.everyMs) heardAt = now;
    const silent = now - heardAt;
    if (!ready) {
      if (silent > WATCH.startMs) broken('the engine did not start');
    } else if (!asked.begun && silent > WATCH.deafMs) replace(asked);
    else if (silent > WATCH.silentMs) {
      shut();
      fault('the engine stopped answering');
    } else post([{ v: PROTOCOL_VERSION, type: 'ping', id: 0 }]);
    if (asked !== null) watch();
  }

  /** A fresh engine in the place of one that does not hear. Only a whole run can begin anew in it. */
  function replace(a: Asked): void {
    shut();
    if (a.again || a.message.type !== 'run') {
      fault('the engine stopped answering');
      return;
    }
    a.again = true;
    send(a);
  }

  /** The ping comes first: its answer says that the engine was alive when it got the request. */
  function send({ message }: Asked): void {
    post([{ v: PROTOCOL_VERSION, type: 'ping', id: message.id }, message]);
  }

  /** Hands one message over. What cannot be carried (nested too deep to be copied) must not end in silence. */
  function carry(message: ToEngine, transfer: Transferable[] = []): void {
    try {
      port?.post(message, transfer);
    } catch {
      if (asked === null || asked.message !== message) return;
      const { runId } = asked;
      const { id } = asked.message;
      asked = null;
      const error: Problem = { code: 'not-carried', place: 'ops', params: {} };
      onMessage({ v: PROTOCOL_VERSION, type: 'refused', id, runId, error, lost: false });
    }
  }

  function heard(message: FromEngine): void {
    heardAt = time.now();
    if (asked !== null) {
      // Whatever it says of the request itself, it has begun with it.
      const about =
        message.type === 'pong' ? message.id === asked.message.id : 'runId' in message && message.runId === asked.runId;
      if (about) asked.begun = true;
      const over = message.type === 'fault' || message.type === 'refused' || (message.type === 'batch' && message.done);
      if (about && over) asked = null;
    }
    if (message.type === 'pong') return;
    if (message.type !== 'ready') {
      onMessage(message);
      return;
    }
    ready = true;
    const messages = waiting;
    waiting = [];
    for (const m of messages) carry(m);
    onMessage(message);
  }

  function open(): void {
    const mine = ++start;
    heardAt = time.now();
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

  function post(messages: readonly ToEngine[]): void {
    if (ready) {
      for (const message of messages) carry(message);
      return;
    }
    const starting = waiting.length > 0;
    waiting.push(...messages);
    if (!starting) open();
  }

  const request = (body: { type: 'run' | 'extend' | 'fork'; runId: number; newRunId?: number }): number => {
    const message = { v: PROTOCOL_VERSION, id: nextId++, ...body } as Asked['message'];
    asked = { message, runId: body.newRunId ?? body.runId, begun: false, again: false };
    if (ready) heardAt = time.now();
    watch();
    send(asked);
    return message.id;
  };

  return {
    warm: () => {
      if (port === null && waiting.length === 0) post([{ v: PROTOCOL_VERSION, type: 'ping', id: 0 }]);
    },
    run: (r) => request({ type: 'run', ...r, ...(KEEPS_ROWS ? { keepsRows: true } : {}) }),
    extend: (r) => request({ type: 'extend', ...r }),
    fork: (r) => request({ type: 'fork', ...r }),
    ack(runId, { length, buffer }) {
      const message = { v: PROTOCOL_VERSION, type: 'ack', runId, rows: length / ROW } as const;
      if (!ready) return;
      if (buffer instanceof ArrayBuffer && isWorthKeeping(buffer)) carry({ ...message, spare: buffer }, [buffer]);
      else carry(message);
    },
    seat: () => (ready ? (seats[seat]?.[0] ?? null) : null),
    close() {
      asked = null;
      callOff?.();
      shut();
    },
  };
}
