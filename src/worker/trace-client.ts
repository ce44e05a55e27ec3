/// <reference types="vite/client" />
/** The page's end of the trace worker: each trace has a worker of its own, which answers questions about it until it is let go. */
import { scriptAddress } from './client.ts';
import workerUrl from './trace.worker.ts?worker&url';
import type { Answers, Ask, FromTrace } from './trace-jobs.ts';

export type { Answers, Ask, FromTrace, Picture } from './trace-jobs.ts';

const SCRIPT_TYPE: WorkerType = import.meta.env.DEV ? 'module' : 'classic';

export interface TraceJob {
  /** Asks something of the trace that was read. @throws what is wrong, as the sentence's key */
  ask<W extends Ask['what']>(ask: Extract<Ask, { what: W }>): Promise<Answers[W]>;
  /** Ends it at once, whatever it is at. */
  close(): void;
}

/** Reads a file or a text. @param take called with progress, then once with the rows or what is wrong @param vm which VM of several */
export function readTrace(what: Blob | string, take: (message: FromTrace) => void, vm?: number): TraceJob {
  const worker = new Worker(scriptAddress(workerUrl), { type: SCRIPT_TYPE });
  const waiting = new Map<number, { done: (answer: unknown) => void; fail: (key: string) => void }>();
  let asked = 1;
  worker.onmessage = ({ data }: MessageEvent<FromTrace>) => {
    const asker = waiting.get(data.id);
    if (asker === undefined) {
      take(data);
      if (data.type === 'failed') worker.terminate();
      return;
    }
    waiting.delete(data.id);
    if (data.type === 'answer') asker.done(data.answer);
    else if (data.type === 'failed') asker.fail(data.key);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    take({ type: 'failed', id: 1, key: 'trace.error.broken', params: { why: event.message } });
    worker.terminate();
  };
  worker.postMessage(
    typeof what === 'string' ? { type: 'read-text', id: 1, text: what } : { type: 'read', id: 1, file: what, vm },
  );
  return {
    ask: (ask) =>
      new Promise((resolve, reject) => {
        const id = ++asked;
        waiting.set(id, { done: resolve as (answer: unknown) => void, fail: reject });
        worker.postMessage({ type: 'ask', id, ask });
      }),
    close: () => worker.terminate(),
  };
}
