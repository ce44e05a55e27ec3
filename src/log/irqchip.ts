/** Where the interrupt chips of a run are: as `create` said, or as the ioctls of the run have made them. */
import { COL, ROW } from '../engine/view/tables.ts';
import { argsAt, EVENT_NAMES } from '../spec/events/index.ts';
import type { Irqchip } from '../spec/ops/index.ts';
import type { SceneLog } from './log.ts';
import { type LogReader, read } from './reader.ts';

const MADE: LogReader<{ irqchip: Irqchip }> = {
  begin: ({ config }) => ({ irqchip: config.irqchip }),
  take(made, { rows, config }, from, to) {
    // Only a VM that is put together step by step begins with none and gets one.
    if (config.irqchip !== 'none' || made.irqchip !== 'none') return;
    for (let at = from * ROW; at < to * ROW; at += ROW) {
      const name = EVENT_NAMES[rows[at + COL.code] ?? 0];
      if (name === 'setup_irqchip' && argsAt('setup_irqchip', rows, at).errno === 0) made.irqchip = 'full';
      else if (name === 'setup_cap') {
        const { cap, errno } = argsAt('setup_cap', rows, at);
        if (cap === SPLIT && errno === 0) made.irqchip = 'split';
      }
    }
  },
};
/** KVM_CAP_SPLIT_IRQCHIP among the capabilities that the event names. */
const SPLIT = 0;

/** The irqchip mode that the run ends in. */
export const irqchipOf = (log: SceneLog): Irqchip => read(MADE, log).irqchip;
