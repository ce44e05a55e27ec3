/** A level pin was unmasked and sent at once, while the device that had raised it is quiet: an interrupt that nobody asked for. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { lineOf } from './machine.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const unmaskWithoutLine: Rule = {
  id: 'unmask-without-line',
  severity: 'wrong',
  cites: ['ioapic.rte', 'kvm.api'],
  moment: true,
  look: (sight) =>
    sight.events.some(({ name }) => name === 'rte_write')
      ? hitsOf(sight, 'ioapic_service', ({ args }) => {
          const pin = args.pin;
          const devices = sight.view.config.devices ?? [];
          const wired = devices.map((device, slot) => ({ device, slot })).filter(({ device }) => device.gsi === pin);
          const quiet = wired.length > 0 && wired.every(({ slot }) => !deviceUp(sight.view, slot));
          return quiet && lineOf(sight.view, pin)
            ? { at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector: args.vector } }
            : null;
        })
      : [],
};

const deviceUp = (view: Parameters<typeof lineOf>[0], slot: number): boolean =>
  readWord(view, 'device', slot, 'line') === 1;
