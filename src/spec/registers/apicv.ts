/** Why APICv is off. */
import { defineLayout } from '../define/registers.ts';

/** kvm->arch.apicv_inhibit_reasons (enum kvm_apicv_inhibit, v6.18). */
export const APICV_INHIBITS = defineLayout({
  name: 'APICV_INHIBITS',
  bits: 32,
  cite: 'kvm.inhibit',
  fields: {
    disabled: { at: 0, width: 1, access: 'ro' },
    hyperv: { at: 1, width: 1, access: 'ro' },
    absent: { at: 2, width: 1, access: 'ro' },
    blockIrq: { at: 3, width: 1, access: 'ro' },
    physicalIdAliased: { at: 4, width: 1, access: 'ro' },
    apicIdModified: { at: 5, width: 1, access: 'ro' },
    apicBaseModified: { at: 6, width: 1, access: 'ro' },
    nested: { at: 7, width: 1, access: 'ro' },
    irqWin: { at: 8, width: 1, access: 'ro' },
    pitReinj: { at: 9, width: 1, access: 'ro' },
    sev: { at: 10, width: 1, access: 'ro' },
    logicalIdAliased: { at: 11, width: 1, access: 'ro' },
    physicalIdTooBig: { at: 12, width: 1, access: 'ro' },
    reserved13: { at: 13, width: 19, access: 'reserved' },
  },
});
