/// <reference types="vite/client" />
/** The page's end of the worker that reasons: questions are promises, findings come when they come. */
import type { Ask } from '../explain/where/ask.ts';
import type { JsonOp } from '../log/log.ts';
import { openWorker } from './open-worker.ts';
import workerUrl from './reason.worker.ts?worker&url';
import type { Found, FromReason, ToReason } from './reason-jobs.ts';

export type { Ask } from '../explain/where/ask.ts';
export type { Found } from './reason-jobs.ts';

/** A `where` answer as the op has it. */
export type WhereAnswer = Readonly<Record<string, unknown>>;

export interface ReasonClient {
  /** The run is this one now; the findings of the one before no longer hold. */
  run(ops: readonly JsonOp[]): void;
  /** @param row of the run, before which it is asked @returns null where the run is another by now */
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

/** @param found called with all that the rules have found in the run so far */
export function startReasoning(found: (all: readonly Found[], whole: boolean) => void): ReasonClient {
  const opening = openWorker(workerUrl);
  let worker: Worker | null = null;
  /** Said before there was a worker. */
  const early: ToReason[] = [];
  const waiting = new Map<number, (message: FromReason) => void>();
  let run = 0;
  let next = 1;
  let known: readonly JsonOp[] = [];
  const post = (message: ToReason): void => {
    if (worker === null) early.push(message);
    else worker.postMessage(message);
  };
  const hear = ({ data }: MessageEvent<FromReason>): void => {
    if (data.type === 'findings') {
      if (data.run === run) found(data.all, data.whole);
      return;
    }
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  opening.then(
    (opened) => {
      worker = opened;
      worker.onmessage = hear;
      for (const message of early) worker.postMessage(message);
    },
    // Its script did not come: there are no findings, and what was asked is never answered.
    () => {},
  );
  const ask = <T extends FromReason>(make: (id: number) => ToReason): Promise<T> =>
    new Promise((resolve) => {
      const id = next++;
      waiting.set(id, (message) => resolve(message as T));
      post(make(id));
    });
  return {
    run(ops) {
      const kept = common(known, ops);
      if (kept === ops.length && kept === known.length) return;
      known = ops;
      run++;
      post({ type: 'run', run, kept, ops: ops.slice(kept) });
    },
    where: (question, row) =>
      ask<Extract<FromReason, { type: 'where' }>>((id) => ({ type: 'where', id, run, row, ask: question })).then(
        ({ answer }) => answer,
      ),
    raised: (row) =>
      ask<Extract<FromReason, { type: 'raised' }>>((id) => ({ type: 'raised', id, run, row })).then(({ asks }) => asks),
    stop: () => void opening.then((opened) => opened.terminate()).catch(() => {}),
  };
}
