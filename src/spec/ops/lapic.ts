/** What a guest does to its local APIC other than by memory accesses. */
import { capped, op, u32, u64 } from '../define/op.ts';
import { vcpu } from './fields.ts';

export const LAPIC_OPS = {
  wrmsr: op('guest', { vcpu, msr: u32('msr'), value: u64('data') }),
  rdmsr: op('guest', { vcpu, msr: u32('msr') }),
  /** MOV to CR8. All 64 bits count: anything above 15 faults alike. */
  set_cr8: op('guest', { vcpu, value: capped('data', 16) }),
  /** By memory access, or in x2APIC mode by MSR. */
  eoi: op('guest', { vcpu }),
};
