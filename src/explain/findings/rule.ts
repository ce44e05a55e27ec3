/** What a rule sees and says: the machine after an op, before it, and what happened in between. A rule never makes a sentence. */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import type { CiteKey } from '../../spec/citations.ts';
import type { EventName } from '../../spec/events/index.ts';
import type { Named } from '../where/facts.ts';

export interface Sight {
  readonly view: MachineView;
  /** The same machine before the op; null for the first. */
  readonly before: MachineView | null;
  readonly op: JsonOp;
  /** Number of the op. */
  readonly command: number;
  /** What happened with the op, in order. */
  readonly events: readonly Named[];
  /** What happened in the run before it. */
  readonly past: readonly Named[];
}

/** One thing found. `at` and the id are what it is known by while it lasts. */
export interface Hit {
  /** "ioapic:0.redirLo[11]" */
  readonly at: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface Rule {
  readonly id: string;
  readonly severity: 'note' | 'odd' | 'wrong';
  readonly cites: readonly CiteKey[];
  /** What holds after this op. A rule with `moment` finds what happens with it, which then stays found. */
  look(sight: Sight): readonly Hit[];
  readonly moment?: true;
  /** It must hold after two ops running, or after the last: between the parts of a set-up much is odd that is not meant to stay. */
  readonly settles?: true;
}

/** A hit for each event of a name that fits. */
export const hitsOf = ({ events }: Sight, name: EventName, hit: (event: Named) => Hit | null): readonly Hit[] =>
  events.flatMap((event) => {
    const found = event.name === name ? hit(event) : null;
    return found === null ? [] : [found];
  });

/** The last event before row `seq` that fits; null where there is none. */
export function lastBefore({ past, events }: Sight, seq: number, fits: (event: Named) => boolean): Named | null {
  const now = events.findLast((event) => event.seq < seq && fits(event));
  return now ?? past.findLast(fits) ?? null;
}
