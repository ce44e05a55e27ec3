/** Why APICv is off: enum kvm_apicv_inhibit, in KVM's own names. */

export const INHIBIT_NAMES = [
  'DISABLED',
  'HYPERV',
  'ABSENT',
  'BLOCKIRQ',
  'PHYSICAL_ID_ALIASED',
  'APIC_ID_MODIFIED',
  'APIC_BASE_MODIFIED',
  'NESTED',
  'IRQWIN',
  'PIT_REINJ',
  'SEV',
  'LOGICAL_ID_ALIASED',
  'PHYSICAL_ID_TOO_BIG',
];

/** Names of the bits that are set. */
export const inhibitNames = (value: number): readonly string[] =>
  INHIBIT_NAMES.filter((_, bit) => ((value >>> bit) & 1) === 1);
