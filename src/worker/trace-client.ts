/// <reference types="vite/client" />
/** The page's end of the trace worker: a job runs in a worker of its own, and cancelling it ends that worker at once. */
import { scriptAddress } from './client.ts';
import workerUrl from './trace.worker.ts?worker&url';
import type { FromTrace } from './trace-jobs.ts';

export type { FromTrace } from './trace-jobs.ts';

const SCRIPT_TYPE: WorkerType = import.meta.env.DEV ? 'module' : 'classic';

export interface TraceJob {
  /** Ends it. What was open before stays. */
  cancel(): void;
}

/** Reads a file or a text. @param take called with progress, then once with the rows or what is wrong */
export function readTrace(what: Blob | string, take: (message: FromTrace) => void): TraceJob {
  const worker = new Worker(scriptAddress(workerUrl), { type: SCRIPT_TYPE });
  worker.onmessage = (event: MessageEvent<FromTrace>) => {
    take(event.data);
    if (event.data.type !== 'progress') worker.terminate();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    take({ type: 'failed', id: 1, key: 'trace.error.broken', params: { why: event.message } });
    worker.terminate();
  };
  worker.postMessage(
    typeof what === 'string' ? { type: 'read-text', id: 1, text: what } : { type: 'read', id: 1, file: what },
  );
  return { cancel: () => worker.terminate() };
}
