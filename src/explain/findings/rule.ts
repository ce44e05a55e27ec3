/** What a rule sees and says: the machine after an op, before it, and what happened in between. A rule never makes a sentence. */
import { type MachineView, nowOf } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import type { CiteKey } from '../../spec/citations.ts';
import type { EventName } from '../../spec/events/index.ts';
import type { Named } from '../where/facts.ts';

export interface Sight {
  readonly view: MachineView;
  readonly op: JsonOp;
  /** Number of the op. */
  readonly command: number;
  /** What happened with the op, in order. */
  readonly events: readonly Named[];
}

/** One thing found. `at` and the id are what it is known by while it lasts. */
export interface Hit {
  /** "ioapic:0.redirLo[11]" */
  readonly at: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** Op since which it holds, where that is not the one after which it is said. */
  readonly since?: { readonly command: number; readonly op: string };
}

/** What holds after this op. */
export type Look = (sight: Sight) => readonly Hit[];

interface Common {
  readonly id: string;
  readonly severity: 'note' | 'odd' | 'wrong';
  readonly cites: readonly CiteKey[];
  /** It finds what happens with an op, which then stays found. */
  readonly moment?: true;
  /** It must hold after two ops running, or after the last: between the parts of a set-up much is odd that is not meant to stay. */
  readonly settles?: true;
}

/** A rule that needs no more than the machine and what just happened, or one that remembers, and begins anew with each run. */
export type Rule = Common & ({ readonly look: Look } | { readonly begin: () => Look });

/**
 * What holds, and still does when virtual time has passed: in no time no vCPU looks, so that nothing was taken says nothing yet.
 * It is said with the op since which it holds.
 * @param sure hits that need no time: of a vCPU that looks at nothing
 */
export function afterTime(look: Look, sure: (hit: Hit, view: MachineView) => boolean): Look {
  const known = new Map<string, { readonly from: number; readonly since: NonNullable<Hit['since']> }>();
  return (sight) => {
    const { view, command, op } = sight;
    const now = nowOf(view);
    const hits = look(sight).map((hit) => ({ hit, key: `${hit.at} ${hit.params.vector ?? ''}` }));
    const keys = new Set(hits.map(({ key }) => key));
    for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    return hits.flatMap(({ hit, key }) => {
      const first = known.get(key) ?? { from: now, since: { command, op: String(op.op) } };
      known.set(key, first);
      return now > first.from || sure(hit, view) ? [{ ...hit, since: first.since }] : [];
    });
  };
}

/** A hit for each event of a name that fits. */
export const hitsOf = ({ events }: Sight, name: EventName, hit: (event: Named) => Hit | null): readonly Hit[] =>
  events.flatMap((event) => {
    const found = event.name === name ? hit(event) : null;
    return found === null ? [] : [found];
  });
