/** In words: The i8254 (i8254.c). */
import { hex } from '../../base/numbers.ts';
import { readWord } from '../../engine/view/machine-view.ts';
import type { PIT_EVENTS } from '../../spec/events/pit.ts';
import { say } from '../text.ts';
import { addDescriptions } from './index.ts';

addDescriptions<typeof PIT_EVENTS>({
  pit_tick: (c) => ({ params: { pending: c.args.pending } }),
  pit_held: (c) => ({
    params: { pending: c.args.pending },
    variant: readWord(c.view, 'pit', 0, 'reinject') !== 1 && 'dropped',
  }),
  pit_ack: (c) => ({ params: { pending: c.args.pending } }),
  pit_write: (c) => ({ params: { port: hex(c.args.port), value: hex(c.args.value) } }),
  pit_load: (c) => {
    const count = c.args.count === 0 ? 0x10000 : c.args.count;
    const periodic = c.args.mode === 2 || c.args.mode === 3;
    return {
      params: {
        count,
        mode: c.args.mode,
        hz: periodic ? say('word.hz', { hz: Math.round(1193181 / count) }) : say('word.once'),
      },
    };
  },
});
