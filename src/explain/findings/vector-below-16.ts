/** A vector below 16 was sent: its class is 0, so in IRR it is never above PPR; AVIC does not send it as an IPI at all. */
import type { MachineView } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { vcpusFor } from '../gates/match.ts';
import type { Named } from '../where/facts.ts';
import { posted, requested, vcpusOf } from './machine.ts';
import type { Hit, Rule } from './rule.ts';

/** AVIC_IPI_FAILURE_INVALID_IPI_VECTOR */
const INVALID_VECTOR = 4;
/** ICR: destination mode, and the shorthands. */
const LOGICAL = 0x800;
const SELF = 1;
const ALL = 2;
const OTHERS = 3;

/** vCPUs that an IPI was for. */
function targets(view: MachineView, { index, args }: Named): readonly number[] {
  const { icrLow = 0, dest = 0 } = args;
  const shorthand = (icrLow >>> 18) & 3;
  if (shorthand === SELF) return [index];
  if (shorthand === ALL) return vcpusOf(view);
  if (shorthand === OTHERS) return vcpusOf(view).filter((vcpu) => vcpu !== index);
  return vcpusFor(view, dest, (icrLow & LOGICAL) !== 0);
}

const hit = (vcpu: number, vector: number): Hit => ({ at: placeOf('lapic', vcpu, 'irr', 0), params: { vcpu, vector } });

export const vectorBelow16: Rule = {
  id: 'vector-below-16',
  severity: 'wrong',
  cites: ['lapic.priority'],
  begin() {
    /** IPIs that were not sent, by the vCPU they were for. They are in no register. */
    const refused = new Map<number, Hit>();
    return ({ view, events }) => {
      for (const event of events) {
        if (event.name !== 'avic_incomplete_ipi' || event.args.id !== INVALID_VECTOR) continue;
        for (const vcpu of targets(view, event)) refused.set(vcpu, hit(vcpu, (event.args.icrLow ?? 0) & 0xff));
      }
      const there = vcpusOf(view).flatMap((vcpu) =>
        [...requested(view, vcpu), ...posted(view, vcpu)]
          .filter((vector) => vector < 16)
          .map((vector) => hit(vcpu, vector)),
      );
      return [...there, ...refused.values()];
    };
  },
};
