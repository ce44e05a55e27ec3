/** Gates of the source: a device that has nothing to say, or may not say it. */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { MSIX_CONTROL } from '../../spec/registers/device.ts';
import { type Gate, placeOf, type Way } from './gate.ts';
import { hasVmmPin } from './match.ts';

const { ENABLE, FUNCTION_MASK } = masks(MSIX_CONTROL);

/** The MSI-X table of the way's device, or what stands for it where its messages are plain MSI. */
function messageOf(view: MachineView, way: Way, kind: 'msix' | 'msi') {
  const device = way.msix === undefined ? undefined : view.config.devices?.[way.msix.slot];
  if (way.msix === undefined || device?.[kind] === undefined) return null;
  const { slot, entry } = way.msix;
  return {
    id: device.id,
    slot,
    entry,
    control: readWord(view, 'device', slot, 'msixControl'),
    mask: readWord(view, 'device', slot, 'msixTable', entry * 4 + 3) & 1,
  };
}

const msixOf = (view: MachineView, way: Way) => messageOf(view, way, 'msix');

const capability = (id: string, value: number): JsonOp => ({ op: 'msix', id, entry: 0, field: 'capability', value });

const pulse = (gsi: number): JsonOp[] => [0, 1].map((level) => ({ op: 'irq_line', gsi, level }));

/** The line of a pin, whoever drives it. */
function lineLook(view: MachineView, way: Way) {
  if (hasVmmPin(view, way.ioapicPin)) return null;
  if (way.ioapicPin !== undefined)
    return {
      at: placeOf('ioapic', 0, 'lines', way.ioapicPin),
      value: readWord(view, 'ioapic', 0, 'lines', way.ioapicPin),
    };
  if (way.picPin === undefined) return null;
  const chip = way.picPin >> 3;
  const value = (readWord(view, 'pic', chip, 'lines') >>> ((way.picPin & 7) * 4)) & 0xf;
  return { at: placeOf('pic', chip, 'lines'), value };
}

export const MSIX_MASK: Gate = {
  id: 'msix-mask',
  events: { msix_pending: 'masked' },
  reads: [],
  look(view, way) {
    const msix = msixOf(view, way);
    if (msix === null) return null;
    const at = placeOf('device', msix.slot, 'msixTable', msix.entry * 4 + 3);
    return { at, bits: 'mask', value: msix.mask, closed: msix.mask === 1 };
  },
  opens(view, way) {
    const msix = msixOf(view, way);
    return msix === null ? [] : [[{ op: 'msix', id: msix.id, entry: msix.entry, field: 'control', value: 0 }]];
  },
};

export const MSIX_FUNCTION_MASK: Gate = {
  id: 'msix-function-mask',
  events: { msix_pending: 'functionMasked' },
  reads: [],
  look(view, way) {
    const msix = msixOf(view, way);
    if (msix === null) return null;
    const value = msix.control & FUNCTION_MASK ? 1 : 0;
    return { at: placeOf('device', msix.slot, 'msixControl'), bits: 'functionMask', value, closed: value === 1 };
  },
  opens(view, way) {
    const msix = msixOf(view, way);
    return msix === null ? [] : [[capability(msix.id, msix.control & ~FUNCTION_MASK)]];
  },
};

export const MSI_MASK: Gate = {
  id: 'msi-mask',
  events: { msix_pending: 'masked' },
  reads: [],
  look(view, way) {
    const msi = messageOf(view, way, 'msi');
    if (msi === null) return null;
    const at = placeOf('device', msi.slot, 'msixTable', msi.entry * 4 + 3);
    return { at, bits: 'mask', value: msi.mask, closed: msi.mask === 1 };
  },
  opens(view, way) {
    const msi = messageOf(view, way, 'msi');
    if (msi === null) return [];
    const others = Array.from({ length: view.config.devices?.[msi.slot]?.msi ?? 0 }, (_, i) =>
      i === msi.entry ? 0 : (readWord(view, 'device', msi.slot, 'msixTable', i * 4 + 3) & 1) << i,
    );
    return [[{ op: 'msi_cap', id: msi.id, field: 'mask', value: others.reduce((a, b) => a | b, 0) }]];
  },
};

export const DEVICE_GATES: readonly Gate[] = [
  {
    id: 'source',
    reads: ['source.line'],
    look(view, way) {
      const line = lineLook(view, way);
      return line === null ? null : { ...line, bits: 'sources', closed: line.value === 0 };
    },
    // Also by its line, where what raised it cannot: an irqfd's pulse is too short for a level pin of the 8259.
    opens: (_view, { raise, gsi }) => [raise, ...(gsi === undefined ? [] : [pulse(gsi)])],
  },
  MSIX_MASK,
  MSIX_FUNCTION_MASK,
  {
    id: 'msix-disabled',
    reads: [],
    look(view, way) {
      const msix = msixOf(view, way);
      if (msix === null) return null;
      const value = msix.control & ENABLE ? 1 : 0;
      return { at: placeOf('device', msix.slot, 'msixControl'), bits: 'enable', value, closed: value === 0 };
    },
    opens(view, way) {
      const msix = msixOf(view, way);
      return msix === null ? [] : [[capability(msix.id, msix.control | ENABLE), ...way.raise]];
    },
  },
  MSI_MASK,
];
