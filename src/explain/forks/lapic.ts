/** Ways not taken. Delivery to the local APICs, and what a local APIC does with it (lapic.c). */

import { inX2apic } from '../../engine/view/machine-view.ts';
import type { LAPIC_EVENTS } from '../../spec/events/lapic.ts';
import { REG } from '../../spec/registers/lapic.ts';
import { ledTo, vcpuWord } from '../context.ts';
import { writeLapic } from '../guest-ops.ts';
import type { ForkRows } from './fork.ts';
import { withApicv } from './host.ts';
import { ifFork, swFork, tprFork } from './makers.ts';

export const LAPIC_FORKS: ForkRows<typeof LAPIC_EVENTS> = {
  kvm_irq_delivery_to_apic: (c) => {
    const targets = ledTo(c, 'kvm_apic_accept_irq').map((r) => r.index);
    const first = targets[0];
    return first === undefined || (c.args.mode & 7) > 1 ? [] : [swFork(c, first, false)];
  },
  kvm_apic_accept_irq: (c) =>
    c.args.mode > 1 ? [] : [swFork(c, c.index, false), ...tprFork(c, c.index, c.args.vector)],
  accept_disabled: (c) => [swFork(c, c.index, true)],
  irr_set: (c) => [
    ...tprFork(c, c.index, c.args.vector),
    ifFork(c, c.index, vcpuWord(c, 'rflagsIf') === 1 ? 0 : 1),
    ...withApicv(c, c.index),
  ],
  apic_ack: (c) => tprFork(c, c.index, c.args.vector),
  kvm_apic_ipi: (c) => {
    const oneOther = c.view.wordMap.vcpus <= 2;
    if (oneOther || ((c.args.icrLow >>> 18) & 3) === 3) return [];
    const x2apic = inX2apic(c.view, c.index);
    const icr = ((c.args.icrLow & ~0xc_0000) | 0xc_0000) >>> 0;
    return [{ key: 'fork.allButSelf', params: {}, ops: [writeLapic(c.index, x2apic, REG.icr, icr)], replaces: true }];
  },
};
