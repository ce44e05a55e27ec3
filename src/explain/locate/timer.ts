/** Places of events: the local APIC's timer (lapic.c). */
import { addEvents } from '../../spec/events/index.ts';
import { TIMER_EVENTS } from '../../spec/events/timer.ts';
import { addLocators } from './index.ts';
import { lapic, says, vec, vectorLabel } from './makers.ts';

addEvents(TIMER_EVENTS);
addLocators(TIMER_EVENTS, {
  timer_start: { place: lapic, dock: 'out', label: says('timer') },
  timer_cancel: null,
  timer_expired: { place: lapic, dock: 'in', label: says('timer') },
  timer_inject: { place: lapic, dock: 'in', label: vectorLabel, long: ({ args }) => `LVT timer ${vec(args.vector)}` },
  lvt_masked: { place: lapic, dock: 'in', label: says('LVT'), end: 'stage.end.masked' },
  deadline_dropped: { place: lapic, dock: 'in', label: says('deadline'), end: 'stage.end.ignored' },
});
