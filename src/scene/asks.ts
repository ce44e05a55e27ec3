/**
 * What a step asks: the gates (explain/gates/rows.ts) that its event says held the interrupt back or let it through, each with the
 * field that answers and the answer. A gate that the log speaks of is asked in every scene; nobody lists steps.
 */
import { GATE_ROWS, happeningOf } from '../explain/locate/index.ts';
import type { Field, Happening } from '../explain/locate/locator.ts';
import { reasonOf } from '../spec/define/event.ts';
import { type EventName, eventRow } from '../spec/events/index.ts';
import type { Stage } from './flights.ts';
import { levelTriggered, machineAt } from './wires.ts';

export type GateName = keyof typeof GATE_ROWS;

export interface Ask {
  readonly gate: GateName;
  readonly field: Field;
  readonly yes: boolean;
}

/** What is no question of a machine's state but of its event. */
type When = (stage: Stage, seq: number, happening: Happening) => boolean;
const atLevel: When = ({ scene }, seq, { args }) => levelTriggered(machineAt(scene, seq), 'ioapic', args.pin ?? 0);
const atEdge: When = (stage, seq, happening) => !atLevel(stage, seq, happening);
const high: When = (_stage, _seq, { args }) => args.level === 1;

interface Question {
  /** The answer that holds an interrupt back. */
  readonly holds: boolean;
  /** Events that only happen where the answer is the other one. */
  readonly passed: Partial<Readonly<Record<EventName, When | null>>>;
}

const QUESTIONS: Readonly<Record<GateName, Question>> = {
  route: { holds: false, passed: { route: null } },
  'pic-mask': { holds: true, passed: { pic_output: high } },
  'pic-lint': { holds: false, passed: { pic_wakeup: null } },
  'ioapic-mask': { holds: true, passed: { ioapic_service: null } },
  'ioapic-remote-irr': { holds: true, passed: { ioapic_service: atLevel } },
  'ioapic-edge': { holds: true, passed: { ioapic_service: atEdge } },
  'eoi-delay': { holds: true, passed: { ioapic_redeliver: null } },
  destination: { holds: false, passed: {} },
  'apic-disabled': { holds: false, passed: { kvm_apic_accept_irq: null } },
  'pi-suppressed': { holds: true, passed: { vtd_notify: null } },
  'pi-not-notified': { holds: true, passed: { vtd_notify: null } },
  ppr: { holds: false, passed: { apic_ack: null, vid_deliver: null } },
  if: { holds: false, passed: { kvm_inj_virq: null, vid_deliver: null } },
  shadow: { holds: true, passed: {} },
  'event-first': { holds: true, passed: {} },
  'vcpu-blocked': { holds: false, passed: { pi_notification: null } },
};

/** More is not taken in at once. */
const MOST = 2;
const NOTHING: readonly Ask[] = [];

/** What a step asks, in KVM's order; nothing for most. */
export function asksOf(stage: Stage, step: number): readonly Ask[] {
  const at = stage.scene.steps.get(step);
  if (at === undefined) return NOTHING;
  const happening = happeningOf(at);
  const reason = reasonOf(eventRow(at.name), happening.args);
  const asks: Ask[] = [];
  for (const gate of Object.keys(QUESTIONS) as GateName[]) {
    const { events, reads } = GATE_ROWS[gate];
    const { holds, passed } = QUESTIONS[gate];
    const held = (events as Partial<Record<EventName, string | null>>)[at.name];
    const isHeld = held !== undefined && (held === null || held === reason);
    const when = passed[at.name];
    if (!isHeld && (when === undefined || when?.(stage, at.seq, happening) === false)) continue;
    asks.push({ gate, field: reads.at(-1) as Field, yes: isHeld ? holds : !holds });
  }
  return asks.slice(0, MOST);
}
