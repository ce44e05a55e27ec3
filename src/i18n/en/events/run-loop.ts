/** `event.<name>` with its title, variants and reasons. vcpu_enter_guest with its VMCS fields (x86.c, vmx.c). */
export const runLoop = {
  'event.vcpu_enter_guest.title': 'KVM prepares the entry',
  'event.vcpu_enter_guest': 'KVM prepares to enter vCPU {vcpu}. No request is pending.',
  'event.vcpu_enter_guest.requests': 'KVM prepares to enter vCPU {vcpu} and first serves its requests: {requests}.',
  'event.vcpu_enter_guest.why':
    'Fixed order: requests, event injection, IRQs off and IN_GUEST_MODE, PIR sync, a last check of the requests.',

  'event.request_served.title': 'vCPU serves a request',
  'event.request_served': 'vCPU {vcpu} serves KVM_REQ_{request}.',

  'event.inject_events.title': 'KVM picks the event to inject',
  'event.inject_events': 'KVM picks an event for vCPU {vcpu}: first one to reinject, then an NMI, the 8259, the LAPIC.',

  'event.exit_request.title': 'Entry abandoned',
  'event.exit_request': 'A request arrived for vCPU {vcpu}, so KVM abandons the entry.',
  'event.exit_request.kicked': 'vCPU {vcpu} was kicked before entry, so KVM abandons the entry.',

  'event.cancel_injection.title': 'KVM cancels the injection',
  'event.cancel_injection':
    'The VM-entry field of vCPU {vcpu} held {info}. KVM clears the field and keeps the event queued.',
  'event.cancel_injection.nothing': 'The VM-entry field of vCPU {vcpu} held no event.',
  'event.cancel_injection.nothing.title': 'Nothing to cancel',
  'event.cancel_injection.why':
    'An acknowledged vector stays in ISR and does not return to IRR. The next entry injects it again.',

  'event.kvm_entry.title': 'VM entry',
  'event.kvm_entry': 'vCPU {vcpu} enters the guest.',
  'event.kvm_entry.event': 'vCPU {vcpu} enters the guest with an event in the VM-entry field: {info}.',
  'event.kvm_entry.why': 'RVI {rvi}, SVI {svi}: the processor computes VPPR and checks whether RVI is above it.',

  'event.kvm_exit.title': 'VM exit',
  'event.kvm_exit': 'vCPU {vcpu} exits the guest: {reason}.',
  'event.kvm_exit.why': 'Exit qualification: {qualification}.',
  'event.kvm_exit.why.vector': 'Exit qualification {qualification}: the vector that ended.',
  'event.kvm_exit.why.apicRead': 'Exit qualification {qualification}: a linear read of {register}.',
  'event.kvm_exit.why.apicAccess': 'Exit qualification {qualification}: a linear write to {register}.',
  'event.kvm_exit.vectoring': 'vCPU {vcpu} exits the guest while the processor delivers vector {vec}: {reason}.',

  'event.irq_window_request.title': 'KVM requests the interrupt window',
  'event.irq_window_request': 'An interrupt must wait, so KVM requests a VM exit as soon as vCPU {vcpu} can take it.',

  'event.nmi_window_request.title': 'KVM requests the NMI window',
  'event.nmi_window_request':
    'An NMI must wait, so KVM requests a VM exit as soon as NMI blocking ends on vCPU {vcpu}.',
  'event.nmi_window_request.irq':
    'The NMI waits for an STI shadow to end, so KVM requests the interrupt window instead.',

  'event.irq_window_open.title': 'Interrupt window opens',
  'event.irq_window_open':
    'vCPU {vcpu} can take an interrupt now. KVM clears interrupt-window exiting and sets KVM_REQ_EVENT.',

  'event.nmi_window_open.title': 'NMI window opens',
  'event.nmi_window_open': 'vCPU {vcpu} can take an NMI now. KVM clears NMI-window exiting and sets KVM_REQ_EVENT.',

  'event.tpr_threshold.title': 'KVM sets the TPR threshold',
  'event.tpr_threshold': 'TPR threshold {threshold}: the vCPU exits when the guest lowers its TPR class below it.',
  'event.tpr_threshold.off': 'TPR threshold 0: TPR holds no interrupt back.',
  'event.tpr_threshold.off.title': 'TPR threshold off',

  'event.tpr_below_threshold.title': 'TPR below the threshold',
  'event.tpr_below_threshold': 'TPR {tpr} of vCPU {vcpu} is below class {threshold}. KVM can now inject what waited.',

  'event.complete_interrupts.title': 'KVM requeues the event',
  'event.complete_interrupts': 'The processor did not finish delivering {info} to vCPU {vcpu}. KVM queues it again.',

  'event.external_interrupt.title': 'Host handles its interrupt',
  'event.external_interrupt':
    'Host vector {vec} caused the exit of vCPU {vcpu}. KVM calls its handler before it enables IRQs.',

  'event.immediate_exit.title': 'KVM requests an immediate exit',
  'event.immediate_exit': 'The requeued event goes in first, so KVM makes vCPU {vcpu} exit at once for the new one.',

  'event.event_delivery.title': 'Processor delivers the event',
  'event.event_delivery': 'As part of the entry the processor delivers vector {vec} to vCPU {vcpu} through the IDT.',
  'event.event_delivery.nmi':
    'As part of the entry the processor delivers the NMI to vCPU {vcpu}. NMIs are now blocked.',
};
