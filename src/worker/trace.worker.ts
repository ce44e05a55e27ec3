/// <reference lib="webworker" />
/** The worker that reads traces: wiring only. A job is a file or a text; its answer is rows, or one sentence's key. */
import { startTraceJobs } from './trace-jobs.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const take = startTraceJobs((message) => scope.postMessage(message));
scope.onmessage = (event) => take(event.data);
