/**
 * What a log says of one interrupt: when it was last raised, by which op, what became of that raise. A raise begins a journey;
 * its rows tell who accepted it, where it was dropped, and whether a vCPU took it.
 *
 * Questions are about few of the events, so a run is kept as an index of those: eight numbers each, in the order of the log. A row
 * is looked at once, when it is made, and its arguments get their names only where its code is one that is asked for.
 */
import { countBelow, lastAtMost } from '../../base/bisect.ts';
import { COL, ROW } from '../../engine/view/tables.ts';
import type { JsonOp } from '../../log/log.ts';
import { argsAt, EVENT_NAMES, type EventName, eventRow } from '../../spec/events/index.ts';

/** Events that questions and findings are about, besides those that end a way. */
const ASKED: ReadonlySet<EventName> = new Set<EventName>([
  'kvm_set_irq',
  'irqfd_wakeup',
  'device_event',
  'kvm_msi_set_irq',
  'kvm_irq_delivery_to_apic',
  'irr_set',
  'pir_set',
  'vtd_post',
  'apic_ack',
  'vid_deliver',
  'avic_evaluate',
  'avic_incomplete_ipi',
  'inject_nmi',
  'nmi_queued',
  'handler_enter',
  'extint_ack',
  'pic_inta',
  'pic_read',
  'pic_output',
  'vcpu_wakeup',
  'guest_wake',
  'kick',
  'ioapic_redeliver',
  'ioapic_service',
  'ioapic_line',
  'rte_write',
  'on_set',
  'vtd_notify',
  'state_restore',
  'init_pending',
  'kvm_apic_accept_irq',
  'accept_init',
  'accept_sipi',
  'ioctl_interrupt',
  'pit_held',
  'vmm_held',
]);

/** Codes that a journal keeps. Read when a run begins: the rows of rare parts may come after this module. */
function wantedCodes(): Uint8Array {
  const wanted = new Uint8Array(CODES);
  EVENT_NAMES.forEach((name, code) => {
    if (name !== undefined && (ASKED.has(name) || eventRow(name).token === 'ends')) wanted[code] = 1;
  });
  return wanted;
}

/** Event codes are below this. */
const CODES = 1024;
const STRIDE = 8;
/** Columns of a record: the log row's, with its number in the place of its cause. */
const SEQ = COL.cause;

/** The index of a run's events. */
export interface Journal {
  records: Int32Array;
  /** Records used. */
  used: number;
  readonly wanted: Uint8Array;
}

export const createJournal = (): Journal => ({
  records: new Int32Array(1024 * STRIDE),
  used: 0,
  wanted: wantedCodes(),
});

/** Takes in the rows of a log. @param rows its memory @param words used of it @param firstSeq number of its first row */
export function takeInto(journal: Journal, rows: Int32Array, words: number, firstSeq: number): void {
  const { wanted } = journal;
  for (let at = 0; at < words; at += ROW) {
    if (wanted[rows[at]] !== 1) continue;
    const to = journal.used * STRIDE;
    if (to === journal.records.length) {
      const more = new Int32Array(to * 2);
      more.set(journal.records);
      journal.records = more;
    }
    for (let column = 0; column < STRIDE; column++) journal.records[to + column] = rows[at + column];
    journal.records[to + SEQ] = firstSeq + at / ROW;
    journal.used++;
  }
}

/** Records before row `seq`. */
export const recordsBefore = ({ records, used }: Journal, seq: number): number =>
  countBelow(used, (i) => records[i * STRIDE + SEQ], seq);

/** A moment of a run: what was done until then, and what happened. */
export interface Replayed {
  readonly journal: Journal;
  /** Row where the moment is. */
  readonly end: number;
  /** Row where each op began. */
  readonly starts: readonly number[];
  readonly ops: readonly JsonOp[];
  /** The last of the ops is under way: not all that it does has happened. */
  readonly amid?: boolean;
}

export interface Named {
  readonly seq: number;
  readonly name: EventName;
  readonly index: number;
  readonly journey: number;
  readonly args: Readonly<Record<string, number>>;
}

/** The event of record `i`. */
function namedAt({ records }: Journal, i: number): Named {
  const at = i * STRIDE;
  const name = EVENT_NAMES[records[at]] as EventName;
  return {
    seq: records[at + SEQ],
    name,
    index: records[at + COL.where] & 0xffff,
    journey: records[at + COL.journey],
    args: argsAt(name, records, at) as Readonly<Record<string, number>>,
  };
}

/** Records `from` and later, with their names. */
export const eventsFrom = (journal: Journal, from: number): Named[] =>
  Array.from({ length: journal.used - from }, (_, i) => namedAt(journal, from + i));

/** Number of the op that a row belongs to. */
export const opAt = ({ starts }: Replayed, seq: number): number =>
  Math.max(
    0,
    lastAtMost(starts.length, (op) => starts[op], seq),
  );

/** Which codes these names have. */
function codesOf(names: readonly EventName[]): Uint8Array {
  const codes = new Uint8Array(CODES);
  for (const name of names) codes[EVENT_NAMES.indexOf(name)] = 1;
  return codes;
}

/** The last event of these names that fits. @param from row from which it may be */
export function lastEvent(
  { journal }: Replayed,
  names: readonly EventName[],
  fits: (event: Named) => boolean,
  from = 0,
): Named | null {
  const codes = codesOf(names);
  const { records } = journal;
  for (let i = journal.used - 1; i >= 0; i--) {
    const at = i * STRIDE;
    if (records[at + SEQ] < from) return null;
    if (codes[records[at]] !== 1) continue;
    const event = namedAt(journal, i);
    if (fits(event)) return event;
  }
  return null;
}

/** Journeys of all events of these names that fit. */
export function journeysOf(
  { journal }: Replayed,
  names: readonly EventName[],
  fits: (event: Named) => boolean,
): ReadonlySet<number> {
  const codes = codesOf(names);
  const { records } = journal;
  const journeys = new Set<number>();
  for (let i = 0; i < journal.used; i++) {
    const at = i * STRIDE;
    const journey = records[at + COL.journey];
    if (codes[records[at]] === 1 && !journeys.has(journey) && fits(namedAt(journal, i))) journeys.add(journey);
  }
  return journeys;
}

/** Ends of a token that are no end of what was raised: an EOI of nothing, a line that falls where a message says nothing of it. */
const NO_END: ReadonlySet<EventName> = new Set<EventName>(['eoi_nothing', 'eoi_suppressed', 'msi_level_low']);

const ACCEPTED: ReadonlySet<EventName> = new Set<EventName>(['irr_set', 'pir_set', 'vtd_post']);
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

/** @param road 'pic' looks at the 8259's end of the way, 'apic' at the others */
export function outcomeOf(run: Replayed, raised: Named, road: 'pic' | 'apic'): Outcome {
  const { journal } = run;
  const { journey } = raised;
  const { records } = journal;
  const others = codesOf(['vcpu_wakeup', 'guest_wake', 'kick']);
  let accepted: { vcpu: number; vector: number; seq: number }[] = [];
  let dropped: Named | null = null;
  let inta: Named | null = null;
  let sentAt = -1;
  const woken = new Set<number>();
  for (let i = recordsBefore(journal, raised.seq); i < journal.used; i++) {
    const at = i * STRIDE;
    const ours = journey !== 0 && records[at + COL.journey] === journey;
    if (!ours && others[records[at]] !== 1) continue;
    const event = namedAt(journal, i);
    if (WOKEN.has(event.name) || (event.name === 'kick' && event.args.outcome === WOKEN_BY_KICK))
      woken.add(event.index);
    if (!ours) continue;
    const ofPic = event.name.startsWith('pic_');
    if (event.name === 'pic_inta') inta = event;
    if (event.name === 'kvm_irq_delivery_to_apic' || event.name === 'vtd_post') sentAt = event.seq;
    if (ACCEPTED.has(event.name) && road === 'apic') {
      const { vector = 0 } = event.args;
      if (accepted.length > 0 && (accepted[0] as { seq: number }).seq < sentAt) accepted = [];
      if (!accepted.some((a) => a.vcpu === event.index && a.vector === vector))
        accepted.push({ vcpu: event.index, vector, seq: event.seq });
      dropped = null;
    }
    const ends = event.name === 'vmm_held' || (eventRow(event.name).token === 'ends' && !NO_END.has(event.name));
    // One of several drops it, and another has it: it is not lost.
    const sent = sentAt;
    const hasOne = event.name === 'accept_disabled' && accepted.some(({ seq }) => seq > sent);
    if (ends && !hasOne && event.name !== 'irqfd_resample_unmask' && ofPic === (road === 'pic')) dropped = event;
  }
  return { raised, op: opAt(run, raised.seq), accepted, dropped, inta, woken };
}

/** Has a vCPU taken this vector since row `from`? */
export const takenSince = (run: Replayed, from: number, vcpu: number, vector: number): boolean =>
  lastEvent(
    run,
    ['apic_ack', 'vid_deliver', 'avic_evaluate'],
    ({ name, index, args }) =>
      index === vcpu && args.vector === vector && (name !== 'avic_evaluate' || args.taken === 1),
    from + 1,
  ) !== null;
