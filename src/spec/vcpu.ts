/** Words of KVM's own about a vCPU: its request bits, and why APICv is off. */
import { defineLayout } from './bit-layout.ts';

/**
 * vcpu->requests from KVM_REQUEST_ARCH_BASE (bit 8) on, so that bit n is arch request n; requests of no interest here are
 * `other…`.
 */
export const VCPU_REQUESTS = defineLayout({
  name: 'VCPU_REQUESTS',
  bits: 32,
  cite: 'kvm.requests',
  fields: {
    migrateTimer: { at: 0, width: 1, access: 'ro' },
    other1: { at: 1, width: 5, access: 'ro' },
    event: { at: 6, width: 1, access: 'ro' },
    other7: { at: 7, width: 2, access: 'ro' },
    nmi: { at: 9, width: 1, access: 'ro' },
    other10: { at: 10, width: 1, access: 'ro' },
    pmi: { at: 11, width: 1, access: 'ro' },
    smi: { at: 12, width: 1, access: 'ro' },
    other13: { at: 13, width: 2, access: 'ro' },
    scanIoapic: { at: 15, width: 1, access: 'ro' },
    other16: { at: 16, width: 1, access: 'ro' },
    apicPageReload: { at: 17, width: 1, access: 'ro' },
    other18: { at: 18, width: 1, access: 'ro' },
    ioapicEoiExit: { at: 19, width: 1, access: 'ro' },
    other20: { at: 20, width: 3, access: 'ro' },
    loadEoiExitmap: { at: 23, width: 1, access: 'ro' },
    other24: { at: 24, width: 1, access: 'ro' },
    apicvUpdate: { at: 25, width: 1, access: 'ro' },
    other26: { at: 26, width: 6, access: 'ro' },
  },
});

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
