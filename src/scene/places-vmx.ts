/** Stations of the run loop, APICv, posted interrupts, VT-d, AVIC and PV EOI; the other half of the table in places.ts. */
import type { VmxEventName } from '../engine/core/events-vmx.ts';
import { type Field, type Happening, hex, type Place, type Station, type VcpuPart } from './station.ts';

const vec = (n: number): string => hex(n & 0xff);
const vcpu =
  (part: VcpuPart) =>
  ({ index }: Happening): Place => ({ at: 'vcpu', vcpu: index, part });
/** The physical CPU that acts, and the vCPU its event names first. */
const pcpu = ({ index }: Happening): Place => ({ at: 'pcpu', pcpu: index });
const named = ({ args }: Happening): Place => ({ at: 'vcpu', vcpu: args[0], part: 'state' });
const lapic = ({ index }: Happening): Place => ({ at: 'lapic', vcpu: index });
const cell =
  (grid: 'irr' | 'isr' | 'pir') =>
  ({ index, args }: Happening): Place => ({ at: 'cell', vcpu: index, grid, vector: args[0] & 0xff });
const vectorLabel = ({ args }: Happening): string => vec(args[0]);
const says = (text: string) => (): string => text;

/** The boundary of the vCPU that an argument names. */
const mode =
  (arg: 0 | 1) =>
  ({ args }: Happening): Place => ({ at: 'vcpu', vcpu: args[arg], part: 'mode' });
/** The physical CPU that an argument names: where a vCPU's thread is put. */
const onCpu = ({ args }: Happening): Place => ({ at: 'pcpu', pcpu: args[0] });
const onPcpu = (label: Station['label']): Station => ({ place: pcpu, dock: 'in', label, lit: ['pcpu'], still: true });
const irte = (entry: 2 | 3, label: string): Station => ({
  place: ({ index, args }) => ({ at: 'irte', slot: index, entry: args[entry] }),
  label: says(label),
  dock: 'in',
  lit: ['irte'],
  still: true,
});

/** A note on the vCPU's state that moves no token. */
const note = (label: Station['label'], part: VcpuPart = 'state'): Station => ({
  place: vcpu(part),
  dock: 'in',
  label,
  lit: part === 'state' ? ['vcpu.state'] : part === 'nmi' ? ['vcpu.nmi'] : part === 'inject' ? ['vcpu.inject'] : [],
  still: true,
});
/** A note on a local APIC or its descriptor. */
const noteApic = (label: Station['label']): Station => ({ place: lapic, dock: 'in', label, still: true });

export const VMX_STATIONS: { readonly [K in VmxEventName]: Station | null } = {
  vcpu_load: { ...note(({ args }) => `pCPU ${args[0]}`), place: onCpu, lit: ['pcpu'] },
  vcpu_put: { ...note(({ args }) => `pCPU ${args[0]}`), place: onCpu, lit: ['pcpu'] },
  vcpu_block: note(says('block')),
  vcpu_wakeup: { place: vcpu('state'), dock: 'in', label: says('wake'), lit: ['vcpu.state'], side: true },
  reschedule_ipi: {
    place: pcpu,
    dock: 'in',
    label: ({ args }) => vec(args[1]),
    long: ({ index, args }) => `${vec(args[1])} → pCPU ${index}`,
    lit: ['pcpu'],
    side: true,
    onward: mode(0),
  },
  pi_notification: {
    place: pcpu,
    dock: 'in',
    label: ({ args }) => vec(args[1]),
    long: ({ index, args }) => `${vec(args[1])} → pCPU ${index}`,
    lit: ['pcpu'],
    side: true,
    onward: named,
  },
  pi_no_notification: note(says('no IPI')),
  pi_ipi_ignored: onPcpu(says('ignored')),
  pi_wakeup_handler: onPcpu(says('wakeup list')),

  vcpu_enter_guest: note(says('enter')),
  request_served: null,
  inject_events: null,
  exit_request: note(says('request')),
  cancel_injection: note(says('cancel'), 'entry'),
  kvm_entry: { ...note(says('entry'), 'mode'), lit: ['vcpu.mode'] },
  kvm_exit: { ...note(says('exit'), 'mode'), lit: ['vcpu.mode', 'vcpu.counters'] },
  irq_window_request: note(says('window'), 'windows'),
  nmi_window_request: note(says('window'), 'windows'),
  irq_window_open: note(says('window'), 'windows'),
  nmi_window_open: note(says('window'), 'windows'),
  tpr_threshold: { ...note(({ args }) => `TPR ${hex(args[1])}`, 'threshold'), lit: ['lapic.tpr'] },
  tpr_below_threshold: noteApic(({ args }) => `TPR ${hex(args[0])}`),
  complete_interrupts: note(says('again'), 'vectoring'),
  external_interrupt: note(vectorLabel),
  immediate_exit: note(says('exit')),
  event_delivery: {
    place: vcpu('inject'),
    dock: 'in',
    label: ({ args }) => (args[1] === 2 ? 'NMI' : vec(args[0])),
    lit: ['vcpu.inject'],
  },

  pir_set: {
    place: cell('pir'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `PIR ${vec(args[0])}`,
    lit: ['lapic.pir'],
  },
  on_set: { place: lapic, dock: 'in', label: says('ON'), lit: ['desc.on'], still: true },
  kvm_apicv_accept_irq: null,
  pi_processing: {
    place: cell('irr'),
    dock: 'in',
    label: vectorLabel,
    long: says('PIR → IRR'),
    lit: ['lapic.irr', 'lapic.pir'],
  },
  pir_synced: {
    place: cell('irr'),
    dock: 'in',
    label: vectorLabel,
    long: says('PIR → IRR'),
    lit: ['lapic.irr', 'lapic.pir'],
  },
  set_rvi: null,
  set_svi: null,
  vid_evaluate: null,
  vid_deliver: {
    place: cell('isr'),
    dock: 'out',
    label: vectorLabel,
    long: ({ args }) => `IRR → ISR ${vec(args[0])}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  vid_held: {
    place: ({ index, args }) =>
      args[0] === 2
        ? { at: 'cell', vcpu: index, grid: 'irr', vector: args[1] & 0xff }
        : { at: 'vcpu', vcpu: index, part: 'flags' },
    dock: 'in',
    label: ({ args }) => vec(args[1]),
    lit: ({ args }) => [['vcpu.if'], ['vcpu.shadow'], ['lapic.ppr']][args[0]] as readonly Field[],
    still: true,
  },
  ppr_virtualization: null,
  eoi_virtualization: {
    place: cell('isr'),
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI ${vec(args[0])}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  eoi_induced: { place: cell('isr'), dock: 'out', label: says('EOI'), lit: ['lapic.isr'] },
  tpr_virtualization: { ...noteApic(({ args }) => `TPR ${hex(args[0])}`), lit: ['lapic.tpr'] },
  self_ipi_virtualization: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `self IPI ${vec(args[0])}`,
  },
  apic_read_virtualized: noteApic(({ args }) => hex(args[0], 3)),
  apic_write_virtualized: noteApic(({ args }) => hex(args[0], 3)),
  apic_write_exit: note(says('exit')),
  apic_access_exit: note(says('exit')),
  msr_exit: note(says('exit')),
  eoi_exitmap: null,
  apicv_update: note(says('APICv')),
  apicv_controls: null,
  apicv_inhibit: null,
  virtual_apic_mode: null,
  pi_load: noteApic(says('load')),
  pi_put: noteApic(says('put')),
  pi_wakeup_on: noteApic(says('NV')),

  ipi_virtualization: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IPI ${vec(args[0])} → vCPU ${args[2]}`,
  },
  ipi_not_virtualized: noteApic(says('ICR')),

  kvm_pi_irte_update: irte(3, 'posted'),
  irte_remapped: irte(2, 'remapped'),
  vtd_post: {
    place: cell('pir'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `posted ${vec(args[0])}`,
    lit: ['lapic.pir'],
    via: (slot) => ({ at: 'irte', slot, entry: -1 }),
  },
  vtd_suppressed: { place: cell('pir'), dock: 'in', label: vectorLabel, lit: ['desc.sn'], still: true },
  vtd_coalesced: { place: cell('pir'), dock: 'in', label: vectorLabel, lit: ['desc.on'], still: true },
  vtd_notify: {
    place: pcpu,
    dock: 'in',
    label: vectorLabel,
    long: ({ index, args }) => `${vec(args[0])} → pCPU ${index}`,
    lit: ['pcpu'],
    side: true,
    onward: mode(1),
  },
  vtd_remap: {
    place: ({ index }) => ({ at: 'irte', slot: index, entry: -1 }),
    dock: 'in',
    lit: ['irte'],
    label: vectorLabel,
    long: ({ args }) => `host vector ${vec(args[0])}`,
  },
  pi_start_bypass: null,

  avic_deliver: { place: vcpu('state'), dock: 'in', label: vectorLabel, lit: ['vcpu.state'] },
  avic_doorbell: {
    place: pcpu,
    dock: 'in',
    label: says('bell'),
    long: ({ index }) => `doorbell → pCPU ${index}`,
    lit: ['pcpu'],
    side: true,
    onward: named,
  },
  avic_evaluate: { place: vcpu('inject'), dock: 'in', label: vectorLabel, lit: ['vcpu.inject'], still: true },
  avic_ipi: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IPI ${vec(args[0])} → vCPU ${args[2]}`,
  },
  avic_incomplete_ipi: note(says('exit')),
  avic_kick: { place: named, dock: 'in', label: says('kick'), lit: ['vcpu.state'], side: true },
  avic_load: note(({ args }) => `pCPU ${args[0]}`),
  avic_put: note(says('put')),
  avic_unaccelerated: note(says('exit')),

  pv_eoi_enable: noteApic(says('PV EOI')),
  pv_eoi_arm: noteApic(says('PV EOI')),
  pv_eoi_guest: { place: vcpu('handler'), dock: 'in', label: says('EOI'), lit: ['vcpu.handler'], still: true },
  kvm_pv_eoi: { place: cell('isr'), dock: 'out', label: says('EOI'), lit: ['lapic.isr'] },
  pv_eoi_disarm: noteApic(says('PV EOI')),
};
