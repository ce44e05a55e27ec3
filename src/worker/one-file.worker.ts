/**
 * All workers as one script that is the one it is told to be, for the page in one file (cli/build-single.mjs): three of them have the
 * engine and its words, and so those are in it once.
 */
const START = {
  engine: () => import('./engine.worker.ts'),
  reason: () => import('./reason.worker.ts'),
  trace: () => import('./trace.worker.ts'),
};

void START[(self as unknown as { readonly irqWorker: keyof typeof START }).irqWorker]();
