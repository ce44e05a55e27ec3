/** Model devices: their MSI-X capability and table. */
import { bits, bool, dec, defineLayout, defineRegisters, hex, quiet } from '../define/registers.ts';

export const MSIX_CONTROL = defineLayout({
  name: 'MSIX_CONTROL',
  bits: 16,
  cite: 'msi.msix',
  fields: {
    tableSize: { at: 0, width: 11, access: 'ro', show: 'dec' },
    reserved11: { at: 11, width: 3, access: 'reserved' },
    functionMask: { at: 14, width: 1 },
    enable: { at: 15, width: 1 },
  },
});

/** The fourth word of an MSI-X table entry. */
export const MSIX_VECTOR_CONTROL = defineLayout({
  name: 'MSIX_VECTOR_CONTROL',
  bits: 32,
  cite: 'msi.msix',
  fields: { mask: { at: 0, width: 1 }, reserved1: { at: 1, width: 31, access: 'reserved' } },
});

/** virtio's ISR status: why the line is up. @sdm Virtio 1.2, "ISR status capability" */
export const VIRTIO_ISR = defineLayout({
  name: 'VIRTIO_ISR',
  bits: 8,
  cite: 'virtio.isr',
  fields: {
    queue: { at: 0, width: 1 },
    config: { at: 1, width: 1 },
    reserved2: { at: 2, width: 6, access: 'reserved' },
  },
});

/** One model device outside KVM. Each kind's behaviour is in engine/world/device. */
export const DEVICE_REGISTERS = defineRegisters({
  kind: quiet(dec('kind')),
  gsi: dec('GSI'),
  line: bool('line'),
  pending: dec('work pending'),
  raised: quiet(dec('interrupts raised')),
  /** MSI-X: message control of the capability, then up to 4 vectors of {addrLo, addrHi, data, control}, pending bits. */
  msixControl: bits('MSI-X control', MSIX_CONTROL),
  msixTable: hex('MSI-X table'),
  msixPending: hex('MSI-X pending'),
  /** VT-d interrupt remapping table entries of an assigned device's vectors: 128 bits each, low word first. */
  irte: hex('IRTE'),
  virtioIsr: bits('virtio ISR', VIRTIO_ISR),
});
