/** Places of events: the roads in, and the VMM's own chips. */
import { hex } from '../../base/hex.ts';
import { BUS_EVENTS } from '../../spec/events/bus.ts';
import { addEvents } from '../../spec/events/index.ts';
import { addLocators } from './index.ts';
import type { LocatorRow } from './locator.ts';
import { ioapic, ioapicPin, note, pinLabel, pinLevel, says, user, vcpu, vectorLabel } from './makers.ts';

/** What the VMM does, or a bus: shown where user space stands. */
const atUser = (text: string): LocatorRow<object> => ({ place: user, dock: 'out', label: says(text) });
/** An access of a vCPU, by its address. */
const access: LocatorRow<{ readonly addr: number }> = {
  place: vcpu('state'),
  dock: 'in',
  label: ({ args }) => hex(args.addr),
};
const port: LocatorRow<{ readonly port: number }> = {
  place: vcpu('state'),
  dock: 'in',
  label: ({ args }) => hex(args.port),
};

addEvents(BUS_EVENTS);
addLocators(BUS_EVENTS, {
  memslot_set: atUser('slot'),
  iodev_register: atUser('register'),
  iodev_unregister: atUser('unregister'),
  memory_access: access,
  mmio_cached: null,
  onepage: access,
  slot_copy: access,
  bus_lookup: atUser('bus'),
  ioeventfd_hit: atUser('eventfd'),
  coalesced_queued: atUser('ring'),
  fast_mmio: access,
  mmio_answered: access,
  pio_access: port,
  pio_answered: port,
  ioeventfd_refused: atUser('refused'),
  coalesced_taken: atUser('ring'),
  setup_irqchip: atUser('irqchip'),
  setup_cap: atUser('cap'),
  setup_vcpu: atUser('vCPU'),
  setup_pit: atUser('PIT'),
  setup_boot_cpu: atUser('BSP'),
  vmm_ioapic_write: { place: ioapic, dock: 'in', label: says('write') },
  vmm_line: { place: ioapicPin, dock: 'in', label: pinLabel, long: pinLevel, lit: ['rte.line'] },
  vmm_rte_route: { place: ioapicPin, dock: 'out', label: says('route'), lit: ['rte.vector', 'rte.dest'] },
  vmm_held: { place: ioapicPin, dock: 'out', label: says('held'), lit: ['rte.mask', 'rte.remoteIrr'] },
  vmm_eoi: { place: ioapicPin, dock: 'out', label: vectorLabel, lit: ['rte.remoteIrr'] },
  vmm_interrupt: note(says('ExtINT'), 'inject'),
});
