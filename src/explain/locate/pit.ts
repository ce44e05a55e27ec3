/** Places of events: the i8254 (i8254.c). */
import type { PIT_EVENTS } from '../../spec/events/pit.ts';
import { hex, type Locators } from './locator.ts';
import { pit, says } from './makers.ts';

export const PIT_LOCATORS: Locators<typeof PIT_EVENTS> = {
  pit_tick: { place: pit, dock: 'out', label: says('tick') },
  pit_do_work: { place: pit, dock: 'out', label: says('tick') },
  pit_held: { place: pit, dock: 'out', label: says('tick'), end: 'stage.end.pitHeld' },
  pit_ack: { place: pit, dock: 'out', label: says('ack') },
  pit_write: { place: pit, dock: 'out', label: ({ args }) => hex(args.value) },
  pit_load: { place: pit, dock: 'out', label: says('load') },
};
