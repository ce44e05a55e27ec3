/** `event.<name>` with its title, variants and reasons. Delivery to the local APICs, and what a local APIC does with it (lapic.c). */
export const lapic = {
  'event.kvm_irq_delivery_to_apic.title': 'KVM finds the destination',
  'event.kvm_irq_delivery_to_apic':
    'KVM looks for the LAPICs that match {destMode} destination {dest}, to send vector {vec} ({mode}).',
  'event.kvm_irq_delivery_to_apic.event':
    'KVM looks for the LAPICs that match {destMode} destination {dest}, to send {mode}.',
  'event.kvm_irq_delivery_to_apic.shorthand': 'KVM sends vector {vec} ({mode}) to {shorthand}.',
  'event.kvm_irq_delivery_to_apic.shorthandEvent': 'KVM sends {mode} to {shorthand}.',
  'event.kvm_irq_delivery_to_apic.why': 'KVM’s APIC map holds the answer, so KVM walks no vCPUs.',
  'event.kvm_irq_delivery_to_apic.self': 'The sender is its own target, so KVM needs no APIC map and walks no vCPUs.',
  'event.kvm_irq_delivery_to_apic.slow':
    'The map has no answer (broadcast, shorthand, mixed modes or odd APIC ids), so KVM checks every vCPU.',

  'event.lowest_prio.title': 'Lowest priority picks one vCPU',
  'event.lowest_prio': '{count} vCPUs match the destination. KVM picks vCPU {vcpu}.',
  'event.lowest_prio.one': 'One vCPU matches the destination: KVM picks vCPU {vcpu}.',
  'event.lowest_prio.why':
    'Vector hashing: {vec} mod {count} = {rest} picks candidate {rest}, vCPU {vcpu}. TPR and PPR play no part.',
  'event.lowest_prio.why.arb':
    'Vector hashing is off: KVM takes the vCPU with the smallest arbitration count, the first on a tie.',

  'event.no_destination.title': 'No LAPIC matches',
  'event.no_destination': 'No LAPIC matches {destMode} destination {dest}, so KVM drops vector {vec}.',
  'event.no_destination.why': 'APIC ids in this VM: {ids}.',

  'event.disabled_lapic.title': 'Chosen LAPIC is not enabled',
  'event.disabled_lapic':
    'Lowest priority chose a slot of logical destination {dest} without an enabled LAPIC. KVM drops vector {vec}.',

  'event.kvm_apic_accept_irq.title': 'LAPIC gets the message',
  'event.kvm_apic_accept_irq': 'LAPIC {vcpu} gets vector {vec} ({mode}, {trig}).',
  'event.kvm_apic_accept_irq.event': 'LAPIC {vcpu} gets a message: {mode}.',
  'event.kvm_apic_accept_irq.why':
    'LAPIC {vcpu}: APIC_BASE enable {hw}, SVR enable {sw}. TMR bit {vec} becomes {tmr} and keeps the trigger mode for the EOI.',

  'event.accept_disabled.title': 'LAPIC is disabled',
  'event.accept_disabled': 'LAPIC {vcpu} is disabled and drops vector {vec}.',
  'event.accept_disabled.why': 'APIC_BASE enable is {hw}, SVR enable is {sw}. A Fixed interrupt needs both.',

  'event.accept_deassert.title': 'Deassert ignored',
  'event.accept_deassert': 'LAPIC {vcpu} ignores a level deassert message.',

  'event.accept_ignored.title': 'LAPIC ignores the message',
  'event.accept_ignored': 'LAPIC {vcpu} ignores the message: {mode}.',
  'event.accept_ignored.why': 'ExtINT works only through LVT0, not as a message; SMI needs CONFIG_KVM_SMM.',

  'event.irr_set.title': 'Vector set in IRR',
  'event.irr_set': 'KVM sets bit {vec} in the IRR of LAPIC {vcpu}. The vector waits there until the vCPU can take it.',
  'event.irr_set.already':
    'Bit {vec} in the IRR of LAPIC {vcpu} is already set. One bit cannot count, so two interrupts become one.',
  'event.irr_set.already.title': 'Vector already in IRR',
  'event.irr_set.why': 'Class {cls} against PPR class {pprCls} (PPR {ppr}): {verdict}.',

  'event.init_pending.title': 'INIT pending',
  'event.init_pending': 'LAPIC {vcpu} records INIT and drops a waiting SIPI. The vCPU resets before its next entry.',

  'event.sipi_pending.title': 'SIPI pending',
  'event.sipi_pending': 'LAPIC {vcpu} records a SIPI with vector {vec}: start at {start}.',

  'event.kvm_apic_ipi.title': 'vCPU sends an IPI',
  'event.kvm_apic_ipi': 'vCPU {vcpu} writes its ICR: vector {vec}, {mode}, to {target}.',
  'event.kvm_apic_ipi.event': 'vCPU {vcpu} writes its ICR: {mode}, to {target}.',
  'event.kvm_apic_ipi.why': 'ICR {icr}: mode {mode}, {destMode}, {level}, {trig}, shorthand {shorthand}.',

  'event.kvm_apic_write.title': 'Guest writes an APIC register',
  'event.kvm_apic_write': 'vCPU {vcpu} writes {value} to {register} of its LAPIC.',

  'event.kvm_apic_read.title': 'Guest reads an APIC register',
  'event.kvm_apic_read': 'vCPU {vcpu} reads {value} from {register} of its LAPIC.',

  'event.apic_write_ignored.title': 'APIC write refused',
  'event.apic_write_ignored':
    '{register} of LAPIC {vcpu} is not writable here. KVM drops an MMIO write; an MSR write raises #GP.',

  'event.apic_base.title': 'APIC_BASE changes',
  'event.apic_base': 'vCPU {vcpu} writes {value} to IA32_APIC_BASE: its LAPIC is {mode}.',

  'event.apic_map.title': 'KVM rebuilds the APIC map',
  'event.apic_map': 'KVM rebuilds its map from destination to vCPU: {mode}.',

  'event.ppr.title': 'PPR changes',
  'event.ppr': 'PPR of LAPIC {vcpu} goes from {before} to {after}: {direction}.',

  'event.apic_ack.title': 'Vector moves from IRR to ISR',
  'event.apic_ack': 'Vector {vec} is the highest in the IRR of LAPIC {vcpu} and above PPR: its bit moves to ISR.',
  'event.apic_ack.why': 'Class {cls} is above PPR class {pprCls} (PPR {ppr}). From now on class {cls} and lower wait.',

  'event.kvm_eoi.title': 'EOI ends the vector',
  'event.kvm_eoi': 'vCPU {vcpu} writes EOI. It ends vector {vec}, the highest in ISR.',
  'event.kvm_eoi.why': 'An EOI names no vector; it clears the highest bit in ISR. {ioapic}',

  'event.eoi_nothing.title': 'EOI with empty ISR',
  'event.eoi_nothing': 'vCPU {vcpu} writes EOI, but no vector is in service: nothing changes.',
};
