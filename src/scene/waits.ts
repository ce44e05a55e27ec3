/**
 * What waits at a moment: an interrupt that can go no further until something lets it. Read from the state, not from events, so that
 * it holds at any instant: where it is held, what holds it, and the bit whose change will free it.
 */

import { lastAtMost } from '../base/bisect.ts';
import { hex } from '../base/hex.ts';
import { rteView, vectorIn, vectorsIn } from '../engine/view/machine-view.ts';
import { DEVICE, IOAPIC, LAPIC, PI_DESC, PIC, VCPU } from '../engine/view/tables.ts';
import type { Place } from '../explain/locate/locator.ts';
import { timeAt } from '../log/clock-index.ts';
import { wordsAt } from '../log/fold.ts';
import type { SceneLog } from '../log/log.ts';
import { ownerOf } from '../log/owners.ts';
import { messagesOf } from '../spec/messages.ts';
import { branchesOf } from './branches.ts';

export type WaitCause = 'eoi' | 'mask' | 'ppr' | 'tpr' | 'if' | 'shadow' | 'iret' | 'msix' | 'posted' | 'entry';

export interface Wait {
  readonly journey: number;
  /** Where it is held. */
  readonly at: Place;
  /** What it is called there. */
  readonly label: string;
  readonly cause: WaitCause;
  /** Of the cause: a vector, a pin, a register's value. */
  readonly what: string;
  /** Since when, ns of virtual time. */
  readonly since: number;
  /** The bit that will free it; null: no bit that is on the stage. */
  readonly freedBy: Place | null;
  /** The journey that bit belongs to, 0 nobody's. */
  readonly holder: number;
}

/** What a wait is before it is known since when. */
type Held = Omit<Wait, 'since'>;

/** Numbers of the bits that are set. */
const pinsOf = (bits: number): number[] => Array.from({ length: 32 }, (_, i) => i).filter((i) => (bits >>> i) & 1);

/** A moment of a scene. */
interface Moment {
  readonly scene: SceneLog;
  readonly w: Int32Array;
  readonly seq: number;
}

const owner = ({ scene, seq }: Moment, address: number, bit: number): number => ownerOf(scene, address, bit, seq);
const word = ({ w }: Moment, address: number): number => w[address];

/** vCPU that has a vector in service, -1 none. */
function servedBy({ scene, w }: Moment, vector: number): number {
  const { wordMap } = scene;
  for (let vcpu = 0; vcpu < wordMap.vcpus; vcpu++) {
    if (vectorIn(w, wordMap.lapic + vcpu * LAPIC.size + LAPIC.at.isr, vector)) return vcpu;
  }
  return -1;
}

/** Level-triggered pins whose line is high: sent and not ended, or masked. */
function* atPins(moment: Moment): Generator<Held> {
  const { scene, w } = moment;
  const { wordMap } = scene;
  const pending = word(moment, wordMap.ioapic + IOAPIC.at.irr);
  for (const pin of pinsOf(pending)) {
    const rte = rteView({ w, wordMap, routeTables: scene.routeTables, config: scene.config }, pin);
    if (!rte.level) continue;
    const journey = owner(moment, wordMap.ioapic + IOAPIC.at.irr, pin);
    const holder = owner(moment, wordMap.ioapic + IOAPIC.at.redirLo + pin, 14);
    if (journey === 0) continue;
    const at: Place = { at: 'ioapicPin', pin };
    const label = `pin ${pin}`;
    // While remote IRR stands for this very interrupt, it is being served.
    if (rte.remoteIrr && holder !== journey) {
      const vcpu = servedBy(moment, rte.vector);
      const freedBy: Place | null = vcpu < 0 ? null : { at: 'cell', vcpu, grid: 'isr', vector: rte.vector };
      yield { journey, at, label, cause: 'eoi', what: hex(rte.vector), freedBy, holder };
    } else if (rte.masked && !rte.remoteIrr) {
      yield { journey, at, label, cause: 'mask', what: String(pin), freedBy: at, holder: 0 };
    }
  }
}

/** What keeps a vector in IRR. */
function holdOf(moment: Moment, vcpu: number, vector: number): Pick<Held, 'cause' | 'what' | 'freedBy' | 'holder'> {
  const { scene, w } = moment;
  const lapic = scene.wordMap.lapic + vcpu * LAPIC.size;
  const at = scene.wordMap.vcpu + vcpu * VCPU.size;
  const ppr = word(moment, lapic + LAPIC.at.ppr) & 0xff;
  const flags: Place = { at: 'vcpu', vcpu, part: 'flags' };
  if (vector >> 4 <= ppr >> 4) {
    const top = vectorsIn(w, lapic + LAPIC.at.isr).at(-1);
    if (top === undefined || top >> 4 < ppr >> 4) {
      return { cause: 'tpr', what: hex(ppr), freedBy: { at: 'lapic', vcpu }, holder: 0 };
    }
    const holder = owner(moment, lapic + LAPIC.at.isr + (top >> 5), top & 31);
    return { cause: 'ppr', what: hex(top), freedBy: { at: 'cell', vcpu, grid: 'isr', vector: top }, holder };
  }
  if (word(moment, at + VCPU.at.rflagsIf) === 0) return { cause: 'if', what: String(vcpu), freedBy: flags, holder: 0 };
  if (word(moment, at + VCPU.at.shadow) !== 0) {
    return { cause: 'shadow', what: String(vcpu), freedBy: flags, holder: 0 };
  }
  return { cause: 'entry', what: String(vcpu), freedBy: null, holder: 0 };
}

/** Vectors in IRR and, not yet taken from there, in PIR. */
function* atLapics(moment: Moment): Generator<Held> {
  const { scene, w } = moment;
  const { wordMap } = scene;
  for (let vcpu = 0; vcpu < wordMap.vcpus; vcpu++) {
    const irr = wordMap.lapic + vcpu * LAPIC.size + LAPIC.at.irr;
    for (const vector of vectorsIn(w, irr)) {
      const journey = owner(moment, irr + (vector >> 5), vector & 31);
      const at: Place = { at: 'cell', vcpu, grid: 'irr', vector };
      if (journey !== 0) yield { journey, at, label: hex(vector), ...holdOf(moment, vcpu, vector) };
    }
    if (scene.config.apicv !== true) continue;
    const pir = wordMap.piDesc + vcpu * PI_DESC.size + PI_DESC.at.pir;
    for (const vector of vectorsIn(w, pir)) {
      const journey = owner(moment, pir + (vector >> 5), vector & 31);
      const at: Place = { at: 'cell', vcpu, grid: 'pir', vector };
      if (journey === 0) continue;
      yield { journey, at, label: hex(vector), cause: 'posted', what: String(vcpu), freedBy: null, holder: 0 };
    }
  }
}

/** NMIs that are blocked until IRET, 8259 requests the vCPU cannot take, and messages behind a mask of MSI-X. */
function* elsewhere(moment: Moment): Generator<Held> {
  const { scene } = moment;
  const { wordMap } = scene;
  for (let vcpu = 0; vcpu < wordMap.vcpus; vcpu++) {
    const at = wordMap.vcpu + vcpu * VCPU.size;
    const queued = word(moment, at + VCPU.at.nmiPending) + word(moment, at + VCPU.at.nmiQueued);
    if (queued === 0 || word(moment, at + VCPU.at.nmiMasked) === 0) continue;
    const nmi = word(moment, at + VCPU.at.nmiQueued) > 0 ? VCPU.at.nmiQueued : VCPU.at.nmiPending;
    const journey = owner(moment, at + nmi, 0) || owner(moment, at + VCPU.at.nmiQueued, 0);
    const place: Place = { at: 'vcpu', vcpu, part: 'nmi' };
    if (journey !== 0) yield { journey, at: place, label: 'NMI', cause: 'iret', what: '', freedBy: null, holder: 0 };
  }
  for (const chip of [0, 1]) {
    const base = wordMap.pic + chip * PIC.size;
    const open = word(moment, base + PIC.at.irr) & ~word(moment, base + PIC.at.imr) & 0xff;
    for (const bit of pinsOf(open)) {
      const journey = owner(moment, base + PIC.at.irr, bit);
      if (journey === 0 || word(moment, wordMap.vcpu + VCPU.at.rflagsIf) !== 0) continue;
      const pin = chip * 8 + bit;
      const freedBy: Place = { at: 'vcpu', vcpu: 0, part: 'flags' };
      yield { journey, at: { at: 'picPin', pin }, label: `pin ${pin}`, cause: 'if', what: '0', freedBy, holder: 0 };
    }
  }
  for (const [slot, device] of (scene.config.devices ?? []).entries()) {
    if (messagesOf(device) === 0) continue;
    const pending = wordMap.device + slot * DEVICE.size + DEVICE.at.msixPending;
    for (const entry of pinsOf(word(moment, pending))) {
      const journey = owner(moment, pending, entry);
      const at: Place = { at: 'device', slot };
      if (journey !== 0)
        yield { journey, at, label: 'MSI-X', cause: 'msix', what: String(entry), freedBy: at, holder: 0 };
    }
  }
}

/** When a journey last moved, ns. */
function lastMoved(scene: SceneLog, journey: number, before: number): number {
  const moves = branchesOf(scene).moves.get(journey) ?? [];
  const last = moves[lastAtMost(moves.length, (i) => moves[i], before)] ?? -1;
  return timeAt(scene, last < 0 ? 0 : scene.steps.seqOf(last));
}

const known = new WeakMap<SceneLog, Map<number, readonly Wait[]>>();
/** Moments kept: the clock asks for two neighbouring ones again and again. */
const MOST_KNOWN = 64;

/** What waits once a step has happened (-1: before the first). */
export function waitsAfter(scene: SceneLog, step: number): readonly Wait[] {
  let answers = known.get(scene);
  if (answers === undefined) {
    answers = new Map();
    known.set(scene, answers);
  }
  const before = answers.get(step);
  if (before !== undefined) return before;
  const seq = scene.steps.seqOf(step + 1);
  const moment: Moment = { scene, w: wordsAt(scene, seq), seq };
  const now = scene.steps.get(step);
  const waits: Wait[] = [];
  for (const held of [...atPins(moment), ...atLapics(moment), ...elsewhere(moment)]) {
    // What is on its way in is no wait yet: it is this step's own, or nothing but the entry is missing.
    const passing = held.cause === 'entry' || held.cause === 'posted';
    if (passing && now !== undefined && scene.steps.get(step)?.journey === held.journey) continue;
    waits.push({ ...held, since: lastMoved(scene, held.journey, step) });
  }
  if (answers.size >= MOST_KNOWN) answers.clear();
  answers.set(step, waits);
  return waits;
}
