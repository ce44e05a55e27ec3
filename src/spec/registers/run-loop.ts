/** VMCS fields an interrupt meets on its way into the guest, and the execution controls that choose the way. */

import {
  bits,
  bool,
  dec,
  defineLayout,
  defineRegisters,
  hex,
  number,
  numbered,
  quiet,
  vectors,
} from '../define/registers.ts';
import { EXIT_NAMES } from '../exits.ts';
import { EVENT_TYPE, VM_ENTRY_INTR_INFO } from './entry-info.ts';
import { PPR } from './lapic.ts';

export const IDT_VECTORING_INFO = defineLayout({
  name: 'IDT_VECTORING_INFO',
  bits: 32,
  cite: 'vmx.entryInfo',
  fields: {
    vector: { at: 0, width: 8, access: 'ro' },
    type: { at: 8, width: 3, values: EVENT_TYPE, access: 'ro' },
    errorCodeValid: { at: 11, width: 1, access: 'ro' },
    reserved12: { at: 12, width: 19, access: 'reserved' },
    valid: { at: 31, width: 1, access: 'ro' },
  },
});

export const GUEST_INTERRUPTIBILITY = defineLayout({
  name: 'GUEST_INTERRUPTIBILITY',
  bits: 32,
  cite: 'vmx.interruptibility',
  fields: {
    sti: { at: 0, width: 1 },
    movSs: { at: 1, width: 1 },
    smi: { at: 2, width: 1 },
    nmi: { at: 3, width: 1 },
    enclave: { at: 4, width: 1 },
    reserved5: { at: 5, width: 27, access: 'reserved' },
  },
});

export const GUEST_INTR_STATUS = defineLayout({
  name: 'GUEST_INTR_STATUS',
  bits: 16,
  cite: 'vmx.guestIntrStatus',
  fields: { rvi: { at: 0, width: 8 }, svi: { at: 8, width: 8 } },
});

export const TPR_THRESHOLD = defineLayout({
  name: 'TPR_THRESHOLD',
  bits: 32,
  cite: 'vmx.tpr',
  fields: { threshold: { at: 0, width: 4 }, reserved4: { at: 4, width: 28, access: 'reserved' } },
});

export const PIN_CONTROLS = defineLayout({
  name: 'PIN_CONTROLS',
  bits: 32,
  cite: 'vmx.controls',
  fields: {
    externalInterruptExiting: { at: 0, width: 1 },
    other1: { at: 1, width: 2 },
    nmiExiting: { at: 3, width: 1 },
    other4: { at: 4, width: 1 },
    virtualNmis: { at: 5, width: 1 },
    preemptionTimer: { at: 6, width: 1 },
    postedInterrupts: { at: 7, width: 1 },
    other8: { at: 8, width: 24 },
  },
});

export const PRIMARY_CONTROLS = defineLayout({
  name: 'PRIMARY_CONTROLS',
  bits: 32,
  cite: 'vmx.controls',
  fields: {
    other0: { at: 0, width: 2 },
    interruptWindowExiting: { at: 2, width: 1 },
    other3: { at: 3, width: 4 },
    hltExiting: { at: 7, width: 1 },
    other8: { at: 8, width: 9 },
    tertiaryControls: { at: 17, width: 1 },
    other18: { at: 18, width: 3 },
    tprShadow: { at: 21, width: 1 },
    nmiWindowExiting: { at: 22, width: 1 },
    other23: { at: 23, width: 8 },
    secondaryControls: { at: 31, width: 1 },
  },
});

export const SECONDARY_CONTROLS = defineLayout({
  name: 'SECONDARY_CONTROLS',
  bits: 32,
  cite: 'vmx.controls',
  fields: {
    virtualizeApicAccesses: { at: 0, width: 1 },
    other1: { at: 1, width: 3 },
    virtualizeX2apicMode: { at: 4, width: 1 },
    other5: { at: 5, width: 3 },
    apicRegisterVirtualization: { at: 8, width: 1 },
    virtualInterruptDelivery: { at: 9, width: 1 },
    other10: { at: 10, width: 22 },
  },
});

export const TERTIARY_CONTROLS = defineLayout({
  name: 'TERTIARY_CONTROLS',
  bits: 32,
  cite: 'vmx.controls',
  fields: {
    other0: { at: 0, width: 4 },
    ipiVirtualization: { at: 4, width: 1 },
    other5: { at: 5, width: 27 },
  },
});

const ACTIVITY = { 0: 'active', 1: 'HLT', 2: 'shutdown', 3: 'wait-for-SIPI' };

/** VMCS fields that matter here, by their SDM names; two words where the field is 64 bits wide. */
export const VMCS_REGISTERS = defineRegisters({
  vmEntryIntrInfo: bits('VM_ENTRY_INTR_INFO', VM_ENTRY_INTR_INFO),
  vmEntryInstructionLen: quiet(dec('VM_ENTRY_INSTRUCTION_LEN')),
  guestInterruptibility: bits('GUEST_INTERRUPTIBILITY', GUEST_INTERRUPTIBILITY),
  guestActivityState: number('GUEST_ACTIVITY_STATE', 'dec', ACTIVITY),
  idtVectoringInfo: bits('IDT_VECTORING_INFO', IDT_VECTORING_INFO),
  tprThreshold: bits('TPR_THRESHOLD', TPR_THRESHOLD),
  rvi: number('RVI', 'vector'),
  svi: number('SVI', 'vector'),
  eoiExitBitmap: vectors('EOI_EXIT_BITMAP'),
  pinControls: bits('pin-based controls', PIN_CONTROLS),
  primaryControls: bits('primary controls', PRIMARY_CONTROLS),
  secondaryControls: bits('secondary controls', SECONDARY_CONTROLS),
  tertiaryControls: bits('tertiary controls', TERTIARY_CONTROLS),
  exitReason: number('exit reason', 'dec', numbered(EXIT_NAMES)),
  exitQualification: hex('exit qualification'),
  vppr: quiet(bits('VPPR', PPR)),
  /** The last value written to vmEntryIntrInfo: the processor clears its valid bit at each exit. */
  entryInfoWritten: quiet(bits('last VM_ENTRY_INTR_INFO', VM_ENTRY_INTR_INFO)),
  /** A pending virtual interrupt has been recognized (not a field: the logical processor's own state). */
  recognized: bool('virtual interrupt recognized'),
  exitIntrInfo: bits('VM_EXIT_INTR_INFO', VM_ENTRY_INTR_INFO),
});
