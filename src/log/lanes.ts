/**
 * Lanes of the timeline: for each line, pin, local APIC and vCPU that changes, the spans of steps in which it was in one state.
 * Read from the log's write rows, row by row as the log grows.
 */

import { hasHost } from '../engine/view/machine-view.ts';
import {
  COL,
  DEVICE,
  IOAPIC,
  LAPIC,
  PCPU,
  PCPU_SLOTS,
  PI_DESC,
  PIC,
  VCPU,
  type WordMap,
  WRITE,
} from '../engine/view/tables.ts';
import { messagesOf } from '../spec/messages.ts';
import type { SceneLog } from './log.ts';
import { ownerOf } from './owners.ts';
import { type LogReader, read, readSome, soFar } from './reader.ts';
import { pageOf, placeOf } from './rows.ts';

/** What a span says; its words are made where it is drawn. */
export type SpanText =
  | {
      readonly kind:
        | 'asserted'
        | 'pending'
        | 'remoteIrr'
        | 'masked'
        | 'requested'
        | 'inService'
        | 'halted'
        | 'waitSipi'
        | 'guestMode'
        | 'rootMode'
        | 'blocked'
        | 'preempted'
        | 'outstanding';
    }
  /** Highest vector and how many more. */
  | { readonly kind: 'vectors'; readonly vector: number; readonly more: number }
  | { readonly kind: 'handler'; readonly vector: number }
  /** Posted and not yet taken: the highest, how many more, and whether a notification is outstanding. */
  | { readonly kind: 'posted'; readonly vector: number; readonly more: number; readonly on: boolean }
  | { readonly kind: 'runs'; readonly vcpu: number };

/** A moment on a lane: a vector of the host reaches a CPU. */
export interface Tick {
  readonly step: number;
  readonly vector: number;
  readonly journey: number;
}

export interface Span {
  /** The state began in this step (-1: before the first). */
  readonly from: number;
  /** It ended in this step; the number of steps so far while it lasts. */
  readonly to: number;
  readonly text: SpanText;
  /** Journey of the change that began it; 0: none. */
  readonly journey: number;
}

export type LaneKind = 'line' | 'pin' | 'pic' | 'pi' | 'irr' | 'isr' | 'vcpu' | 'mode' | 'pcpu';

export interface Lane {
  readonly kind: LaneKind;
  /** Device slot, pin or vCPU. */
  readonly index: number;
  /** In order; they do not overlap. */
  readonly spans: readonly Span[];
  readonly ticks: readonly Tick[];
}

type Read = (w: Int32Array) => SpanText | null;
/** The bit whose owner a state belongs to, as address and bit; null: to whoever began it. */
type Owned = (text: SpanText) => readonly [address: number, bit: number] | null;
const NOBODY: Owned = () => null;

interface LaneState {
  readonly kind: LaneKind;
  readonly index: number;
  readonly read: Read;
  readonly owned: Owned;
  /** Of a vCPU's lane: handlers begun and not ended, with their journeys. */
  readonly handlers: Map<number, number>;
  /** Those that are over; behind them, until the next change, the one that goes on. */
  readonly spans: Span[];
  over: number;
  readonly ticks: Tick[];
  /** Word that counts moments, and the one that says which vector; -1 none. */
  readonly counter: number;
  /** Begun and not ended. */
  open: { from: number; text: SpanText; journey: number } | null;
}

/** Lanes of a log as far as they have been read. */
interface Reading {
  readonly lanes: readonly LaneState[];
  /** Lanes that depend on a word, by its address. */
  readonly byWord: readonly (readonly LaneState[] | undefined)[];
  readonly w: Int32Array;
  /** Step of the last row read; -1 in the set-up. */
  step: number;
}

/** More vCPUs than this have a lane for their mode only if it changes. */
const MOST_MODES = 4;

type Plain = Exclude<SpanText['kind'], 'vectors' | 'handler' | 'posted' | 'runs'>;

const plain = new Map<Plain, SpanText>();

/** One object a kind: a long run has a million spans. */
function text(kind: Plain): SpanText {
  let known = plain.get(kind);
  if (known === undefined) {
    known = { kind } as SpanText;
    plain.set(kind, known);
  }
  return known;
}

/** The highest vector of a set, -1 none. */
function highestIn(w: Int32Array, base: number): number {
  for (let i = 7; i >= 0; i--) if (w[base + i] !== 0) return i * 32 + 31 - Math.clz32(w[base + i]);
  return -1;
}

function countIn(w: Int32Array, base: number): number {
  let count = 0;
  for (let i = 0; i < 8; i++) for (let bits = w[base + i]; bits !== 0; bits &= bits - 1) count++;
  return count;
}

function vectorsText(w: Int32Array, base: number): SpanText | null {
  const vector = highestIn(w, base);
  return vector < 0 ? null : { kind: 'vectors', vector, more: countIn(w, base) - 1 };
}

function pinRead(wordMap: WordMap, pin: number): Read {
  const at = wordMap.ioapic;
  return (w) => {
    const rte = w[at + IOAPIC.at.redirLo + pin];
    if ((rte >>> 14) & 1) return text('remoteIrr');
    const irr = (w[at + IOAPIC.at.irr] >>> pin) & 1;
    // An edge pin's IRR bit only remembers that the line is high; a level pin's waits to be served.
    if (irr) return text((rte >>> 16) & 1 ? 'masked' : (rte >>> 15) & 1 ? 'pending' : 'asserted');
    return w[at + IOAPIC.at.lines + pin] === 0 ? null : text('asserted');
  };
}

function vcpuRead(wordMap: WordMap, vcpu: number): Read {
  const at = wordMap.vcpu + vcpu * VCPU.size;
  return (w) => {
    const depth = w[at + VCPU.at.depth];
    if (depth > 0) return { kind: 'handler', vector: w[at + VCPU.at.stackVector + depth - 1] };
    const mpState = w[at + VCPU.at.mpState];
    if (mpState === 1 || mpState === 2) return text('waitSipi');
    return w[at + VCPU.at.halted] === 1 || mpState === 3 ? text('halted') : null;
  };
}

/** Where a vCPU's thread is: in the guest, in KVM, or off its CPU. */
function modeRead(wordMap: WordMap, vcpu: number): Read {
  const at = wordMap.vcpu + vcpu * VCPU.size;
  return (w) => {
    if (w[at + VCPU.at.blocking] === 1) return text('blocked');
    if (w[at + VCPU.at.preempted] === 1) return text('preempted');
    return text(w[at + VCPU.at.mode] === 1 ? 'guestMode' : 'rootMode');
  };
}

function postedRead(wordMap: WordMap, vcpu: number): Read {
  const at = wordMap.piDesc + vcpu * PI_DESC.size;
  return (w) => {
    const on = w[at + PI_DESC.at.on] === 1;
    const pir = at + PI_DESC.at.pir;
    const vector = highestIn(w, pir);
    if (vector >= 0) return { kind: 'posted', vector, more: countIn(w, pir) - 1, on };
    return on ? text('outstanding') : null;
  };
}

/** Every lane a machine can have, in the order in which they are shown, with the words it depends on. */
function allLanes(scene: SceneLog): { lane: LaneState; words: number[] }[] {
  const { wordMap, config } = scene;
  const out: { lane: LaneState; words: number[] }[] = [];
  const add = (kind: LaneKind, index: number, words: number[], read: Read, owned = NOBODY, counter = -1): void => {
    const lane = { kind, index, read, owned, handlers: new Map(), spans: [], over: 0, ticks: [], counter, open: null };
    out.push({ lane, words });
  };
  const inSet =
    (base: number): Owned =>
    (state) =>
      state.kind === 'vectors' || state.kind === 'posted' ? [base + (state.vector >> 5), state.vector & 31] : null;
  const run = (first: number, n: number): number[] => Array.from({ length: n }, (_, i) => first + i);
  for (const [slot, device] of (config.devices ?? []).entries()) {
    if (messagesOf(device) > 0) continue;
    const word = wordMap.device + slot * DEVICE.size + DEVICE.at.line;
    add(
      'line',
      slot,
      [word],
      (w) => (w[word] === 0 ? null : text('asserted')),
      () => [word, 0],
    );
  }
  for (let pin = 0; pin < 16; pin++) {
    const at = wordMap.pic + (pin >> 3) * PIC.size;
    const bit = 1 << (pin & 7);
    const read: Read = (w) => {
      if (w[at + PIC.at.isr] & bit) return text('inService');
      return w[at + PIC.at.irr] & bit ? text('requested') : null;
    };
    const owned: Owned = ({ kind }) => [at + PIC.at[kind === 'inService' ? 'isr' : 'irr'], pin & 7];
    add('pic', pin, [at + PIC.at.irr, at + PIC.at.isr], read, owned);
  }
  for (let pin = 0; pin < 24; pin++) {
    const { redirLo, irr, lines } = IOAPIC.at;
    add(
      'pin',
      pin,
      [redirLo + pin, irr, lines + pin].map((o) => wordMap.ioapic + o),
      pinRead(wordMap, pin),
      ({ kind }) => (kind === 'remoteIrr' ? [wordMap.ioapic + redirLo + pin, 14] : [wordMap.ioapic + irr, pin]),
    );
  }
  for (let vcpu = 0; vcpu < wordMap.vcpus; vcpu++) {
    const lapic = wordMap.lapic + vcpu * LAPIC.size;
    const at = wordMap.vcpu + vcpu * VCPU.size;
    const pi = wordMap.piDesc + vcpu * PI_DESC.size;
    const [irr, isr] = [lapic + LAPIC.at.irr, lapic + LAPIC.at.isr];
    if (config.apicv === true)
      add('pi', vcpu, run(pi, PI_DESC.at.on + 1), postedRead(wordMap, vcpu), inSet(pi + PI_DESC.at.pir));
    add('irr', vcpu, run(irr, 8), (w) => vectorsText(w, irr), inSet(irr));
    add('isr', vcpu, run(isr, 8), (w) => vectorsText(w, isr), inSet(isr));
    const words = [VCPU.at.mpState, VCPU.at.halted, VCPU.at.depth].map((o) => at + o);
    add('vcpu', vcpu, [...words, ...run(at + VCPU.at.stackVector, 8)], vcpuRead(wordMap, vcpu));
    const modes = [VCPU.at.mode, VCPU.at.blocking, VCPU.at.preempted].map((o) => at + o);
    if (hasHost(config)) add('mode', vcpu, modes, modeRead(wordMap, vcpu));
  }
  for (let pcpu = 0; pcpu < PCPU_SLOTS && hasHost(config); pcpu++) {
    const at = wordMap.pcpu + pcpu * PCPU.size;
    const read: Read = (w) => {
      const vcpu = w[at + PCPU.at.running];
      return vcpu < 0 ? null : { kind: 'runs', vcpu };
    };
    add('pcpu', pcpu, [at + PCPU.at.running, at + PCPU.at.ipis], read, NOBODY, at + PCPU.at.ipis);
  }
  return out;
}

function begin(scene: SceneLog): Reading {
  const byWord: (LaneState[] | undefined)[] = Array.from({ length: scene.wordMap.size });
  const lanes = allLanes(scene).map(({ lane, words }) => {
    for (const word of words) {
      const known = byWord[word];
      if (known === undefined) byWord[word] = [lane];
      else known.push(lane);
    }
    return lane;
  });
  return { lanes, byWord, w: new Int32Array(scene.wordMap.size), step: -1 };
}

/** What any text may have besides its kind. */
interface Details {
  readonly kind: SpanText['kind'];
  readonly vector?: number;
  readonly more?: number;
  readonly on?: boolean;
  readonly vcpu?: number;
}

const sameText = (a: Details, b: Details): boolean =>
  a.kind === b.kind && a.vector === b.vector && a.more === b.more && a.on === b.on && a.vcpu === b.vcpu;

/** Journey a handler runs for: it keeps the one it began with while others run on top of it. */
function handlerOwner(lane: LaneState, state: SpanText | null, journey: number): number {
  if (state?.kind !== 'handler') {
    // To clear one that is empty makes it anew.
    if (lane.handlers.size > 0) lane.handlers.clear();
    return journey;
  }
  const known = lane.handlers.get(state.vector);
  if (known !== undefined) return known;
  lane.handlers.set(state.vector, journey);
  return journey;
}

/** @param from journey of row `seq` */
function touch(lane: LaneState, scene: SceneLog, w: Int32Array, step: number, seq: number, from: number): void {
  const now = lane.read(w);
  const { open } = lane;
  const journey = handlerOwner(lane, now, from);
  if (open === null || now === null ? open === now : sameText(open.text, now)) return;
  // A state that came and went within one step has no length and is not shown.
  if (open !== null && open.from < step) {
    lane.spans[lane.over++] = { from: open.from, to: step, text: open.text, journey: open.journey };
  }
  if (now === null) {
    lane.open = null;
    return;
  }
  // What the set-up left behind is nobody's.
  const bit = step < 0 ? null : lane.owned(now);
  const owner = bit === null ? 0 : ownerOf(scene, bit[0], bit[1], seq + 1);
  lane.open = { from: step, text: now, journey: step < 0 ? 0 : owner || journey };
}

const LANES: LogReader<Reading> = {
  begin,
  take(reading, scene, from, to) {
    const { w, byWord } = reading;
    const { steps } = scene;
    let next = steps.seqOf(reading.step + 1);
    for (let seq = from; seq < to; seq++) {
      while (seq >= next && reading.step + 1 < steps.length) next = steps.seqOf(++reading.step + 1);
      const rows = pageOf(scene, seq);
      const at = placeOf(seq);
      if (rows[at] !== WRITE) continue;
      const address = rows[at + COL.a];
      w[address] = rows[at + COL.c];
      const lanes = byWord[address];
      if (lanes === undefined) continue;
      for (const lane of lanes) {
        if (address !== lane.counter) touch(lane, scene, w, reading.step, seq, rows[at + COL.journey]);
        else if (reading.step >= 0) {
          // The vector is written before the count.
          const vector = w[address - PCPU.at.ipis + PCPU.at.lastVector];
          lane.ticks.push({ step: reading.step, vector, journey: rows[at + COL.journey] });
        }
      }
    }
  },
};

/** Takes in at most `most` further rows. @returns whether that was all there is */
export const readLanes = (scene: SceneLog, most: number): boolean => readSome(LANES, scene, most);

/**
 * Lanes in which something happens in the shown part of the scene, with the spans so far: a list grows in place, as the log does, for
 * that of a storm has a million spans and is asked for at each batch.
 * @param reading what was read, by default all
 */
export function lanesOf(scene: SceneLog, reading = read(LANES, scene)): readonly Lane[] {
  const { steps, wordMap } = scene;
  const end = steps.length;
  const out: Lane[] = [];
  for (const { kind, index, spans, over, open, ticks } of reading.lanes) {
    // A lane that is in one state throughout tells nothing about time.
    // But that a vCPU which takes an interrupt never leaves the guest is worth seeing.
    const idle = over === 0 && ticks.length === 0 && (open === null || open.from < 0);
    const partakes = out.some((lane) => lane.kind === 'isr' && lane.index === index);
    if (idle && (kind !== 'mode' || !partakes || wordMap.vcpus > MOST_MODES)) continue;
    spans.length = over;
    if (open !== null) spans.push({ ...open, to: end });
    out.push({ kind, index, ticks, spans });
  }
  return out;
}

/** The same of the rows that `readLanes` has taken in. */
export const lanesSoFar = (scene: SceneLog): readonly Lane[] => lanesOf(scene, soFar(LANES, scene));
