/// <reference lib="webworker" />
/** The worker that answers "where is my interrupt?" and runs the findings: wiring only, see reason-jobs.ts. */
import { createReasonJobs } from './reason-jobs.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

// A message to oneself comes after those that wait already.
const { port1, port2 } = new MessageChannel();
const due: (() => void)[] = [];
port1.onmessage = () => due.shift()?.();

const take = createReasonJobs({
  send: (message) => scope.postMessage(message),
  now: () => performance.now(),
  later(work) {
    due.push(work);
    port2.postMessage(null);
  },
});
scope.onmessage = (event) => take(event.data);
