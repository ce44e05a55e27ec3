/** Where the interrupt chips of a run are: as `create` said, or as the ioctls of the run have made them. */
import { COL } from '../engine/view/tables.ts';
import { EVENT_NAMES } from '../spec/events/index.ts';
import type { Irqchip } from '../spec/ops/index.ts';
import type { SceneLog } from './log.ts';
import { type LogReader, read } from './reader.ts';
import { argsIn, cellOf } from './rows.ts';

const MADE: LogReader<{ irqchip: Irqchip }> = {
  begin: ({ config }) => ({ irqchip: config.irqchip }),
  take(made, log, from, to) {
    // Only a VM that is put together step by step begins with none and gets one.
    if (log.config.irqchip !== 'none' || made.irqchip !== 'none') return;
    for (let seq = from; seq < to; seq++) {
      const name = EVENT_NAMES[cellOf(log, seq, COL.code)];
      if (name === 'setup_irqchip' && argsIn(log, seq, name).errno === 0) made.irqchip = 'full';
      else if (name === 'setup_cap') {
        const { cap, errno } = argsIn(log, seq, name);
        if (cap === SPLIT && errno === 0) made.irqchip = 'split';
      }
    }
  },
};
/** KVM_CAP_SPLIT_IRQCHIP among the capabilities that the event names. */
const SPLIT = 0;

/** The irqchip mode that the run ends in. */
export const irqchipOf = (log: SceneLog): Irqchip => read(MADE, log).irqchip;
