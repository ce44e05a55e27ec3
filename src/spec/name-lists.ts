/** Names of numbers in KVM's own words, each list once. */
import { REQ } from './names.ts';

/** The op language's names for them. */
export const CHIP_NAMES = ['pic0', 'pic1', 'ioapic', 'msi'] as const;

/** KVM_REQ_* by those numbers. */
export const REQUEST_NAMES: Readonly<Record<number, string>> = {
  [REQ.event]: 'EVENT',
  [REQ.nmi]: 'NMI',
  [REQ.smi]: 'SMI',
  [REQ.scanIoapic]: 'SCAN_IOAPIC',
  [REQ.ioapicEoiExit]: 'IOAPIC_EOI_EXIT',
  [REQ.loadEoiExitmap]: 'LOAD_EOI_EXITMAP',
  [REQ.apicvUpdate]: 'APICV_UPDATE',
};

/** KVM_MP_STATE_* by number. */
export const MP_STATES = ['RUNNABLE', 'UNINITIALIZED', 'INIT_RECEIVED', 'HALTED', 'SIPI_RECEIVED'] as const;

/** KVM_EXIT_* by number (linux/kvm.h): exits to user space. */
export const USER_EXITS: Readonly<Record<number, string>> = {
  2: 'KVM_EXIT_IO',
  5: 'KVM_EXIT_HLT',
  6: 'KVM_EXIT_MMIO',
  26: 'KVM_EXIT_IOAPIC_EOI',
};

/** Why APICv is off: enum kvm_apicv_inhibit, in KVM's own names (kvm_host.h). */
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
