/** Ways not taken. Delivery to the local APICs, and what a local APIC does with it (lapic.c). */

import { readWord } from '../../engine/view/machine-view.ts';
import type { LAPIC_EVENTS } from '../../spec/events/lapic.ts';
import { REG } from '../../spec/registers/lapic.ts';
import { cameFrom, causedBy, ledTo, type StepContext, vcpuWord } from '../context.ts';
import { writeApic } from '../guest-ops.ts';
import type { Fork, ForkRows } from './fork.ts';
import { withApicv } from './host.ts';
import { ifFork, swFork, tprFork } from './makers.ts';

/** Bit of the mode of `kvm_irq_delivery_to_apic`: the destination is logical. */
const LOGICAL = 8;
/** KVM_APIC_MODE_MAP_DISABLED */
const MAP_DISABLED = 4;

/** How the message at hand was addressed, as `kvm_irq_delivery_to_apic` says it; null where it was the APIC's own LVT's. */
function addressing(c: StepContext<'kvm_apic_accept_irq'>): number | null {
  if (cameFrom(c, 'timer_inject', 'pit_do_work')) return null;
  const fast = causedBy(c, 'kvm_msi_set_irq');
  if (fast !== null) return (fast.addrLo & 4) !== 0 ? LOGICAL : c.args.mode;
  return causedBy(c, 'kvm_irq_delivery_to_apic')?.mode ?? c.args.mode;
}

/** Is lowest priority decided by a hash over the places of the map? */
const hashed = (c: StepContext): boolean =>
  c.view.config.vectorHashing !== false && readWord(c.view, 'vm', 0, 'mapMode') !== MAP_DISABLED;

/** The local APIC disabled in SVR: a logical destination leaves it out then, and its own LVT is masked. */
function disabled(c: StepContext, vcpu: number, mode: number | null): Fork[] {
  if (mode === null) return [swFork(c, vcpu, false, 'fork.swOffLvt')];
  if ((mode & 7) === 1) return hashed(c) ? [swFork(c, vcpu, false, 'fork.swOffHash')] : [];
  return [swFork(c, vcpu, false, (mode & LOGICAL) === 0 ? 'fork.swOff' : 'fork.swOffLogical')];
}

export const LAPIC_FORKS: ForkRows<typeof LAPIC_EVENTS> = {
  kvm_irq_delivery_to_apic: (c) => {
    const first = ledTo(c, 'kvm_apic_accept_irq')[0]?.index;
    return first === undefined || (c.args.mode & 7) > 1 ? [] : disabled(c, first, c.args.mode);
  },
  kvm_apic_accept_irq: (c) =>
    c.args.mode > 1 ? [] : [...disabled(c, c.index, addressing(c)), ...tprFork(c, c.index, c.args.vector)],
  accept_disabled: (c) => [swFork(c, c.index, true)],
  irr_set: (c) => [
    ...tprFork(c, c.index, c.args.vector),
    ...ifFork(c, c.index, vcpuWord(c, 'rflagsIf') === 1 ? 0 : 1),
    ...withApicv(c, c.index),
  ],
  apic_ack: (c) => tprFork(c, c.index, c.args.vector),
  kvm_apic_ipi: (c) => {
    const oneOther = c.view.wordMap.vcpus <= 2;
    if (oneOther || ((c.args.icrLow >>> 18) & 3) === 3) return [];
    const icr = ((c.args.icrLow & ~0xc_0000) | 0xc_0000) >>> 0;
    return [{ key: 'fork.allButSelf', params: {}, ops: [writeApic(c.view, c.index, REG.icr, icr)], replaces: true }];
  },
};
