/** In words: irqfds and their resamplers (eventfd.c). */
import type { IRQFD_EVENTS } from '../../spec/events/irqfd.ts';
import { addDescriptions } from './index.ts';
import { gsiParams } from './words.ts';

addDescriptions<typeof IRQFD_EVENTS>({
  irqfd_assign: (c) => ({ params: gsiParams(c, c.args.gsi), variant: c.args.resample === 1 && 'resample' }),
  irqfd_wakeup: (c) => ({ params: gsiParams(c, c.args.gsi), why: [true] }),
  irqfd_inject: (c) => ({ params: gsiParams(c, c.args.gsi), variant: c.args.resample === 1 && 'resample' }),
  resamplefd_signal: (c) => ({ params: { ...gsiParams(c, c.args.gsi), count: c.args.count } }),
});
