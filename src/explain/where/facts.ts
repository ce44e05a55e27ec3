/**
 * What a log says of one interrupt: when it was last raised, by which op, what became of that raise. A raise begins a journey;
 * its rows tell who accepted it, where it was dropped, and whether a vCPU took it.
 */
import { COL, ROW } from '../../engine/view/tables.ts';
import type { JsonOp } from '../../log/log.ts';
import { argsAt, EVENT_NAMES, type EventName, eventRow } from '../../spec/events/index.ts';

/** A run made again from its ops, with its whole log. */
export interface Replayed {
  readonly rows: Int32Array;
  /** Rows used. */
  readonly used: number;
  /** Row where each op began. */
  readonly starts: readonly number[];
  readonly ops: readonly JsonOp[];
}

export interface Named {
  readonly seq: number;
  readonly name: EventName;
  readonly index: number;
  readonly args: Readonly<Record<string, number>>;
}

/** The event of a row; null for a write. */
export function eventAt({ rows }: Replayed, seq: number): Named | null {
  const at = seq * ROW;
  const name = EVENT_NAMES[rows[at] as number];
  if (name === undefined) return null;
  const args = argsAt(name, rows, at) as Readonly<Record<string, number>>;
  return { seq, name, index: (rows[at + COL.where] as number) & 0xffff, args };
}

/** Number of the op that a row belongs to. */
export function opAt({ starts }: Replayed, seq: number): number {
  let op = 0;
  while (op + 1 < starts.length && (starts[op + 1] as number) <= seq) op++;
  return op;
}

/** The last event that fits, -1 none. */
export function lastEvent(run: Replayed, fits: (event: Named) => boolean): Named | null {
  for (let seq = run.used - 1; seq >= 0; seq--) {
    const event = eventAt(run, seq);
    if (event !== null && fits(event)) return event;
  }
  return null;
}

const ACCEPTED: ReadonlySet<EventName> = new Set<EventName>(['irr_set', 'pir_set', 'vtd_post']);
const TAKEN: ReadonlySet<EventName> = new Set<EventName>(['apic_ack', 'vid_deliver']);
const WOKEN: ReadonlySet<EventName> = new Set<EventName>(['vcpu_wakeup', 'guest_wake']);
const WOKEN_BY_KICK = 1;

/** What became of a raise. */
export interface Outcome {
  readonly raised: Named;
  /** Op that raised it. */
  readonly op: number;
  /** Local APICs that took it, the last time it was sent. */
  readonly accepted: readonly { readonly vcpu: number; readonly vector: number; readonly seq: number }[];
  /** Where it was dropped after that, or without it. */
  readonly dropped: Named | null;
  /** The 8259 told its vector. */
  readonly inta: Named | null;
  /** vCPUs that were woken since. */
  readonly woken: ReadonlySet<number>;
}

const journeyAt = ({ rows }: Replayed, seq: number): number => rows[seq * ROW + COL.journey] as number;

/** @param road 'pic' looks at the 8259's end of the way, 'apic' at the others */
export function outcomeOf(run: Replayed, raised: Named, road: 'pic' | 'apic'): Outcome {
  const journey = journeyAt(run, raised.seq);
  let accepted: { vcpu: number; vector: number; seq: number }[] = [];
  let dropped: Named | null = null;
  let inta: Named | null = null;
  let sentAt = -1;
  const woken = new Set<number>();
  for (let seq = raised.seq; seq < run.used; seq++) {
    const event = eventAt(run, seq);
    if (event === null) continue;
    if (WOKEN.has(event.name) || (event.name === 'kick' && event.args.outcome === WOKEN_BY_KICK))
      woken.add(event.index);
    if (journeyAt(run, seq) !== journey || journey === 0) continue;
    const ofPic = event.name.startsWith('pic_');
    if (event.name === 'pic_inta') inta = event;
    if (event.name === 'kvm_irq_delivery_to_apic' || event.name === 'vtd_post') sentAt = seq;
    if (ACCEPTED.has(event.name) && road === 'apic') {
      const { vector = 0 } = event.args;
      if (accepted.length > 0 && (accepted[0] as { seq: number }).seq < sentAt) accepted = [];
      if (!accepted.some((a) => a.vcpu === event.index && a.vector === vector))
        accepted.push({ vcpu: event.index, vector, seq });
      dropped = null;
    }
    const ends =
      eventRow(event.name).token === 'ends' && event.name !== 'eoi_nothing' && event.name !== 'eoi_suppressed';
    if (ends && event.name !== 'irqfd_resample_unmask' && ofPic === (road === 'pic')) dropped = event;
  }
  return { raised, op: opAt(run, raised.seq), accepted, dropped, inta, woken };
}

/** Has a vCPU taken this vector since? */
export const takenSince = (run: Replayed, from: number, vcpu: number, vector: number): boolean =>
  lastEvent(run, (e) => e.seq > from && TAKEN.has(e.name) && e.index === vcpu && e.args.vector === vector) !== null ||
  lastEvent(
    run,
    (e) =>
      e.seq > from && e.name === 'avic_evaluate' && e.index === vcpu && e.args.vector === vector && e.args.taken === 1,
  ) !== null;
