/** Steps of the run loop, APICv, posted interrupts, VT-d, AVIC and PV EOI in words: rows of describe.ts's table. */
import type { VmxEventName } from '../../engine/core/events-vmx.ts';
import { readWord } from '../../engine/view/machine-view.ts';
import { REQ } from '../../engine/view/tables.ts';
import { EXIT_NAMES } from '../../spec/exits.ts';
import { lapicRegisterName } from '../../spec/registers/lapic.ts';
import { hex } from '../shared/format.ts';
import { INHIBIT_NAMES, inhibitNames } from '../shared/inhibits.ts';
import type { Describe } from './describe.ts';
import { deviceName, lapicWord, type StepContext, say } from './step-context.ts';

const REQUEST_NAMES: Readonly<Record<number, string>> = {
  [REQ.event]: 'EVENT',
  [REQ.nmi]: 'NMI',
  [REQ.smi]: 'SMI',
  [REQ.scanIoapic]: 'SCAN_IOAPIC',
  [REQ.ioapicEoiExit]: 'IOAPIC_EOI_EXIT',
  [REQ.loadEoiExitmap]: 'LOAD_EOI_EXITMAP',
  [REQ.apicvUpdate]: 'APICV_UPDATE',
};

const bits = (value: number): number[] => Array.from({ length: 32 }, (_, i) => i).filter((i) => (value >>> i) & 1);
const requestNames = (value: number): readonly (string | number)[] =>
  bits(value).map((bit) => REQUEST_NAMES[bit] ?? bit);
const cls = (vector: number): number => (vector >> 4) & 0xf;

/** A VM-entry or IDT-vectoring information field as a phrase. */
const eventText = (c: StepContext, info: number): string =>
  ((info >> 8) & 7) === 2 ? say(c, 'word.nmiEvent') : say(c, 'word.extInterrupt', { vec: hex(info & 0xff) });

const onVcpu: Describe = (c) => ({ params: { vcpu: c.index, vec: hex(c.args[0]) } });
const onPcpu: Describe = (c) => ({ params: { pcpu: c.index, vcpu: c.args[0] } });
const onRegister: Describe = (c) => ({
  params: { vcpu: c.index, register: lapicRegisterName(c.args[0]), value: hex(c.args[1]) },
});

export const DESCRIBE_VMX: Readonly<Record<VmxEventName, Describe>> = {
  vcpu_load: (c) => ({
    params: { vcpu: c.index, pcpu: c.args[0], from: c.args[1] },
    variant: c.args[1] !== -1 && c.args[1] !== c.args[0] && 'migrated',
  }),
  vcpu_put: (c) => ({
    params: { vcpu: c.index, pcpu: c.args[0] },
    variant: c.args[1] === 1 ? 'preempted' : c.args[2] === 1 && 'blocking',
  }),
  vcpu_block: onVcpu,
  vcpu_wakeup: (c) => ({ params: { vcpu: c.index }, variant: c.args[0] === 1 && 'woken' }),
  reschedule_ipi: (c) => ({
    params: { pcpu: c.index, vcpu: c.args[0], vec: hex(c.args[1]) },
    variant: c.args[1] !== 0 && c.args[1] !== 0xfd && 'call',
  }),
  pi_notification: (c) => ({ params: { pcpu: c.index, vcpu: c.args[0], vec: hex(c.args[1]) }, why: [true] }),
  pi_no_notification: (c) => ({ params: { vcpu: c.index }, variant: c.args[0] === 1 && 'self' }),
  pi_ipi_ignored: onPcpu,
  pi_wakeup_handler: (c) => ({ params: { pcpu: c.index, listed: c.args[0] } }),

  vcpu_enter_guest: (c) => ({
    params: { vcpu: c.index, requests: requestNames(c.args[0]) },
    variant: c.args[0] !== 0 && 'requests',
    why: [true],
  }),
  request_served: (c) => ({ params: { vcpu: c.index, request: REQUEST_NAMES[c.args[0]] ?? c.args[0] } }),
  inject_events: onVcpu,
  exit_request: (c) => ({ params: { vcpu: c.index }, variant: c.args[0] === 1 && 'kicked' }),
  cancel_injection: (c) => ({
    params: { vcpu: c.index, info: eventText(c, c.args[0]) },
    variant: c.args[0] >= 0 && 'nothing',
    why: c.args[0] >= 0 ? [] : [true],
  }),
  kvm_entry: (c) => ({
    params: { vcpu: c.index, info: eventText(c, c.args[0]), rvi: hex(c.args[1]), svi: hex(c.args[2]) },
    variant: c.args[0] < 0 && 'event',
    why: lapicWord(c, 'apicvActive') === 1 ? [true] : [],
  }),
  kvm_exit: (c) => ({
    params: {
      vcpu: c.index,
      reason: EXIT_NAMES[c.args[0]] ?? c.args[0],
      qualification: hex(c.args[1]),
      vec: hex(c.args[2] & 0xff),
    },
    variant: c.args[2] < 0 && 'vectoring',
    why: [true],
  }),
  irq_window_request: onVcpu,
  nmi_window_request: (c) => ({ params: { vcpu: c.index }, variant: c.args[0] === 1 && 'irq' }),
  irq_window_open: onVcpu,
  nmi_window_open: onVcpu,
  tpr_threshold: (c) => ({ params: { vcpu: c.index, threshold: c.args[0] }, variant: c.args[0] === 0 && 'off' }),
  tpr_below_threshold: (c) => ({ params: { vcpu: c.index, tpr: hex(c.args[0]), threshold: c.args[1] } }),
  complete_interrupts: (c) => ({ params: { vcpu: c.index, info: eventText(c, c.args[0]) } }),
  external_interrupt: onVcpu,
  immediate_exit: onVcpu,
  event_delivery: (c) => ({ params: { vcpu: c.index, vec: hex(c.args[0]) }, variant: c.args[1] === 2 && 'nmi' }),

  pir_set: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args[0]) },
    variant: c.args[1] === 1 && 'already',
    why: [true],
  }),
  on_set: (c) => ({ params: { vcpu: c.index }, variant: c.args[0] === 1 && 'already' }),
  kvm_apicv_accept_irq: onVcpu,
  pi_processing: (c) => ({
    params: { vcpu: c.index, vec: hex(Math.max(0, c.args[0])), rvi: hex(c.args[1]) },
    why: [true],
  }),
  pir_synced: (c) => ({ params: { vcpu: c.index, vec: c.args[0] < 0 ? '−' : hex(c.args[0]) } }),
  set_rvi: (c) => ({ params: { vcpu: c.index, before: hex(c.args[0]), after: hex(c.args[1]) } }),
  set_svi: (c) => ({ params: { vcpu: c.index, before: hex(c.args[0]), after: hex(c.args[1]) } }),
  vid_evaluate: (c) => ({ params: { rvi: hex(c.args[0]), vppr: hex(c.args[1]) }, variant: c.args[2] === 0 && 'no' }),
  vid_deliver: (c) => ({
    params: {
      vcpu: c.index,
      vec: hex(c.args[0]),
      rvi: hex(c.args[1]),
      cls: cls(c.args[0]),
      pprCls: cls(lapicWord(c, 'ppr')),
    },
    why: [true],
  }),
  vid_held: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args[1]), vppr: hex(c.args[2]) },
    variant: c.args[0] === 1 ? 'shadow' : c.args[0] === 2 && 'ppr',
  }),
  ppr_virtualization: (c) => ({
    params: { vcpu: c.index, vtpr: hex(c.args[0]), svi: hex(c.args[1]), vppr: hex(c.args[2]) },
  }),
  eoi_virtualization: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args[0]), svi: hex(c.args[1]), exits: c.args[2] },
    variant: c.args[2] === 1 && 'exits',
    why: [true],
  }),
  eoi_induced: onVcpu,
  tpr_virtualization: (c) => ({ params: { vcpu: c.index, vtpr: hex(c.args[0]) } }),
  self_ipi_virtualization: onVcpu,
  apic_read_virtualized: onRegister,
  apic_write_virtualized: onRegister,
  apic_write_exit: (c) => ({ ...onRegister(c), why: [true] }),
  apic_access_exit: onRegister,
  msr_exit: (c) => ({ params: { vcpu: c.index, msr: hex(c.args[0]) }, variant: c.args[1] === 0 && 'read' }),
  eoi_exitmap: (c) => ({ params: { vcpu: c.index, n: c.args[0] } }),
  apicv_update: (c) => ({
    params: { vcpu: c.index, inhibits: c.args[1] === 0 ? say(c, 'word.none') : inhibitNames(c.args[1]) },
    variant: c.args[0] === 0 && 'off',
    why: [true],
  }),
  apicv_controls: (c) => ({
    params: { vcpu: c.index, pin: hex(c.args[0]), secondary: hex(c.args[1]), tertiary: hex(c.args[2]) },
  }),
  apicv_inhibit: (c) => ({
    params: { inhibit: INHIBIT_NAMES[c.args[0]] ?? c.args[0] },
    variant: c.args[1] === 0 && 'clear',
    why: c.args[2] === 1 ? [true] : [],
  }),
  virtual_apic_mode: (c) => ({ params: { vcpu: c.index, secondary: hex(c.args[0]) } }),
  pi_load: (c) => ({
    params: { vcpu: c.index, pcpu: c.args[0] },
    variant: c.args[1] === 0 && 'quick',
    why: c.args[2] === 1 ? [true] : [],
  }),
  pi_put: onVcpu,
  pi_wakeup_on: (c) => ({ params: { vcpu: c.index, pcpu: c.args[0] }, variant: c.args[1] === 1 && 'late' }),

  ipi_virtualization: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args[0]), dest: c.args[1], target: c.args[2] },
  }),
  ipi_not_virtualized: (c) => ({
    params: { dest: c.args[2] >>> 0 },
    variant: c.args[0] === 1 ? 'range' : c.args[0] === 2 && 'invalid',
  }),

  kvm_pi_irte_update: (c) => ({
    params: { device: deviceName(c, c.index), gsi: c.args[0], vcpu: c.args[1], vec: hex(c.args[2]), n: c.args[3] },
    why: [true],
  }),
  irte_remapped: (c) => ({
    params: { device: deviceName(c, c.index), gsi: c.args[0], n: c.args[2] },
    variant: ([false, 'several', 'mode', 'host'] as const)[c.args[1]] ?? false,
  }),
  vtd_post: onVcpu,
  vtd_suppressed: onVcpu,
  vtd_coalesced: onVcpu,
  vtd_notify: (c) => ({ params: { pcpu: c.index, vec: hex(c.args[0]), vcpu: c.args[1] } }),
  vtd_remap: (c) => ({ params: { device: deviceName(c, c.index), vec: hex(c.args[0]), gsi: c.args[1] } }),
  pi_start_bypass: () => ({}),

  avic_deliver: (c) => ({ params: { vcpu: c.index, vec: hex(c.args[0]) }, variant: c.args[1] === 1 && 'running' }),
  avic_doorbell: onPcpu,
  avic_evaluate: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args[0]), ppr: hex(c.args[1]) },
    variant: c.args[2] === 1 && 'taken',
  }),
  avic_ipi: (c) => ({ params: { vec: hex(c.args[0]), dest: c.args[1], target: c.args[2] } }),
  avic_incomplete_ipi: (c) => ({
    params: { vcpu: c.index, dest: c.args[2] },
    variant: c.args[0] === 1 ? 'notRunning' : c.args[0] === 2 && 'target',
  }),
  avic_kick: (c) => ({ params: { target: c.args[0] } }),
  avic_load: (c) => ({ params: { vcpu: c.index, pcpu: c.args[0] } }),
  avic_put: onVcpu,
  avic_unaccelerated: (c) => ({ ...onRegister(c), variant: c.args[1] === 1 && 'trap' }),

  pv_eoi_enable: (c) => ({ params: { vcpu: c.index }, variant: c.args[0] === 0 && 'off' }),
  pv_eoi_arm: (c) => ({ ...onVcpu(c), why: [true] }),
  pv_eoi_guest: onVcpu,
  kvm_pv_eoi: onVcpu,
  pv_eoi_disarm: (c) => ({ params: { vcpu: c.index, byte: readWord(c.view, 'vcpu', c.index, 'pvEoiByte') } }),
};
