/** VT-d interrupt remapping table entries, 128 bits (include/linux/dmar.h): remapped to the host, or posted to a vCPU. */
import { defineLayout } from '../define/registers.ts';
import { DELIVERY_MODE } from '../delivery-mode.ts';
import { DEST_MODE, TRIG_MODE } from './lapic.ts';

export const IRTE_REMAPPED = defineLayout({
  name: 'IRTE_REMAPPED',
  bits: 128,
  cite: 'vtd.irte',
  fields: {
    present: { at: 0, width: 1 },
    faultDisable: { at: 1, width: 1 },
    destMode: { at: 2, width: 1, values: DEST_MODE },
    redirHint: { at: 3, width: 1 },
    trigMode: { at: 4, width: 1, values: TRIG_MODE },
    deliveryMode: { at: 5, width: 3, values: DELIVERY_MODE },
    available: { at: 8, width: 4 },
    reserved12: { at: 12, width: 3, access: 'reserved' },
    mode: { at: 15, width: 1, values: ['remapped', 'posted'] },
    vector: { at: 16, width: 8 },
    reserved24: { at: 24, width: 8, access: 'reserved' },
    dest: { at: 32, width: 32 },
    sourceId: { at: 64, width: 16 },
    sourceIdQualifier: { at: 80, width: 2 },
    sourceValidation: { at: 82, width: 2 },
    reserved84: { at: 84, width: 12, access: 'reserved' },
    reserved96: { at: 96, width: 32, access: 'reserved' },
  },
});

export const IRTE_POSTED = defineLayout({
  name: 'IRTE_POSTED',
  bits: 128,
  cite: 'vtd.irtePosted',
  fields: {
    present: { at: 0, width: 1 },
    faultDisable: { at: 1, width: 1 },
    reserved2: { at: 2, width: 6, access: 'reserved' },
    available: { at: 8, width: 4 },
    reserved12: { at: 12, width: 2, access: 'reserved' },
    urgent: { at: 14, width: 1 },
    mode: { at: 15, width: 1, values: ['remapped', 'posted'] },
    vector: { at: 16, width: 8 },
    reserved24: { at: 24, width: 8, access: 'reserved' },
    reserved32: { at: 32, width: 6, access: 'reserved' },
    pdaLow: { at: 38, width: 26 },
    sourceId: { at: 64, width: 16 },
    sourceIdQualifier: { at: 80, width: 2 },
    sourceValidation: { at: 82, width: 2 },
    reserved84: { at: 84, width: 12, access: 'reserved' },
    pdaHigh: { at: 96, width: 32 },
  },
});
