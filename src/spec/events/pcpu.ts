/** The host's CPUs: which vCPU is on which, and what kicks it off. */
import { defineEvents } from '../define/event.ts';

export const PCPU_EVENTS = defineEvents({
  vcpu_load: {
    code: 200,
    by: 'vcpu',
    fn: 'kvm_arch_vcpu_load',
    cite: null,
    args: { pcpu: 'pcpu', from: 'dec' },
    token: 'still',
  },
  vcpu_put: {
    code: 201,
    by: 'vcpu',
    fn: 'kvm_arch_vcpu_put',
    cite: null,
    args: { pcpu: 'pcpu', preempted: 'flag', blocking: 'flag' },
    token: 'still',
  },
  vcpu_block: { code: 202, by: 'vcpu', fn: 'kvm_vcpu_block', cite: 'kvm.requests', args: {}, token: 'still' },
  vcpu_wakeup: {
    code: 203,
    by: 'vcpu',
    fn: 'kvm_vcpu_wake_up',
    cite: 'kvm.requests',
    args: { wasBlocking: 'flag' },
    token: 'side',
  },
  reschedule_ipi: {
    code: 204,
    by: 'pcpu',
    fn: 'smp_send_reschedule',
    cite: 'kvm.requests',
    args: { vcpu: 'vcpu', vector: 'vector' },
    fnBy: { arg: 'vector', fns: { 251: 'smp_call_function_many', 252: 'smp_call_function_many' } },
    token: 'side',
  },
});
