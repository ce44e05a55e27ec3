/** Every road into KVM's interrupt code has a scene that travels it: road, scene, and the events that are its stations. */
import { expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { presetFiles } from '../cli/scenes-for-tests.ts';
import type { EventName } from '../spec/events/index.ts';
import { GROUPS } from '../views/gallery/groups.ts';

const ROADS: readonly (readonly [road: string, scene: string, stations: readonly EventName[]])[] = [
  [
    'memory without KVM, by a slot, over a page’s edge',
    'store-ends',
    ['memslot_set', 'memory_access', 'slot_copy', 'onepage'],
  ],
  ['MMIO on the bus, to user space and back', 'store-ends', ['bus_lookup', 'userspace_exit', 'mmio_answered']],
  ['EPT violation, then misconfiguration without decode', 'fast-doorbell', ['kvm_exit', 'fast_mmio']],
  ['ranges come and go', 'fast-doorbell', ['iodev_register', 'iodev_unregister']],
  ['ranges over one another, the coalesced ring', 'bus-overlap', ['bus_lookup', 'coalesced_queued', 'coalesced_taken']],
  ['a port without decode and by the emulator', 'port-io', ['pio_access', 'bus_lookup', 'pio_answered']],
  ['ioeventfd, irqfd by the work queue, a lost route', 'doorbells', ['ioeventfd_hit', 'irqfd_inject', 'no_route']],
  ['a resampler', 'irqfd-resample', ['irqfd_inject', 'irqfd_resampler_ack', 'resamplefd_signal']],
  ['irq bypass', 'vtd-posted', ['kvm_pi_irte_update', 'vtd_post']],
  ['irq bypass refused', 'vtd-fallback', ['irte_remapped', 'vtd_remap', 'irqfd_wakeup']],
  ['an irqchip is made', 'irqchip-born', ['setup_irqchip', 'setup_cap', 'setup_pit', 'iodev_register']],
  ['a redirection entry is written', 'rte-write', ['ioapic_write']],
  ['split: the IOAPIC on the VMM’s side', 'split-serial', ['vmm_rte_route', 'vmm_line', 'vmm_eoi', 'handler_enter']],
  ['split, by step', 'split-level', ['setup_cap', 'kvm_msi_set_irq', 'eoi_exit']],
  ['no irqchip: KVM_INTERRUPT', 'irqchip-off', ['vmm_interrupt', 'handler_enter']],
  ['MSI with masks and four messages', 'msi-plain', ['msix_write', 'vmm_route', 'msix_pending']],
  [
    'MSI-X with a function mask, configuration apart',
    'virtio-vectors',
    ['vmm_route', 'device_config', 'msix_pending', 'device_quiet'],
  ],
];

test.each(ROADS)('%s: %s', (_road, id, stations) => {
  const preset = presetFiles.find((file) => file.id === id);
  if (preset === undefined) throw new Error(`no scene ${id}`);
  const told = new Set([...sceneOf(preset.ops, preset.start).steps].map(({ name }) => name));
  expect(stations.filter((name) => !told.has(name))).toEqual([]);
});

test('the gallery has no scene that is not there, and none twice', () => {
  const shown = Object.values(GROUPS).flat() as string[];
  expect(shown.filter((id) => !presetFiles.some((file) => file.id === id))).toEqual([]);
  expect(new Set(shown).size).toBe(shown.length);
});
