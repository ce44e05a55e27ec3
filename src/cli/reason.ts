/**
 * A session that can be asked about itself: it keeps the ops since `create` and makes the run again to answer `where` and
 * `findings`, which change nothing and are no part of it.
 */
import { dropRows, ROW } from '../engine/core/log.ts';
import { createSession, type Session } from '../engine/machine/session.ts';
import type { MachineView } from '../engine/view/machine-view.ts';
import { createFinder, type Finding, frozen } from '../explain/findings/index.ts';
import { readAsk, readFindings } from '../explain/where/ask.ts';
import { eventAt, type Named } from '../explain/where/facts.ts';
import { type Replay, whereIs } from '../explain/where/where.ts';
import type { JsonOp } from '../log/log.ts';
import { OpError } from '../spec/define/op.ts';
import type { OpResult } from '../spec/ops/index.ts';

/** Makes a run again. An op that was refused then is refused now. */
export const replay: Replay = (ops, visit) => {
  const session = createSession();
  const starts: number[] = [];
  for (const [index, op] of ops.entries()) {
    const log = session.machine?.log;
    starts.push(index === 0 || log === undefined ? 0 : log.firstSeq + log.used / ROW);
    session.answer(op);
    if (session.machine !== null) visit?.(index, session.machine as MachineView);
  }
  const m = session.machine;
  if (m === null) return null;
  return { view: m, rows: m.log.rows, used: m.log.used / ROW, starts, ops };
};

/** Everything the rules find in a run. @param all at any time; else what is there at its end */
export function findingsIn(ops: readonly JsonOp[], all: boolean): readonly Finding[] {
  const finder = createFinder();
  const session = createSession();
  let before: MachineView | null = null;
  for (const [command, op] of ops.entries()) {
    const m = session.machine;
    if (m !== null) dropRows(m.log);
    session.answer(op);
    const now = session.machine;
    if (now === null) continue;
    const { rows, used } = now.log;
    const events: Named[] = [];
    for (let seq = 0; seq < used / ROW; seq++) {
      const event = eventAt({ rows, used: used / ROW, starts: [], ops }, seq);
      if (event !== null) events.push({ ...event, seq: now.log.firstSeq + seq });
    }
    const view: MachineView = { config: now.config, wordMap: now.wordMap, w: now.w, routeTables: now.routeTables };
    finder.take({ view, before, op, command, events });
    before = frozen(view);
  }
  return finder.found(all);
}

const isAsked = (raw: unknown): raw is { readonly op: 'where' | 'findings' } =>
  typeof raw === 'object' && raw !== null && 'op' in raw && (raw.op === 'where' || raw.op === 'findings');

const begins = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && 'op' in raw && (raw.op === 'create' || raw.op === 'create_vm');

/** A session whose `answer` knows `where` and `findings` as well. */
export function createReasoner(session: Session = createSession()): Pick<Session, 'answer' | 'machine'> {
  let ops: JsonOp[] = [];
  function asked(raw: { readonly op: string }): OpResult {
    if (session.machine === null) throw new OpError('op.noMachine', 'op');
    if (raw.op === 'findings') return { findings: findingsIn(ops, readFindings(raw)) };
    const ask = readAsk(raw);
    if (ask === null) throw new OpError('op.missing', 'gsi');
    if ('vcpu' in ask && ask.vcpu >= session.machine.vcpus)
      throw new OpError('op.range', 'vcpu', { max: session.machine.vcpus - 1 });
    return whereIs(replay, ops, ask) ?? {};
  }
  return {
    get machine() {
      return session.machine;
    },
    answer(raw) {
      if (isAsked(raw)) {
        try {
          return asked(raw);
        } catch (error) {
          if (error instanceof OpError) return { error: error.message };
          throw error;
        }
      }
      const answer = session.answer(raw);
      if ('error' in answer) return answer;
      if (begins(raw)) ops = [];
      ops.push(raw as JsonOp);
      return answer;
    },
  };
}
