/**
 * A register is written once, as data: `defineLayout` takes its fields and everything else comes from them: decoding,
 * encoding, masks by name, the mask of what a guest write changes, and the rows an inspector shows. `defineRegisters` takes
 * the registers of a component, in the order of its state words, and how to read each.
 *
 * A register is a list of 32-bit words, low word first, so that a 128-bit IRTE is as easy as an 8-bit TPR; a field never
 * straddles two words. What a field means is text and therefore not here: its key is `reg.<LAYOUT>.<field>`.
 */
import type { CiteKey } from '../citations.ts';

/**
 * What a guest write does to a field: 'rw' stores it, 'ro' leaves it, 'wo' acts and reads back as nothing, 'reserved' is
 * dropped or faults, 'stored' is reserved in the manual but KVM keeps what was written.
 */
export type Access = 'rw' | 'ro' | 'wo' | 'reserved' | 'stored';

export interface FieldSpec {
  /** Lowest bit. */
  readonly at: number;
  readonly width: number;
  /** Name of every encoding, 2 ** width of them, all different. */
  readonly values?: readonly string[];
  /** Names of some encodings, for fields with too many to list. */
  readonly labels?: Readonly<Record<number, string>>;
  /** Default 'rw'. */
  readonly access?: Access;
  /** How a plain number is shown; default 'hex'. */
  readonly show?: 'hex' | 'dec';
}

export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

export interface BitLayout<F extends FieldSpecs = FieldSpecs> {
  readonly name: string;
  readonly bits: number;
  readonly cite: CiteKey;
  readonly fields: F;
}

type ValueOf<F extends FieldSpec> = F extends { readonly values: readonly (infer V extends string)[] }
  ? V
  : F extends { readonly width: 1 }
    ? boolean
    : number;

/** The decoded form: names where the field has named values, booleans for single bits, numbers otherwise. */
export type Decoded<L extends BitLayout> = { readonly [K in keyof L['fields']]: ValueOf<L['fields'][K]> };

/** Field names and specs of a layout, from bit 0 upwards. */
export function fieldsOf(layout: BitLayout): readonly (readonly [string, FieldSpec])[] {
  return Object.entries(layout.fields).sort(([, a], [, b]) => a.at - b.at);
}

/** Checks that the fields tile the register and takes the layout as it is. */
export function defineLayout<const F extends FieldSpecs>(layout: BitLayout<F>): BitLayout<F> {
  const say = (what: string): never => {
    throw new Error(`layout ${layout.name}: ${what}`);
  };
  let next = 0;
  for (const [name, { at, width, values }] of fieldsOf(layout)) {
    if (width < 1) say(`${name} has no bits`);
    if (at < next) say(`${name} overlaps the field below it at bit ${at}`);
    if (at > next) say(`bits ${next} to ${at - 1} belong to no field`);
    if (at >> 5 !== (at + width - 1) >> 5) say(`${name} straddles bit ${((at >> 5) + 1) * 32}`);
    if (values !== undefined && values.length !== 2 ** width)
      say(`${name} names ${values.length} of ${2 ** width} values`);
    if (values !== undefined && new Set(values).size !== values.length) say(`${name} names two values alike`);
    next = at + width;
  }
  if (next !== layout.bits) say(`its fields end at bit ${next}, not ${layout.bits}`);
  return Object.freeze(layout);
}

const ones = (width: number): number => (width === 32 ? 0xffff_ffff : 2 ** width - 1);

/** Number of 32-bit words the register takes. */
export function wordsOf(layout: BitLayout): number {
  return Math.ceil(layout.bits / 32);
}

/** The bits of a field, as an unsigned number. */
export function rawField(words: ArrayLike<number>, { at, width }: FieldSpec): number {
  return (((words[at >> 5] ?? 0) >>> (at & 31)) & ones(width)) >>> 0;
}

/** Puts a raw value into a field of `words`, in place. */
export function setRawField(words: { [n: number]: number }, { at, width }: FieldSpec, raw: number): void {
  const word = at >> 5;
  const mask = (ones(width) << (at & 31)) >>> 0;
  words[word] = (((words[word] ?? 0) & ~mask) | ((raw << (at & 31)) & mask)) >>> 0;
}

/** Reads a register. @param words its 32-bit words, low first */
export function decode<L extends BitLayout>(layout: L, words: ArrayLike<number>): Decoded<L> {
  const out: Record<string, string | number | boolean> = {};
  for (const [name, field] of Object.entries(layout.fields)) {
    const raw = rawField(words, field);
    out[name] = field.values?.[raw] ?? (field.width === 1 ? raw === 1 : raw);
  }
  return out as Decoded<L>;
}

/** The words of a decoded register; fields left out are 0. */
export function encode<L extends BitLayout>(layout: L, value: Partial<Decoded<L>>): Uint32Array {
  const words = new Uint32Array(wordsOf(layout));
  const given = value as Readonly<Record<string, string | number | boolean | undefined>>;
  for (const [name, field] of Object.entries(layout.fields)) {
    const v = given[name];
    if (v === undefined) continue;
    const raw = typeof v === 'string' ? (field.values?.indexOf(v) ?? -1) : Number(v);
    if (!Number.isInteger(raw) || raw < 0 || raw > ones(field.width)) {
      throw new RangeError(`${layout.name}.${name} cannot hold ${String(v)}`);
    }
    setRawField(words, field, raw);
  }
  return words;
}

/** One bit for every bit a guest write changes. */
export function writeMask(layout: BitLayout): Uint32Array {
  const words = new Uint32Array(wordsOf(layout));
  for (const [, field] of fieldsOf(layout)) {
    const access = field.access ?? 'rw';
    if (access !== 'ro' && access !== 'reserved') setRawField(words, field, ones(field.width));
  }
  return words;
}

type Upper<S extends string, Before extends string = ''> = S extends `${infer C}${infer Rest}`
  ? C extends Uppercase<C>
    ? C extends Lowercase<C>
      ? `${C}${Upper<Rest, C>}`
      : `${Before extends '' ? '' : '_'}${C}${Upper<Rest, C>}`
    : `${Uppercase<C>}${Upper<Rest, C>}`
  : '';

/** Masks of a layout's fields by name, `trigMode` as TRIG_MODE: each within the field's own 32-bit word, as a signed number. */
export type Masks<L extends BitLayout> = { readonly [K in keyof L['fields'] & string as Upper<K>]: number };

/** Field name as a constant's: "trigMode" -> "TRIG_MODE". */
export const constantName = (field: string): string => field.replace(/(?!^)([A-Z])/g, '_$1').toUpperCase();

/**
 * The masks of a layout, to be taken apart: `const { MASK, TRIG_MODE } = bits(RTE)`. The object is frozen and the numbers
 * are module constants then, which V8 folds as it does a literal (see src/cli/bench.ts).
 */
export function masks<L extends BitLayout>(layout: L): Masks<L> {
  const entries = Object.entries(layout.fields).map(([name, { at, width }]) => [
    constantName(name),
    (ones(width) << (at & 31)) | 0,
  ]);
  return Object.freeze(Object.fromEntries(entries)) as Masks<L>;
}

/** Where fields begin within their 32-bit word: `(low & DELIVERY_MODE) >>> shift.DELIVERY_MODE`. */
export function shifts<L extends BitLayout>(layout: L): Masks<L> {
  const entries = Object.entries(layout.fields).map(([name, { at }]) => [constantName(name), at & 31]);
  return Object.freeze(Object.fromEntries(entries)) as Masks<L>;
}

export interface FieldRow {
  readonly name: string;
  readonly spec: FieldSpec;
  /** "15" or "10:8", as the manuals write it. */
  readonly bits: string;
  readonly raw: number;
  readonly text: string;
  readonly access: Access;
  /** Catalogue key of what the field means. */
  readonly doc: string;
}

/** "15" or "10:8". */
export function bitsText({ at, width }: FieldSpec): string {
  return width === 1 ? String(at) : `${at + width - 1}:${at}`;
}

/** A field's value as a person reads it. */
export function fieldText(field: FieldSpec, raw: number): string {
  const named = field.values?.[raw] ?? field.labels?.[raw];
  if (named !== undefined) return named;
  return field.width === 1 || field.show === 'dec' ? String(raw) : `0x${raw.toString(16)}`;
}

/** Catalogue key of a field; all reserved fields share one, and so do fields that only a number tells apart (`irq3`). */
export function fieldDoc(layout: BitLayout, name: string): string {
  const access = layout.fields[name]?.access;
  if (access === 'reserved') return 'reg.reserved';
  if (access === 'stored') return 'reg.stored';
  return `reg.${layout.name}.${name.replace(/^(irq|pin|pir|other)\d+$/, '$1')}`;
}

/** Inspector rows, highest bit first. */
export function fieldRows(layout: BitLayout, words: ArrayLike<number>): FieldRow[] {
  return fieldsOf(layout)
    .map(([name, spec]) => {
      const raw = rawField(words, spec);
      return {
        name,
        spec,
        bits: bitsText(spec),
        raw,
        text: fieldText(spec, raw),
        access: spec.access ?? 'rw',
        doc: fieldDoc(layout, name),
      };
    })
    .reverse();
}

// -- registers of a component

/** How a plain number is shown. `signed`: -1 means none. */
export type NumberShape = 'hex' | 'dec' | 'bool' | 'vector' | 'signed' | 'ns';

export type Reading =
  /** Bits by layout; `parts` are the registers of its 32-bit words, low first, this one included. */
  | { readonly as: 'bits'; readonly layout: BitLayout; readonly parts: readonly string[] }
  /** Eight words, a bit for each vector. */
  | { readonly as: 'vectors' }
  | { readonly as: 'number'; readonly shape: NumberShape; readonly labels?: Readonly<Record<number, string>> }
  /** Upper half of the register named. */
  | { readonly as: 'high'; readonly of: string };

/** A register that is state: what its words mean. */
export interface RegisterRow {
  /** The name the manuals or the kernel have for it. */
  readonly label: string;
  readonly reading: Reading;
  /** In x2APIC mode, where it differs. */
  readonly x2?: Reading;
  /** Book-keeping: shown last and folded away. */
  readonly quiet?: true;
  /** Offset in the local APIC's page and the name asm/apicdef.h has for it; x2APIC MSR 0x800 + offset / 16. */
  readonly page?: { readonly offset: number; readonly name: string };
  readonly msr?: number;
}

export type RegisterRows = Readonly<Record<string, RegisterRow>>;

/** Bits by layout. @param parts the registers of the layout's 32-bit words, low first; none: the register itself */
export const bits = (label: string, layout: BitLayout, ...parts: string[]): RegisterRow => ({
  label,
  reading: { as: 'bits', layout, parts },
});
/** 256 bits, one for each vector. */
export const vectors = (label: string): RegisterRow => ({ label, reading: { as: 'vectors' } });
export const number = (label: string, shape: NumberShape, labels?: Readonly<Record<number, string>>): RegisterRow => ({
  label,
  reading: { as: 'number', shape, ...(labels && { labels }) },
});
export const dec = (label: string): RegisterRow => number(label, 'dec');
export const bool = (label: string): RegisterRow => number(label, 'bool');
export const hex = (label: string): RegisterRow => number(label, 'hex');
/** The upper half of a register that has two words. */
export const high = (of: string): RegisterRow => ({ label: of, reading: { as: 'high', of }, quiet: true });
export const quiet = (row: RegisterRow): RegisterRow => ({ ...row, quiet: true });
/** Names with their numbers before them. */
export const numbered = (names: Readonly<Record<number, string>>): Record<number, string> =>
  Object.fromEntries(Object.entries(names).map(([n, name]) => [n, `${n} ${name}`]));

/** The registers of a component, in the order of its state words. */
export function defineRegisters<const R extends RegisterRows>(rows: R): { readonly [K in keyof R]: RegisterRow } {
  const named = Object.entries(rows).map(([name, row]): [string, RegisterRow] => {
    const { reading } = row;
    const own = reading.as === 'bits' && reading.parts.length === 0;
    return [name, own ? { ...row, reading: { ...reading, parts: [name] } } : row];
  });
  return Object.fromEntries(named) as { readonly [K in keyof R]: RegisterRow };
}
