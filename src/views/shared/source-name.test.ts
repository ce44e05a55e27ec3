import { expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import { presetFiles } from '../../cli/scenes-for-tests.ts';
import type { JsonOp } from '../../log/log.ts';
import { sourceName } from './source-name.ts';

const t = ((key: string) => key) as unknown as Parameters<typeof sourceName>[2];
const sceneOfPreset = (id: string) => sceneOf((presetFiles.find((p) => p.id === id)?.ops ?? []) as readonly JsonOp[]);

test('a GSI that several devices share has the name of the one that acted, or of none of them', () => {
  const shared = sceneOfPreset('intx-shared');
  expect(sourceName(shared, { at: 'source', gsi: 11, slot: 1 }, t)).toBe('virtio-blk');
  expect(sourceName(shared, { at: 'source', gsi: 11, slot: -1 }, t)).toBe('stage.device.ioctl');
  // Wired to one alone, it is that one's; each vector of a device has a GSI of its own.
  const alone = sceneOfPreset('serial-ioapic');
  const [uart] = alone.config.devices ?? [];
  expect(sourceName(alone, { at: 'source', gsi: 4, slot: -1 }, t)).toBe(uart?.id);
  const msix = sceneOfPreset('virtio-vectors');
  const [device] = msix.config.devices ?? [];
  expect(sourceName(msix, { at: 'source', gsi: (device?.gsi ?? 0) + 1, slot: -1 }, t)).toBe(device?.id);
});
