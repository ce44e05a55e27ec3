/**
 * Gates that the log speaks of and the stage shows, in a form small enough to come with the page: the event that says one held an
 * interrupt back, and the fields it hangs on, which the stage lights. What looks at them is the part's own file.
 */
import type { EventName } from '../../spec/events/index.ts';
import type { Field } from '../locate/locator.ts';

export interface GateRow {
  /** Events that say it held one back, each with its reason where the event has several. */
  readonly events?: Partial<Readonly<Record<EventName, string | null>>>;
  /** What it reads, as the stage names it; PPR stands for the TPR and ISR it is the higher of. */
  readonly reads: readonly Field[];
}

export const GATE_ROWS = {
  route: { events: { no_route: null }, reads: ['route.chips'] },
  'pic-mask': { events: { pic_masked: null }, reads: ['pic.imr'] },
  'pic-lint': { events: { pic_nobody: null }, reads: ['pic.output'] },
  'ioapic-mask': { events: { ioapic_masked: null }, reads: ['rte.mask'] },
  'ioapic-remote-irr': { events: { ioapic_remote_irr: null }, reads: ['rte.trig', 'rte.remoteIrr'] },
  'ioapic-edge': { events: { ioapic_coalesced: null }, reads: ['rte.line'] },
  'eoi-delay': { events: { kvm_ioapic_delayed_eoi_inj: null }, reads: ['rte.line'] },
  destination: { events: { no_destination: null }, reads: ['rte.dest'] },
  'apic-disabled': { events: { accept_disabled: null }, reads: ['lapic.enabled'] },
  'pi-suppressed': { events: { vtd_suppressed: null }, reads: ['desc.sn'] },
  'pi-not-notified': { events: { vtd_coalesced: null }, reads: ['desc.on'] },
  ppr: { events: { inject_held: 'ppr', vid_held: 'ppr' }, reads: ['lapic.ppr'] },
  if: { events: { inject_held: 'if', vid_held: 'if' }, reads: ['vcpu.if'] },
  shadow: { events: { inject_held: 'shadow', vid_held: 'shadow' }, reads: ['vcpu.shadow'] },
  'event-first': { events: { inject_held: 'event' }, reads: ['vcpu.inject'] },
  'vcpu-blocked': { events: { pi_no_notification: null }, reads: ['vcpu.state'] },
} as const satisfies Readonly<Record<string, GateRow>>;

/** The gates of which an event says that one held an interrupt back. */
export const gatesSaidBy = (name: EventName): readonly GateRow[] =>
  Object.values<GateRow>(GATE_ROWS).filter(({ events }) => events?.[name] !== undefined);
