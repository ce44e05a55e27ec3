/** Ways not taken. The IOAPIC (ioapic.c). */

import { routesOf, rteView } from '../../engine/view/machine-view.ts';
import type { IOAPIC_EVENTS } from '../../spec/events/ioapic.ts';
import { CHIP } from '../../spec/names.ts';
import { cameFrom, ledTo } from '../context.ts';
import type { ForkRows } from './fork.ts';
import { destForks, lineLowFork, maskFork, triggerForks, unmaskFork } from './makers.ts';

export const IOAPIC_FORKS: ForkRows<typeof IOAPIC_EVENTS> = {
  ioapic_line: (c) =>
    c.args.level === 0
      ? []
      : rteView(c.view, c.args.pin).masked
        ? unmaskFork(c, c.args.pin)
        : [
            // A tick of the RTC that coalesces goes no further than that.
            ...(ledTo(c, 'rtc_coalesced').length > 0 ? [] : [maskFork(c, c.args.pin)]),
            ...triggerForks(c, c.args.pin),
          ],
  // The guest's own write of the entry would undo what a try wrote to it.
  ioapic_service: (c) =>
    cameFrom(c, 'rte_write')
      ? []
      : [maskFork(c, c.args.pin), ...triggerForks(c, c.args.pin), ...destForks(c, c.args.pin)],
  ioapic_masked: (c) => unmaskFork(c, c.args.pin),
  ioapic_remote_irr: (c) => triggerForks(c, c.args.pin),
  ioapic_coalesced: (c) => {
    const gsi = routesOf(c.view)?.pinToGsi[CHIP.ioapic * 24 + c.args.pin];
    const lower = gsi === undefined || gsi < 0 ? [] : [lineLowFork(c, gsi)];
    return [...lower, ...triggerForks(c, c.args.pin)];
  },
};
