/** `event.<name>` with its title, variants and reasons. PV EOI: a byte of the guest's memory spares it the EOI exit (lapic.c). */
export const pvEoi = {
  'event.pv_eoi_enable.title': 'Guest enables PV EOI',
  'event.pv_eoi_enable': 'The guest gives KVM a byte of vCPU {vcpu}’s memory, so that it can skip EOI exits.',
  'event.pv_eoi_enable.off': 'The guest takes back the PV EOI byte of vCPU {vcpu}.',
  'event.pv_eoi_enable.off.title': 'Guest disables PV EOI',

  'event.pv_eoi_arm.title': 'KVM makes the EOI optional',
  'event.pv_eoi_arm': 'KVM sets the PV EOI byte of vCPU {vcpu}: the guest need not write EOI for vector {vec}.',
  'event.pv_eoi_arm.why': 'Nothing else is pending and no IOAPIC pin waits for this vector.',

  'event.pv_eoi_guest.title': 'Guest clears the PV EOI bit',
  'event.pv_eoi_guest': 'The guest of vCPU {vcpu} clears the bit in its memory instead of writing EOI. No exit.',

  'event.kvm_pv_eoi.title': 'KVM completes the PV EOI',
  'event.kvm_pv_eoi': 'KVM finds the bit of vCPU {vcpu} cleared and ends vector {vec} now.',

  'event.pv_eoi_disarm.title': 'KVM withdraws the PV EOI',
  'event.pv_eoi_disarm': 'The byte of vCPU {vcpu} is still set, so its interrupt has not ended. KVM clears the byte.',
};
