/** Words of KVM's own about a vCPU: its request bits, and why APICv is off. */
import { defineLayout } from './bit-layout.ts';

/** vcpu->requests. Arch requests start at bit 8 (KVM_REQUEST_ARCH_BASE); requests of no interest here are `other…`. */
export const VCPU_REQUESTS = defineLayout({
  name: 'VCPU_REQUESTS',
  bits: 64,
  cite: 'kvm.requests',
  fields: {
    other0: { at: 0, width: 2, access: 'ro' },
    unblock: { at: 2, width: 1, access: 'ro' },
    other3: { at: 3, width: 5, access: 'ro' },
    migrateTimer: { at: 8, width: 1, access: 'ro' },
    other9: { at: 9, width: 5, access: 'ro' },
    event: { at: 14, width: 1, access: 'ro' },
    other15: { at: 15, width: 2, access: 'ro' },
    nmi: { at: 17, width: 1, access: 'ro' },
    other18: { at: 18, width: 1, access: 'ro' },
    pmi: { at: 19, width: 1, access: 'ro' },
    smi: { at: 20, width: 1, access: 'ro' },
    other21: { at: 21, width: 2, access: 'ro' },
    scanIoapic: { at: 23, width: 1, access: 'ro' },
    other24: { at: 24, width: 1, access: 'ro' },
    apicPageReload: { at: 25, width: 1, access: 'ro' },
    other26: { at: 26, width: 1, access: 'ro' },
    ioapicEoiExit: { at: 27, width: 1, access: 'ro' },
    other28: { at: 28, width: 3, access: 'ro' },
    loadEoiExitmap: { at: 31, width: 1, access: 'ro' },
    other32: { at: 32, width: 1, access: 'ro' },
    apicvUpdate: { at: 33, width: 1, access: 'ro' },
    other34: { at: 34, width: 30, access: 'ro' },
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
