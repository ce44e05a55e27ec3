/** Places of events: irqfds and their resamplers (eventfd.c). */
import { addEvents } from '../../spec/events/index.ts';
import { IRQFD_EVENTS } from '../../spec/events/irqfd.ts';
import { addLocators } from './index.ts';
import { gsiLabel, route, says, sourceOf } from './makers.ts';

addEvents(IRQFD_EVENTS);
addLocators(IRQFD_EVENTS, {
  irqfd_assign: { place: sourceOf, dock: 'out', label: gsiLabel },
  irqfd_deassign: { place: sourceOf, dock: 'out', label: gsiLabel },
  irqfd_wakeup: { place: sourceOf, dock: 'out', label: gsiLabel, long: ({ args }) => `irqfd · GSI ${args.gsi}` },
  irqfd_inject: { place: sourceOf, dock: 'out', label: gsiLabel, long: ({ args }) => `irqfd · GSI ${args.gsi}` },
  irqfd_resampler_ack: { place: route, dock: 'out', label: says('ack'), long: ({ args }) => `ack · GSI ${args.gsi}` },
  resamplefd_signal: {
    place: sourceOf,
    dock: 'out',
    label: says('resample'),
    long: ({ args }) => `resample · GSI ${args.gsi}`,
    lit: ['source.line'],
  },
});
