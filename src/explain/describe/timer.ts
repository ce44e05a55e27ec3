/** In words: The local APIC's timer (lapic.c). */

import { hex, nanoseconds } from '../../base/numbers.ts';
import { LAPIC } from '../../engine/view/tables.ts';
import type { TIMER_EVENTS } from '../../spec/events/timer.ts';
import { lapicWord } from '../context.ts';
import { addDescriptions } from './index.ts';
import { timerMode } from './words.ts';

addDescriptions<typeof TIMER_EVENTS>({
  timer_start: (c) => ({
    params: { vcpu: c.index, mode: timerMode(c.args.mode), due: nanoseconds(c.args.due) },
  }),
  timer_expired: (c) => ({ params: { vcpu: c.index, mode: timerMode(c.args.mode) } }),
  timer_inject: (c) => {
    const lvt = lapicWord(c, 'lvtTimer');
    return {
      params: { vcpu: c.index, vec: hex(c.args.vector), mask: (lvt >> 16) & 1, mode: timerMode((lvt >> 17) & 3) },
      why: [true],
    };
  },
  deadline_dropped: (c) => ({
    params: { vcpu: c.index, mode: timerMode(c.args.mode) },
    variant: c.args.enabled === 0 && 'off',
  }),
  // The argument is the LVT word's offset in the block.
  lvt_masked: (c) => ({ params: { vcpu: c.index, lvt: LAPIC.names[c.args.lvt] ?? 'LVT' } }),
});
