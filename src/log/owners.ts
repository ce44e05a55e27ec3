/**
 * Who owns a bit of IRR, ISR or PIR: the journey of the interrupt it stands for. The step that moves a bit often belongs to somebody
 * else (an entry that syncs the PIR, an EOI that lets the next one in), so a vector takes its journey along from set to set:
 * PIR to IRR to ISR. Read row by row as the log grows.
 */
import { countBelow } from '../base/bisect.ts';
import { COL, LAPIC, PI_DESC, type WordMap, WRITE } from '../engine/view/tables.ts';
import type { SceneLog } from './log.ts';
import { read, standingReader } from './reader.ts';
import { pageOf, placeOf } from './rows.ts';
import { writersOf } from './writers.ts';

/** Changes of one bit, ascending: row and owner from then on (CLEAR: the bit is), two numbers each. */
type Changes = number[];
const CLEAR = -1;

interface Owners {
  readonly wordMap: WordMap;
  /** By word address * 32 + bit. */
  readonly changes: Map<number, Changes>;
  /** Journey of a vector that was posted, or waits in IRR, and has not gone on; by vcpu * 256 + vector. */
  readonly posted: Map<number, number>;
  readonly waiting: Map<number, number>;
}

type SetName = 'irr' | 'isr' | 'pir';

/** The set a word belongs to, as vCPU and first vector; null for all other words. */
export function setOf(wordMap: WordMap, address: number): { name: SetName; vcpu: number; first: number } | null {
  const lapic = address - wordMap.lapic;
  if (lapic >= 0 && lapic < wordMap.vcpus * LAPIC.size) {
    const vcpu = Math.floor(lapic / LAPIC.size);
    const offset = lapic - vcpu * LAPIC.size;
    for (const name of ['irr', 'isr'] as const) {
      const word = offset - LAPIC.at[name];
      if (word >= 0 && word < 8) return { name, vcpu, first: word * 32 };
    }
    return null;
  }
  const desc = address - wordMap.piDesc;
  if (desc < 0 || desc >= wordMap.vcpus * PI_DESC.size) return null;
  const vcpu = Math.floor(desc / PI_DESC.size);
  const word = desc - vcpu * PI_DESC.size - PI_DESC.at.pir;
  return word >= 0 && word < 8 ? { name: 'pir', vcpu, first: word * 32 } : null;
}

/** Who a bit belongs to that is set now, by where its vector came from. */
function ownerOfNew(owners: Owners, name: SetName, key: number, journey: number): number {
  const from = name === 'irr' ? owners.posted : name === 'isr' ? owners.waiting : null;
  const owner = from?.get(key) ?? journey;
  from?.delete(key);
  if (name === 'pir') owners.posted.set(key, owner);
  else if (name === 'irr') owners.waiting.set(key, owner);
  return owner;
}

/** Takes in a write row. @param at its first number in the page `rows` */
function takeWrite(owners: Owners, seq: number, rows: Int32Array, at: number): void {
  const address = rows[at + COL.a];
  const set = setOf(owners.wordMap, address);
  if (set === null) return;
  const [before, after] = [rows[at + COL.b], rows[at + COL.c]];
  for (let left = before ^ after; left !== 0; left &= left - 1) {
    const bit = 31 - Math.clz32(left & -left);
    const key = set.vcpu * 256 + set.first + bit;
    const owner = (after >>> bit) & 1 ? ownerOfNew(owners, set.name, key, rows[at + COL.journey]) : CLEAR;
    const place = address * 32 + bit;
    const changes = owners.changes.get(place);
    if (changes === undefined) owners.changes.set(place, [seq, owner]);
    else changes.push(seq, owner);
  }
}

/** Newest row that set each bit of a set, by vcpu * 256 + vector: a vector is still where it was set unless the next set has it since. */
function stillThere({ wordMap, changes, posted, waiting }: Owners): void {
  const newest = { irr: new Map<number, number>(), isr: new Map<number, number>(), pir: new Map<number, number>() };
  posted.clear();
  waiting.clear();
  for (const [place, list] of changes) {
    const bit = place % 32;
    const set = setOf(wordMap, (place - bit) / 32);
    if (set === null) continue;
    const at = list.findLastIndex((owner, i) => i % 2 === 1 && owner !== CLEAR);
    if (at < 0) continue;
    const key = set.vcpu * 256 + set.first + bit;
    newest[set.name].set(key, list[at - 1]);
    if (set.name !== 'isr') (set.name === 'pir' ? posted : waiting).set(key, list[at]);
  }
  for (const [waits, here, next] of [
    [posted, newest.pir, newest.irr],
    [waiting, newest.irr, newest.isr],
  ])
    for (const [key, seq] of here) if ((next.get(key) ?? -1) > seq) waits.delete(key);
}

const OWNERS = standingReader<Owners>({
  begin: ({ wordMap }) => ({ wordMap, changes: new Map(), posted: new Map(), waiting: new Map() }),
  take(owners, log, from, to) {
    for (let seq = from; seq < to; seq++) {
      const rows = pageOf(log, seq);
      const at = placeOf(seq);
      if (rows[at] === WRITE) takeWrite(owners, seq, rows, at);
    }
  },
  rewind(owners, _log, kept) {
    for (const list of owners.changes.values()) list.length = 2 * countBelow(list.length / 2, (i) => list[i * 2], kept);
    stillThere(owners);
  },
});

/** Journey that owns a bit of a word before row `seq`; 0: the bit is clear, or nobody's. */
export function ownerOf(log: SceneLog, address: number, bit: number, seq: number): number {
  if (setOf(log.wordMap, address) === null) return setterOf(log, address, bit, seq);
  const changes = read(OWNERS, log).changes.get(address * 32 + bit) ?? [];
  const passed = countBelow(changes.length / 2, (i) => changes[i * 2], seq);
  return passed === 0 ? 0 : Math.max(0, changes[passed * 2 - 1]);
}

/** A bit of a word that is in no set is whose change raised it. */
function setterOf(log: SceneLog, address: number, bit: number, before: number): number {
  for (const seq of writersOf(log, address, before)) {
    const rows = pageOf(log, seq);
    const at = placeOf(seq);
    // Set-up and resets belong to nobody, and say nothing of who comes after.
    if (rows[at + COL.journey] === 0) continue;
    const was = (rows[at + COL.b] >>> bit) & 1;
    const is = (rows[at + COL.c] >>> bit) & 1;
    if (was === 0 && is === 1) return rows[at + COL.journey];
    if (was === 1 && is === 0) return 0;
  }
  return 0;
}
