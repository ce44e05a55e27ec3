/** The 8259 is heard through LVT0 and the IOAPIC has the same GSI unmasked: each interrupt comes twice. */
import { readWord, routesOf } from '../../engine/view/machine-view.ts';
import { CHIP } from '../../spec/names.ts';
import { placeOf } from '../gates/gate.ts';
import { listensToPic } from '../gates/pic.ts';
import { programmed, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const lvt0AndIoapic: Rule = {
  id: 'lvt0-and-ioapic',
  severity: 'odd',
  cites: ['lapic.lvt', 'ioapic.rte'],
  settles: true,
  look({ view }) {
    const open = programmed(view).filter(({ masked, vector }) => !masked && vector >= 16);
    if (open.length === 0 || !vcpusOf(view).some((vcpu) => listensToPic(view, vcpu))) return [];
    return open.flatMap(({ pin }) => {
      const gsi = routesOf(view).pinToGsi[CHIP.ioapic * 24 + pin] ?? -1;
      const pic = routesOf(view).byGsi[gsi]?.find(({ chip }) => chip === CHIP.picMaster || chip === CHIP.picSlave);
      if (pic === undefined) return [];
      const chip = pic.pin >> 3;
      const heard =
        readWord(view, 'pic', chip, 'irqBase') !== 0 &&
        ((readWord(view, 'pic', chip, 'imr') >> (pic.pin & 7)) & 1) === 0;
      const cascade = chip === 0 || (readWord(view, 'pic', 0, 'imr') & 4) === 0;
      return heard && cascade ? [{ at: placeOf('ioapic', 0, 'redirLo', pin), params: { gsi, pin } }] : [];
    });
  },
};
