/** `event.<name>` with its title, variants and reasons. Posted interrupts: the descriptor, its notification and its wakeup list (posted_intr.c). */
export const piDesc = {
  'event.pi_notification.title': 'Notification IPI sent',
  'event.pi_notification': 'Vector {vec} goes to pCPU {pcpu}, where vCPU {vcpu} runs guest code.',
  'event.pi_notification.why':
    'The processor compares the vector with POSTED_INTR_NV in its VMCS. If they match, it processes the PIR without an exit.',

  'event.pi_no_notification.title': 'No notification needed',
  'event.pi_no_notification':
    'vCPU {vcpu} is not in guest mode, so KVM sends no notification. KVM syncs the PIR before the next entry.',
  'event.pi_no_notification.self': 'vCPU {vcpu} is itself the sender. KVM syncs the PIR before it re-enters the guest.',

  'event.pi_ipi_ignored.title': 'Notification arrives in host mode',
  'event.pi_ipi_ignored': 'Vector 0xf2 arrives at pCPU {pcpu} in host mode. The host handler only counts it.',

  'event.pi_wakeup_handler.title': 'Wakeup handler runs',
  'event.pi_wakeup_handler':
    'pCPU {pcpu} takes vector 0xf1. KVM walks its wakeup list ({listed}) and wakes every vCPU whose ON is 1.',

  'event.pir_set.title': 'Vector posted to the PIR',
  'event.pir_set': 'PIR bit {vec} of vCPU {vcpu} is set. IRR does not change.',
  'event.pir_set.already': 'PIR bit {vec} of vCPU {vcpu} is already 1, so the sender does nothing more.',
  'event.pir_set.already.title': 'Vector already posted',
  'event.pir_set.why':
    'Senders, the IOMMU and the processor share the descriptor in memory and set each bit atomically.',

  'event.on_set.title': 'ON set: this sender notifies',
  'event.on_set': 'ON of vCPU {vcpu} goes from 0 to 1, so this sender must notify.',
  'event.on_set.already': 'ON of vCPU {vcpu} is already 1: the outstanding notification covers this bit.',
  'event.on_set.already.title': 'ON already set',

  'event.kvm_apicv_accept_irq.title': 'KVM has posted the interrupt',
  'event.kvm_apicv_accept_irq': 'KVM has posted vector {vec} to vCPU {vcpu}.',

  'event.pi_processing.title': 'Processor takes the PIR',
  'event.pi_processing':
    'Without an exit the processor clears ON, moves the PIR of vCPU {vcpu} to VIRR and sets RVI to {rvi}.',
  'event.pi_processing.why':
    'RVI becomes the higher of its old value and the highest PIR bit, {vec}. KVM does not see this.',

  'event.pir_synced.title': 'KVM syncs PIR to IRR',
  'event.pir_synced': 'KVM clears ON and moves the PIR of vCPU {vcpu} to IRR. Highest vector: {vec}.',

  'event.pi_load.title': 'PI descriptor updated on load',
  'event.pi_load': 'KVM updates the PI descriptor of vCPU {vcpu}: SN 0, NV 0xf2, NDST pCPU {pcpu}.',
  'event.pi_load.quick': 'vCPU {vcpu} stays on the same pCPU, so KVM clears SN and keeps NV and NDST.',
  'event.pi_load.why': 'The PIR is not empty, so KVM sets ON: the sync before entry will find what was posted.',

  'event.pi_put.title': 'KVM suppresses notifications',
  'event.pi_put': 'KVM sets SN of vCPU {vcpu}: while it does not run, senders set PIR bits without a notification.',

  'event.pi_wakeup_on.title': 'Wakeup vector armed',
  'event.pi_wakeup_on': 'KVM puts vCPU {vcpu} on the wakeup list of pCPU {pcpu} and sets NV to 0xf1.',
  'event.pi_wakeup_on.late': 'ON of vCPU {vcpu} was set meanwhile, so pCPU {pcpu} sends 0xf1 to itself.',
};
