/** `event.<name>` with its title, variants and reasons. VT-d: the entries of a device assigned through VFIO, and what the IOMMU posts. */
export const vtd = {
  'event.kvm_pi_irte_update.title': 'IRTE becomes posted',
  'event.kvm_pi_irte_update':
    'From now on the IOMMU posts MSI-X vector {n} of {device} to vCPU {vcpu} as vector {vec}.',
  'event.kvm_pi_irte_update.why': 'The route of GSI {gsi} has exactly one destination and mode Fixed or LowPrio.',

  'event.irte_remapped.title': 'IRTE leads to the host',
  'event.irte_remapped':
    'MSI-X vector {n} of {device} has no MSI route (GSI {gsi}), so its interrupt goes to the host.',
  'event.irte_remapped.several':
    'The route of GSI {gsi} does not have exactly one destination, so the interrupt of {device} goes to the host.',
  'event.irte_remapped.mode':
    'The route of GSI {gsi} is neither Fixed nor LowPrio, so the interrupt of {device} goes to the host.',
  'event.irte_remapped.irqfd': 'GSI {gsi} has no irqfd any more, so the interrupt of {device} goes to the host.',
  'event.irte_remapped.host': 'This host has no APICv, so the interrupt of {device} goes to the host.',

  'event.vtd_post.title': 'IOMMU posts the interrupt',
  'event.vtd_post': 'The IOMMU turns the device’s message into PIR bit {vec} of vCPU {vcpu}. No CPU is involved.',

  'event.vtd_suppressed.title': 'No notification: SN',
  'event.vtd_suppressed': 'SN of vCPU {vcpu} is 1, so the IOMMU sets PIR bit {vec} and sends no notification.',

  'event.vtd_coalesced.title': 'No notification: ON',
  'event.vtd_coalesced': 'ON of vCPU {vcpu} is already 1: the outstanding notification covers this interrupt.',

  'event.vtd_notify.title': 'IOMMU notifies',
  'event.vtd_notify': 'ON was 0, so the IOMMU sends vector {vec} to pCPU {pcpu}.',

  'event.vtd_remap.title': 'IOMMU interrupts the host',
  'event.vtd_remap':
    'The remapped IRTE turns the message of {device} into host vector {vec}. VFIO then signals GSI {gsi}.',
};
