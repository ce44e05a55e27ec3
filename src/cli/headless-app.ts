/** An app without a page: the real engine in this thread, and no frames. */
import { createSession } from '../engine/machine/session.ts';
import { type App, createApp } from '../store/create-app.ts';
import { createEngineClient, type FromEngine } from '../worker/client.ts';
import { createRunner } from '../worker/runner.ts';

/** @param onConnect gets what hears the engine, for who speaks in its place */
export function createHeadlessApp(onConnect: (hear: (message: FromEngine) => void) => void = () => {}): App {
  return createApp({
    frames: { request: () => 0, cancel: () => {} },
    connect: (onMessage) => {
      onConnect(onMessage);
      return createEngineClient(onMessage, [
        [
          'page',
          (hear) => {
            const soon = (work: () => void) => void Promise.resolve().then(work);
            const runner = createRunner({
              createSession,
              now: () => 0,
              send: (message) => soon(() => hear(message)),
              later: soon,
            });
            soon(() => hear({ v: 1, type: 'ready' }));
            return { post: (message) => soon(() => runner.receive(structuredClone(message))), close: () => {} };
          },
        ],
      ]);
    },
  });
}
