/**
 * Devices outside KVM, as much of each as raises and quiets its interrupt: a 16550, an e1000, virtio-net on INTx, virtio-blk and
 * an assigned NVMe disk (INTx through a resampling irqfd, or MSI-X), and a bare user-space line. With them the VMM's part: it ORs the lines that share a GSI
 * before it calls KVM_IRQ_LINE, and follows a device's MSI-X table into GSI routes and irqfds.
 */

import { joinBig } from '../../base/u64.ts';
import { masks } from '../../spec/define/registers.ts';
import { messagesOf } from '../../spec/messages.ts';
import type { DeviceKind } from '../../spec/ops/index.ts';
import { MSIX_CONTROL, VIRTIO_ISR } from '../../spec/registers/device.ts';
import { CHIP, EV } from '../core/events.ts';
import { modelsVmm } from '../core/has.ts';
import { AT_VM, beginJourney, deviceAt, emit, enter, leave, type Machine, put, whereOf } from '../core/machine.ts';
import { DEVICE } from '../core/words.ts';
import { assignIrqfd, irqfdOf, resamplerOf, signalIrqfd } from '../kvm/irqfd.ts';
import { routeTable, setRouting, toSpec } from '../kvm/routing.ts';

const D = DEVICE.at;
/** Device kinds by their code in a state word (0: no device). */
export const DEVICE_KIND_CODE: Readonly<Record<DeviceKind, number>> = {
  pit: 1,
  serial: 2,
  'virtio-net': 3,
  'virtio-blk': 4,
  nvme: 5,
  ioctl: 6,
  e1000: 7,
};

/** Message control of the MSI-X capability. @sdm PCI "MSI-X Capability and Table Structures" */
const { ENABLE, FUNCTION_MASK } = masks(MSIX_CONTROL);
/** Vector control: bit 0 masks the entry. */
const ENTRY_MASK = 1;

export const deviceSlot = (m: Machine, id: string): number =>
  (m.config.devices ?? []).findIndex((device) => device.id === id);

/** Devices at power-on: lines low, messages off, with every entry of MSI-X masked. */
export function resetSources(m: Machine): void {
  (m.config.devices ?? []).forEach((device, slot) => {
    const at = deviceAt(m, slot);
    put(m, at + D.kind, DEVICE_KIND_CODE[device.kind]);
    put(m, at + D.gsi, device.gsi);
    for (let entry = 0; entry < (device.msix ?? 0); entry++) put(m, at + D.msixTable + entry * 4 + 3, ENTRY_MASK);
    // MSI's mask bits are 0 at reset.
  });
}

/** The VMM's level of a GSI: the OR of the lines of the devices wired to it. */
function lineOf(m: Machine, gsi: number): number {
  return (m.config.devices ?? []).some((_, slot) => {
    const at = deviceAt(m, slot);
    return m.w[at + D.gsi] === gsi && m.w[at + D.line] === 1 && !usesResampler(m, slot);
  })
    ? 1
    : 0;
}

/** A device moves its line; KVM hears of it when the GSI's level changes. */
function setLine(m: Machine, slot: number, level: number): void {
  const at = deviceAt(m, slot);
  if (m.w[at + D.line] === level) return;
  const gsi = m.w[at + D.gsi];
  const before = lineOf(m, gsi);
  const outer = enter(m, EV.device_raise, whereOf('device', slot), gsi, level, m.w[at + D.kind]);
  put(m, at + D.line, level);
  if (level === 1) put(m, at + D.raised, m.w[at + D.raised] + 1);
  if (usesResampler(m, slot)) {
    if (level === 1) signalLine(m, gsi);
  } else if (lineOf(m, gsi) !== before && modelsVmm(m)) {
    m.wires.vmm().line(m, gsi, level);
  } else if (lineOf(m, gsi) !== before) {
    const inner = enter(m, EV.ioctl_irq_line, AT_VM, gsi, level);
    m.wires.setIrq(m, 0, gsi, level, true);
    leave(m, inner);
  }
  leave(m, outer);
}

/**
 * An assigned device's INTx comes as an eventfd with a resampler: nobody sees its line fall. KVM has none to give where
 * the IOAPIC is user space's; the VMM then moves the line itself.
 */
const usesResampler = (m: Machine, slot: number): boolean =>
  m.irqchip === 'full' && m.w[deviceAt(m, slot) + D.kind] === DEVICE_KIND_CODE.nvme;

/** Signals the resampling irqfd of an assigned device, which the VMM sets up at first use. */
function signalLine(m: Machine, gsi: number): void {
  if (resamplerOf(m, gsi) === -1 && assignIrqfd(m, gsi, 1) !== 0) return;
  signalIrqfd(m, resamplerOf(m, gsi));
}

/** KVM signalled the resamplefd of a GSI: an assigned device whose line is still up signals again. */
export function deviceResampled(m: Machine, gsi: number): void {
  (m.config.devices ?? []).forEach((_, slot) => {
    const at = deviceAt(m, slot);
    if (usesResampler(m, slot) && m.w[at + D.gsi] === gsi && m.w[at + D.line] === 1) signalLine(m, gsi);
  });
}

const isVirtio = (m: Machine, slot: number): boolean => {
  const kind = m.w[deviceAt(m, slot) + D.kind];
  return kind === DEVICE_KIND_CODE['virtio-net'] || kind === DEVICE_KIND_CODE['virtio-blk'];
};

const { QUEUE, CONFIG } = masks(VIRTIO_ISR);

const usesMsix = (m: Machine, slot: number): boolean => (m.w[deviceAt(m, slot) + D.msixControl] & ENABLE) !== 0;

/** Something happened at a device that its driver must hear of. @param entry MSI-X vector, where it has them */
export function deviceWork(m: Machine, slot: number, entry: number): void {
  const at = deviceAt(m, slot);
  beginJourney(m);
  const pending = m.w[at + D.pending] + 1;
  const outer = enter(m, EV.device_event, whereOf('device', slot), m.w[at + D.kind], pending, entry);
  put(m, at + D.pending, pending);
  if (usesMsix(m, slot)) sendMsix(m, slot, entry);
  else {
    if (isVirtio(m, slot)) put(m, at + D.virtioIsr, m.w[at + D.virtioIsr] | QUEUE);
    setLine(m, slot, 1);
  }
  leave(m, outer);
}

/** How a change of configuration is told. */
const CONFIG_WAY = { line: 0, vector: 1, noVector: 2 } as const;

/**
 * A virtio device's configuration changed (a disk has grown, a link has gone). On its line the ISR tells it from a queue's work;
 * with MSI-X it has the vector that the driver wrote to msix_config, or with VIRTIO_MSI_NO_VECTOR none.
 * @returns whether the device is a virtio one @sdm Virtio 1.2, "Notification of Device Configuration Changes"
 */
export function deviceConfig(m: Machine, slot: number): boolean {
  if (!isVirtio(m, slot)) return false;
  const at = deviceAt(m, slot);
  const vector = m.config.devices?.[slot]?.configVector ?? -1;
  beginJourney(m);
  const way = !usesMsix(m, slot) ? CONFIG_WAY.line : vector === -1 ? CONFIG_WAY.noVector : CONFIG_WAY.vector;
  const outer = enter(m, EV.device_config, whereOf('device', slot), Math.max(0, vector), way);
  if (way === CONFIG_WAY.vector) sendMsix(m, slot, vector);
  if (way === CONFIG_WAY.line) {
    put(m, at + D.virtioIsr, m.w[at + D.virtioIsr] | CONFIG);
    setLine(m, slot, 1);
  }
  leave(m, outer);
  return true;
}

/** The driver has served the device: nothing is left pending and its line goes low. */
export function deviceQuiet(m: Machine, slot: number): void {
  const at = deviceAt(m, slot);
  if (m.w[at + D.pending] === 0 && m.w[at + D.line] === 0) return;
  const kind = m.w[at + D.kind];
  const outer = enter(m, EV.device_quiet, whereOf('device', slot), kind, m.w[at + D.gsi]);
  put(m, at + D.pending, 0);
  // The read of the ISR is what quiets a virtio device: it clears both bits.
  put(m, at + D.virtioIsr, 0);
  setLine(m, slot, 0);
  leave(m, outer);
}

/** A masked MSI-X entry remembers its message in the pending bit array; an unmasked one signals its irqfd. */
function sendMsix(m: Machine, slot: number, entry: number): void {
  const at = deviceAt(m, slot);
  const masked = (m.w[at + D.msixTable + entry * 4 + 3] & ENTRY_MASK) !== 0;
  const functionMasked = (m.w[at + D.msixControl] & FUNCTION_MASK) !== 0;
  if (masked || functionMasked) {
    const outer = enter(m, EV.msix_pending, whereOf('device', slot), entry, functionMasked ? 1 : 0);
    put(m, at + D.msixPending, m.w[at + D.msixPending] | (1 << entry));
    leave(m, outer);
    return;
  }
  put(m, at + D.raised, m.w[at + D.raised] + 1);
  if (m.wires.deviceMessage(m, slot, entry)) return;
  const gsi = m.w[at + D.gsi] + entry;
  const irqfd = irqfdOf(m, gsi);
  if (irqfd === -1) emit(m, EV.no_route, AT_VM, gsi);
  else signalIrqfd(m, irqfd);
}

/** Field offsets of an MSI-X table entry. */
const FIELD = { addr_lo: 0, addr_hi: 1, data: 2, control: 3 } as const;

/** The guest programs a device's MSI-X table or capability; the VMM follows. */
export function msixWrite(
  m: Machine,
  slot: number,
  entry: number,
  field: keyof typeof FIELD | 'capability',
  value: number,
): void {
  const at = deviceAt(m, slot);
  const code = field === 'capability' ? 4 : FIELD[field];
  const outer = enter(m, EV.msix_write, whereOf('device', slot), entry, code, value);
  if (field === 'capability') put(m, at + D.msixControl, value & (ENABLE | FUNCTION_MASK));
  else put(m, at + D.msixTable + entry * 4 + FIELD[field], value);
  followEntries(m, slot);
  leave(m, outer);
}

/** Fields of an MSI capability by the number that msix_write tells them by. */
const MSI_FIELD = { addr_lo: 0, addr_hi: 1, data: 2, mask: 5, enable: 6 } as const;

/**
 * The guest programs a device's MSI capability. Its vectors share one message, whose low data bits count them, and have a bit each in
 * its mask register; here each stands in the words of an MSI-X entry. @sdm PCI "MSI Capability", "Per-vector Masking and Function Masking"
 */
export function msiWrite(m: Machine, slot: number, field: keyof typeof MSI_FIELD, value: number): void {
  const at = deviceAt(m, slot);
  const count = m.config.devices?.[slot]?.msi ?? 0;
  const outer = enter(m, EV.msix_write, whereOf('device', slot), 0, MSI_FIELD[field], value);
  if (field === 'enable') put(m, at + D.msixControl, (value & 1) * ENABLE);
  for (let i = 0; field !== 'enable' && i < count; i++) {
    const entry = at + D.msixTable + i * 4;
    if (field === 'mask') put(m, entry + FIELD.control, (value >> i) & ENTRY_MASK);
    else put(m, entry + FIELD[field], field === 'data' ? (value & ~(count - 1)) | i : value);
  }
  followEntries(m, slot);
  leave(m, outer);
}

/** The VMM looks at the messages of a device after a write. */
function followEntries(m: Machine, slot: number): void {
  const device = m.config.devices?.[slot];
  if (device === undefined || !usesMsix(m, slot)) return;
  for (let i = 0; i < messagesOf(device); i++) followEntry(m, slot, i);
}

/** An unmasked entry gets its GSI route and irqfd, and sends what waited while it was masked. */
function followEntry(m: Machine, slot: number, entry: number): void {
  const at = deviceAt(m, slot);
  const table = at + D.msixTable + entry * 4;
  const masked = (m.w[table + 3] & ENTRY_MASK) !== 0 || (m.w[at + D.msixControl] & FUNCTION_MASK) !== 0;
  if (masked) return;
  const gsi = m.w[at + D.gsi] + entry;
  routeMsi(m, slot, gsi, m.w[table], m.w[table + 1], m.w[table + 2]);
  if (irqfdOf(m, gsi) === -1) assignIrqfd(m, gsi, 0);
  else m.wires.bypassChanged(m, gsi, 'enabled');
  const pending = m.w[at + D.msixPending];
  if ((pending & (1 << entry)) === 0) return;
  put(m, at + D.msixPending, pending & ~(1 << entry));
  sendMsix(m, slot, entry);
}

/** KVM_SET_GSI_ROUTING with one MSI route more, or changed. Nothing is called when it stands there already. */
function routeMsi(m: Machine, slot: number, gsi: number, addrLo: number, addrHi: number, data: number): void {
  const entries = routeTable(m).entries;
  if (
    entries.some(
      (e) => e.gsi === gsi && e.chip === CHIP.msi && e.addrLo === addrLo && e.addrHi === addrHi && e.data === data,
    )
  ) {
    return;
  }
  const outer = enter(m, EV.vmm_route, whereOf('device', slot), gsi, addrLo, data);
  const address = joinBig(addrLo, addrHi);
  const specs = entries.filter((e) => e.gsi !== gsi).map(toSpec);
  specs.push({ gsi, msi_addr: address, msi_data: data >>> 0 });
  setRouting(m, specs);
  leave(m, outer);
}
