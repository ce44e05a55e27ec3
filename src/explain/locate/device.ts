/** Places of events: the model's devices, which are no part of KVM. */
import type { DEVICE_EVENTS } from '../../spec/events/device.ts';
import type { Locators } from './locator.ts';
import { device, gsiLabel, gsiLevel, says } from './makers.ts';

export const DEVICE_LOCATORS: Locators<typeof DEVICE_EVENTS> = {
  device_raise: { place: device, dock: 'out', label: gsiLabel, long: gsiLevel, lit: ['source.line'] },
  device_event: { place: device, dock: 'out', label: says('work') },
  device_config: { place: device, dock: 'out', label: says('config'), lit: ['source.line'] },
  device_quiet: { place: device, dock: 'out', label: says('quiet'), lit: ['source.line'] },
  msix_write: { place: device, dock: 'out', label: ({ args }) => `entry ${args.entry}` },
  msix_pending: {
    place: device,
    dock: 'out',
    label: ({ args }) => `entry ${args.entry}`,
    end: 'stage.end.msixPending',
  },
};
