/** Ways not taken. GSI routing: a GSI's way to its chips' pins or to an MSI, and the acknowledgement back (irqchip.c, irq_comm.c). */
import type { ROUTING_EVENTS } from '../../spec/events/routing.ts';
import { cameFrom } from '../context.ts';
import type { ForkRows } from './fork.ts';
import { noRouteFork } from './makers.ts';

export const ROUTING_FORKS: ForkRows<typeof ROUTING_EVENTS> = {
  // One that an acknowledgement brought about would not have come: that needs the route as well.
  kvm_set_irq: (c) => (c.args.level === 0 || cameFrom(c, 'kvm_ack_irq') ? [] : noRouteFork(c, c.args.gsi)),
};
