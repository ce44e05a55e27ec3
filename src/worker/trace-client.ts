/// <reference types="vite/client" />
/** The page's end of the trace worker: each trace has a worker of its own, which answers questions about it until it is let go. */
import { scriptAddress } from './client.ts';
import workerUrl from './trace.worker.ts?worker&url';
import type { Answers, Ask, FromTrace } from './trace-jobs.ts';
import { watchWorker } from './watched.ts';

export type { Answers, Ask, FromTrace, Picture } from './trace-jobs.ts';

/** A reader that says nothing for so long, not even how far it is, is dead: it tells its progress many times a second. */
const SILENT_MS = 20_000;
const SILENT = 'trace.error.silent';

const SCRIPT_TYPE: WorkerType = import.meta.env.DEV ? 'module' : 'classic';

export interface TraceJob {
  /** Asks something of the trace that was read. @throws what is wrong, as the sentence's key */
  ask<W extends Ask['what']>(ask: Extract<Ask, { what: W }>): Promise<Answers[W]>;
  /** Ends it at once, whatever it is at. */
  close(): void;
}

/** Reads a file or a text. @param take called with progress, then once with the rows or what is wrong; with what is wrong later, too @param vm which VM of several */
export function readTrace(what: Blob | string, take: (message: FromTrace) => void, vm?: number): TraceJob {
  const worker = new Worker(scriptAddress(workerUrl), { type: SCRIPT_TYPE });
  const waiting = new Map<number, { done: (answer: unknown) => void; fail: (key: string) => void }>();
  let asked = 1;
  /** What was read is here. */
  let read = false;
  const end = (): void => {
    watch.stop();
    worker.terminate();
  };
  /** Nothing comes of it any more: whoever waits hears so. */
  const lost = (key: string, why: string): void => {
    end();
    take({ type: 'failed', id: 1, key, params: { why } });
    for (const { fail } of waiting.values()) fail(key);
    waiting.clear();
    read = true;
    gone = key;
  };
  let gone: string | null = null;
  const watch = watchWorker(SILENT_MS, () => lost(SILENT, ''));
  worker.onmessage = ({ data }: MessageEvent<FromTrace>) => {
    const asker = waiting.get(data.id);
    if (asker === undefined) {
      if (data.type !== 'progress') read = true;
      watch.heard(read && waiting.size === 0);
      take(data);
      if (data.type === 'failed') end();
      return;
    }
    waiting.delete(data.id);
    watch.heard(waiting.size === 0);
    if (data.type === 'answer') asker.done(data.answer);
    else if (data.type === 'failed') {
      take(data);
      asker.fail(data.key);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    lost('trace.error.broken', event.message);
  };
  watch.asked();
  worker.postMessage(
    typeof what === 'string' ? { type: 'read-text', id: 1, text: what } : { type: 'read', id: 1, file: what, vm },
  );
  return {
    ask: (ask) =>
      new Promise((resolve, reject) => {
        if (gone !== null) {
          reject(gone);
          return;
        }
        const id = ++asked;
        watch.asked();
        waiting.set(id, { done: resolve as (answer: unknown) => void, fail: reject });
        worker.postMessage({ type: 'ask', id, ask });
      }),
    close: end,
  };
}
