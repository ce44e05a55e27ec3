/** `event.<name>` with its title. Asynchronous page faults, whose end KVM tells the guest by an interrupt (x86.c). */
export const asyncPf = {
  'event.kvm_async_pf_ready.title': 'Page is there: KVM sends vector {vec}',
  'event.kvm_async_pf_ready':
    'The page that vCPU {vcpu} faulted on is in memory. KVM sends vector {vec} to LAPIC {vcpu}.',
};
