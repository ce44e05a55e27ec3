/** Runs the rules of `explain/findings` over a list of ops: all of them at once, or some at a time beside a run that is shown. */
import { dropRows } from '../engine/core/log.ts';
import type { Saves } from '../engine/core/saved.ts';
import { createSession } from '../engine/machine/session.ts';
import { createFinder, type Finding } from '../explain/findings/index.ts';
import { createJournal, eventsFrom, takeInto } from '../explain/where/facts.ts';
import type { JsonOp } from '../log/log.ts';

export interface FindingRun {
  /** Carries out one op more and lets the rules look. An op that is refused is left out. */
  take(op: JsonOp, command: number): void;
  /** @param all what was found at any time; else what is there now */
  found(all: boolean): readonly Finding[];
}

/** @param saves what user space had saved before */
export function createFindingRun(saves: Saves = new Map()): FindingRun {
  const session = createSession({ saves });
  const finder = createFinder();
  const journal = createJournal();
  return {
    take(op, command) {
      const answer = session.answer(op);
      const { machine } = session;
      if (machine === null || 'error' in answer) return;
      journal.used = 0;
      takeInto(journal, machine.log.rows, machine.log.used, machine.log.firstSeq);
      dropRows(machine.log);
      finder.take({ view: machine, op, command, events: eventsFrom(journal, 0) });
    },
    found: (all) => finder.found(all),
  };
}

/** Everything the rules find in a run. @param all at any time; else what is there at its end */
export function findingsIn(ops: readonly JsonOp[], all: boolean, saves?: Saves): readonly Finding[] {
  const run = createFindingRun(saves);
  ops.forEach((op, command) => {
    run.take(op, command);
  });
  return run.found(all);
}
