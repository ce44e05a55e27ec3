/**
 * A session that can be asked about itself: it keeps the ops since `create` and answers `where` and `findings`, which change nothing
 * and are no part of the run. Until the first question nothing is kept but the ops: who never asks pays nothing.
 */
import { dropRows } from '../engine/core/log.ts';
import type { Saves } from '../engine/core/saved.ts';
import { createSession } from '../engine/machine/session.ts';
import { readAsk, readFindings } from '../explain/where/ask.ts';
import { whereIs } from '../explain/where/where.ts';
import type { JsonOp } from '../log/log.ts';
import { OpError } from '../spec/define/op.ts';
import type { OpResult } from '../spec/ops/index.ts';
import { findingsIn } from '../worker/finding-run.ts';
import { type GrowingHistory, historyFrom, isRefused } from '../worker/history.ts';

const isAsked = (raw: unknown): raw is { readonly op: 'where' | 'findings' } =>
  typeof raw === 'object' && raw !== null && 'op' in raw && (raw.op === 'where' || raw.op === 'findings');

const begins = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && 'op' in raw && (raw.op === 'create' || raw.op === 'create_vm');

export interface Reasoner {
  /** Carries out an op or answers a question. Never throws for bad input. */
  answer(raw: unknown): OpResult;
}

export function createReasoner(): Reasoner {
  const session = createSession();
  let ops: JsonOp[] = [];
  /** What user space had saved when the machine was made: a save outlives a machine. */
  let saves: Saves = new Map();
  let history: GrowingHistory | null = null;

  function asked(raw: { readonly op: string }): OpResult {
    const { machine } = session;
    if (machine === null) throw new OpError('op.noMachine', 'op');
    if (raw.op === 'findings') return { findings: findingsIn(ops, readFindings(raw), new Map(saves)) };
    const ask = readAsk(raw);
    if (ask === null) throw new OpError('op.missing', 'gsi');
    if ('vcpu' in ask && ask.vcpu >= machine.vcpus) throw new OpError('op.range', 'vcpu', { max: machine.vcpus - 1 });
    history ??= historyFrom(ops, new Map(saves));
    return history === null ? {} : whereIs(history, ask);
  }

  function carryOut(raw: unknown): OpResult {
    const before: Saves = new Map(begins(raw) ? session.machine?.saves : undefined);
    const answer = session.answer(raw);
    const { machine } = session;
    if (!isRefused(answer) && machine !== null) {
      if (begins(raw)) {
        ops = [];
        history = null;
        saves = before;
      }
      ops.push(raw as JsonOp);
      history?.took(raw as JsonOp, machine);
    }
    if (machine !== null) dropRows(machine.log);
    return answer;
  }

  return {
    answer(raw) {
      if (!isAsked(raw)) return carryOut(raw);
      try {
        return asked(raw);
      } catch (error) {
        if (error instanceof OpError) return { error: error.message };
        throw error;
      }
    },
  };
}
