/** In words: PV EOI: a byte of the guest's memory spares it the EOI exit (lapic.c). */
import { readWord } from '../../engine/view/machine-view.ts';
import type { PV_EOI_EVENTS } from '../../spec/events/pv-eoi.ts';
import { addDescriptions } from './index.ts';

addDescriptions<typeof PV_EOI_EVENTS>({
  pv_eoi_enable: (c) => ({ params: { vcpu: c.index }, variant: c.args.enabled === 0 && 'off' }),
  pv_eoi_arm: (_c) => ({ why: [true] }),
  pv_eoi_disarm: (c) => ({ params: { vcpu: c.index, byte: readWord(c.view, 'vcpu', c.index, 'pvEoiByte') } }),
});
