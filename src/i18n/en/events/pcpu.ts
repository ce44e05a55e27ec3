/** `event.<name>` with its title, variants and reasons. The host's CPUs: which vCPU is on which, and what kicks it off. */
export const pcpu = {
  'event.vcpu_load.title': 'vCPU gets a pCPU',
  'event.vcpu_load': 'The host scheduler runs the thread of vCPU {vcpu} on pCPU {pcpu}.',
  'event.vcpu_load.migrated': 'The host scheduler moves the thread of vCPU {vcpu} from pCPU {from} to pCPU {pcpu}.',
  'event.vcpu_load.migrated.title': 'vCPU migrates',

  'event.vcpu_put.title': 'vCPU leaves its pCPU',
  'event.vcpu_put': 'vCPU {vcpu} leaves pCPU {pcpu}.',
  'event.vcpu_put.preempted':
    'The host preempts vCPU {vcpu}, which is still runnable, and takes pCPU {pcpu} for another task.',
  'event.vcpu_put.preempted.title': 'Host preempts the vCPU',
  'event.vcpu_put.blocking': 'vCPU {vcpu} goes to sleep and gives up pCPU {pcpu}.',

  'event.vcpu_block.title': 'vCPU thread sleeps',
  'event.vcpu_block': 'No event is pending for vCPU {vcpu}, so KVM puts its thread to sleep.',

  'event.vcpu_wakeup.title': 'No thread to wake',
  'event.vcpu_wakeup': 'The thread of vCPU {vcpu} does not sleep, so KVM wakes nothing and sends nothing.',
  'event.vcpu_wakeup.woken': 'KVM wakes the thread of vCPU {vcpu}. No IPI is needed.',
  'event.vcpu_wakeup.woken.title': 'KVM wakes the vCPU thread',

  'event.reschedule_ipi.title': 'Reschedule IPI sent',
  'event.reschedule_ipi': 'The IPI, vector 0xfd, goes to pCPU {pcpu}. Its only effect is that vCPU {vcpu} exits.',
  'event.reschedule_ipi.call': 'KVM sends vector {vec} to pCPU {pcpu} and waits until vCPU {vcpu} has left the guest.',
  'event.reschedule_ipi.call.title': 'Call-function IPI sent',
};
