/** Ways not taken. The IOAPIC (ioapic.c). */

import { routesOf, rteView } from '../../engine/view/machine-view.ts';
import type { IOAPIC_EVENTS } from '../../spec/events/ioapic.ts';
import { CHIP } from '../../spec/names.ts';
import type { ForkRows } from './fork.ts';
import { destForks, lineLowFork, maskFork, triggerFork, unmaskFork } from './makers.ts';

export const IOAPIC_FORKS: ForkRows<typeof IOAPIC_EVENTS> = {
  ioapic_line: (c) =>
    c.args.level === 0
      ? []
      : rteView(c.view, c.args.pin).masked
        ? unmaskFork(c, c.args.pin)
        : [maskFork(c, c.args.pin), triggerFork(c, c.args.pin)],
  ioapic_service: (c) => [maskFork(c, c.args.pin), triggerFork(c, c.args.pin), ...destForks(c, c.args.pin)],
  ioapic_masked: (c) => unmaskFork(c, c.args.pin),
  ioapic_remote_irr: (c) => [triggerFork(c, c.args.pin)],
  ioapic_coalesced: (c) => {
    const gsi = routesOf(c.view)?.pinToGsi[CHIP.ioapic * 24 + c.args.pin];
    const lower = gsi === undefined || gsi < 0 ? [] : [lineLowFork(c, gsi)];
    return [...lower, triggerFork(c, c.args.pin)];
  },
};
