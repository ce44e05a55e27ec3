/** Places of events: the local APIC's timer (lapic.c). */
import type { TIMER_EVENTS } from '../../spec/events/timer.ts';
import type { Locators } from './locator.ts';
import { lapic, says, vec, vectorLabel } from './makers.ts';

export const TIMER_LOCATORS: Locators<typeof TIMER_EVENTS> = {
  timer_start: { place: lapic, dock: 'out', label: says('timer') },
  timer_cancel: null,
  timer_expired: { place: lapic, dock: 'in', label: says('timer') },
  timer_inject: { place: lapic, dock: 'in', label: vectorLabel, long: ({ args }) => `LVT timer ${vec(args.vector)}` },
  lvt_masked: { place: lapic, dock: 'in', label: says('LVT'), end: 'stage.end.masked' },
};
