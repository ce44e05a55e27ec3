/** A logical destination that ORs the ids of two clusters: a cluster is a number and no mask. */

import type { MachineView } from '../../engine/view/machine-view.ts';
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { programmed, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

/** Clusters of the APICs that have the cluster model. */
const clusters = (view: MachineView): number[] =>
  vcpusOf(view)
    .filter((vcpu) => readWord(view, 'lapic', vcpu, 'dfr') === 0x0fff_ffff)
    .map((vcpu) => readWord(view, 'lapic', vcpu, 'ldr') >>> 28);

export const logicalClustersOred: Rule = {
  id: 'logical-clusters-ored',
  severity: 'wrong',
  cites: ['lapic.dest'],
  look: ({ view, events }) => {
    const ids = clusters(view);
    if (ids.length < 2) return [];
    const bad = (dest: number): boolean => {
      const cluster = dest >> 4;
      return (
        !ids.includes(cluster) && cluster !== 15 && ids.some((a) => ids.some((b) => a !== b && (a | b) === cluster))
      );
    };
    const pins = programmed(view)
      .filter(({ logical, masked, dest }) => logical && !masked && bad(dest))
      .map(({ pin, dest }) => ({ at: placeOf('ioapic', 0, 'redirHi', pin), params: { pin, dest } }));
    const sent = events
      .filter(({ name, args }) => name === 'no_destination' && args.mode === 1 && bad(args.dest & 0xff))
      .map(({ args }) => ({ at: `lapic:0.dest ${args.dest}`, params: { dest: args.dest } }));
    return [...pins, ...sent];
  },
};
