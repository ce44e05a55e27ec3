/** Places of events: the i8254 (i8254.c). */
import { hex } from '../../base/hex.ts';
import { addEvents } from '../../spec/events/index.ts';
import { PIT_EVENTS } from '../../spec/events/pit.ts';
import { addLocators } from './index.ts';
import { pit, says } from './makers.ts';

addEvents(PIT_EVENTS);
addLocators(PIT_EVENTS, {
  pit_tick: { place: pit, dock: 'out', label: says('tick') },
  pit_do_work: { place: pit, dock: 'out', label: says('tick') },
  pit_held: { place: pit, dock: 'out', label: says('tick'), end: 'stage.end.pitHeld' },
  pit_ack: { place: pit, dock: 'out', label: says('ack') },
  pit_write: { place: pit, dock: 'out', label: ({ args }) => hex(args.value) },
  pit_load: { place: pit, dock: 'out', label: says('load') },
});
