/** "Where is my interrupt?": the first gate on its way that holds it, since when, and the ops that let it go on. */
import type { JsonOp } from '../../log/log.ts';
import type { Ask } from './ask.ts';
import { releaseOf } from './release.ts';
import { find, type History, sinceOf } from './walk.ts';

/** The answer in the op's shape. */
export function whereIs(history: History, ask: Ask): Readonly<Record<string, unknown>> {
  const { ops } = history;
  const run = history.now();
  const at = find(run, ask);
  const holds = at.chain.findIndex(({ gate }) => gate === at.held);
  // What it has gone by no longer counts, though it is shut behind it.
  const chain = at.chain.map(({ closed, gate, ...link }, i) => ({ gate, open: i < holds || !closed, ...link }));
  if (at.held === null) {
    return { held: null, state: at.state, since: opRecord(ops, at.raised ?? 0), chain };
  }
  const link = at.chain.find(({ gate }) => gate === at.held);
  const since = sinceOf(history, at);
  const release = releaseOf(history, ask, at, run.end);
  return {
    held: at.held,
    state: at.state,
    since: opRecord(ops, since),
    ...(link?.by !== undefined && { by: link.by }),
    ...(link?.vector !== undefined && link.by !== undefined && { vector: link.vector }),
    chain,
    ...(release !== null && { release }),
  };
}

const opRecord = (ops: readonly JsonOp[], command: number) => ({ command, op: String(ops[command]?.op ?? 'create') });
