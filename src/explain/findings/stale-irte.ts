/** An assigned device's remapping entry posts a vector that its GSI's route does not send. */
import { routesOf } from '../../engine/view/machine-view.ts';
import { messagesOf } from '../../spec/messages.ts';
import { CHIP } from '../../spec/names.ts';
import { placeOf } from '../gates/gate.ts';
import { irteOf } from '../gates/vtd.ts';
import type { Rule } from './rule.ts';

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
            const { posts } = irteOf(view, slot, entry);
            if (posts === null) return [];
            const gsi = device.gsi + entry;
            const { vector } = posts;
            const route = routesOf(view).byGsi[gsi]?.find(({ chip }) => chip === CHIP.msi);
            return route !== undefined && (route.data & 0xff) === vector
              ? []
              : [{ at: placeOf('device', slot, 'irte', entry * 4), params: { gsi, vector } }];
          }),
    ),
};
