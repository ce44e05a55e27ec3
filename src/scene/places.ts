/**
 * Where each event happens on the stage, what its token says there, and which fields decided. A table over every event name:
 * a new event does not compile until it has its row. `null`: the event has no place of its own on the stage.
 *
 * Labels are the field's own words (GSI, pin, vec, NMI) and are the same in every language; reasons of an end are keys.
 */
import type { EventName } from '../engine/view/tables.ts';
import { VMX_STATIONS } from './places-vmx.ts';
import { type Field, type Happening, hex, MODE_NAMES, type Place, type Station, type VcpuPart } from './station.ts';

const vec = (n: number): string => hex(n & 0xff);
const destination = (mode: number, dest: number): string => {
  const shorthand = (mode >> 4) & 3;
  if (shorthand !== 0) return ['', 'self', 'all', 'all but self'][shorthand] as string;
  return `${mode & 8 ? 'logical' : 'phys'} ${(dest >>> 0) > 9 ? hex(dest) : dest}`;
};
const message = (vector: number, mode: number, dest: number): string => {
  const name = MODE_NAMES[mode & 7] as string;
  return `${(mode & 7) < 2 ? `vec ${vec(vector)} · ` : ''}${name} · ${destination(mode, dest)}`;
};
/** Short name of a message: its vector, or what it is when it has none. */
const short = (vector: number, mode: number): string =>
  (mode & 7) < 2 ? vec(vector) : (mode & 7) === 6 ? `SIPI ${vec(vector)}` : (MODE_NAMES[mode & 7] as string);

const device = ({ index }: Happening): Place => ({ at: 'device', slot: index });
const user = (): Place => ({ at: 'user' });
const pit = (): Place => ({ at: 'pit' });
const sourceOf = ({ args }: Happening): Place => ({ at: 'source', gsi: args[0], slot: -1 });
const route = ({ args }: Happening): Place => ({ at: 'route', gsi: args[0] });
const msi = (): Place => ({ at: 'msi' });
const pic = (): Place => ({ at: 'pic' });
/** 8259 events name the pin within the chip or within the pair; the instance settles it. */
const picPin = ({ index, args }: Happening): Place => ({ at: 'picPin', pin: (args[0] & 7) + 8 * (index & 1) });
const ioapic = (): Place => ({ at: 'ioapic' });
const ioapicPin = ({ args }: Happening): Place => ({ at: 'ioapicPin', pin: args[0] });
const lapic = ({ index }: Happening): Place => ({ at: 'lapic', vcpu: index });
const irr = ({ index, args }: Happening): Place => ({ at: 'cell', vcpu: index, grid: 'irr', vector: args[0] & 0xff });
const isr = ({ index, args }: Happening): Place => ({ at: 'cell', vcpu: index, grid: 'isr', vector: args[0] & 0xff });
const vcpu =
  (part: VcpuPart) =>
  ({ index }: Happening): Place => ({ at: 'vcpu', vcpu: index, part });

const gsiLabel = ({ args }: Happening): string => `GSI ${args[0]}`;
const pinLabel = ({ args }: Happening): string => `pin ${args[0]}`;
const vectorLabel = ({ args }: Happening): string => vec(args[0]);
const levelled =
  (name: string) =>
  ({ args }: Happening): string =>
    `${name} ${args[0]} · ${args[1] ? 'high' : 'low'}`;
const says = (text: string) => (): string => text;

/** What holds an interrupt back, by the reason of `inject_held`. */
const HELD_BY: readonly (readonly Field[])[] = [['vcpu.if'], ['vcpu.shadow'], ['lapic.ppr'], ['vcpu.inject'], []];

/** Parts of a saved machine, by the code of `state_restore`. */
const SAVED_PARTS = ['LAPIC', 'MSRs', 'VCPU_EVENTS', 'MP_STATE', 'irqchip', 'PIT2'];

/** Every event. */
export const STATIONS: { readonly [K in EventName]: Station | null } = {
  op: null,
  time: null,
  ioctl_irq_line: { place: sourceOf, dock: 'out', label: gsiLabel, long: levelled('GSI'), lit: ['source.line'] },
  ioctl_signal_msi: { place: user, dock: 'out', label: says('MSI'), long: ({ args }) => `MSI data ${hex(args[1], 4)}` },
  ioctl_set_routing: null,
  ioctl_nmi: { place: user, dock: 'out', label: says('NMI'), long: ({ index }) => `NMI → vCPU ${index}` },
  ioctl_interrupt: { place: vcpu('inject'), dock: 'in', label: vectorLabel, lit: ['vcpu.inject'] },
  irqfd_assign: { place: sourceOf, dock: 'out', label: gsiLabel, still: true },
  irqfd_deassign: { place: sourceOf, dock: 'out', label: gsiLabel, still: true },
  irqfd_wakeup: { place: sourceOf, dock: 'out', label: gsiLabel, long: ({ args }) => `irqfd · GSI ${args[0]}` },
  irqfd_inject: { place: sourceOf, dock: 'out', label: gsiLabel, long: ({ args }) => `irqfd · GSI ${args[0]}` },
  irqfd_resampler_ack: { place: route, dock: 'out', label: says('ack'), long: ({ args }) => `ack · GSI ${args[0]}` },
  resamplefd_signal: {
    place: sourceOf,
    dock: 'out',
    label: says('resample'),
    long: ({ args }) => `resample · GSI ${args[0]}`,
    lit: ['source.line'],
  },

  kvm_set_irq: { place: route, dock: 'in', label: gsiLabel, long: levelled('GSI') },
  route: {
    place: route,
    dock: 'out',
    label: ({ args }) => (args[1] === 3 ? 'MSI' : `pin ${args[2]}`),
    long: ({ args }) => (args[1] === 3 ? 'MSI' : `${args[1] === 2 ? 'IOAPIC' : 'PIC'} pin ${args[2]}`),
    lit: ['route.chips'],
  },
  no_route: { place: route, dock: 'in', label: gsiLabel, end: 'stage.end.noRoute', lit: ['route.chips'] },
  set_irq_result: null,
  kvm_msi_set_irq: {
    place: msi,
    dock: 'in',
    label: ({ args }) => short(args[1] & 0xff, (args[1] >> 8) & 7),
    long: ({ args }) => message(args[1], ((args[1] >> 8) & 7) | (args[0] & 4 ? 8 : 0), args[2]),
  },
  msi_level_low: { place: route, dock: 'out', label: gsiLabel, end: 'stage.end.levelLow' },
  msi_invalid: { place: msi, dock: 'in', label: says('MSI'), end: 'stage.end.invalid' },

  pic_line: { place: picPin, dock: 'in', label: pinLabel, long: levelled('pin'), lit: ['pic.irr'] },
  kvm_pic_set_irq: { place: picPin, dock: 'in', label: pinLabel, still: true },
  pic_masked: { place: picPin, dock: 'in', label: pinLabel, end: 'stage.end.masked', lit: ['pic.imr'] },
  pic_coalesced: { place: picPin, dock: 'in', label: pinLabel, end: 'stage.end.coalesced', lit: ['pic.irr'] },
  pic_output: {
    place: pic,
    dock: 'out',
    label: says('INT'),
    long: ({ args }) => `INT ${args[0] ? 'high' : 'low'}`,
    lit: ['pic.output'],
  },
  pic_wakeup: {
    place: ({ args }) => ({ at: 'lapic', vcpu: args[0] }),
    dock: 'in',
    label: says('LINT0'),
    after: 'pic_output',
  },
  pic_nobody: { place: pic, dock: 'out', label: says('INT'), end: 'stage.end.nobody', lit: ['pic.output'] },
  pic_inta: {
    place: picPin,
    dock: 'out',
    label: ({ args }) => vec(args[1]),
    long: ({ args }) => `INTA → ${vec(args[1])}`,
    lit: ['pic.isr'],
  },
  pic_eoi: {
    place: picPin,
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI pin ${args[0]}`,
    lit: ['pic.isr'],
  },
  pic_write: { place: pic, dock: 'out', label: ({ args }) => hex(args[1]), still: true },
  pic_read: { place: pic, dock: 'out', label: ({ args }) => hex(args[1]), still: true },
  elcr_write: { place: pic, dock: 'out', label: ({ args }) => hex(args[1]), still: true },

  ioapic_line: { place: ioapicPin, dock: 'in', label: pinLabel, long: levelled('pin'), lit: ['rte.line'] },
  ioapic_service: {
    place: ioapicPin,
    dock: 'out',
    label: ({ args }) => short(args[1], args[3]),
    long: ({ args }) => message(args[1], args[3], args[2]),
    lit: ['rte.vector', 'rte.mode', 'rte.dest'],
  },
  kvm_ioapic_set_irq: null,
  ioapic_masked: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.masked', lit: ['rte.mask'] },
  ioapic_remote_irr: {
    place: ioapicPin,
    dock: 'in',
    label: pinLabel,
    end: 'stage.end.remoteIrr',
    lit: ['rte.trig', 'rte.remoteIrr'],
  },
  ioapic_coalesced: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.coalesced', lit: ['rte.line'] },
  rtc_coalesced: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.rtc' },
  ioapic_write: { place: ioapic, dock: 'out', label: ({ args }) => hex(args[1]), still: true },
  ioapic_read: { place: ioapic, dock: 'out', label: ({ args }) => hex(args[1]), still: true },
  rte_write: {
    place: ioapicPin,
    dock: 'out',
    label: pinLabel,
    lit: ['rte.vector', 'rte.mode', 'rte.trig', 'rte.dest', 'rte.mask'],
    still: true,
  },
  mask_notifier: null,
  ioapic_update_eoi: {
    place: ioapicPin,
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI ${vec(args[1])}`,
    lit: ['rte.vector', 'rte.trig', 'rte.remoteIrr'],
  },
  kvm_ack_irq: { place: ({ args }) => ({ at: 'route', gsi: args[2] }), dock: 'out', label: says('ack'), still: true },
  ioapic_redeliver: {
    place: ioapicPin,
    dock: 'out',
    label: ({ args }) => vec(args[1]),
    long: ({ args }) => `again ${vec(args[1])}`,
    lit: ['rte.line', 'rte.remoteIrr'],
  },
  eoi_suppressed: { place: ioapicPin, dock: 'out', label: says('EOI'), end: 'stage.end.suppressed' },
  kvm_ioapic_delayed_eoi_inj: { place: ioapicPin, dock: 'out', label: says('later'), lit: ['rte.line'] },
  eoi_inject_work: { place: ioapic, dock: 'out', label: says('again'), still: true },
  irqfd_resample_unmask: { place: ioapicPin, dock: 'out', label: pinLabel, end: 'stage.end.resampled' },

  kvm_irq_delivery_to_apic: {
    place: () => ({ at: 'bus', vcpu: null }),
    dock: 'in',
    label: ({ args }) => short(args[1], args[2]),
    long: ({ args }) => message(args[1], args[2], args[0]),
  },
  lowest_prio: {
    place: ({ args }) => ({ at: 'bus', vcpu: args[0] }),
    dock: 'in',
    label: ({ args }) => vec(args[1]),
    long: ({ args }) => `lowest priority → vCPU ${args[0]}`,
  },
  no_destination: {
    place: () => ({ at: 'bus', vcpu: null }),
    dock: 'in',
    label: ({ args }) => vec(args[1]),
    end: 'stage.end.noDestination',
  },
  disabled_lapic: {
    place: () => ({ at: 'bus', vcpu: null }),
    dock: 'in',
    label: ({ args }) => vec(args[1]),
    end: 'stage.end.emptySlot',
  },
  kvm_apic_accept_irq: {
    place: lapic,
    dock: 'in',
    label: ({ args }) => short(args[0], args[1]),
    long: ({ args }) => `${short(args[0], args[1])} · ${args[2] ? 'level' : 'edge'}`,
    lit: ['lapic.id', 'lapic.enabled'],
    after: 'lowest_prio',
  },
  accept_disabled: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    end: 'stage.end.apicDisabled',
    lit: ['lapic.enabled'],
  },
  accept_deassert: { place: lapic, dock: 'in', label: vectorLabel, end: 'stage.end.deassert' },
  accept_ignored: {
    place: lapic,
    dock: 'in',
    label: ({ args }) => short(args[0], args[1]),
    end: 'stage.end.ignored',
  },
  irr_set: {
    place: irr,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IRR ${vec(args[0])}`,
    lit: ['lapic.irr'],
  },
  request: null,
  kick: {
    place: vcpu('state'),
    dock: 'in',
    label: says('kick'),
    long: ({ args }) => ['kick', 'wake', 'kick · IPI', 'kick · self'][args[0]] ?? 'kick',
    lit: ['vcpu.state'],
    side: true,
  },
  nmi_queued: { place: vcpu('nmi'), dock: 'in', label: says('NMI'), lit: ['vcpu.nmi'] },
  init_pending: { place: lapic, dock: 'in', label: says('INIT') },
  sipi_pending: { place: lapic, dock: 'in', label: ({ args }) => `SIPI ${vec(args[0])}` },
  smi_pending: { place: vcpu('state'), dock: 'in', label: says('SMI') },
  kvm_apic_ipi: {
    place: lapic,
    dock: 'in',
    label: ({ args }) => short(args[0], (args[0] >> 8) & 7),
    long: ({ args }) =>
      `ICR · ${message(args[0], ((args[0] >> 8) & 7) | (args[0] & 0x800 ? 8 : 0) | (((args[0] >> 18) & 3) << 4), args[1])}`,
  },
  kvm_apic_write: { place: lapic, dock: 'out', label: ({ args }) => hex(args[0], 3), still: true },
  kvm_apic_read: { place: lapic, dock: 'out', label: ({ args }) => hex(args[0], 3), still: true },
  apic_write_ignored: {
    place: lapic,
    dock: 'out',
    label: ({ args }) => hex(args[0], 3),
    end: 'stage.end.ignored',
    still: true,
  },
  apic_base: { place: lapic, dock: 'out', label: says('base'), lit: ['lapic.enabled'], still: true },
  apic_map: null,
  ppr: null,
  gp_fault: { place: vcpu('state'), dock: 'in', label: says('#GP'), end: 'stage.end.gp', still: true },
  scan_ioapic: null,

  timer_start: { place: lapic, dock: 'out', label: says('timer'), still: true },
  timer_cancel: null,
  timer_expired: { place: lapic, dock: 'in', label: says('timer') },
  timer_inject: { place: lapic, dock: 'in', label: vectorLabel, long: ({ args }) => `LVT timer ${vec(args[0])}` },
  lvt_masked: { place: lapic, dock: 'in', label: says('LVT'), end: 'stage.end.masked' },

  pit_tick: { place: pit, dock: 'out', label: says('tick') },
  pit_do_work: { place: pit, dock: 'out', label: says('tick') },
  pit_held: { place: pit, dock: 'out', label: says('tick'), end: 'stage.end.pitHeld' },
  pit_ack: { place: pit, dock: 'out', label: says('ack') },
  pit_write: { place: pit, dock: 'out', label: ({ args }) => hex(args[1]), still: true },
  pit_load: { place: pit, dock: 'out', label: says('load'), still: true },

  inject_held: {
    place: ({ index, args }) =>
      args[0] === 2
        ? { at: 'cell', vcpu: index, grid: 'irr', vector: args[1] & 0xff }
        : { at: 'vcpu', vcpu: index, part: args[0] === 3 ? 'inject' : 'flags' },
    dock: 'in',
    label: ({ args }) => (args[1] > 0 ? vec(args[1]) : 'held'),
    lit: ({ args }) => HELD_BY[args[0]] ?? [],
    still: true,
  },
  apic_ack: {
    place: isr,
    dock: 'out',
    label: vectorLabel,
    long: ({ args }) => `IRR → ISR ${vec(args[0])}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  extint_ack: { place: vcpu('inject'), dock: 'in', label: says('INTA'), lit: ['vcpu.inject'] },
  kvm_inj_virq: {
    place: vcpu('inject'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `inject ${vec(args[0])}`,
    lit: ['vcpu.inject', 'vcpu.if', 'vcpu.shadow'],
  },
  inject_nmi: { place: vcpu('inject'), dock: 'in', label: says('NMI'), lit: ['vcpu.inject', 'vcpu.nmi'] },
  kvm_eoi: {
    place: isr,
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI ${vec(args[0])}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  eoi_nothing: { place: lapic, dock: 'out', label: says('EOI'), end: 'stage.end.nothing', lit: ['lapic.isr'] },
  eoi_exit: { place: vcpu('state'), dock: 'in', label: says('EOI'), lit: ['vcpu.counters'] },
  accept_init: { place: vcpu('state'), dock: 'in', label: says('INIT'), lit: ['vcpu.state'] },
  accept_sipi: { place: vcpu('state'), dock: 'in', label: ({ args }) => `SIPI ${vec(args[0])}`, lit: ['vcpu.state'] },
  userspace_exit: { place: vcpu('state'), dock: 'in', label: says('exit'), lit: ['vcpu.counters'], still: true },
  nmi_unmask: { place: vcpu('nmi'), dock: 'in', label: says('IRET'), lit: ['vcpu.nmi'], still: true },

  device_raise: { place: device, dock: 'out', label: gsiLabel, long: levelled('GSI'), lit: ['source.line'] },
  device_event: { place: device, dock: 'out', label: says('work') },
  device_quiet: { place: device, dock: 'out', label: says('quiet'), lit: ['source.line'] },
  handler_enter: {
    place: vcpu('handler'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IDT ${vec(args[0])}`,
    lit: ['vcpu.handler', 'idt'],
  },
  handler_exit: { place: vcpu('handler'), dock: 'in', label: says('iret'), lit: ['vcpu.handler'] },
  guest_flags: { place: vcpu('flags'), dock: 'in', label: says('flags'), lit: ['vcpu.if', 'vcpu.shadow'], still: true },
  guest_halt: { place: vcpu('state'), dock: 'in', label: says('hlt'), lit: ['vcpu.state'], still: true },
  guest_wake: { place: vcpu('state'), dock: 'in', label: says('wake'), lit: ['vcpu.state'], still: true },
  msix_write: { place: device, dock: 'out', label: ({ args }) => `entry ${args[0]}`, still: true },
  msix_pending: { place: device, dock: 'out', label: ({ args }) => `entry ${args[0]}`, end: 'stage.end.msixPending' },
  state_restore: { place: user, dock: 'out', label: ({ args }) => SAVED_PARTS[args[0]] ?? '', still: true },
  vmm_route: {
    place: ({ args }) => ({ at: 'route', gsi: args[0] }),
    dock: 'in',
    label: gsiLabel,
    lit: ['route.chips'],
    still: true,
  },

  ...VMX_STATIONS,
};

/** vCPU a place belongs to, -1 none. */
export function vcpuOf(place: Place): number {
  return 'vcpu' in place && place.vcpu !== null ? place.vcpu : -1;
}

/** Fields that decided an event. */
export function litOf(station: Station, happening: Happening): readonly Field[] {
  return typeof station.lit === 'function' ? station.lit(happening) : (station.lit ?? []);
}
