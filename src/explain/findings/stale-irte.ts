/** An assigned device's remapping entry posts a vector that its GSI's route does not send. */
import { readWord, routesOf } from '../../engine/view/machine-view.ts';
import { messagesOf } from '../../spec/messages.ts';
import { CHIP } from '../../spec/names.ts';
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';

const POSTED = 0x8000;

export const staleIrte: Rule = {
  id: 'stale-irte',
  severity: 'wrong',
  cites: ['vtd.irte'],
  settles: true,
  look: ({ view }) =>
    (view.config.devices ?? []).flatMap((device, slot) =>
      device.kind !== 'nvme'
        ? []
        : Array.from({ length: messagesOf(device) }, (_, entry) => entry).flatMap((entry) => {
            const word = readWord(view, 'device', slot, 'irte', entry * 4);
            if ((word & POSTED) === 0) return [];
            const gsi = device.gsi + entry;
            const vector = (word >>> 16) & 0xff;
            const route = routesOf(view).byGsi[gsi]?.find(({ chip }) => chip === CHIP.msi);
            return route !== undefined && (route.data & 0xff) === vector
              ? []
              : [{ at: placeOf('device', slot, 'irte', entry * 4), params: { gsi, vector } }];
          }),
    ),
};
