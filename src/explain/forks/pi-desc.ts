/** Ways not taken. Posted interrupts: the descriptor, its notification and its wakeup list (posted_intr.c). */
import type { PI_DESC_EVENTS } from '../../spec/events/pi-desc.ts';
import { inCommand } from '../context.ts';
import { away, ifOff, inhibited, outstanding, posted, posting, running, tpr } from './host.ts';
import { addForks } from './index.ts';

addForks<typeof PI_DESC_EVENTS>({
  pi_notification: (c) => [...away(c, c.args.vcpu), ...inhibited(c, c.args.vcpu)],
  pi_no_notification: (c) => (c.args.why === 0 ? [...running(c, c.index), ...inhibited(c, c.index)] : []),
  pir_set: (c) => [...posting(c, c.index, c.args.vector), ...posted(c, c.index, c.args.vector)],
  on_set: (c) => [...away(c, c.index), ...outstanding(c, c.index, 0)],
  pi_processing: (c) => [
    ...tpr(c, c.index, c.args.vector),
    ...ifOff(c, c.index),
    ...inhibited(c, c.index, 'fork.inhibitedInject'),
  ],
  // What an earlier command posted was posted to a sleeper, which nothing here would have made run.
  pir_synced: (c) =>
    inCommand(c, ({ name, index }) => (name === 'pir_set' || name === 'vtd_post') && index === c.index, true)
      ? [...running(c, c.index), ...inhibited(c, c.index, 'fork.inhibitedInject')]
      : [],
});
