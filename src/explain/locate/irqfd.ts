/** Places of events: irqfds and their resamplers (eventfd.c). */
import type { IRQFD_EVENTS } from '../../spec/events/irqfd.ts';
import type { Locators } from './locator.ts';
import { gsiLabel, route, says, sourceOf } from './makers.ts';

export const IRQFD_LOCATORS: Locators<typeof IRQFD_EVENTS> = {
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
};
