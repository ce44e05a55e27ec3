/** `event.<name>` with its title, variants and reasons. AVIC (avic.c). */
export const avic = {
  'event.avic_deliver.title': 'KVM wakes the target',
  'event.avic_deliver': 'Vector {vec} is in the backing page of vCPU {vcpu}, which does not run, so KVM wakes it.',
  'event.avic_deliver.running': 'Vector {vec} is in the backing page of vCPU {vcpu}, which runs: a doorbell suffices.',
  'event.avic_deliver.running.title': 'KVM will ring the doorbell',

  'event.avic_doorbell.title': 'Doorbell rings',
  'event.avic_doorbell': 'The doorbell makes pCPU {pcpu} check the backing page of vCPU {vcpu}.',

  'event.avic_evaluate.title': 'AVIC holds the vector',
  'event.avic_evaluate': 'Vector {vec} is not above PPR {ppr} of vCPU {vcpu}, or IF is 0: it waits.',
  'event.avic_evaluate.taken': 'Vector {vec} is above PPR {ppr} of vCPU {vcpu}, so AVIC delivers it without an exit.',
  'event.avic_evaluate.taken.title': 'AVIC delivers the vector',

  'event.avic_ipi.title': 'AVIC sends the IPI',
  'event.avic_ipi': 'AVIC finds id {dest} in the physical APIC ID table and sets IRR bit {vec} of vCPU {target}.',

  'event.avic_incomplete_ipi.title': 'Incomplete-IPI exit',
  'event.avic_incomplete_ipi': 'AVIC cannot complete this kind of IPI, so KVM sends it.',
  'event.avic_incomplete_ipi.notRunning': 'AVIC has set the IRR bit, but the target does not run, so KVM must wake it.',
  'event.avic_incomplete_ipi.target':
    'The physical APIC ID table has no id {dest}, so KVM looks for the target itself.',

  'event.avic_kick.title': 'KVM wakes the target',
  'event.avic_kick': 'KVM wakes vCPU {target}. The vector is already in its backing page.',

  'event.avic_load.title': 'IsRunning 1',
  'event.avic_load': 'KVM sets IsRunning in the physical APIC ID table: vCPU {vcpu} runs on pCPU {pcpu}.',

  'event.avic_put.title': 'IsRunning 0',
  'event.avic_put': 'KVM clears IsRunning in the physical APIC ID table: vCPU {vcpu} does not run.',

  'event.avic_unaccelerated.title': 'Unaccelerated-access exit',
  'event.avic_unaccelerated': 'AVIC does not accelerate this access to {register} of LAPIC {vcpu}, so KVM emulates it.',
  'event.avic_unaccelerated.trap':
    'The value is in {register} of LAPIC {vcpu}. AVIC traps so that KVM emulates the effect.',
};
