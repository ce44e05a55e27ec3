/** Message-signalled interrupts: what a device writes where, as kvm_msi_to_lapic_irq reads it; the MSI-X capability. */
import { type Decoded, defineLayout } from '../define/registers.ts';
import { DELIVERY_MODE } from '../delivery-mode.ts';
import { DEST_MODE, TRIG_MODE } from './lapic.ts';

/** Address, low and high word. KVM does not check the 0xFEE. */
export const MSI_ADDR = defineLayout({
  name: 'MSI_ADDR',
  bits: 64,
  cite: 'msi.addr',
  fields: {
    reserved0: { at: 0, width: 2, access: 'stored' },
    destMode: { at: 2, width: 1, values: DEST_MODE },
    redirHint: { at: 3, width: 1 },
    format: { at: 4, width: 1, values: ['compatibility', 'remappable'] },
    destIdExt: { at: 5, width: 7 },
    destId: { at: 12, width: 8 },
    fee: { at: 20, width: 12 },
    zero: { at: 32, width: 8 },
    destIdHigh: { at: 40, width: 24 },
  },
});
export type MsiAddr = Decoded<typeof MSI_ADDR>;

export const MSI_DATA = defineLayout({
  name: 'MSI_DATA',
  bits: 32,
  cite: 'msi.data',
  fields: {
    vector: { at: 0, width: 8 },
    deliveryMode: { at: 8, width: 3, values: DELIVERY_MODE },
    destModeCopy: { at: 11, width: 1, values: DEST_MODE },
    reserved12: { at: 12, width: 2, access: 'stored' },
    level: { at: 14, width: 1, values: ['deassert', 'assert'] },
    trigMode: { at: 15, width: 1, values: TRIG_MODE },
    reserved16: { at: 16, width: 16, access: 'stored' },
  },
});
export type MsiData = Decoded<typeof MSI_DATA>;

/** The same address in remappable format, which an IOMMU reads: an index into its table instead of a destination. */
export const MSI_ADDR_REMAP = defineLayout({
  name: 'MSI_ADDR_REMAP',
  bits: 32,
  cite: 'vtd.remap',
  fields: {
    reserved0: { at: 0, width: 2, access: 'stored' },
    handleHigh: { at: 2, width: 1 },
    subhandleValid: { at: 3, width: 1 },
    format: { at: 4, width: 1, values: ['compatibility', 'remappable'] },
    handleLow: { at: 5, width: 15 },
    fee: { at: 20, width: 12 },
  },
});
