/** Holds what the engine sends until the rows of its events are here (explain/late.ts), and keeps the order. */
import { loadPartsOf } from '../explain/late.ts';
import { type FromEngine, loadRecall } from '../worker/client.ts';

type Hear = (message: FromEngine) => void;

/** What a batch needs before it is taken in: rows of its events' parts, and what keeps a long log. */
function neededFor({ rows, keys }: Extract<FromEngine, { type: 'batch' }>): Promise<unknown> | null {
  const needed = [loadPartsOf(rows), keys === undefined ? null : loadRecall()].filter((one) => one !== null);
  return needed.length === 0 ? null : Promise.all(needed);
}

/** @returns what hears in place of `hear`: at once as long as nothing has to be loaded */
export function awaitParts(hear: Hear): Hear {
  let waiting: FromEngine[] | null = null;

  function hearOrWait(message: FromEngine): void {
    if (waiting !== null) {
      waiting.push(message);
      return;
    }
    const loading = message.type === 'batch' ? neededFor(message) : null;
    if (loading === null) {
      hear(message);
      return;
    }
    waiting = [message];
    loading.then(goOn, (error: unknown) => {
      // What cannot be read cannot be shown: as if the engine had broken, so that the scene before comes back.
      const [first] = waiting ?? [];
      waiting = null;
      if (first?.type !== 'batch') return;
      const stack = error instanceof Error ? error.message : String(error);
      hear({ v: first.v, type: 'fault', runId: first.runId, seq: -1, stack });
    });
  }

  function goOn(): void {
    const held = waiting ?? [];
    waiting = null;
    for (const message of held) hearOrWait(message);
  }

  return hearOrWait;
}
