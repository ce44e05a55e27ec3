/**
 * Ways of interrupts: when each left its source, was taken by a chip or held, stood in PIR, IRR and ISR, and was ended. A journey's
 * own rows say the first half; from PIR on it is where the bits are that it owns. Columns, four numbers a move, however long the run.
 */
import { countBelow } from '../base/bisect.ts';
import { COL, IOAPIC, WRITE } from '../engine/view/tables.ts';
import { EVENT_NAMES, type EventName, eventRow } from '../spec/events/index.ts';
import type { SceneLog } from './log.ts';
import { ownerOf, setOf } from './owners.ts';
import { type LogReader, readSome, soFar } from './reader.ts';
import { argsIn, cellOf, pageOf, placeOf } from './rows.ts';

/** Where an interrupt can come to on its way, in its usual order. */
export const STAGES = ['source', 'ioapic', 'pic', 'msi', 'held', 'again', 'pir', 'irr', 'isr', 'eoi', 'lost'] as const;
export type Stage = (typeof STAGES)[number];

export interface Move {
  readonly stage: Stage;
  readonly step: number;
}

/** What an interrupt does from one step to another. */
export interface Piece {
  /** `pends`: in PIR or IRR, which is a wait when time goes by. */
  readonly kind: 'moves' | 'waits' | 'again' | 'pends' | 'serves';
  readonly from: number;
  readonly to: number;
}

/** Interrupts of one source and vector, in the order they began. */
export interface WayLane {
  /** Where they come from: a component and event, as the log numbers them. */
  readonly source: string;
  /** -1: none of them got as far as having one. */
  readonly vector: number;
  readonly journeys: readonly number[];
}

interface Ways {
  /** Journey, stage, step, index of the journey's move before (-1 none): four numbers each. */
  moves: Int32Array;
  count: number;
  /** By journey: its last move; the steps of its first and last row; its vector, vCPU << 8, -1 none. */
  readonly lastMove: number[];
  readonly began: number[];
  readonly ended: number[];
  readonly vector: number[];
  readonly source: string[];
  /** Step at which nobody took it on, the last one; only of those with a way of their own. */
  readonly lost: number[];
  readonly lanes: Map<string, { readonly source: string; vector: number; readonly journeys: number[] }>;
  /** Journeys queued at a vCPU in the order they came, by what and which. */
  readonly queued: Map<string, number[]>;
  /** Low words of the redirection table. */
  readonly rte: Int32Array;
  /** What has been told piece by piece, by journey. */
  readonly told: Map<number, Told>;
  /** Step of the last row read; -1 in the set-up. */
  step: number;
}

/** What an event means on a way; those of the bits follow from the bits. */
const MEANS: { readonly [E in EventName]?: Stage } = {
  ioapic_service: 'ioapic',
  kvm_pic_set_irq: 'pic',
  kvm_msi_set_irq: 'msi',
  ioapic_remote_irr: 'held',
  msix_pending: 'held',
  ioapic_redeliver: 'again',
  pic_inta: 'isr',
  pic_eoi: 'eoi',
};

/** Where an interrupt's way can end before it has a vector anywhere: another chip may still take it on. */
const ENDS: ReadonlySet<EventName> = new Set<EventName>([
  ...(['no_route', 'ioapic_masked', 'no_destination'] as const),
  ...(['disabled_lapic', 'accept_disabled', 'accept_ignored'] as const),
]);

/** What has no bit in a set waits at its vCPU: what queues it there, takes it, and ends it. */
const AT_VCPU: { readonly [E in EventName]?: readonly [what: 'nmi' | 'init' | 'sipi', stage: Stage] } = {
  nmi_queued: ['nmi', 'irr'],
  inject_nmi: ['nmi', 'isr'],
  nmi_unmask: ['nmi', 'eoi'],
  init_pending: ['init', 'irr'],
  accept_init: ['init', 'eoi'],
  sipi_pending: ['sipi', 'irr'],
  accept_sipi: ['sipi', 'eoi'],
};

const BY_SET = { pir: 'pir', irr: 'irr', isr: 'isr' } as const;

function add(ways: Ways, journey: number, stage: Stage): void {
  if (journey <= 0 || ways.step < 0) return;
  const { count } = ways;
  if (count * 4 === ways.moves.length) {
    const bigger = new Int32Array(ways.moves.length * 2);
    bigger.set(ways.moves);
    ways.moves = bigger;
  }
  const { moves } = ways;
  moves[count * 4] = journey;
  moves[count * 4 + 1] = STAGES.indexOf(stage);
  moves[count * 4 + 2] = ways.step;
  moves[count * 4 + 3] = ways.lastMove[journey] ?? -1;
  ways.lastMove[journey] = count;
  ways.count++;
}

/** Puts a journey on the lane of its source and vector, once it is known to be an interrupt's. */
function enlist(ways: Ways, journey: number, vector: number): void {
  const source = ways.source[journey];
  const known = ways.vector[journey];
  if (source === undefined || (known !== undefined && (known >= 0 || vector < 0))) return;
  if (known !== undefined) {
    // It had no vector until now.
    const left = ways.lanes.get(`${source} -1`);
    left?.journeys.splice(left.journeys.lastIndexOf(journey), 1);
  }
  ways.vector[journey] = vector;
  const key = `${source} ${vector < 0 ? -1 : vector & 0xff}`;
  let lane = ways.lanes.get(key);
  if (lane === undefined) {
    lane = { source, vector: vector < 0 ? -1 : vector & 0xff, journeys: [] };
    ways.lanes.set(key, lane);
  }
  lane.journeys.push(journey);
}

/** A bit of PIR, IRR or ISR has changed. */
function takeBits(ways: Ways, log: SceneLog, seq: number): void {
  const { wordMap } = log;
  const rows = pageOf(log, seq);
  const at = placeOf(seq);
  const address = rows[at + COL.a];
  const pin = address - wordMap.ioapic - IOAPIC.at.redirLo;
  if (pin >= 0 && pin < ways.rte.length) ways.rte[pin] = rows[at + COL.c];
  const set = setOf(wordMap, address);
  if (set === null) return;
  const after = rows[at + COL.c];
  for (let left = rows[at + COL.b] ^ after; left !== 0; left &= left - 1) {
    const bit = 31 - Math.clz32(left & -left);
    const vector = (set.vcpu << 8) | (set.first + bit);
    if ((after >>> bit) & 1) {
      const owner = ownerOf(log, address, bit, seq + 1);
      // The vector of a broadcast is followed at the first vCPU it comes to.
      const known = ways.vector[owner] ?? -1;
      if (known >= 0 && known !== vector && known >> 8 !== set.vcpu) continue;
      add(ways, owner, BY_SET[set.name]);
      enlist(ways, owner, vector);
    } else if (set.name === 'isr') {
      const owner = ownerOf(log, address, bit, seq);
      if (ways.vector[owner] === vector) add(ways, owner, 'eoi');
    }
  }
}

/** Queued at a vCPU, taken or ended there: who takes it is another journey, so the first that was queued is the one that is taken. */
function takeQueued(ways: Ways, journey: number, key: string, stage: Stage): void {
  const queue = ways.queued.get(key) ?? [];
  ways.queued.set(key, queue);
  if (stage === 'irr') queue.push(journey);
  const whose = stage === 'irr' ? journey : queue[0];
  if (whose === undefined) return;
  if (stage === 'eoi') queue.shift();
  add(ways, whose, stage);
  if (ways.vector[whose] === undefined) enlist(ways, whose, -1);
}

/** A row of a journey: its first says where it began, its last how far it came. */
function begunBy(ways: Ways, log: SceneLog, seq: number, name: EventName): void {
  const journey = cellOf(log, seq, COL.journey);
  if (journey <= 0 || ways.step < 0) return;
  ways.ended[journey] = ways.step;
  if (ways.began[journey] !== undefined) return;
  ways.began[journey] = ways.step;
  const args = argsIn(log, seq, name) as Readonly<Record<string, number>>;
  const which = Object.entries(eventRow(name).args).find(([, kind]) => kind === 'gsi')?.[0];
  ways.source[journey] = `${cellOf(log, seq, COL.where)} ${which === undefined ? -1 : args[which]}`;
}

function takeEvent(ways: Ways, log: SceneLog, seq: number, name: EventName): void {
  const journey = cellOf(log, seq, COL.journey);
  const atVcpu = AT_VCPU[name];
  begunBy(ways, log, seq, name);
  if (atVcpu !== undefined)
    takeQueued(ways, journey, `${atVcpu[0]} ${cellOf(log, seq, COL.where) & 0xffff}`, atVcpu[1]);
  if (atVcpu !== undefined || journey <= 0 || ways.step < 0) return;

  // A line that goes low goes nowhere.
  if (name === 'kvm_pic_set_irq' && argsIn(log, seq, name).level === 0) return;
  const masked = name === 'ioapic_masked' && ((ways.rte[argsIn(log, seq, name).pin] ?? 0) >>> 15) & 1;
  const stage = masked ? 'held' : MEANS[name];
  if (stage !== undefined) add(ways, journey, stage);
  else if (ENDS.has(name)) ways.lost[journey] = ways.step;
  // A timer's may wait for its LVT entry.
  else if (name !== 'lvt_masked') return;
  if (ways.vector[journey] === undefined) enlist(ways, journey, -1);
}

const WAYS: LogReader<Ways> = {
  begin: () => ({
    moves: new Int32Array(1024),
    count: 0,
    lastMove: [],
    began: [],
    ended: [],
    vector: [],
    source: [],
    lost: [],
    lanes: new Map(),
    queued: new Map(),
    rte: new Int32Array(24),
    told: new Map(),
    step: -1,
  }),
  take(ways, log, from, to) {
    const { steps } = log;
    let next = steps.seqOf(ways.step + 1);
    for (let seq = from; seq < to; seq++) {
      while (seq >= next && ways.step + 1 < steps.length) next = steps.seqOf(++ways.step + 1);
      const code = cellOf(log, seq, COL.code);
      if (code === WRITE) takeBits(ways, log, seq);
      else {
        const name = EVENT_NAMES[code];
        if (name !== undefined) takeEvent(ways, log, seq, name);
      }
    }
  },
};

/** Takes in at most `most` further rows. @returns whether that was all there is */
export const readWays = (log: SceneLog, most: number): boolean => readSome(WAYS, log, most);

/** Lanes of what has been taken in, those with the earliest interrupts first. */
export function wayLanes(log: SceneLog): readonly WayLane[] {
  return [...soFar(WAYS, log).lanes.values()]
    .filter(({ journeys }) => journeys.length > 0)
    .sort((a, b) => a.journeys[0] - b.journeys[0]);
}

/** Steps of a journey's first and last row; -1 where it has none. */
export function reachOf(log: SceneLog, journey: number): { readonly first: number; readonly last: number } {
  const { began, ended } = soFar(WAYS, log);
  return { first: began[journey] ?? -1, last: ended[journey] ?? -1 };
}

/** vCPU and vector that an interrupt came to; null: it has none yet. */
export function vectorOf(log: SceneLog, journey: number): { readonly vcpu: number; readonly vector: number } | null {
  const known = soFar(WAYS, log).vector[journey] ?? -1;
  return known < 0 ? null : { vcpu: known >> 8, vector: known & 0xff };
}

/** Where nothing stays. */
const PASSES: ReadonlySet<Stage> = new Set<Stage>(['ioapic', 'msi']);

/** Step at which nobody took an interrupt on; what a chip holds, or a set, is not lost. Undefined: it was taken on. */
function lostAt({ moves, lastMove, lost }: Ways, journey: number): number | undefined {
  const last = lastMove[journey];
  return last === undefined || PASSES.has(STAGES[moves[last * 4 + 1]] as Stage) ? lost[journey] : undefined;
}

/**
 * Where an interrupt came to, in order; the first is its source. Empty: no such journey.
 * @param most of its last moves, its end not counted
 */
export function movesOf(log: SceneLog, journey: number, most = Number.POSITIVE_INFINITY): readonly Move[] {
  const ways = soFar(WAYS, log);
  const { moves, lastMove, began } = ways;
  const first = began[journey];
  if (first === undefined) return [];
  const out: Move[] = [];
  const end = lostAt(ways, journey);
  if (end !== undefined) out.push({ stage: 'lost', step: end });
  for (let i = lastMove[journey] ?? -1; i >= 0 && out.length < most; i = moves[i * 4 + 3])
    out.push({ stage: STAGES[moves[i * 4 + 1]] as Stage, step: moves[i * 4 + 2] });
  out.push({ stage: 'source', step: first });
  return out.reverse();
}

const KIND: Readonly<Record<Stage, Piece['kind'] | null>> = {
  source: 'moves',
  ioapic: 'moves',
  pic: 'moves',
  msi: 'moves',
  held: 'waits',
  again: 'again',
  pir: 'pends',
  irr: 'pends',
  isr: 'serves',
  eoi: null,
  lost: null,
};

/** Pieces of one way so far. Moves only ever come at its end, so what they made is not made again. */
interface Told {
  /** Pieces that are over; behind them, until the next move, what goes on. */
  readonly pieces: Piece[];
  over: number;
  open: Omit<Piece, 'to'> | null;
  /** The last move told, as an index of all moves; -1: none, not even its beginning. */
  last: number;
}

/** Tells one move more. */
function tell(told: Told, stage: Stage, step: number): void {
  const { open } = told;
  // Sent again, it stays that until it is in a set.
  const kind: Piece['kind'] | null = open?.kind === 'again' && KIND[stage] === 'moves' ? 'again' : KIND[stage];
  // Once it is in a set, what its line does on the way down is no way on.
  if (open?.kind === kind || (kind === 'moves' && (open?.kind === 'pends' || open?.kind === 'serves'))) return;
  // One that is lost in the step it began in has that step.
  const to = stage === 'lost' && open !== null ? Math.max(step, open.from + 1) : step;
  if (open !== null && open.from < to) told.pieces[told.over++] = { ...open, to };
  told.open = kind === null ? null : { kind, from: step };
}

/**
 * What an interrupt did, piece by piece; pieces of one kind that follow on another are one. What goes on ends past the last step.
 * The list is good until it is asked for again: that of a storm on one line has ten thousands, and a timeline asks at each frame.
 */
export function piecesOf(log: SceneLog, journey: number): readonly Piece[] {
  const ways = soFar(WAYS, log);
  const { moves, lastMove, told, began } = ways;
  const first = began[journey];
  if (first === undefined) return [];
  let known = told.get(journey);
  if (known === undefined) {
    known = { pieces: [], over: 0, open: null, last: -1 };
    tell(known, 'source', first);
    told.set(journey, known);
  }
  known.pieces.length = known.over;
  const last = lastMove[journey] ?? -1;
  const fresh: number[] = [];
  for (let i = last; i > known.last; i = moves[i * 4 + 3]) fresh.push(i);
  for (const i of fresh.reverse()) tell(known, STAGES[moves[i * 4 + 1]] as Stage, moves[i * 4 + 2]);
  known.last = last;
  // How it ends so far is not kept: it may yet go on.
  const now = { ...known };
  const end = lostAt(ways, journey);
  if (end !== undefined) tell(now, 'lost', end);
  if (now.open === null) return now.pieces;
  const goesOn = now.open.kind !== 'moves' && now.open.kind !== 'again';
  const to = goesOn ? log.steps.length : Math.max(now.open.from + 1, reachOf(log, journey).last);
  now.pieces.push({ ...now.open, to });
  return now.pieces;
}

/** Interrupts of a lane that began in the steps first..last, as indexes of its journeys. */
export function begunWithin(
  log: SceneLog,
  { journeys }: WayLane,
  first: number,
  last: number,
): { readonly from: number; readonly to: number } {
  const { began } = soFar(WAYS, log);
  const step = (i: number): number => began[journeys[i]];
  return { from: countBelow(journeys.length, step, first), to: countBelow(journeys.length, step, last + 1) };
}
