/** An edge message came on the vector of a level interrupt and cleared TMR: its EOI will not reach the IOAPIC as level. */
import { gridAddress, vectorIn } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { destinations, programmed } from './machine.ts';
import type { Rule } from './rule.ts';

export const edgeClearsTmr: Rule = {
  id: 'edge-clears-tmr',
  severity: 'wrong',
  cites: ['lapic.accept', 'lapic.eoi'],
  look: ({ view }) =>
    programmed(view)
      .filter(({ level, remoteIrr }) => level && remoteIrr)
      .flatMap((rte) =>
        destinations(view, rte)
          .filter((vcpu) =>
            (['pir', 'irr', 'isr'] as const).some((grid) =>
              vectorIn(view.w, gridAddress(view, grid, vcpu), rte.vector),
            ),
          )
          .filter((vcpu) => !vectorIn(view.w, gridAddress(view, 'tmr', vcpu), rte.vector))
          .map((vcpu) => ({
            at: placeOf('lapic', vcpu, 'tmr', rte.vector >> 5),
            params: { vcpu, pin: rte.pin, vector: rte.vector },
          })),
      ),
};
