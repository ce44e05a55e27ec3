/** Where the engine runs when its worker cannot be started by its address. */
import { type EnginePort, fromWorker, type StartEngine } from './client.ts';
import { type FromEngine, PROTOCOL_VERSION } from './protocol.ts';

/** From a copy of its script, where its address does not do: in a frame without an origin. */
export async function startFromBlob(
  workerUrl: string,
  onMessage: (message: FromEngine) => void,
  onBroken: (reason: string) => void,
): Promise<EnginePort> {
  // The rest with it: from a Blob it could not be found (cli/worker-scripts.ts).
  const parts = [workerUrl, workerUrl.replace(/\.js$/, '-late.js')].map(async (part) => {
    const response = await fetch(part);
    if (!response.ok) throw new Error(`the worker's script answers ${response.status}`);
    return response.blob();
  });
  const url = URL.createObjectURL(new Blob(await Promise.all(parts), { type: 'text/javascript' }));
  return fromWorker(url, onMessage, onBroken);
}

/** On the page's own thread, in slices. */
export const startInPage: StartEngine = async (onMessage) => {
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
