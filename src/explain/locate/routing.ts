/** Places of events: GSI routing: a GSI's way to its chips' pins or to an MSI, and the acknowledgement back (irqchip.c, irq_comm.c). */
import type { ROUTING_EVENTS } from '../../spec/events/routing.ts';
import type { Locators } from './locator.ts';
import { gsiLabel, gsiLevel, message, msi, route, says, short } from './makers.ts';

export const ROUTING_LOCATORS: Locators<typeof ROUTING_EVENTS> = {
  ioctl_set_routing: null,
  kvm_set_irq: { place: route, dock: 'in', label: gsiLabel, long: gsiLevel },
  route: {
    place: route,
    dock: 'out',
    label: ({ args }) => (args.chip === 3 ? 'MSI' : `pin ${args.pin}`),
    long: ({ args }) => (args.chip === 3 ? 'MSI' : `${args.chip === 2 ? 'IOAPIC' : 'PIC'} pin ${args.pin}`),
    lit: ['route.chips'],
  },
  no_route: { place: route, dock: 'in', label: gsiLabel, end: 'stage.end.noRoute' },
  set_irq_result: null,
  kvm_msi_set_irq: {
    place: msi,
    dock: 'in',
    label: ({ args }) => short(args.data & 0xff, (args.data >> 8) & 7),
    long: ({ args }) => message(args.data, ((args.data >> 8) & 7) | (args.addrLo & 4 ? 8 : 0), args.dest),
  },
  msi_level_low: { place: route, dock: 'out', label: gsiLabel, end: 'stage.end.levelLow' },
  msi_invalid: { place: msi, dock: 'in', label: says('MSI'), end: 'stage.end.invalid' },
  kvm_ack_irq: { place: ({ args }) => ({ at: 'route', gsi: args.gsi }), dock: 'out', label: says('ack') },
};
