/** The VM-entry event field: of the VMCS what every machine has, whatever runs its vCPUs. */
import { defineLayout, masks, shifts } from '../define/registers.ts';

export const EVENT_TYPE = [
  'external interrupt',
  'reserved',
  'NMI',
  'hardware exception',
  'software interrupt',
  'privileged software exception',
  'software exception',
  'other event',
] as const;

export const VM_ENTRY_INTR_INFO = defineLayout({
  name: 'VM_ENTRY_INTR_INFO',
  bits: 32,
  cite: 'vmx.entryInfo',
  fields: {
    vector: { at: 0, width: 8 },
    type: { at: 8, width: 3, values: EVENT_TYPE },
    deliverErrorCode: { at: 11, width: 1 },
    reserved12: { at: 12, width: 19, access: 'reserved' },
    valid: { at: 31, width: 1 },
  },
});

const info = masks(VM_ENTRY_INTR_INFO);
const NMI = EVENT_TYPE.indexOf('NMI') << shifts(VM_ENTRY_INTR_INFO).TYPE;

/** Interruption information. @sdm "VM-Entry Controls for Event Injection" */
export const INFO = {
  vector: info.VECTOR,
  valid: info.VALID,
  typeMask: info.TYPE,
  external: 0,
  nmi: NMI,
  /** An NMI has vector 2. */
  nmiInfo: info.VALID | NMI | 2,
} as const;
