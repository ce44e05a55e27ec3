/**
 * Questions and findings beside a run that is shown, without the worker they live in: the ops of the run come as the page has them, the
 * rules look at them some at a time, and a question is answered between two of these turns.
 */
import type { Finding } from '../explain/findings/index.ts';
import type { Ask } from '../explain/where/ask.ts';
import { eventsFrom } from '../explain/where/facts.ts';
import { whereIs } from '../explain/where/where.ts';
import type { JsonOp } from '../log/log.ts';
import { createFindingRun, type FindingRun } from './finding-run.ts';
import { type GrowingHistory, historyFrom } from './history.ts';

export type ToReason =
  /** The run is this now. `kept`: so many of its ops are those of the run before. */
  | { readonly type: 'run'; readonly run: number; readonly kept: number; readonly ops: readonly JsonOp[] }
  /** Where it was before that row of the run. */
  | { readonly type: 'where'; readonly id: number; readonly run: number; readonly row: number; readonly ask: Ask }
  /** What was raised before that row, the last first. */
  | { readonly type: 'raised'; readonly id: number; readonly run: number; readonly row: number };

export type FromReason =
  | { readonly type: 'findings'; readonly run: number; readonly all: readonly Found[]; readonly whole: boolean }
  | { readonly type: 'where'; readonly id: number; readonly answer: Readonly<Record<string, unknown>> | null }
  | { readonly type: 'raised'; readonly id: number; readonly asks: readonly Ask[] };

/** A finding of a run, and whether it is there at its end. */
export interface Found extends Finding {
  readonly open: boolean;
}

interface Host {
  send(message: FromReason): void;
  /** Calls back soon, after messages that came meanwhile. */
  later(work: () => void): void;
  /** A clock in ms. */
  now(): number;
}

/** Longest turn, ms. */
const SLICE_MS = 12;
/** Most that is offered to ask for. */
const MOST_ASKS = 6;

export function createReasonJobs({ send, later, now }: Host): (message: ToReason) => void {
  let run = 0;
  let ops: readonly JsonOp[] = [];
  let history: GrowingHistory | null = null;
  let finding: FindingRun = createFindingRun();
  /** Ops the rules have looked at. */
  let looked = 0;
  let scheduled = false;

  function tell(whole: boolean): void {
    const open = new Set(finding.found(false));
    send({ type: 'findings', run, all: finding.found(true).map((one) => ({ ...one, open: open.has(one) })), whole });
  }

  function work(): void {
    scheduled = false;
    const end = now() + SLICE_MS;
    while (looked < ops.length && now() < end) {
      finding.take(ops[looked] as JsonOp, looked);
      looked++;
    }
    if (looked < ops.length) schedule();
    else tell(true);
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    later(work);
  }

  function take(message: Extract<ToReason, { type: 'run' }>): void {
    const kept = ops.slice(0, message.kept);
    // The rules remember: they begin again where ops they have seen are gone.
    if (looked > message.kept) {
      finding = createFindingRun();
      looked = 0;
    }
    ({ run } = message);
    ops = [...kept, ...message.ops];
    history = null;
    schedule();
  }

  const at = (row: number): GrowingHistory | null => {
    history ??= historyFrom(ops);
    return history?.before(row) ?? null;
  };

  /** What was raised, as questions. */
  function raised(row: number): Ask[] {
    const here = at(row)?.now();
    if (here === undefined) return [];
    const asks = new Map<string, Ask>();
    for (const { name, args, index } of eventsFrom(here.journal, 0).reverse()) {
      const ask: Ask | null =
        name === 'kvm_set_irq' && args.level === 1
          ? { gsi: args.gsi }
          : name === 'irr_set' || name === 'pir_set' || name === 'vtd_post'
            ? { vcpu: index, vector: args.vector }
            : null;
      if (ask !== null && !asks.has(JSON.stringify(ask))) asks.set(JSON.stringify(ask), ask);
      if (asks.size === MOST_ASKS) break;
    }
    return [...asks.values()];
  }

  return (message) => {
    if (message.type === 'run') take(message);
    else if (message.type === 'raised')
      send({ type: 'raised', id: message.id, asks: message.run === run ? raised(message.row) : [] });
    else {
      const here = message.run === run ? at(message.row) : null;
      send({ type: 'where', id: message.id, answer: here === null ? null : whereIs(here, message.ask) });
    }
  };
}
