/** The engine's worker: wiring only, see runner.ts. */
import { createSession } from '../engine/machine/session.ts';
import { PROTOCOL_VERSION } from './protocol.ts';
import { createRunner } from './runner.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

// A message to oneself comes after those that wait already, and has no minimum delay as timers have.
const { port1, port2 } = new MessageChannel();
const due: (() => void)[] = [];
port1.onmessage = () => due.shift()?.();

const runner = createRunner({
  createSession,
  now: () => performance.now(),
  send: (message, transfer) => scope.postMessage(message, transfer),
  later(work) {
    due.push(work);
    port2.postMessage(null);
  },
});

scope.onmessage = (event: MessageEvent<unknown>) => runner.receive(event.data);
scope.postMessage({ v: PROTOCOL_VERSION, type: 'ready' });
