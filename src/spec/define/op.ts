/**
 * The definer of ops. An op is a row: its class and its fields, each with a kind and a range. From the row come the
 * TypeScript type, the reader that turns JSON into it (with the place of the first thing that is wrong), its short form
 * in a link, the controls that make it and the generator that tries it.
 *
 * JSON numbers are integers or "0x…" (or decimal) strings; nothing is guessed.
 */

/** Why an op was refused: `code` is a key of the catalogues, `place` the field, `params` what the sentence needs. */
export class OpError extends Error {
  readonly code: string;
  readonly place: string;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(code: string, place: string, params: Readonly<Record<string, string | number>> = {}) {
    super(`${code} at ${place}${Object.keys(params).length > 0 ? ` ${JSON.stringify(params)}` : ''}`);
    this.code = code;
    this.place = place;
    this.params = params;
  }
}

export type Json = Readonly<Record<string, unknown>>;
/** An op as JSON has it; its reader checks it. */
export type JsonOp = Json;

/**
 * Who does it: `ioctl` the VMM by a call into KVM, `guest` an instruction of the guest, `model` what no ioctl shows (the
 * model guest, devices, the host, time), `machine` the machine as a whole: making it, entering a vCPU, looking at it.
 */
export type OpClass = 'ioctl' | 'guest' | 'model' | 'machine';

/** What a number means, for whoever shows it or asks for it. */
export type NumberMeaning =
  | 'addr'
  | 'apicId'
  | 'count'
  | 'data'
  | 'dec'
  | 'gsi'
  | 'msr'
  | 'ns'
  | 'pcpu'
  | 'pin'
  | 'port'
  | 'vcpu'
  | 'vector';

type Spec =
  /** `lift`: a smaller number is taken as this one. Otherwise what is out of range is refused. */
  | {
      readonly kind: 'int';
      readonly as: NumberMeaning;
      readonly min?: number;
      readonly max: number;
      readonly lift?: number;
    }
  /** `cap`: 64 bits count, but anything above this is alike, and reads as it. */
  | { readonly kind: 'u64'; readonly as: NumberMeaning; readonly cap?: number }
  | { readonly kind: 'bit' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'text' }
  | { readonly kind: 'choice'; readonly among: readonly string[] }
  | { readonly kind: 'number'; readonly among: readonly number[] }
  /** `max` may name a field read before. `item` is the place said for a scalar that is wrong. */
  | { readonly kind: 'list'; readonly max: number | string; readonly of: AnyField; readonly item: string | null }
  | { readonly kind: 'record'; readonly fields: Fields }
  /** One of two shapes: the first where the field `by` is there. */
  | { readonly kind: 'either'; readonly by: string; readonly first: Fields; readonly second: Fields };

/** A field of an op. `T` is what it reads as; where it may be `absent`, nothing stands for it. */
export interface Field<T, Absent extends boolean = boolean> {
  readonly spec: Spec;
  readonly absent: Absent;
  /** Stands for a field that is not there. */
  readonly fallback?: T;
  /** Works it out from the fields read before. */
  derive?(before: Json): T;
  /** Null may be said, and is meant where nothing is. */
  readonly nullable?: boolean;
  /** What must hold beyond kind and range, given the fields read before. */
  check?(value: T, before: Json): OpError | null;
}

type AnyField = Field<unknown>;
export type Fields = Readonly<Record<string, AnyField>>;

type ValueOf<F> = F extends Field<infer T> ? T : never;
type AbsentKeys<F extends Fields> = { [K in keyof F]: F[K]['absent'] extends true ? K : never }[keyof F];
type Flat<T> = { readonly [K in keyof T]: T[K] };
/** The type of a record with these fields. */
export type Values<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, AbsentKeys<F>>]: ValueOf<F[K]> } & {
    readonly [K in AbsentKeys<F>]?: ValueOf<F[K]>;
  }
>;

// -- the kinds of field

const U32_MAX = 0xffff_ffff;
const U64_MAX = (1n << 64n) - 1n;
const TEXT_MAX = 80;

/** 0 to `max`. */
export const int = (
  as: NumberMeaning,
  max: number,
  more: { readonly min?: number; readonly lift?: number; readonly fallback?: number } = {},
): Field<number, false> => {
  const { fallback, ...range } = more;
  return { spec: { kind: 'int', as, max, ...range }, absent: false, ...(fallback === undefined ? {} : { fallback }) };
};
/** 32 bits, unsigned. */
export const u32 = (as: NumberMeaning, fallback?: number): Field<number, false> =>
  int(as, U32_MAX, fallback === undefined ? {} : { fallback });
/** 64 bits, unsigned. */
export const u64 = (as: NumberMeaning): Field<bigint, false> => ({ spec: { kind: 'u64', as }, absent: false });
/** 64 bits of which anything above `cap - 1` is alike: it reads as `cap`. */
export const capped = (as: NumberMeaning, cap: number): Field<number, false> => ({
  spec: { kind: 'u64', as, cap },
  absent: false,
});
/** 0 or 1; a boolean is taken too. */
export const bit = (fallback?: 0 | 1): Field<0 | 1, false> => ({
  spec: { kind: 'bit' },
  absent: false,
  ...(fallback === undefined ? {} : { fallback }),
});
/** As `bit`, but it reads as a boolean. */
export const flag = (fallback?: boolean): Field<boolean, false> => ({
  spec: { kind: 'flag' },
  absent: false,
  ...(fallback === undefined ? {} : { fallback }),
});
/** A name of 1 to 80 characters. */
export const text = (): Field<string, false> => ({ spec: { kind: 'text' }, absent: false });
export const choice = <const T extends string>(among: readonly T[], fallback?: NoInfer<T>): Field<T, false> => ({
  spec: { kind: 'choice', among },
  absent: false,
  ...(fallback === undefined ? {} : { fallback }),
});
/** One of a few numbers. */
export const number = <const T extends number>(among: readonly T[], fallback?: NoInfer<T>): Field<T, false> => ({
  spec: { kind: 'number', among },
  absent: false,
  ...(fallback === undefined ? {} : { fallback }),
});
/** @param max most items, or the name of the field that says how many. @param item place said for an item that is wrong */
export const list = <T>(
  of: Field<T>,
  max: number | string,
  more: { readonly item?: string; readonly check?: (value: readonly T[], before: Json) => OpError | null } = {},
): Field<readonly T[], false> => ({
  spec: { kind: 'list', max, of, item: more.item ?? null },
  absent: false,
  ...(more.check === undefined ? {} : { check: more.check }),
});
export const record = <const F extends Fields>(fields: F): Field<Values<F>, false> => ({
  spec: { kind: 'record', fields },
  absent: false,
});
/** The first shape where the field `by` is there, else the second. */
export const either = <const A extends Fields, const B extends Fields>(
  by: keyof A & string,
  first: A,
  second: B,
): Field<Values<A> | Values<B>, false> => ({ spec: { kind: 'either', by, first, second }, absent: false });
/** May be left out. */
export const optional = <T>(field: Field<T>): Field<T, true> => ({ ...field, absent: true });
/** Where it is left out it follows from the fields before it. */
export const derived = <T>(
  field: Field<T>,
  derive: (before: Json) => T,
  check?: (value: T, before: Json) => OpError | null,
): Field<T, false> => ({
  ...field,
  absent: false,
  derive,
  ...(check === undefined ? {} : { check }),
});
/** May be null, and is where it is left out. */
export const orNull = <T>(field: Field<T>): Field<T | null, false> => ({
  spec: field.spec,
  absent: false,
  nullable: true,
});

// -- the reader

const NUMERAL = /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i;

/** @param max below 2 ** 53, so that a numeral which loses digits as a double is above it anyway */
function readNumber(raw: unknown, key: string, max: number): number {
  let value: number;
  if (typeof raw === 'number' && Number.isInteger(raw)) value = raw;
  else if (typeof raw === 'string' && NUMERAL.test(raw)) value = Number(raw);
  else throw new OpError(raw === undefined ? 'op.missing' : 'op.notNumber', key);
  if (value < 0 || value > max) throw new OpError('op.range', key, { max: String(max) });
  // No sign on a zero.
  return value + 0;
}

function readBig(raw: unknown, key: string, max: bigint): bigint {
  let value: bigint;
  if (typeof raw === 'number' && Number.isInteger(raw)) value = BigInt(raw);
  else if (typeof raw === 'string' && NUMERAL.test(raw)) value = BigInt(raw);
  else throw new OpError(raw === undefined ? 'op.missing' : 'op.notNumber', key);
  if (value < 0n || value > max) throw new OpError('op.range', key, { max: max.toString() });
  return value;
}

function readInt(spec: Extract<Spec, { kind: 'int' }>, raw: unknown, key: string): number {
  const value = readNumber(raw, key, spec.max);
  if (spec.lift !== undefined && value < spec.lift) return spec.lift;
  if (spec.min !== undefined && value < spec.min) throw new OpError('op.range', key, { max: spec.max });
  return value;
}

function asRecord(raw: unknown, place: string): Json {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new OpError('op.notObject', place);
  return raw as Json;
}

/**
 * One value.
 * @param key name of the field, the place where it is wrong
 * @param place where it stands in the op, for what is no object
 */
function readValue(spec: Spec, raw: unknown, key: string, place: string, before: Json): unknown {
  switch (spec.kind) {
    case 'int':
      return readInt(spec, raw, key);
    case 'u64': {
      const value = readBig(raw, key, U64_MAX);
      if (spec.cap === undefined) return value;
      return value < spec.cap ? Number(value) : spec.cap;
    }
    case 'bit':
      return typeof raw === 'boolean' ? Number(raw) : readNumber(raw, key, 1);
    case 'flag':
      return typeof raw === 'boolean' ? raw : readNumber(raw, key, 1) === 1;
    case 'text':
      if (typeof raw !== 'string' || raw.length === 0 || raw.length > TEXT_MAX) throw new OpError('op.notText', key);
      return raw;
    case 'choice':
      if (typeof raw !== 'string' || !spec.among.includes(raw)) {
        throw new OpError('op.notOneOf', key, { allowed: spec.among.join(', ') });
      }
      return raw;
    case 'number': {
      const value = readNumber(raw, key, Math.max(...spec.among));
      if (!spec.among.includes(value)) throw new OpError('op.notOneOf', key, { allowed: spec.among.join(', ') });
      return value;
    }
    case 'list': {
      if (!Array.isArray(raw)) throw new OpError('op.notList', key);
      const max = typeof spec.max === 'number' ? spec.max : Number(before[spec.max]);
      if (raw.length > max) throw new OpError('op.tooMany', key, { max });
      return raw.map((item: unknown, i) => readValue(spec.of.spec, item, spec.item ?? key, `${place}[${i}]`, before));
    }
    case 'record':
      return readFields(spec.fields, asRecord(raw, place), `${place}.`);
    case 'either': {
      const source = asRecord(raw, place);
      return readFields(source[spec.by] === undefined ? spec.second : spec.first, source, `${place}.`);
    }
  }
}

/** The fields of an object, in the order of the row. What is there and no field is left out. */
function readFields(fields: Fields, source: Json, where: string, into: Record<string, unknown> = {}): Json {
  for (const key in fields) {
    const field = fields[key] as AnyField;
    const { spec } = field;
    const raw = source[key];
    // A choice takes null for what is not there.
    if (raw === undefined || (raw === null && (field.nullable === true || spec.kind === 'choice'))) {
      if (field.absent && raw === undefined) continue;
      if (field.nullable === true) {
        into[key] = null;
        continue;
      }
      const stand = field.derive === undefined ? field.fallback : field.derive(into);
      if (stand !== undefined) {
        into[key] = stand;
        continue;
      }
    }
    if (spec.kind === 'int' && field.check === undefined) {
      into[key] = readInt(spec, raw, key);
      continue;
    }
    const value = readValue(spec, raw, key, where + key, into);
    const wrong = field.check === undefined ? null : field.check(value, into);
    if (wrong !== null) throw wrong;
    into[key] = value;
  }
  return into;
}

// -- ops

/** One op: what stands about it in spec/ops. */
export interface OpRow<C extends OpClass = OpClass, F extends Fields = Fields> {
  readonly class: C;
  /**
   * In the order in which a link lists them (`["irq_line",4,1]`): a row may get fields at its end, nothing else may
   * change, for links open for ever.
   */
  readonly fields: F;
  /** False: it stands in links as the object it is, as it was first written. */
  readonly short: boolean;
}

export const op = <const C extends OpClass, const F extends Fields>(
  opClass: C,
  fields: F,
  { short = true }: { readonly short?: boolean } = {},
): OpRow<C, F> => ({ class: opClass, fields, short });

export type OpTable = Readonly<Record<string, OpRow>>;

/** The type of an op of a table. */
export type OpOf<T extends OpTable, K extends keyof T> = K extends keyof T
  ? Flat<{ readonly op: K } & Values<T[K]['fields']>>
  : never;

/**
 * Reads an op out of JSON.
 * @throws OpError with the place of the first thing that is wrong
 */
export function readOp(table: OpTable, raw: unknown): Json {
  const source = asRecord(raw, 'op');
  const name = source.op;
  if (typeof name !== 'string' || !Object.hasOwn(table, name)) {
    throw new OpError('op.unknown', 'op', { op: typeof name === 'string' ? name.slice(0, 40) : typeof name });
  }
  return readFields((table[name] as OpRow).fields, source, '', { op: name });
}
