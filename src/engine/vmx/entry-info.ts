/** What of the VMCS a machine has whose run loop is not modelled. */
import { type Machine, put, vmcsAt } from '../core/machine.ts';
import { VMCS } from '../core/words.ts';

/** The VM-entry event field, as written last. */
export function writeEntryInfo(m: Machine, vcpu: number, info: number): void {
  put(m, vmcsAt(m, vcpu) + VMCS.at.entryInfoWritten, info);
}
