/** `event.<name>` with its title, variants and reasons. The IOAPIC (ioapic.c). */
export const ioapic = {
  'event.ioapic_line.title': 'IOAPIC pin goes high',
  'event.ioapic_line': 'IOAPIC pin {pin} goes high for GSI {gsi}{dev}.',
  'event.ioapic_line.low': 'IOAPIC pin {pin} goes low for GSI {gsi}{dev}.',
  'event.ioapic_line.low.title': 'IOAPIC pin goes low',
  'event.ioapic_line.held': 'One source lowers IOAPIC pin {pin}, but another still holds it high.',
  'event.ioapic_line.held.title': 'IOAPIC pin stays high',
  'event.ioapic_line.why': 'The pin is the OR of its sources. Still high: {sources}.',

  'event.ioapic_service.title': 'IOAPIC sends a message',
  'event.ioapic_service':
    'RTE {pin} turns the pin into a message: vector {vec}, {mode}, {destMode} destination {dest}.',

  'event.kvm_ioapic_set_irq.title': 'IOAPIC reports the result',
  'event.kvm_ioapic_set_irq': 'IOAPIC pin {pin}: {meaning}.',

  'event.ioapic_masked.title': 'IOAPIC masks the pin',
  'event.ioapic_masked': 'IOAPIC pin {pin} is masked. IRR records the level; the IOAPIC sends nothing.',
  'event.ioapic_masked.why':
    'Unmasking sends a level pin that is still high. An edge is lost: unmasking does not replay it.',

  'event.ioapic_remote_irr.title': 'Pin waits for an EOI',
  'event.ioapic_remote_irr':
    'Pin {pin} was sent and its EOI is still due: remote IRR is 1, so the IOAPIC sends nothing.',
  'event.ioapic_remote_irr.why':
    'The EOI of vector {vec} clears remote IRR. If the line is still high then, the IOAPIC sends again.',

  'event.ioapic_coalesced.title': 'IOAPIC coalesces the edge',
  'event.ioapic_coalesced': 'Edge-triggered pin {pin} is already high: no new edge, no message. KVM returns 0.',
  'event.ioapic_coalesced.why':
    'IRR bit {pin} stays set until the line goes low. A source that never lowers its line loses every later edge.',

  'event.rtc_coalesced.title': 'RTC tick coalesces',
  'event.rtc_coalesced': 'KVM tracks pin 8 (RTC) to its EOI; EOIs still due: {pending}. This tick counts as coalesced.',

  'event.ioapic_write.title': 'Guest writes the IOAPIC',
  'event.ioapic_write': 'The guest selects IOAPIC register {value} through IOREGSEL.',
  'event.ioapic_write.window': 'The guest writes {value} through IOWIN into register {index}.',
  'event.ioapic_write.other': 'The guest writes {value} at offset {register}; KVM’s IOAPIC has no register there.',

  'event.ioapic_read.title': 'Guest reads the IOAPIC',
  'event.ioapic_read': 'The guest reads {value} at offset {register} (IOREGSEL {index}).',

  'event.rte_write.title': 'Guest changes an RTE',
  'event.rte_write': 'The guest writes the low half of RTE {pin}: vector {vec}, {mode}, {trig}, mask {mask}.',
  'event.rte_write.high': 'The guest writes the high half of RTE {pin}: destination {dest}.',
  'event.rte_write.why':
    'Delivery status and remote IRR keep their values; a switch to edge clears remote IRR. GSI routes stay as they are.',

  'event.mask_notifier.title': 'Mask notifiers run',
  'event.mask_notifier': 'KVM tells the mask notifiers that pin {pin} of {chip} is now masked.',
  'event.mask_notifier.off': 'KVM tells the mask notifiers that pin {pin} of {chip} is now unmasked.',

  'event.ioapic_update_eoi.title': 'EOI reaches the IOAPIC',
  'event.ioapic_update_eoi':
    'Vector {vec} has ended; pin {pin} sends it level-triggered. Ack notifiers run, then KVM clears remote IRR.',
  'event.ioapic_update_eoi.edge':
    'Vector {vec} has ended; pin {pin} sends it edge-triggered, so only the ack notifiers run.',
  'event.ioapic_update_eoi.edge.title': 'EOI of an edge: notifiers only',
  'event.ioapic_update_eoi.why':
    'The EOI message names a vector, not a pin. KVM visits every pin whose RTE has vector {vec}.',

  'event.ioapic_redeliver.title': 'IOAPIC sends again',
  'event.ioapic_redeliver':
    'After the EOI the line of pin {pin} is still high, so the IOAPIC sends vector {vec} again.',

  'event.eoi_suppressed.title': 'EOI broadcast suppressed',
  'event.eoi_suppressed': 'The guest suppresses EOI broadcasts (SVR bit 12), so remote IRR of pin {pin} stays set.',

  'event.kvm_ioapic_delayed_eoi_inj.title': 'KVM slows an interrupt storm',
  'event.kvm_ioapic_delayed_eoi_inj':
    'The IOAPIC resent pin {pin} 10,000 times in a row. KVM waits 10 ms before it sends again.',

  'event.eoi_inject_work.title': 'Storm delay ends',
  'event.eoi_inject_work': 'The IOAPIC now sends every level pin whose line is high and whose remote IRR is 0.',

  'event.irqfd_resample_unmask.title': 'Unmasking signals the resampler',
  'event.irqfd_resample_unmask':
    'The guest unmasks pin {pin} while IRR is set. KVM clears IRR and signals the resampler of GSI {gsi} instead of sending.',
};
