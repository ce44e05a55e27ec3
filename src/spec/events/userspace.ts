/** What came from outside the kernel: the VMM's ioctls, its exits, and time. */
import { defineEvents, reason } from '../define/event.ts';

export const USERSPACE_EVENTS = defineEvents({
  op: { code: 1, by: 'vm', fn: null, cite: null, args: { command: 'dec' }, minor: true },
  ioctl_irq_line: {
    code: 2,
    by: 'vm',
    fn: 'kvm_vm_ioctl_irq_line',
    cite: 'kvm.api',
    args: { gsi: 'gsi', level: 'level' },
    token: 'level',
  },
  ioctl_signal_msi: {
    code: 3,
    by: 'vm',
    fn: 'kvm_send_userspace_msi',
    cite: 'kvm.api',
    args: { addrLo: 'hex', data: 'hex', addrHi: 'hex' },
    token: 'moves',
  },
  ioctl_nmi: { code: 5, by: 'vcpu', fn: 'kvm_vcpu_ioctl_nmi', cite: 'cpu.nmi', args: {}, token: 'moves' },
  ioctl_interrupt: {
    code: 6,
    by: 'vcpu',
    fn: 'kvm_vcpu_ioctl_interrupt',
    cite: 'kvm.api',
    args: { vector: 'vector' },
    token: 'moves',
  },
  eoi_exit: {
    code: 157,
    by: 'vcpu',
    fn: 'vcpu_enter_guest',
    cite: 'kvm.api',
    args: { vector: 'vector' },
    token: 'moves',
  },
  userspace_exit: {
    code: 160,
    by: 'vcpu',
    fn: 'kvm_vcpu_ioctl',
    trace: 'kvm_userspace_exit',
    cite: 'kvm.run',
    args: { reason: 'userExit', addrLo: 'hex', size: 'dec' },
    token: 'still',
  },
  vmm_route: {
    code: 180,
    by: 'device',
    fn: null,
    cite: 'kvm.api',
    args: { gsi: 'gsi', addrLo: 'hex', data: 'hex' },
    token: 'still',
  },
  /** what: LAPIC, MSRs, VCPU_EVENTS, MP_STATE, irqchip, PIT2. */
  state_restore: {
    code: 183,
    by: 'vm',
    fn: null,
    cite: 'kvm.api',
    args: { what: reason('lapic', 'msrs', 'events', 'mp', 'irqchip', 'pit'), vcpu: 'vcpu' },
    token: 'still',
    since: 2,
  },
  /** A word of the state put in by hand: no ioctl, no instruction. */
  state_written: {
    code: 184,
    by: 'vm',
    fn: null,
    cite: null,
    args: { address: 'dec', value: 'hex' },
    token: 'still',
    since: 2,
  },
  time: { code: 181, by: 'vm', fn: null, cite: null, args: { now: 'ns64' }, minor: true },
});
