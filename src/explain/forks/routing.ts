/** Ways not taken. GSI routing: a GSI's way to its chips' pins or to an MSI, and the acknowledgement back (irqchip.c, irq_comm.c). */
import type { ROUTING_EVENTS } from '../../spec/events/routing.ts';
import type { ForkRows } from './fork.ts';
import { noRouteFork } from './makers.ts';

export const ROUTING_FORKS: ForkRows<typeof ROUTING_EVENTS> = {
  kvm_set_irq: (c) => (c.args.level === 0 ? [] : noRouteFork(c, c.args.gsi)),
};
