/** `event.<name>` with its title, variants and reasons. irqfds and their resamplers (eventfd.c). */
export const irqfd = {
  'event.irqfd_assign.title': 'VMM binds an irqfd',
  'event.irqfd_assign': 'KVM_IRQFD binds an eventfd to GSI {gsi}{dev}. Each write to it now triggers the GSI.',
  'event.irqfd_assign.resample':
    'KVM_IRQFD with RESAMPLE: a write raises GSI {gsi}{dev}, and the guest’s EOI lowers it and signals the resamplefd.',

  'event.irqfd_deassign.title': 'VMM unbinds the irqfd',
  'event.irqfd_deassign': 'The VMM detaches the eventfd from GSI {gsi}{dev}.',

  'event.irqfd_wakeup.title': 'eventfd is signalled',
  'event.irqfd_wakeup': 'The eventfd of GSI {gsi}{dev} is signalled. KVM’s callback runs in the signaller’s context.',
  'event.irqfd_wakeup.why':
    'With exactly one MSI route KVM delivers here. Pins or several routes may sleep, so a work item delivers them.',

  'event.irqfd_inject.title': 'Work item raises the GSI',
  'event.irqfd_inject': 'The kworker pulses GSI {gsi}{dev}: level 1, then level 0.',
  'event.irqfd_inject.resample':
    'The kworker raises GSI {gsi}{dev} as the resample source. It stays high until the guest’s EOI.',

  'event.irqfd_resampler_ack.title': 'Resampler lowers the line',
  'event.irqfd_resampler_ack':
    'The EOI of GSI {gsi}{dev} reaches the resampler. KVM lowers the line, then signals the resamplefd.',

  'event.resamplefd_signal.title': 'resamplefd is signalled',
  'event.resamplefd_signal':
    'KVM signals the resamplefd of GSI {gsi}{dev} (count {count}). VFIO or the VMM unmasks the device; it fires again if needed.',
};
