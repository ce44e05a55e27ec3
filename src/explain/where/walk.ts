/**
 * The walk of the gates on an interrupt's way: the first that holds it, and since when.
 *
 * The machine's words say which gates are closed; the log says what became of the last raise, for an edge that was dropped is
 * nowhere in the words.
 */
import { hex, hex64 } from '../../base/numbers.ts';
import {
  gridAddress,
  irqchipOf,
  type MachineView,
  readWord,
  routesOf,
  rteView,
  vectorIn,
} from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import type { EventName } from '../../spec/events/index.ts';
import { messagesOf } from '../../spec/messages.ts';
import { CHIP } from '../../spec/names.ts';
import type { Evidence, Gate, Way } from '../gates/gate.ts';
import { AFTER_APIC, BEFORE_APIC, GATES, gateOf } from '../gates/index.ts';
import { resamplerLetsGo } from '../gates/irqfd.ts';
import { timerWaits } from '../gates/lapic.ts';
import { hasVmmPin, idOf, vcpusFor } from '../gates/match.ts';
import { inPir } from '../gates/pi-desc.ts';
import { addressOf } from '../gates/routing.ts';
import { extintOf } from '../gates/vcpu.ts';
import { inApicPage } from '../guest-ops.ts';
import type { Ask } from './ask.ts';
import { type EventKind, eventKind } from './events.ts';
import {
  journeysOf,
  lastEvent,
  type Named,
  type Outcome,
  opAt,
  outcomeOf,
  type Replayed,
  takenSince,
} from './facts.ts';
import { isInUse, lastGsi, ofMessage, type Road, roadsOfGsi, tableSays } from './roads.ts';

export type State = 'waiting' | 'in-service' | 'done' | 'lost' | 'never';

export interface Link extends Evidence {
  readonly gate: string;
}

export interface Found {
  readonly held: string | null;
  readonly state: State;
  readonly chain: readonly Link[];
  readonly way: Way;
  /** Op that raised it last; absent where none was seen to. */
  readonly raised?: number;
  /** A local APIC has it. */
  readonly accepted?: boolean;
  /** A local APIC had it, and no vCPU took it. */
  readonly wiped?: boolean;
}

export type Moment = Replayed & { readonly view: MachineView };

/** A run that can be asked: how it stands, how it would go on, and when something about it last changed. */
export interface History {
  readonly ops: readonly JsonOp[];
  now(): Moment;
  /** Carries out more ops on a copy. What it answers is good until the next call. */
  branch(ops: readonly JsonOp[]): Moment;
  /**
   * The op since which `shut` has held without a break, 0 where it always has.
   * @param shut asked after each op; null: it can't tell there, as before
   */
  lastTurn(shut: (view: MachineView) => boolean | null): number;
}

// -- what became of it

const RAISES: readonly EventName[] = ['kvm_set_irq', 'irqfd_wakeup', 'device_event', 'device_config', 'vmm_held'];
const raisesGsi =
  (view: MachineView, gsi: number) =>
  ({ name, args, index }: Named): boolean => {
    if (name === 'kvm_set_irq') return args.gsi === gsi && args.level === 1;
    if (name === 'irqfd_wakeup') return args.gsi === gsi;
    if (name === 'vmm_held') return args.pin === gsi;
    const device = name === 'device_event' ? view.config.devices?.[index] : undefined;
    return device !== undefined && messagesOf(device) > 0 && device.gsi + (args.vectorIndex ?? 0) === gsi;
  };

/** Gates that an event says held one back. */
const gatesOf = (event: string): string[] =>
  GATES.filter(({ events }) => events !== undefined && event in events).map(({ id }) => id);

/** Where the event is no gate's own, or may be one of several. KVM's map has no APIC that is disabled by APIC_BASE. */
const DROPPED_AT: Readonly<Record<string, readonly string[]>> = {
  no_destination: ['destination', 'apic-disabled'],
  disabled_lapic: ['destination', 'apic-disabled'],
  msi_invalid: ['route'],
  accept_ignored: ['destination'],
  pic_coalesced: ['pic-mask'],
};

interface Assessed {
  readonly road: Road;
  readonly outcome: Outcome | null;
  readonly vcpu: number;
}

/** Ops that raise it once more: as it was raised. A line that is up goes low first. */
function raiseAgain(run: Moment, outcome: Outcome | null, road: Road, ask: Ask): JsonOp[] {
  const before = outcome === null ? undefined : run.ops[outcome.op];
  const name = before?.op;
  if (before !== undefined && (name === 'msi' || name === 'vtd_msi' || name === 'post')) return [before];
  const gsi = road.way.gsi ?? (name === 'irq_line' ? Number(before?.gsi) : undefined);
  const letsGo = gsi === undefined ? [] : resamplerLetsGo(run.view, gsi);
  if (before !== undefined && name === 'irqfd_signal') return [...letsGo, before];
  if (before !== undefined && name === 'device' && before.event !== 'quiet')
    return [{ op: 'device', id: before.id, event: 'quiet' }, before];
  if (name === 'wrmsr' || name === 'mmio_write') {
    const icr = before as JsonOp;
    if (Number(icr.msr) === 0x830 || Number(icr.msr) === 0x83f) return [icr];
    // At the page where its APIC is now, its upper half first: an INIT has cleared that.
    const isAt = (op: JsonOp, offset: number): boolean =>
      op.op === 'mmio_write' && (Number(op.addr) & 0xfff) === offset && Number(op.vcpu) === Number(icr.vcpu);
    if (isAt(icr, 0x300)) {
      const upper = run.ops.slice(0, outcome?.op).findLast((op) => isAt(op, 0x310));
      return [upper ?? [], icr]
        .flat()
        .map((op) => ({ ...op, addr: inApicPage(run.view, Number(op.vcpu), Number(op.addr) & 0xfff) }));
    }
  }
  if (gsi !== undefined) return [...letsGo, { op: 'irq_line', gsi, level: 0 }, { op: 'irq_line', gsi, level: 1 }];
  if ('msi' in ask) {
    const { addrLo, addrHi, data } = ask.msi;
    return [{ op: 'msi', addr: hex64(addrLo, addrHi), data: hex(data) }];
  }
  return [];
}

function assess(run: Moment, road: Road, raised: Named | null): Assessed {
  const outcome = raised === null ? null : outcomeOf(run, raised, road.kind);
  const accepted = outcome?.accepted ?? [];
  const live = accepted.find(({ vcpu, vector }) => hasIt(run.view, vcpu, vector)) ?? accepted[0];
  const vcpu = live?.vcpu ?? road.vcpus[0] ?? 0;
  return { road: live === undefined ? road : { ...road, way: { ...road.way, vector: live.vector } }, outcome, vcpu };
}

/** A local APIC was given it. */
const ACCEPTS: readonly EventName[] = ['irr_set', 'pir_set', 'vtd_post'];

/**
 * What became of the last raise; where that was dropped and an earlier one still waits at a local APIC, of that one: a level line
 * that is up is one interrupt however often it is raised, and so is an edge that merged.
 * @param ours the event that raised it, of these names
 */
function assessRaises(
  run: Moment,
  road: Road,
  raised: Named | null,
  names: readonly EventName[],
  ours: (event: Named) => boolean,
): Assessed {
  const last = assess(run, road, raised);
  // What user space's IOAPIC held back began nothing.
  if (road.kind === 'pic' || (raised?.name !== 'vmm_held' && !last.outcome?.dropped)) return last;
  const journeys = journeysOf(run, names, ours);
  const waits = lastEvent(
    run,
    ACCEPTS,
    ({ journey, index, args }) => journeys.has(journey) && isPending(run.view, index, args.vector),
  );
  const before = waits && lastEvent(run, names, (event) => event.journey === waits.journey && ours(event));
  return before === null ? last : assess(run, road, before);
}

const isPending = (view: MachineView, vcpu: number, vector: number): boolean =>
  vectorIn(view.w, gridAddress(view, 'irr', vcpu), vector) ||
  inPir(view, vcpu, vector) ||
  timerWaits(view, vcpu, vector);
/** Its local APIC has it, waiting or in service. */
const hasIt = (view: MachineView, vcpu: number, vector: number): boolean =>
  isPending(view, vcpu, vector) || vectorIn(view.w, gridAddress(view, 'isr', vcpu), vector);

/** It was taken out of IRR and waits in KVM for the entry that gives it to the guest. */
function isInjected(view: MachineView, vcpu: number, vector: number): boolean {
  return readWord(view, 'vcpu', vcpu, 'intrInjected') === 1 && readWord(view, 'vcpu', vcpu, 'intrNr') === vector;
}

const STARTUP = 6;
const initOf = (view: MachineView, vcpu: number): JsonOp[] => [
  { op: 'msi', addr: addressOf(view, vcpu), data: '0x500' },
  { op: 'nop', vcpu },
];

const linkOf = (gate: Gate, seen: Evidence): Link => ({ gate: gate.id, ...seen });

/** @param passed it went by all these: what they read now no longer counts */
function looked(view: MachineView, way: Way, gates: readonly Gate[], passed = false): Link[] {
  return gates.flatMap((gate) => {
    const seen = gate.look(view, way);
    return seen === null ? [] : [linkOf(gate, passed ? { ...seen, closed: false } : seen)];
  });
}

const heldIn = (chain: readonly Link[], skip: ReadonlySet<string> = new Set()): string | null =>
  chain.find((link) => link.closed && !skip.has(link.gate))?.gate ?? null;

const SOURCE: ReadonlySet<string> = new Set(['source']);
/** Not past acceptance: what holds there holds nothing that was never accepted. */
const LAST: ReadonlySet<string> = new Set(['vcpu-host', 'eoi']);

// -- the ends of a way

function pastApic(run: Moment, way: Way): Found {
  const { view } = run;
  const after = looked(view, way, AFTER_APIC);
  const pending = isPending(view, way.vcpu, way.vector);
  // Gates that hold it though its APIC has it: those it came by no longer count.
  const before = looked(view, { ...way, vcpus: [way.vcpu] }, BEFORE_APIC, true).map((link) =>
    pending && gateOf(link.gate).keeps?.(view, way) === true ? { ...link, closed: true } : link,
  );
  const chain = [...before, ...after];
  if (pending) return { held: heldIn(chain), state: 'waiting', chain, way, accepted: true };
  const passed = after.map((link) => (link.gate === 'eoi' ? link : { ...link, closed: false }));
  return { held: 'eoi', state: 'in-service', chain: [...before, ...passed], way };
}

function wholeWay(run: Moment, way: Way): Link[] {
  return [
    ...looked(run.view, way, BEFORE_APIC),
    ...looked(run.view, way, AFTER_APIC).map((l) => ({ ...l, closed: l.closed && !LAST.has(l.gate) })),
  ];
}

/** Nobody was seen to raise it: what was restored into a chip is there all the same. */
function unseen(run: Moment, way: Way): Found {
  const { view } = run;
  const { vector, ioapicPin } = way;
  const has = way.vcpus.find((vcpu) => hasIt(view, vcpu, vector) || isInjected(view, vcpu, vector));
  if (has !== undefined && vector !== 0) return pastApic(run, { ...way, vcpu: has });
  // AVIC's processor sends and takes an IPI with no event before it is taken.
  if (way.gsi === undefined && takenSince(run, 0, way.vcpu, vector))
    return { held: null, state: 'done', chain: wholeWay(run, way), way };
  const never: Found = { held: null, state: 'never', chain: wholeWay(run, way), way };
  if (ioapicPin === undefined || !rteView(view, ioapicPin).irr || !rteView(view, ioapicPin).level) return never;
  const upstream = looked(view, way, BEFORE_APIC);
  const held = heldIn(upstream, SOURCE);
  return held === null ? never : { held, state: 'waiting', chain: upstream, way };
}

/** On the local APICs' road. */
function apicRoad(run: Moment, { road, outcome, vcpu }: Assessed, again: readonly JsonOp[]): Found {
  const { view } = run;
  // A SIPI is sent again after an INIT.
  const raise = road.way.message?.mode === STARTUP ? [...initOf(view, vcpu), ...again] : again;
  const way: Way = { ...road.way, vcpus: road.vcpus, vcpu, woken: outcome?.woken.has(vcpu) ?? false, raise };
  const { vector, ioapicPin } = way;
  if (outcome === null) return unseen(run, way);
  const kind = eventKind(way.message?.mode);
  const event = kind === undefined ? null : eventRoad(run, way, outcome, kind);
  if (event !== null) return event;
  const upstream = looked(view, way, BEFORE_APIC);
  const level = way.message?.level === true && ioapicPin !== undefined;
  const lineUp =
    ioapicPin !== undefined &&
    rteView(view, ioapicPin).irr &&
    (hasVmmPin(view, ioapicPin) || readWord(view, 'ioapic', 0, 'lines', ioapicPin) !== 0);
  const waitsAtPin = outcome.dropped !== null && level && lineUp;
  if (kind === undefined && outcome.accepted.length > 0 && outcome.dropped === null) {
    const taken = outcome.accepted.some((a) => takenSince(run, a.seq, a.vcpu, a.vector));
    if (hasIt(view, vcpu, vector) || (!taken && isInjected(view, vcpu, vector))) return pastApic(run, way);
    // Quiet again, or the line stands and nobody was told: masked meanwhile, or the EOI went by.
    if (level && lineUp) {
      const held = heldIn(upstream, SOURCE);
      if (held !== null) return { held, state: 'waiting', chain: upstream, way };
    }
    if (taken) return { held: null, state: 'done', chain: wholeWay(run, way), way };
    // INIT, or a state that was restored, has wiped it.
    return { ...stopped(heldIn(upstream, SOURCE), 'lost', upstream, way), wiped: true };
  }
  const eaten = outcome.dropped === null ? [] : (DROPPED_AT[outcome.dropped.name] ?? gatesOf(outcome.dropped.name));
  // A line that stays high shuts the edge's gate behind what was dropped further on.
  const shut = eaten.includes('ioapic-edge') ? [] : ['ioapic-edge'];
  const first = (...skip: readonly string[]): string | null => heldIn(upstream, new Set([...shut, ...skip]));
  const pendingBit =
    way.msix !== undefined && ((readWord(view, 'device', way.msix.slot, 'msixPending') >> way.msix.entry) & 1) === 1;
  if (waitsAtPin || pendingBit) {
    // What dropped it is open again, and nobody looks at the line anew.
    return stopped(pendingBit ? first('source') : first(), 'waiting', upstream, way);
  }
  // An edge or a message that was dropped is nowhere: what would hold it now, and where nothing would the source must speak again.
  // So is the pulse of an irqfd, whatever the pin's trigger: its line falls with the signal.
  const pulse = run.ops[outcome.op]?.op === 'irqfd_signal';
  return stopped(level && !lineUp && !pulse ? null : first('source'), 'lost', upstream, way);
}

/** Held by this gate; by none: with the source's own link, closed, for it must speak again. */
function stopped(gate: string | null, state: State, links: readonly Link[], way: Way): Found {
  const held = gate ?? 'source';
  const own = links.find((link) => link.gate === held) ?? sourceLink();
  const chain = held === 'source' ? [{ ...own, closed: true }, ...links.filter((link) => link !== own)] : links;
  return { held, state, chain, way };
}

/** A message has no line: its source has said what it had to say. */
const sourceLink = (): Link => ({ gate: 'source', at: 'vm:0', bits: 'message', value: 0, closed: true });

/** What may hold an NMI, INIT or SIPI that its local APIC has taken. */
const eventGates = (view: MachineView, way: Way, { gates }: EventKind): Link[] =>
  looked(
    view,
    way,
    AFTER_APIC.filter(({ id }) => gates.includes(id)),
  );

/** An NMI, INIT or SIPI that a local APIC took. @returns null where none did */
function eventRoad(run: Moment, way: Way, outcome: Outcome, kind: EventKind): Found | null {
  const { view } = run;
  const vcpu = way.vcpus.find((one) => kind.waits(view, one));
  if (vcpu !== undefined) {
    const at = { ...way, vcpu };
    const after = eventGates(view, at, kind);
    return {
      held: heldIn(after),
      state: 'waiting',
      chain: [...looked(view, at, BEFORE_APIC, true), ...after],
      way: at,
    };
  }
  if (outcome.dropped !== null) return null;
  const last = (fits: (event: Named) => boolean): Named | null =>
    lastEvent(run, [kind.taken], (event) => way.vcpus.includes(event.index) && fits(event), outcome.raised.seq);
  const chain = looked(view, way, BEFORE_APIC, true);
  if (last(kind.refused) === null || last((event) => !kind.refused(event)) !== null)
    return { held: null, state: 'done', chain, way };
  // A SIPI for a vCPU that waits for none: it is forgotten there.
  return stopped(null, 'lost', chain, way);
}

/** What a read tells that took a request by poll and left none in service. @kvm i8259.c pic_poll_read */
const POLLED = 0x80;

/** On the 8259's road. */
function picRoad(run: Moment, { road, outcome, vcpu }: Assessed, raise: readonly JsonOp[]): Found {
  const { view } = run;
  const pin = road.way.picPin ?? 0;
  const chip = pin >> 3;
  const says = (register: string): boolean => ((readWord(view, 'pic', chip, register) >> (pin & 7)) & 1) === 1;
  const { vcpus } = road;
  const way: Way = { ...road.way, vcpus, vcpu, woken: outcome?.woken.has(vcpu) ?? false, raise };
  if (outcome === null) return { held: null, state: 'never', chain: wholeWay(run, way), way };
  const upstream = looked(view, way, BEFORE_APIC);
  const requested = says('irr');
  const served = says('isr');
  // A level line that fell took its request with it: whatever is open, the source must raise it again.
  const fell = says('elcr') && !says('lastIrr');
  const polls = ({ index, args }: Named): boolean => index === chip && args.value === POLLED;
  const taken = outcome.inta !== null || (!fell && lastEvent(run, ['pic_read'], polls, outcome.raised.seq) !== null);
  if (served && (taken || !requested)) {
    const chain = looked(view, way, [...BEFORE_APIC, ...AFTER_APIC]).map((l) =>
      l.gate === 'eoi' ? l : { ...l, closed: false },
    );
    return { held: 'eoi', state: 'in-service', chain, way };
  }
  // A level line that is up asks again after each EOI.
  if (requested && !(taken && served)) {
    const held = heldIn(upstream, SOURCE);
    const after = looked(view, way, AFTER_APIC);
    return {
      held: held ?? heldIn(after),
      state: 'waiting',
      chain: held === null ? [...upstream.map((l) => ({ ...l, closed: false })), ...after] : upstream,
      way,
    };
  }
  if (taken) return { held: null, state: 'done', chain: wholeWay(run, way), way };
  const held = fell ? null : heldIn(upstream, outcome.dropped === null ? undefined : SOURCE);
  return stopped(held, 'lost', upstream, way);
}

const found = (run: Moment, one: Assessed, ask: Ask): Found => {
  const raise = raiseAgain(run, one.outcome, one.road, ask);
  const at = one.road.kind === 'pic' ? picRoad(run, one, raise) : apicRoad(run, one, raise);
  if (one.outcome === null) return at;
  const { op, dropped } = one.outcome;
  // Nothing has dropped it, and the op that raised it goes on: it is on its way.
  const moves = run.amid === true && op === run.ops.length - 1 && dropped === null;
  return { ...(moves && at.state === 'lost' ? onItsWay(at) : at), raised: op };
};

/** Past its source. What is closed further on will hold it. */
function onItsWay(at: Found): Found {
  const chain = at.chain.map((link) => (link.gate === 'source' ? { ...link, closed: false } : link));
  return { ...at, held: heldIn(chain), state: 'waiting', chain };
}

/** How far a road leads: the one that has the interrupt now is the one that is meant. */
const RANK: Readonly<Record<State, number>> = { 'in-service': 4, waiting: 3, done: 2, lost: 1, never: 0 };

/** What was raised at a GSI, on each of these roads. */
function alongRoads(run: Moment, gsi: number, roads: readonly Road[]) {
  const ours = raisesGsi(run.view, gsi);
  const raised = lastEvent(run, RAISES, ours);
  return roads.map((road) => ({
    road,
    answer: found(run, assessRaises(run, road, raised, RAISES, ours), { gsi }),
    raised,
  }));
}

function ofGsi(run: Moment, gsi: number): Found {
  const { view } = run;
  const answers = alongRoads(run, gsi, roadsOfGsi(view, gsi));
  const raised = answers[0]?.raised ?? null;
  const past = (f: Found): boolean => f.chain.some(({ gate }) => gate === 'vcpu-host') && f.state === 'waiting';
  const score = ({ road, answer }: (typeof answers)[number]): number => {
    const reached = answer.state === 'in-service' || answer.state === 'done' || past(answer);
    // A road nobody set up is not meant, unless the interrupt went down it. Of two such the 8259 has it where it is not masked
    // there: at reset it hears every pin, and the IOAPIC none.
    const hears = road.kind === 'pic' && answer.state === 'waiting' && answer.held !== 'pic-mask';
    const first = road.kind === 'apic' ? 4 : hears ? 5 : 0;
    return (reached ? 16 : 0) + (isInUse(view, road) ? 8 : 0) + first + RANK[answer.state] / 8;
  };
  const best = answers.reduce((a, b) => (score(b) > score(a) ? b : a));
  const unheard = signalledUnheard(run, gsi, raised);
  return unheard === null ? best.answer : nobodyListens(run, best.road, unheard);
}

/** The last op that signalled the eventfd of a GSI with no irqfd there, after the GSI was last raised. */
function signalledUnheard({ ops, ...run }: Moment, gsi: number, raised: Named | null): number | null {
  const from = raised === null ? 0 : opAt({ ...run, ops }, raised.seq) + 1;
  for (let op = ops.length - 1; op >= from; op--)
    if (ops[op]?.op === 'irqfd_signal' && Number(ops[op]?.gsi) === gsi) return op;
  return null;
}

/** The eventfd was written and no irqfd reads it: the signal stays in its counter. */
function nobodyListens(run: Moment, road: Road, op: number): Found {
  const raise = [run.ops[op] as JsonOp];
  const way: Way = { ...road.way, eventfd: true, vcpus: road.vcpus, vcpu: road.vcpus[0] ?? 0, woken: false, raise };
  const chain = looked(run.view, way, BEFORE_APIC);
  return { ...stopped(heldIn(chain, SOURCE), 'lost', chain, way), raised: op };
}

function ofMsi(run: Moment, ask: Extract<Ask, { msi: unknown }>): Found {
  const { addrLo, addrHi, data } = ask.msi;
  const road = ofMessage(run.view, addrLo, addrHi, data);
  const sent: readonly EventName[] = ['kvm_msi_set_irq', 'msi_invalid'];
  const ours = ({ name, args }: Named): boolean =>
    (name === 'msi_invalid' && args.addrHi === addrHi) ||
    (args.addrLo === addrLo && args.data === data && args.dest === road.way.message?.dest);
  const own = assessRaises(run, road, lastEvent(run, sent, ours), sent, ours);
  // A device or a route that says this message may hold it.
  const says = (gsi: number): boolean =>
    routesOf(run.view)?.byGsi[gsi]?.some((e) => e.chip === CHIP.msi && e.addrLo === addrLo && e.data === data) ===
      true || tableSays(run.view, gsi, addrLo, data);
  const gsis = Array.from({ length: lastGsi(run.view) }, (_, gsi) => gsi).filter(says);
  return furthest([found(run, own, ask), ...gsis.map((gsi) => ofGsi(run, gsi))]);
}

/** Where it is on its way counts; else what became of it last. */
function furthest(answers: readonly Found[]): Found {
  const rank = ({ state, raised = -1 }: Found): number =>
    state === 'waiting' || state === 'in-service' ? Number.POSITIVE_INFINITY : state === 'never' ? -2 : raised;
  return answers.reduce((a, b) => (rank(b) > rank(a) ? b : a));
}

const INVALID_VECTOR = 4;

/** An IPI for this vCPU that AVIC does not send, nor KVM then: its vector is below 16. @kvm avic.c avic_incomplete_ipi_interception */
function wasRefused(view: MachineView, { args, index }: Named, vcpu: number, vector: number): boolean {
  const { id, icrLow = 0, dest = 0 } = args;
  if (id !== INVALID_VECTOR || (icrLow & 0xff) !== vector) return false;
  const shorthand = (icrLow >>> 18) & 3;
  if (shorthand !== 0) return shorthand === 2 || (shorthand === 1) === (index === vcpu);
  return vcpusFor(view, dest, (icrLow & 0x800) !== 0).includes(vcpu);
}

/** A vector at a vCPU: what its local APIC has, or the pin or route that would send it there. */
function ofVector(run: Moment, ask: Extract<Ask, { vector: number }>): Found {
  const { view } = run;
  const { vcpu, vector } = ask;
  const accepted = lastEvent(
    run,
    ['irr_set', 'pir_set', 'vtd_post', 'accept_disabled', 'avic_incomplete_ipi'],
    (event) =>
      event.name === 'avic_incomplete_ipi'
        ? wasRefused(view, event, vcpu, vector)
        : event.index === vcpu && event.args.vector === vector,
  );
  const road: Road = {
    kind: 'apic',
    way: {
      vector,
      message: { dest: idOf(view, vcpu), logical: false, mode: 0, level: false },
    },
    vcpus: [vcpu],
  };
  const given = ofExtint(run, road, ask);
  // Without chips in the kernel there is no other way in.
  if (irqchipOf(view) === 'none' && given !== null) return given;
  // Nobody sends vector 2 to its vCPU: who asks for it means the NMI, which has it in the guest's table.
  if (vector === NMI_VECTOR && accepted === null) return ofNmi(run, road, ask);
  const assessed = assess(run, road, accepted);
  const outcome = accepted === null || assessed.outcome === null ? null : ofAccepted(assessed.outcome, accepted, ask);
  const last = { ...assessed, outcome, vcpu };
  // What waits there waits, though one that came after it was dropped.
  const own = isPending(view, vcpu, vector)
    ? pastApic(run, {
        ...road.way,
        vcpus: [vcpu],
        vcpu,
        woken: last.outcome?.woken.has(vcpu) ?? false,
        raise: raiseAgain(run, last.outcome, road, ask),
      })
    : found(run, last, ask);
  return furthest([own, ...(given === null ? [] : [given]), ...upstreamOf(run, vcpu, vector)]);
}

/** Of one that this local APIC has accepted: what its pin sends after that, or fails to, is another. */
function ofAccepted(
  outcome: Outcome,
  { name, seq }: Named,
  { vcpu, vector }: Extract<Ask, { vector: number }>,
): Outcome {
  return ACCEPTS.includes(name) ? { ...outcome, accepted: [{ vcpu, vector, seq }], dropped: null } : outcome;
}

/** Gates of what user space's PIC gave: it goes by no local APIC. */
const extintGates = (view: MachineView, way: Way): Link[] =>
  looked(
    view,
    way,
    GATES.filter(({ id }) => VCPU_ENDS.has(id)),
  );
const VCPU_ENDS: ReadonlySet<string> = new Set([
  ...['pic-lint', 'if', 'shadow', 'event-first'],
  ...['vcpu-init', 'vcpu-blocked', 'vcpu-preempted', 'vcpu-host'],
]);

/** By KVM_INTERRUPT, where user space has the 8259. @kvm x86.c kvm_vcpu_ioctl_interrupt */
function ofExtint(run: Moment, road: Road, { vcpu, vector }: Extract<Ask, { vector: number }>): Found | null {
  const { view } = run;
  const raised = lastEvent(run, ['ioctl_interrupt'], ({ index, args }) => index === vcpu && args.vector === vector);
  if (raised === null) return null;
  const op = opAt(run, raised.seq);
  const raise = [run.ops[op] as JsonOp];
  const way: Way = { ...road.way, extint: true, vcpus: [vcpu], vcpu, woken: false, raise };
  const chain = extintGates(view, way);
  if (extintOf(view, vcpu) === vector) return { held: heldIn(chain), state: 'waiting', chain, way, raised: op };
  const passed = chain.map((link) => ({ ...link, closed: false }));
  return { held: null, state: 'done', chain: passed, way, raised: op };
}

const NMI_VECTOR = 2;
/** Modes up to this send a vector. */
const LOWEST_MODE = 1;

function ofNmi(run: Moment, { way, ...road }: Road, ask: Ask): Found {
  const [vcpu] = road.vcpus;
  const raised = lastEvent(run, ['nmi_queued'], ({ index }) => index === vcpu);
  const message = { dest: 0, logical: false, level: false, mode: 4 };
  return found(run, assess(run, { ...road, way: { ...way, message } }, raised), ask);
}

/** On the roads that send this vector to this vCPU, by the pin of a chip or by a route. */
function upstreamOf(run: Moment, vcpu: number, vector: number): Found[] {
  const { view } = run;
  const sends = (road: Road): boolean =>
    road.way.vector === vector &&
    (road.way.message?.mode ?? 0) <= LOWEST_MODE &&
    road.vcpus.includes(vcpu) &&
    (road.kind === 'apic' || isInUse(view, road));
  return Array.from({ length: lastGsi(view) }, (_, gsi) => gsi).flatMap((gsi) => {
    const roads = roadsOfGsi(view, gsi).filter(sends);
    return roads.length === 0
      ? []
      : alongRoads(run, gsi, roads).flatMap(({ answer }) => atVcpu(run, answer, vcpu, vector));
  });
}

/** What became of it as that vCPU sees it, which another may have got. */
function atVcpu(run: Moment, answer: Found, vcpu: number, vector: number): Found[] {
  // It went by the pin while that said another vector.
  if (answer.way.vector !== vector) return [];
  if (answer.state === 'never' || answer.state === 'lost' || answer.way.vcpu === vcpu) return [answer];
  const chain = looked(run.view, answer.way, BEFORE_APIC);
  // The IOMMU has posted it to the vCPU that it was for before.
  if (heldIn(chain, SOURCE) !== 'iommu') return [];
  return [{ ...answer, held: 'iommu', state: 'lost', chain, way: { ...answer.way, vcpu } }];
}

/** Where it is, at the end of a run. */
export function find(run: Moment, ask: Ask): Found {
  if ('gsi' in ask) return ofGsi(run, ask.gsi);
  return 'msi' in ask ? ofMsi(run, ask) : ofVector(run, ask);
}

// -- since when

/** The op that closed the gate for good; where none did after it was there from the start, op 0. */
export function sinceOf(history: History, at: Found): number {
  const { held, way, raised, accepted } = at;
  if (held === 'vcpu-host') return waitsSince(history, at);
  const gate = gateOf(held as string);
  if (held === 'source') {
    if (at.wiped === true) return history.lastTurn((view) => !isPending(view, way.vcpu, way.vector));
    // Without a line that went low it has been silent since it last spoke.
    const low = gate.look(history.now().view, way)?.closed === true;
    return Math.max(raised ?? 0, low ? history.lastTurn((view) => gate.look(view, way)?.closed ?? null) : 0);
  }
  if (accepted === true && gate.keeps !== undefined && held !== 'vector')
    return history.lastTurn((view) => gate.keeps?.(view, way) ?? null);
  return history.lastTurn((view) => gate.shut?.(view, way) ?? gate.look(view, way)?.closed ?? null);
}

/** The op since which it waits for the vCPU's next look, with nothing else in its way. */
function waitsSince(history: History, { way }: Found): number {
  const { vcpu, vector, picPin } = way;
  const kind = eventKind(way.message?.mode);
  return history.lastTurn((view) => {
    if (kind !== undefined) return kind.waits(view, vcpu) && heldIn(eventGates(view, way, kind)) === 'vcpu-host';
    if (way.extint === true) return extintOf(view, vcpu) === vector && heldIn(extintGates(view, way)) === 'vcpu-host';
    const there = picPin === undefined ? isPending(view, vcpu, vector) : readWord(view, 'pic', 0, 'output') === 1;
    const kept = picPin === undefined && BEFORE_APIC.some((gate) => gate.keeps?.(view, way) === true);
    return there && !kept && heldIn(looked(view, way, AFTER_APIC)) === 'vcpu-host';
  });
}
