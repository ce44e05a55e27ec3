/** Ways not taken. The vCPU takes it: requests, kicks, injection, INIT and SIPI (x86.c). */
import type { VCPU_EVENTS } from '../../spec/events/vcpu.ts';
import { KICK } from '../../spec/names.ts';
import { highestIsr, lapicWord } from '../context.ts';
import type { ForkRows } from './fork.ts';
import { kickForks, races } from './host.ts';
import { apicvFork, haltFork, ifFork, tprLowFork } from './makers.ts';

export const VCPU_FORKS: ForkRows<typeof VCPU_EVENTS> = {
  kick: (c) => {
    const { outcome } = c.args;
    if (outcome === KICK.self) return [];
    const all = outcome === KICK.callOne || outcome === KICK.callMany;
    return [...haltFork(c, c.index, all), ...(all ? [] : kickForks(c, c.index))];
  },
  inject_held: (c) => {
    if (c.args.reason === 0) return [...ifFork(c, c.index, 1), ...apicvFork(c, 'irr', c.args.vector)];
    if (c.args.reason === 2 && highestIsr(c) >> 4 < lapicWord(c, 'tpr') >> 4)
      return [...tprLowFork(c, c.index, c.args.vector), ...apicvFork(c, 'irr', c.args.vector)];
    return [];
  },
  kvm_inj_virq: (c) => [...ifFork(c, c.index, 0), ...races(c, c.index), ...apicvFork(c, 'isr', c.args.vector)],
};
