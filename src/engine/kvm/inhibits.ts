/** Why APICv may not be used in a VM: bit numbers of enum kvm_apicv_inhibit, and which of them each vendor honours (v6.18). */
export const APICV_INHIBIT = {
  physicalIdAliased: 4,
  apicIdModified: 5,
  apicBaseModified: 6,
  irqWindow: 8,
  pitReinject: 9,
  logicalIdAliased: 11,
  physicalIdTooBig: 12,
} as const;

/** VMX_REQUIRED_APICV_INHIBITS: DISABLED to APIC_BASE_MODIFIED. @kvm vmx/main.c */
export const VMX_INHIBITS = 0x7f;
/** AVIC_REQUIRED_APICV_INHIBITS: every reason. @kvm svm/svm.h */
export const AVIC_INHIBITS = 0x1fff;
