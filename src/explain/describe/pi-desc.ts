/** In words: Posted interrupts: the descriptor, its notification and its wakeup list (posted_intr.c). */
import { hex } from '../../base/numbers.ts';
import type { PI_DESC_EVENTS } from '../../spec/events/pi-desc.ts';
import { addDescriptions } from './index.ts';

addDescriptions<typeof PI_DESC_EVENTS>({
  pi_notification: (c) => ({ params: { pcpu: c.index, vcpu: c.args.vcpu, vec: hex(c.args.vector) }, why: [true] }),
  pi_no_notification: (c) => ({ params: { vcpu: c.index }, variant: c.args.why === 1 && 'self' }),
  pi_wakeup_handler: (c) => ({ params: { pcpu: c.index, listed: c.args.listed } }),
  pir_set: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector) },
    variant: c.args.already === 1 && 'already',
    why: [true],
  }),
  on_set: (c) => ({ params: { vcpu: c.index }, variant: c.args.already === 1 && 'already' }),
  pi_processing: (c) => ({
    params: { vcpu: c.index, vec: hex(Math.max(0, c.args.vector)), rvi: hex(c.args.rvi) },
    why: [true],
  }),
  pir_synced: (c) => ({ params: { vcpu: c.index, vec: c.args.vector < 0 ? '−' : hex(c.args.vector) } }),
  pi_load: (c) => ({
    params: { vcpu: c.index, pcpu: c.args.pcpu },
    variant: c.args.full === 0 && 'quick',
    why: c.args.pirWaits === 1 ? [true] : [],
  }),
  pi_wakeup_on: (c) => ({ params: { vcpu: c.index, pcpu: c.args.pcpu }, variant: c.args.on === 1 && 'late' }),
});
