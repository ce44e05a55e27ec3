/** A logical destination that ORs the ids of two clusters: a cluster is a number and no mask. */

import type { MachineView } from '../../engine/view/machine-view.ts';
import { inX2apic, readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { programmed, vcpusOf } from './machine.ts';
import type { Hit, Rule } from './rule.ts';

/** DFR of the cluster model: an xAPIC's cluster has four bits. */
const CLUSTER_MODEL = 0x0fff_ffff;
const XAPIC_ALL = 0xf;
/** All x2APICs have clusters, of sixteen bits. */
const X2APIC_ALL = 0xffff;

/** Clusters that local APICs are in, by mode. */
function clusters(view: MachineView, x2: boolean): readonly number[] {
  const mine = vcpusOf(view).filter((vcpu) =>
    inX2apic(view, vcpu) ? x2 : !x2 && readWord(view, 'lapic', vcpu, 'dfr') === CLUSTER_MODEL,
  );
  return [...new Set(mine.map((vcpu) => readWord(view, 'lapic', vcpu, 'ldr') >>> (x2 ? 16 : 28)))];
}

/** Nobody is in that cluster, and it is what the numbers of two others make together. */
const isOred = (ids: readonly number[], cluster: number, all: number): boolean =>
  cluster !== all && !ids.includes(cluster) && ids.some((a) => ids.some((b) => a !== b && (a | b) === cluster));

const isBad = (view: MachineView, dest: number): boolean =>
  (dest >>> 0 <= 0xff && isOred(clusters(view, false), dest >>> 4, XAPIC_ALL)) ||
  isOred(clusters(view, true), dest >>> 16, X2APIC_ALL);

export const logicalClustersOred: Rule = {
  id: 'logical-clusters-ored',
  severity: 'wrong',
  cites: ['lapic.dest'],
  begin() {
    /** Messages that came to nobody, which are in no register. */
    const sent = new Map<number, Hit>();
    return ({ view, events }) => {
      for (const { name, args } of events)
        if (name === 'no_destination' && args.mode === 1 && isBad(view, args.dest))
          sent.set(args.dest, { at: `lapic:0.dest ${args.dest}`, params: { dest: args.dest } });
      const pins = programmed(view)
        .filter(({ logical, masked, dest }) => logical && !masked && isBad(view, dest))
        .map(({ pin, dest }) => ({ at: placeOf('ioapic', 0, 'redirHi', pin), params: { pin, dest } }));
      return [...pins, ...sent.values()];
    };
  },
};
