/** `event.<name>` with its title, variants and reasons. What came from outside the kernel: the VMM's ioctls, its exits, and time. */
export const userspace = {
  'event.op.title': 'A command begins',
  'event.op': 'Command {n} begins.',

  'event.time.title': 'Time passes',
  'event.time': 'Virtual time is now {now}.',

  'event.ioctl_irq_line.title': 'VMM raises the line',
  'event.ioctl_irq_line': 'The VMM calls KVM_IRQ_LINE with level 1 for GSI {gsi}{dev}.',
  'event.ioctl_irq_line.low': 'The VMM calls KVM_IRQ_LINE with level 0 for GSI {gsi}{dev}.',
  'event.ioctl_irq_line.low.title': 'VMM lowers the line',
  'event.ioctl_irq_line.why':
    'A GSI is a number the VMM and KVM agree on. The GSI routing table maps it to chip pins or to an MSI.',

  'event.ioctl_signal_msi.title': 'VMM sends an MSI',
  'event.ioctl_signal_msi':
    'The VMM calls KVM_SIGNAL_MSI with address {addr} and data {data}: vector {vec} for destination {dest}.',
  'event.ioctl_signal_msi.why': 'The message carries destination and vector, so KVM needs neither a GSI nor a route.',

  'event.ioctl_nmi.title': 'VMM sends an NMI',
  'event.ioctl_nmi': 'vCPU {vcpu} is outside KVM_RUN, and the VMM calls KVM_NMI on it.',

  'event.ioctl_interrupt.title': 'VMM queues a PIC interrupt',
  'event.ioctl_interrupt': 'The VMM calls KVM_INTERRUPT: its own PIC gives vCPU {vcpu} vector {vec}.',

  'event.userspace_exit.title': 'Exit to user space',
  'event.userspace_exit': 'KVM cannot complete the access to {addr}, so vCPU {vcpu} exits to the VMM with {reason}.',

  'event.userspace_exit.window.title': 'Window exit to user space',
  'event.userspace_exit.window': 'vCPU {vcpu} can take an interrupt and exits to the VMM with {reason}.',

  'event.eoi_exit.title': 'EOI exits to user space',
  'event.eoi_exit': 'The IOAPIC is in user space, so vCPU {vcpu} exits with KVM_EXIT_IOAPIC_EOI for vector {vec}.',

  'event.vmm_route.title': 'VMM updates the route',
  'event.vmm_route': 'The guest has programmed {device}, so the VMM maps GSI {gsi} to address {addr}, data {data}.',

  'event.state_restore.title': 'VMM restores state',
  'event.state_restore': 'The VMM calls {call} on vCPU {vcpu}. What this part does not hold stays as it is.',
  'event.state_restore.machine': 'The VMM calls {call}. What this part does not hold stays as it is.',

  'event.state_written.title': 'State written by hand',
  'event.state_written':
    '{what} is {value} now, by no rule of the hardware: nothing is sent, checked or looked at again.',
};
