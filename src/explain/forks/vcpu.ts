/** Ways not taken. The vCPU takes it: requests, kicks, injection, INIT and SIPI (x86.c). */
import type { VCPU_EVENTS } from '../../spec/events/vcpu.ts';
import { isCall, KICK } from '../../spec/names.ts';
import { reasonWord } from '../context.ts';
import type { ForkRows } from './fork.ts';
import { apicvFork, kickForks, races } from './host.ts';
import { haltFork, ifFork, tprLowFork } from './makers.ts';

export const VCPU_FORKS: ForkRows<typeof VCPU_EVENTS> = {
  kick: (c) => {
    if (c.args.outcome === KICK.self) return [];
    // A request to several wakes nobody.
    return isCall(c.args.outcome)
      ? haltFork(c, c.index, 'fork.haltedAll')
      : [...haltFork(c, c.index), ...kickForks(c, c.index)];
  },
  inject_held: (c) => {
    const reason = reasonWord(c);
    if (reason === 'if') return [...ifFork(c, c.index, 1), ...apicvFork(c, 'irr', c.args.vector)];
    const low = reason === 'ppr' ? tprLowFork(c, c.index, c.args.vector) : [];
    return low.length === 0 ? [] : [...low, ...apicvFork(c, 'irr', c.args.vector)];
  },
  kvm_inj_virq: (c) => [...ifFork(c, c.index, 0), ...races(c, c.index), ...apicvFork(c, 'isr', c.args.vector)],
};
