/**
 * Who owns a bit of IRR, ISR or PIR: the journey of the interrupt it stands for. The step that moves a bit often belongs to somebody
 * else (an entry that syncs the PIR, an EOI that lets the next one in), so a vector takes its journey along from set to set:
 * PIR to IRR to ISR. Read row by row as the log grows.
 */
import { COL, LAPIC, type Layout, PI_DESC, ROW } from '../engine/view/tables.ts';

/** Changes of one bit, ascending: row and owner from then on (0: the bit is clear), two numbers each. */
type Changes = number[];

export interface Owners {
  readonly layout: Layout;
  /** By word address * 32 + bit. */
  readonly changes: Map<number, Changes>;
  /** Journey of a vector that was posted, or waits in IRR, and has not gone on; by vcpu * 256 + vector. */
  readonly posted: Map<number, number>;
  readonly waiting: Map<number, number>;
}

export const createOwners = (layout: Layout): Owners => ({
  layout,
  changes: new Map(),
  posted: new Map(),
  waiting: new Map(),
});

type SetName = 'irr' | 'isr' | 'pir';

/** The set a word belongs to, as vCPU and first vector; null for all other words. */
function setOf(layout: Layout, address: number): { name: SetName; vcpu: number; first: number } | null {
  const lapic = address - layout.lapic;
  if (lapic >= 0 && lapic < layout.vcpus * LAPIC.size) {
    const vcpu = Math.floor(lapic / LAPIC.size);
    const offset = lapic - vcpu * LAPIC.size;
    for (const name of ['irr', 'isr'] as const) {
      const word = offset - LAPIC.at[name];
      if (word >= 0 && word < 8) return { name, vcpu, first: word * 32 };
    }
    return null;
  }
  const desc = address - layout.piDesc;
  if (desc < 0 || desc >= layout.vcpus * PI_DESC.size) return null;
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

/** Takes in a write row. @param at its first number in `rows` */
export function takeWrite(owners: Owners, rows: Int32Array, at: number): void {
  const address = rows[at + COL.a] as number;
  const set = setOf(owners.layout, address);
  if (set === null) return;
  const [before, after] = [rows[at + COL.b] as number, rows[at + COL.c] as number];
  for (let left = before ^ after; left !== 0; left &= left - 1) {
    const bit = 31 - Math.clz32(left & -left);
    const key = set.vcpu * 256 + set.first + bit;
    const owner = (after >>> bit) & 1 ? ownerOfNew(owners, set.name, key, rows[at + COL.journey] as number) : 0;
    const place = address * 32 + bit;
    const changes = owners.changes.get(place);
    if (changes === undefined) owners.changes.set(place, [at / ROW, owner]);
    else changes.push(at / ROW, owner);
  }
}

/** Owner of a bit before row `seq`; 0 while it is clear or nobody's, -1 for a word that is no set. */
export function ownerOf(owners: Owners, address: number, bit: number, seq: number): number {
  if (setOf(owners.layout, address) === null) return -1;
  const changes = owners.changes.get(address * 32 + bit) ?? [];
  let low = 0;
  let high = changes.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle * 2] as number) < seq) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (changes[low * 2 - 1] as number);
}
