/// <reference types="vite/client" />
/** The page's end of the worker that reasons: questions are promises, findings come when they come. */
import type { Ask } from '../explain/where/ask.ts';
import type { JsonOp } from '../log/log.ts';
import { openWorker } from './open-worker.ts';
import workerUrl from './reason.worker.ts?worker&url';
import type { Found, FromReason, ToReason } from './reason-jobs.ts';
import { watchWorker } from './watched.ts';

export type { Ask } from '../explain/where/ask.ts';
export type { Found } from './reason-jobs.ts';

/** A `where` answer as the op has it. */
export type WhereAnswer = Readonly<Record<string, unknown>>;

export interface ReasonClient {
  /** The run is this one now; the findings of the one before no longer hold. */
  run(ops: readonly JsonOp[]): void;
  /** @param row of the run, before which it is asked @returns null where the run is another by now @throws where nobody answers */
  where(ask: Ask, row: number): Promise<WhereAnswer | null>;
  /** What may be asked for at that row, the last raised first. */
  raised(row: number): Promise<readonly Ask[]>;
  /** Ends the worker; nothing comes any more. */
  stop(): void;
}

/** How many first ops are the same objects. */
function common(a: readonly JsonOp[], b: readonly JsonOp[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** A question is answered between two turns of the rules; the longest run takes some seconds to be asked about. */
const SILENT_MS = 20_000;

interface Asked {
  readonly message: ToReason;
  readonly done: (message: FromReason) => void;
  readonly fail: (why: Error) => void;
}

/** @param found called with all that the rules have found in the run so far */
export function startReasoning(found: (all: readonly Found[], whole: boolean) => void): ReasonClient {
  let worker: Worker | null = null;
  /** There is a worker, or one is coming. */
  let alive = false;
  /** Number of the worker: what one says that was given up is not heard. */
  let start = 0;
  /** Was begun anew for what is asked now. */
  let again = false;
  /** Said before there was a worker. */
  let early: ToReason[] = [];
  const waiting = new Map<number, Asked>();
  let run = 0;
  let next = 1;
  let known: readonly JsonOp[] = [];
  const watch = watchWorker(SILENT_MS, lost);
  const post = (message: ToReason): void => {
    if (worker === null) early.push(message);
    else worker.postMessage(message);
  };
  const hear = ({ data }: MessageEvent<FromReason>): void => {
    if (data.type === 'findings') {
      watch.heard(waiting.size === 0);
      if (data.run === run) found(data.all, data.whole);
      return;
    }
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    again = false;
    watch.heard(waiting.size === 0);
    asked?.done(data);
  };

  function open(): void {
    const mine = ++start;
    alive = true;
    openWorker(workerUrl).then(
      (opened) => {
        if (mine !== start) {
          opened.terminate();
          return;
        }
        worker = opened;
        worker.onmessage = hear;
        worker.onerror = (event) => {
          event.preventDefault();
          if (mine === start) lost();
        };
        for (const message of early) worker.postMessage(message);
        early = [];
      },
      // Its script did not come: there are no findings, and who asks hears that nobody answers.
      () => {
        if (mine === start) giveUp();
      },
    );
  }

  function shut(): void {
    start++;
    alive = false;
    worker?.terminate();
    worker = null;
    early = [];
    watch.stop();
  }

  function giveUp(): void {
    shut();
    for (const { fail } of waiting.values()) fail(new Error('nobody answers'));
    waiting.clear();
  }

  /** It is silent or has failed: another one takes its place, once. */
  function lost(): void {
    if (again) {
      giveUp();
      return;
    }
    shut();
    again = true;
    begin();
    for (const { message } of waiting.values()) post(message);
    if (waiting.size > 0) watch.asked();
  }

  /** A worker that knows the run. */
  function begin(): void {
    open();
    if (known.length > 0) post({ type: 'run', run, kept: 0, ops: known });
  }

  const ask = <T extends FromReason>(make: (id: number) => ToReason): Promise<T> =>
    new Promise((done, fail) => {
      const id = next++;
      const message = make(id);
      waiting.set(id, { message, done: (answer) => done(answer as T), fail });
      if (!alive) begin();
      post(message);
      watch.asked();
    });
  open();
  return {
    run(ops) {
      const kept = common(known, ops);
      if (kept === ops.length && kept === known.length) return;
      known = ops;
      run++;
      if (alive) post({ type: 'run', run, kept, ops: ops.slice(kept) });
      else begin();
    },
    where: (question, row) =>
      ask<Extract<FromReason, { type: 'where' }>>((id) => ({ type: 'where', id, run, row, ask: question })).then(
        ({ answer }) => answer,
      ),
    raised: (row) =>
      ask<Extract<FromReason, { type: 'raised' }>>((id) => ({ type: 'raised', id, run, row })).then(({ asks }) => asks),
    stop: giveUp,
  };
}
