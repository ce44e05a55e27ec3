/** `event.<name>` with its title, variants and reasons. The 8259 pair (i8259.c). */
export const pic = {
  'event.pic_line.title': 'PIC pin goes high',
  'event.pic_line': 'PIC pin {pin} ({chip} 8259) goes high.',
  'event.pic_line.low': 'PIC pin {pin} ({chip} 8259) goes low.',
  'event.pic_line.low.title': 'PIC pin goes low',
  'event.pic_line.held': 'One source lowers PIC pin {pin} ({chip} 8259), but another still holds it high.',
  'event.pic_line.held.title': 'PIC pin stays high',
  'event.pic_line.why': 'IMR bit {bit} is {mask}; ELCR makes the pin {trig}-triggered.',

  'event.pic_line.why.held':
    'ISR bit {holder} has the same or a higher priority: the 8259 does not raise INTR, and the request waits for its EOI.',
  'event.kvm_pic_set_irq.title': '8259 latches the request',
  'event.kvm_pic_set_irq': 'The {chip} 8259 latches PIC pin {pin} in its IRR.',
  'event.kvm_pic_set_irq.low': 'PIC pin {pin} ({chip} 8259) is low.',
  'event.kvm_pic_set_irq.low.title': '8259 pin is low',
  'event.kvm_pic_set_irq.masked': 'PIC pin {pin} ({chip} 8259) raises no INTR: its IMR bit is 1.',
  'event.kvm_pic_set_irq.masked.title': '8259 pin is masked',
  'event.kvm_pic_set_irq.coalesced': 'PIC pin {pin} ({chip} 8259) was already pending. The two requests become one.',
  'event.kvm_pic_set_irq.coalesced.title': '8259 coalesces the request',

  'event.pic_masked.title': '8259 masks the pin',
  'event.pic_masked': 'PIC pin {pin} ({chip} 8259) is masked. IRR latches the request; INTR does not rise.',
  'event.pic_masked.why':
    'IMR of the {chip} 8259 is {imr}: bit {bit} is 1. Linux masks both chips once it uses the IOAPIC.',

  'event.pic_coalesced.title': '8259 coalesces the request',
  'event.pic_coalesced': 'IRR bit {bit} of the {chip} 8259 is already 1, so two requests become one.',

  'event.pic_output.title': '8259 raises INTR',
  'event.pic_output': 'The master 8259 raises its INTR output for PIC pin {pin}.',
  'event.pic_output.low': 'The master 8259 lowers INTR: no unmasked request waits.',
  'event.pic_output.low.title': '8259 lowers INTR',
  'event.pic_output.why': 'PIC pin {pin} is the highest request, is unmasked, and outranks the ISR ({isr}).',

  'event.pic_wakeup.title': 'KVM picks the 8259’s vCPU',
  'event.pic_wakeup': 'vCPU {vcpu} is the first whose LVT0 accepts the 8259. KVM sets KVM_REQ_EVENT and kicks it.',
  'event.pic_wakeup.why':
    'LVT0 of LAPIC {vcpu} is {lvt0}. It accepts the 8259 if unmasked in ExtINT mode, or if APIC_BASE disables the LAPIC.',

  'event.pic_nobody.title': 'No vCPU accepts the 8259',
  'event.pic_nobody': 'No vCPU has LVT0 unmasked in ExtINT mode, so INTR has no effect.',

  'event.pic_inta.title': '8259 returns its vector',
  'event.pic_inta': 'KVM acknowledges PIC pin {pin} at injection: vector {vec} is ICW2 base {base} + {bit}.',
  'event.pic_inta.vmm': 'The VMM acknowledges pin {pin} of its own 8259: vector {vec} is ICW2 base {base} + {bit}.',
  'event.pic_inta.spurious':
    'The request was gone before the acknowledge. The {chip} 8259 returns its spurious vector {vec}.',
  'event.pic_inta.spurious.title': '8259 returns a spurious vector',

  'event.pic_eoi.title': '8259 takes the EOI',
  'event.pic_eoi': 'The EOI clears the ISR bit of PIC pin {pin}; the {chip} 8259 can send the next request.',

  'event.pic_write.title': 'Guest writes the 8259',
  'event.pic_write': 'The guest writes {value} to port {port}: {word} for the {chip} 8259.',

  'event.pic_read.title': 'Guest reads the 8259',
  'event.pic_read': 'The guest reads {value} from port {port} of the {chip} 8259.',

  'event.elcr_write.title': 'Guest sets edge or level',
  'event.elcr_write': 'The guest writes {value} to ELCR port {port}. A 1 makes its pin level-triggered.',
};
