import { presetNotesVmx } from './preset-notes-vmx.ts';

/** What each preset is about, and what to look at in it: these come with the panel that says them. */
export const presetNotes = {
  ...presetNotesVmx,
  'preset.serial-ioapic.about':
    'The whole way of one edge: a 16550 raises GSI 4, the routing table sends it to both chips, the masked 8259 drops it, the IOAPIC turns pin 4 into vector 0x34, and vCPU 1 runs the handler and writes EOI.',
  'preset.serial-ioapic.look.fork': 'One GSI, two routes: KVM cannot know which chip the guest uses, so it tells both.',
  'preset.serial-ioapic.look.pic': 'The guest masked the 8259, so this half of the fork ends here.',
  'preset.serial-ioapic.look.rte': 'The redirection table entry decides: vector, delivery mode, destination, trigger.',
  'preset.serial-ioapic.look.irr': 'The vector is now a bit in the local APIC’s IRR, waiting for its vCPU.',
  'preset.serial-ioapic.look.ack': 'Acknowledge: the bit moves from IRR to ISR and the PPR waterline rises.',
  'preset.serial-ioapic.look.eoi': 'EOI clears the ISR bit. Edge interrupts owe the IOAPIC nothing.',
  'preset.pit-extint.about':
    'The boot-time way: the i8254 pulses GSI 0, the 8259 raises its output, and LVT0 in ExtINT mode lets it into vCPU 0, whose vector is read from the PIC at injection. Then ticks are missed and sent again.',
  'preset.pit-extint.look.pulse': 'A tick is a pulse: the line goes up and down at once.',
  'preset.pit-extint.look.output': 'The 8259 asks for the CPU. No IRR bit is involved: the vector is not known yet.',
  'preset.pit-extint.look.inta': 'Only now is the vector read: base + pin.',
  'preset.pit-extint.look.ack': 'EOI at the PIC tells the i8254 that the guest saw the tick.',
  'preset.pit-extint.look.held': 'The tick before was never acknowledged, so this one is kept for later.',
  'preset.intx-shared.about':
    'virtio-net and virtio-blk both drive GSI 11. Remote IRR holds the second back while the first is served; the EOI finds the line still high and sends it again.',
  'preset.intx-shared.look.remote': 'A level delivery sets remote IRR: nothing more from this pin until an EOI.',
  'preset.intx-shared.look.quiet': 'The driver reads its device and the line falls.',
  'preset.intx-shared.look.waits': 'The other device raises the same line: remote IRR is set, so it waits.',
  'preset.intx-shared.look.again': 'EOI clears remote IRR, the line is still high: the IOAPIC sends the vector again.',
  'preset.level-early-eoi.about':
    'The handler writes EOI before its device has let go of the line, so the IOAPIC delivers the same interrupt again and again until the line falls.',
  'preset.level-early-eoi.look.early': 'EOI while the line is still high.',
  'preset.level-early-eoi.look.again': 'Remote IRR is clear and the pin’s line is up: sent again at once.',
  'preset.level-early-eoi.look.quiet': 'Now the device lets go: the next EOI is the last.',
  'preset.msix-blk.about':
    'The guest programs a virtio-blk MSI-X entry, the VMM turns it into a GSI route with an irqfd, and a completion reaches vCPU 1 without any chip in between. Then the entry is masked and the message waits as a pending bit.',
  'preset.msix-blk.look.route': 'The VMM follows the guest’s table: one MSI route for GSI 24.',
  'preset.msix-blk.look.fast':
    'A lone MSI route needs no work queue: it is injected from the eventfd’s wake-up itself.',
  'preset.msix-blk.look.decode': 'The address is the destination, the data is the vector.',
  'preset.msix-blk.look.pending': 'Masked: the device remembers the message in its pending bit array.',
  'preset.ipi-shorthands.about': 'vCPUs write their ICR: to one CPU, to self, to all but self, to all including self.',
  'preset.ipi-shorthands.look.one': 'A destination id: one APIC.',
  'preset.ipi-shorthands.look.self': 'Shorthand self: the destination field is not looked at.',
  'preset.ipi-shorthands.look.allbut': 'All but self: KVM walks every vCPU, the fast map cannot help.',
  'preset.ipi-shorthands.look.all': 'All including self.',
  'preset.priority-nesting.about':
    'A vector is delivered only if its class is above PPR. TPR holds one back, a handler holds another, and a higher class interrupts a running handler.',
  'preset.priority-nesting.look.tpr': '0x31 is class 3 and TPR is 0x40: under the waterline.',
  'preset.priority-nesting.look.passes': '0x61 is class 6: above it.',
  'preset.priority-nesting.look.below': '0x51 is class 5; the handler of 0x61 keeps PPR at 0x60.',
  'preset.priority-nesting.look.nested': '0x81 is above PPR and IF is set: it nests.',
  'preset.priority-nesting.look.inner': 'EOI ends the highest vector in service: the inner one.',
  'preset.logical-lowest.about':
    'A logical destination is a set of CPUs. Fixed mode reaches all of them; lowest priority picks one, and KVM picks it by vector modulo the number of candidates.',
  'preset.logical-lowest.look.two': 'Destination 0x05 is a mask: CPUs 0 and 2, one token each.',
  'preset.logical-lowest.look.hash': 'Lowest priority looks at no priority at all: vector 0x50 mod 4 is 0.',
  'preset.logical-lowest.look.other': 'The next vector lands on the next candidate.',
  'preset.coalesced-lost.about':
    'Four ways an edge does not arrive: the line never fell, the pin is masked, nobody has that APIC id, no route for that GSI.',
  'preset.coalesced-lost.look.coalesced': 'The line was still high: a second raise is the same edge. KVM returns 0.',
  'preset.coalesced-lost.look.masked': 'Masked pin: KVM returns -1, but remembers the line.',
  'preset.coalesced-lost.look.lost': 'Unmasking an edge pin never replays what came while it was masked.',
  'preset.coalesced-lost.look.absent': 'APIC id 7 does not exist: the message reaches nobody.',
  'preset.coalesced-lost.look.noroute': 'GSI 100 has no route.',
  'preset.lapic-timer.about': 'One-shot on vCPU 0, TSC deadline on vCPU 1, then periodic: all in virtual time.',
  'preset.lapic-timer.look.oneshot': 'TMICT starts the count; the divide register sets its speed.',
  'preset.lapic-timer.look.deadline': 'Deadline mode compares with the TSC; the count register is not used.',
  'preset.lapic-timer.look.expired': 'Time is up: KVM remembers one expiry and kicks the vCPU.',
  'preset.lapic-timer.look.periodic':
    'Periodic: the next expiry is one period after the last, never faster than 200 µs.',
  'preset.irqfd-resample.about':
    'An assigned device’s level line: the irqfd asserts and stays, the EOI de-asserts and signals the resamplefd, and a device that still wants service signals again.',
  'preset.irqfd-resample.look.assert': 'Through the work queue, on a source of its own: asserted, not pulsed.',
  'preset.irqfd-resample.look.ack': 'The guest’s EOI reaches the ack notifier.',
  'preset.irqfd-resample.look.signal': 'User space hears of the EOI and can unmask the device.',
  'preset.irqfd-resample.look.again': 'The line is still up, so the device signals again.',
  'preset.ap-startup.about':
    'vCPU 0 sends INIT and twice SIPI. INIT resets vCPU 1 and leaves it waiting; the first SIPI starts it at vector << 12; the second finds nobody waiting.',
  'preset.ap-startup.look.init': 'INIT is remembered as a pending event, not as a vector.',
  'preset.ap-startup.look.wait': 'Reset, and waiting for SIPI (INIT_RECEIVED).',
  'preset.ap-startup.look.start': 'It starts at 0x8000.',
  'preset.ap-startup.look.second': 'The vCPU runs already: the second SIPI is dropped.',
  'preset.eight-vcpus.about': 'Messages, broadcasts and two devices on eight vCPUs at once.',
  'preset.eight-vcpus.look.broadcast': 'One ICR write, seven receivers.',
} as const;
