/** The model's guest: its handlers, flags and HLT. */
import { defineEvents } from '../define/event.ts';

export const GUEST_EVENTS = defineEvents({
  handler_enter: {
    code: 173,
    by: 'vcpu',
    fn: null,
    cite: 'cpu.if',
    args: { vector: 'vector', depth: 'dec', device: 'dec' },
    token: 'moves',
  },
  handler_exit: {
    code: 174,
    by: 'vcpu',
    fn: null,
    cite: 'cpu.if',
    args: { vector: 'vector', depth: 'dec' },
    token: 'moves',
  },
  guest_flags: {
    code: 175,
    by: 'vcpu',
    fn: null,
    cite: 'cpu.if',
    args: { rflagsIf: 'flag', shadow: 'dec' },
    token: 'still',
  },
  guest_nested: {
    code: 390,
    by: 'vcpu',
    fn: null,
    cite: 'vmx.entry',
    args: { nested: 'flag' },
    token: 'still',
    since: 2,
  },
  guest_halt: {
    code: 176,
    by: 'vcpu',
    fn: 'kvm_emulate_halt',
    cite: 'kvm.requests',
    args: {},
    token: 'still',
  },
  guest_wake: {
    code: 177,
    by: 'vcpu',
    fn: 'kvm_vcpu_wake_up',
    cite: 'kvm.requests',
    args: {},
    token: 'still',
  },
});
