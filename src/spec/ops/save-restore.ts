/** What user space does around a snapshot or a migration: each part by the ioctl it has. */
import { choice, int, op, optional, text, u32, u64 } from '../define/op.ts';
import { MAX_VCPUS } from '../limits.ts';
import { vcpu } from './fields.ts';

/** LAPIC, MSRs (IA32_APIC_BASE, TSC_DEADLINE), VCPU_EVENTS and MP_STATE of a vCPU; irqchip and PIT2 of the machine. */
const what = choice(['lapic', 'msrs', 'events', 'mp', 'irqchip', 'pit']);

/** Whose part it is; of the machine's parts it says nothing. */
const ofVcpu = optional(int('vcpu', MAX_VCPUS - 1));

export const SAVE_RESTORE_OPS = {
  /** KVM_GET_*. What is saved outlives the machine, by its name; a name used again is replaced. */
  save: op('ioctl', { what, as: text(), vcpu: ofVcpu }),
  /** KVM_SET_* */
  restore: op('ioctl', { what, from: text(), vcpu: ofVcpu }),
  /** KVM_SET_MSRS of one MSR */
  set_msr: op('ioctl', { vcpu, msr: u32('msr'), value: u64('data') }),
  /** KVM_GET_MSRS of one MSR */
  get_msr: op('ioctl', { vcpu, msr: u32('msr') }),
  /** Mode and whether it runs, as KVM_GET_LAPIC and MSR 0x6e0 tell it. */
  timer: op('machine', { vcpu }),
};
