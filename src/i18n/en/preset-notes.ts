import { presetNotesVmx } from './preset-notes-vmx.ts';

/** What each preset is about, and what to look at in it: these come with the panel that says them. */
export const presetNotes = {
  ...presetNotesVmx,
  'preset.serial-ioapic.about':
    'A 16550 raises GSI 4. KVM routes it to both chips: the masked 8259 drops it, and the IOAPIC sends vector 0x34 to vCPU 1.',
  'preset.serial-ioapic.look.fork':
    'One GSI, two routes: KVM does not know which chip the guest uses, so it drives both.',
  'preset.serial-ioapic.look.pic': 'The guest masked the 8259, so this branch ends here.',
  'preset.serial-ioapic.look.rte':
    'The VMM’s table maps GSI to pin. The guest’s RTE maps pin to vector and destination.',
  'preset.serial-ioapic.look.irr': 'The vector is now one bit in the LAPIC’s IRR.',
  'preset.serial-ioapic.look.ack': 'KVM moves the bit from IRR to ISR, and PPR rises.',
  'preset.serial-ioapic.look.eoi': 'EOI clears the ISR bit. For an edge interrupt the IOAPIC waits for no EOI.',
  'preset.pit-extint.about':
    'Early in boot the i8254 pulses GSI 0 and the 8259 interrupts vCPU 0 through LVT0. Then ticks are missed and reinjected.',
  'preset.pit-extint.look.pulse': 'A tick is a pulse: the line goes high and low at once.',
  'preset.pit-extint.look.output':
    'The 8259 raises INTR. No bit of the LAPIC’s IRR is set: the vector is not known yet.',
  'preset.pit-extint.look.inta': 'KVM reads the vector only now: base + pin.',
  'preset.pit-extint.look.ack': 'The EOI at the 8259 tells the i8254 that the guest took the tick.',
  'preset.pit-extint.look.held': 'The last tick is not acknowledged, so KVM keeps this one.',
  'preset.intx-shared.about':
    'virtio-net and virtio-blk share GSI 11. Remote IRR holds the second interrupt until the EOI; the line is still high, so the IOAPIC sends again.',
  'preset.intx-shared.look.remote': 'A level message sets remote IRR: this pin sends nothing until an EOI.',
  'preset.intx-shared.look.quiet': 'The driver serves its device, and the line goes low.',
  'preset.intx-shared.look.waits':
    'virtio-blk raises the same line. Remote IRR is set, so its interrupt waits at pin 11.',
  'preset.intx-shared.look.again':
    'EOI clears remote IRR and the line is still high, so the IOAPIC sends the vector again.',
  'preset.level-early-eoi.about':
    'The handler writes EOI before it has served its device. The line is still high, so the IOAPIC sends the same interrupt again.',
  'preset.level-early-eoi.look.early': 'The handler writes EOI while the line is still high.',
  'preset.level-early-eoi.look.again': 'Remote IRR is 0 and the line is high: the IOAPIC sends again at once.',
  'preset.level-early-eoi.look.quiet': 'The device lowers its line, so the next EOI is the last.',
  'preset.msix-blk.about':
    'The guest writes an MSI-X entry and the VMM makes a GSI route with an irqfd. Completions reach vCPU 1 through no chip.',
  'preset.msix-blk.look.route': 'The VMM mirrors the guest’s entry as one MSI route for GSI 24.',
  'preset.msix-blk.look.fast': 'A single MSI route needs no work item: KVM injects in the eventfd callback.',
  'preset.msix-blk.look.decode': 'The address holds the destination, the data holds the vector.',
  'preset.msix-blk.look.pending': 'The entry is masked: the device sets its pending bit.',
  'preset.ipi-shorthands.about': 'vCPUs write their ICR: to one vCPU, to self, to all but self, and to all.',
  'preset.ipi-shorthands.look.one': 'One destination id selects one LAPIC.',
  'preset.ipi-shorthands.look.self': 'Shorthand self: KVM ignores the destination field.',
  'preset.ipi-shorthands.look.allbut': 'All but self: the APIC map has no answer, so KVM walks every vCPU.',
  'preset.ipi-shorthands.look.all': 'All including self: every LAPIC matches.',
  'preset.priority-nesting.about':
    'A vector gets through only if its class is above PPR. TPR holds one back, a handler another; a higher class nests.',
  'preset.priority-nesting.look.tpr': '0x31 is class 3 and TPR is 0x40: PPR holds it.',
  'preset.priority-nesting.look.passes': '0x61 is class 6: above PPR.',
  'preset.priority-nesting.look.below': '0x51 is class 5; the handler of 0x61 keeps PPR at 0x60.',
  'preset.priority-nesting.look.nested': '0x81 is above PPR and IF is 1, so it interrupts the handler of 0x61.',
  'preset.priority-nesting.look.inner': 'EOI ends the highest vector in service: the inner one, 0x81.',
  'preset.logical-lowest.about':
    'A logical destination names a set of vCPUs. Fixed reaches all of them; lowest priority picks one, by vector modulo the candidates.',
  'preset.logical-lowest.look.two': 'Destination 0x05 is a mask: vCPUs 0 and 2 both get the vector.',
  'preset.logical-lowest.look.hash': 'Lowest priority looks at no priority: 0x50 mod 4 is 0, so candidate 0 gets it.',
  'preset.logical-lowest.look.other': 'The next vector lands on the next candidate.',
  'preset.coalesced-lost.about':
    'An edge does not arrive if the line never fell, the pin is masked, no LAPIC has that id, or the GSI has no route.',
  'preset.coalesced-lost.look.coalesced': 'The line is still high: a second raise makes no new edge. KVM returns 0.',
  'preset.coalesced-lost.look.masked': 'The pin is masked: KVM returns −1 and records the level.',
  'preset.coalesced-lost.look.lost': 'Unmasking an edge pin does not replay an edge that came while it was masked.',
  'preset.coalesced-lost.look.absent': 'No LAPIC has id 7: KVM drops the message.',
  'preset.coalesced-lost.look.noroute': 'GSI 100 has no route: kvm_set_irq returns −1.',
  'preset.lapic-timer.about': 'One-shot on vCPU 0, TSC deadline on vCPU 1, then periodic. All times are virtual.',
  'preset.lapic-timer.look.oneshot': 'Writing TMICT starts the count; the divide register sets its speed.',
  'preset.lapic-timer.look.deadline': 'WRMSR to IA32_TSC_DEADLINE arms this mode. TMICT is not used.',
  'preset.lapic-timer.look.expired': 'The hrtimer fires: KVM records one expiration and kicks the vCPU.',
  'preset.lapic-timer.look.periodic':
    'Periodic: the next expiry is one period after the last, never faster than 200 µs.',
  'preset.irqfd-resample.about':
    'An assigned device’s level line: the irqfd asserts and holds it; the EOI lowers it and signals the resamplefd.',
  'preset.irqfd-resample.look.assert': 'The work item raises the GSI as the resample source and does not lower it.',
  'preset.irqfd-resample.look.ack': 'The guest’s EOI runs the resampler’s ack notifier.',
  'preset.irqfd-resample.look.signal': 'The resamplefd is signalled. VFIO’s handler in the kernel unmasks the device.',
  'preset.irqfd-resample.look.again': 'The device still asks for service, so it signals the irqfd again.',
  'preset.ap-startup.about':
    'vCPU 0 sends INIT and two SIPIs. INIT resets vCPU 1, the first SIPI starts it at vector << 12, the second is dropped.',
  'preset.ap-startup.look.init': 'INIT is a pending event, not a vector.',
  'preset.ap-startup.look.wait': 'Reset, and waiting for SIPI (INIT_RECEIVED).',
  'preset.ap-startup.look.start': 'It starts at 0x8000.',
  'preset.ap-startup.look.second': 'The vCPU already runs: KVM drops the second SIPI.',
  'preset.eight-vcpus.about': 'Messages, broadcasts and two devices interrupt eight vCPUs at once.',
  'preset.eight-vcpus.look.broadcast': 'One ICR write, seven receivers.',
  'preset.irqchip-born.about':
    'The VMM makes a VM, its irqchip, two vCPUs and a PIT, ioctl by ioctl, and asks for some of them twice.',
  'preset.irqchip-born.look.pic': 'The 8259 pair comes first: three ranges of ports.',
  'preset.irqchip-born.look.done': 'Only now irqchip_mode says that there is an irqchip.',
  'preset.irqchip-born.look.again': 'There is one already: EEXIST.',
  'preset.store-ends.about':
    'The guest stores to memory, to the IOAPIC, to its LAPIC, to an address without a device, and across a page edge.',
  'preset.store-ends.look.ram': 'Memory: the processor does it alone.',
  'preset.store-ends.look.bus': 'A device on the bus: the IOAPIC.',
  'preset.store-ends.look.user': 'No device: user space.',
  'preset.store-ends.look.cross': 'One store, two pages, two ends.',
  'preset.port-io.about': 'OUT and IN to ports with and without a device in KVM, then the same as string instructions.',
  'preset.port-io.look.pic': 'The 8259 takes it: no exit to user space.',
  'preset.port-io.look.exit': 'A port without a device in KVM: KVM_EXIT_IO.',
  'preset.port-io.look.ahead': 'IN reads ahead: one exit for three elements.',
  'preset.bus-overlap.about': 'ioeventfds over the IOAPIC’s page, a coalesced zone, and a LAPIC that is on no bus.',
  'preset.bus-overlap.look.before': 'Sorted before the IOAPIC: the eventfd wins.',
  'preset.bus-overlap.look.after': 'Sorted after it: the IOAPIC wins.',
  'preset.bus-overlap.look.ring': 'The store waits in the ring.',
  'preset.doorbells.about':
    'A queue’s doorbell by ioeventfd, its interrupt by irqfd, a GSI with two routes, and a GSI whose route is gone.',
  'preset.doorbells.look.out': 'Out: the store becomes an eventfd signal.',
  'preset.doorbells.look.in': 'In: the eventfd write becomes an interrupt.',
  'preset.doorbells.look.work': 'Two routes: a work item, never the fast path.',
  'preset.doorbells.look.lost': 'No route: the interrupt is lost.',
  'preset.split-level.about':
    'The VMM asks for a split irqchip, is refused what it does not have, and routes a level GSI.',
  'preset.split-level.look.cap': 'A mode and a number of reserved routes: no chip.',
  'preset.split-level.look.eoi': 'The EOI of a level route leaves the kernel.',
  'preset.split-serial.about':
    'A level interrupt with the IOAPIC in the VMM: its RTE is an MSI route, its EOI an exit.',
  'preset.split-serial.look.route': 'The guest’s RTE becomes a route in KVM.',
  'preset.split-serial.look.msi': 'What crosses the border is a message.',
  'preset.split-serial.look.back': 'The EOI comes back the same way.',
  'preset.rte-write.about':
    'GSI 17 is high and masked. The guest unmasks RTE 17 as edge, masks it, and unmasks it as level.',
  'preset.rte-write.look.edge': 'Unmasked as edge: the line rose earlier, nothing is sent.',
  'preset.rte-write.look.level': 'Unmasked as level: the line is still high, it is sent.',
  'preset.rte-write.look.map': 'The vCPU loads a new EOI-exit bitmap.',
} as const;
