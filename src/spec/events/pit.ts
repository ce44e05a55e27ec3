/** The i8254 (i8254.c). */
import { defineEvents } from '../define/event.ts';

export const PIT_EVENTS = defineEvents({
  pit_tick: {
    code: 130,
    by: 'pit',
    fn: 'pit_timer_fn',
    cite: 'pit.control',
    args: { pending: 'dec' },
    token: 'moves',
  },
  pit_do_work: { code: 131, by: 'pit', fn: 'pit_do_work', cite: 'pit.control', args: {}, token: 'moves' },
  pit_held: { code: 132, by: 'pit', fn: 'pit_do_work', cite: null, args: { pending: 'dec' }, token: 'ends' },
  pit_ack: {
    code: 133,
    by: 'pit',
    fn: 'kvm_pit_ack_irq',
    cite: null,
    args: { pending: 'dec' },
    token: 'moves',
  },
  pit_write: {
    code: 134,
    by: 'pit',
    fn: 'pit_ioport_write',
    cite: 'pit.control',
    args: { port: 'hex', value: 'hex' },
    token: 'still',
  },
  pit_load: {
    code: 135,
    by: 'pit',
    fn: 'create_pit_timer',
    cite: 'pit.control',
    args: { count: 'dec', mode: 'dec' },
    token: 'still',
  },
});
