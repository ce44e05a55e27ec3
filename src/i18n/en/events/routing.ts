/** `event.<name>` with its title, variants and reasons. GSI routing: a GSI's way to its chips' pins or to an MSI, and the acknowledgement back (irqchip.c, irq_comm.c). */
export const routing = {
  'event.ioctl_set_routing.title': 'VMM replaces the routing table',
  'event.ioctl_set_routing':
    'The VMM calls KVM_SET_GSI_ROUTING. The new table replaces the whole old one. Entries: {entries}.',
  'event.ioctl_set_routing.refused':
    'KVM refuses the routing table with EINVAL and keeps the old one. Entries: {entries}.',
  'event.ioctl_set_routing.refused.title': 'KVM refuses the routing table',
  'event.ioctl_set_routing.why':
    'KVM checks every entry before it installs the table. A GSI maps to at most one pin per chip, or to one MSI.',

  'event.kvm_set_irq.title': 'KVM looks up the GSI',
  'event.kvm_set_irq': 'kvm_set_irq: {source} raises GSI {gsi}{dev}. KVM looks up its routes.',
  'event.kvm_set_irq.low': 'kvm_set_irq: {source} lowers GSI {gsi}{dev}.',
  'event.kvm_set_irq.low.title': 'GSI goes low',
  'event.kvm_set_irq.why': 'GSI {gsi} has {routes}. KVM serves them in table order.',
  'event.kvm_set_irq.why.none': 'The routing table has no entry for GSI {gsi}.',
  'event.kvm_set_irq.why.only': 'GSI {gsi} has 1 route.',

  'event.route.title': 'KVM follows a route',
  'event.route': 'GSI {gsi} maps to {target}.',
  'event.route.why': 'Routing entry {n} of GSI {gsi}. The VMM owns this table; the guest cannot see it.',

  'event.no_route.title': 'No route',
  'event.no_route': 'The routing table has no entry for GSI {gsi}. The interrupt ends here; KVM returns −1.',

  'event.set_irq_result.title': 'kvm_set_irq returns',
  'event.set_irq_result': 'kvm_set_irq returns {status}: {meaning}.',

  'event.kvm_msi_set_irq.title': 'KVM decodes the MSI',
  'event.kvm_msi_set_irq': 'The message says: vector {vec}, {mode}, {destMode} destination {dest}, {trig}.',
  'event.kvm_msi_set_irq.why':
    'Address {addr}: destination {dest} in bits 19:12, redirection hint {rh}. Data {data}: vector in bits 7:0, mode in 10:8.',
  'event.kvm_msi_set_irq.why.wide':
    'Address {addr}: destination {dest} in bits 63:40 and 19:12, redirection hint {rh}. Data {data}: vector in bits 7:0, mode in 10:8.',

  'event.msi_level_low.title': 'Lowering sends nothing',
  'event.msi_level_low': 'GSI {gsi} goes low. Its route is an MSI, which has no low level, so KVM sends nothing.',

  'event.msi_invalid.title': 'KVM refuses the MSI',
  'event.msi_invalid':
    'KVM refuses the MSI: with 32-bit destination ids, bits 7:0 of the upper address must be 0, not {low}.',

  'event.kvm_ack_irq.title': 'Ack notifiers run',
  'event.kvm_ack_irq':
    'KVM calls the ack notifiers of {chip} pin {pin}{gsiText}: a resampler or the PIT, if registered.',
};
