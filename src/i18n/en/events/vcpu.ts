/** `event.<name>` with its title, variants and reasons. The vCPU takes it: requests, kicks, injection, INIT and SIPI (x86.c). */
export const vcpu = {
  'event.request.title': 'Request set',
  'event.request': 'KVM sets KVM_REQ_{request} for vCPU {vcpu}.',

  'event.kick.title': 'No kick needed',
  'event.kick': 'vCPU {vcpu} is not in the guest. It checks its requests before the next entry, so KVM sends nothing.',
  'event.kick.woken': 'The thread of vCPU {vcpu} sleeps, so KVM wakes it. No IPI is needed.',
  'event.kick.woken.title': 'Kick wakes the vCPU',
  'event.kick.ipi': 'vCPU {vcpu} runs guest code, so KVM sends a reschedule IPI to force a VM exit.',
  'event.kick.ipi.title': 'KVM kicks the vCPU',
  'event.kick.entering':
    'vCPU {vcpu} is on its way into the guest. KVM sends a reschedule IPI, which is noticed before the entry.',
  'event.kick.entering.title': 'KVM kicks the vCPU on its way in',
  'event.kick.call': 'KVM makes the CPUs that run guest code call a function, and waits for them: vCPU {vcpu} exits.',
  'event.kick.call.title': 'KVM calls the vCPU out of the guest',
  'event.kick.self': 'vCPU {vcpu} kicks itself: KVM sends no IPI, and the vCPU sees the request before its next entry.',
  'event.kick.self.title': 'Self-kick: no IPI',

  'event.nmi_queued.title': 'NMI queued',
  'event.nmi_queued': 'NMIs queued for vCPU {vcpu}: {queued}. Neither PPR nor RFLAGS.IF holds an NMI back.',

  'event.gp_fault.title': '#GP in the guest',
  'event.gp_fault': 'vCPU {vcpu} gets #GP for its access to MSR {msr}.',

  'event.scan_ioapic.title': 'vCPU collects the IOAPIC’s vectors',
  'event.scan_ioapic': 'vCPU {vcpu} collects the vectors whose EOI must reach an IOAPIC. Found: {vectors}.',

  'event.inject_held.title': 'Interrupt held back',
  'event.inject_held': 'vCPU {vcpu} cannot take vector {vec} now.',
  'event.inject_held.if': 'RFLAGS.IF of vCPU {vcpu} is 0, so vector {vec} waits.',
  'event.inject_held.if.extint':
    'RFLAGS.IF of vCPU {vcpu} is 0, so the 8259’s request waits. KVM has not read its vector yet.',
  'event.inject_held.shadow': 'vCPU {vcpu} is in a {shadow} shadow, so vector {vec} waits one instruction.',
  'event.inject_held.shadow.extint':
    'vCPU {vcpu} is in a {shadow} shadow, so the 8259’s request waits one instruction.',
  'event.inject_held.ppr': 'Vector {vec} waits: its class {cls} is not above PPR {ppr}.',
  'event.inject_held.event': 'Another event goes in at this entry, so vector {vec} waits.',
  'event.inject_held.event.extint': 'Another event goes in at this entry, so the 8259’s request waits.',
  'event.inject_held.lvt0': 'LVT0 of LAPIC {vcpu} does not accept the 8259, so its request waits.',
  'event.inject_held.why.ppr': 'PPR is the higher class of TPR ({tpr}) and the highest vector in service ({isrv}).',
  'event.inject_held.why.ppr.none': 'PPR equals TPR ({tpr}): no vector is in service.',
  'event.inject_held.why.if.amd':
    'KVM queues a virtual interrupt to get a VINTR exit as soon as the guest can take an interrupt.',
  'event.inject_held.why.if':
    'KVM requests interrupt-window exiting: a VM exit as soon as the guest can take an interrupt.',

  'event.run_nothing.title': 'Nothing to inject',
  'event.run_nothing': 'No NMI waits for vCPU {vcpu}, and no vector is in its IRR: KVM enters it without an event.',

  'event.extint_ack.title': 'ExtINT is taken first',
  'event.extint_ack': 'vCPU {vcpu} takes vector {vec} from the 8259. IRR, ISR and PPR of its LAPIC play no part.',

  'event.kvm_inj_virq.title': 'KVM injects the vector',
  'event.kvm_inj_virq':
    'KVM writes vector {vec} to the VM-entry interruption-information field. vCPU {vcpu} takes it on entry.',
  'event.kvm_inj_virq.amd': 'KVM writes vector {vec} to EVENTINJ in the VMCB. vCPU {vcpu} takes it on entry.',
  'event.kvm_inj_virq.again':
    'The last entry did not deliver vector {vec}, so KVM injects it again. An acknowledged vector does not return to IRR.',
  'event.kvm_inj_virq.again.title': 'KVM injects again',
  'event.kvm_inj_virq.why': 'RFLAGS.IF = {if}, interrupt shadow: {shadow}; no other event goes first.',

  'event.inject_nmi.title': 'KVM injects the NMI',
  'event.inject_nmi': 'KVM injects the NMI (vector 2) into vCPU {vcpu}. Further NMIs are blocked until IRET.',

  'event.accept_init.title': 'INIT resets the vCPU',
  'event.accept_init': 'KVM resets vCPU {vcpu}. Its state is now {mp}.',

  'event.accept_sipi.title': 'SIPI starts the vCPU',
  'event.accept_sipi': 'vCPU {vcpu} starts in real mode at {start}.',
  'event.accept_sipi.ignored': 'vCPU {vcpu} is not waiting for a SIPI, so KVM drops this one.',
  'event.accept_sipi.ignored.title': 'SIPI dropped',

  'event.nmi_unmask.title': 'IRET ends NMI blocking',
  'event.nmi_unmask': 'vCPU {vcpu} executes IRET. It can take the next NMI.',
};
