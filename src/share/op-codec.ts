/**
 * Ops in a link: `["irq_line",4,1]` instead of `{"op":"irq_line","gsi":4,"level":1}`. The order of the fields is that of the
 * op's row in spec/ops. An op that a row cannot say (an unknown op or field, create with its many options) stands there as
 * the object it is.
 */
import { knownOp } from '../spec/define/known.ts';
import type { JsonOp } from '../spec/define/op.ts';
import { OPS } from '../spec/ops/index.ts';

/** The fields of ops that have a short form, in their order. */
export const FIELDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(OPS).flatMap(([name, row]) => (row.short ? [[name, Object.keys(row.fields)]] : [])),
);

const isRecord = (v: unknown): v is JsonOp => typeof v === 'object' && v !== null && !Array.isArray(v);

/** Ops never change, and a link is written again with each step that is shown. */
const packed = new WeakMap<JsonOp, unknown>();

/** The op as it stands in a link. */
export function packOp(op: JsonOp): unknown {
  let text = packed.get(op);
  if (text === undefined) {
    text = pack(op);
    packed.set(op, text);
  }
  return text;
}

function pack(op: JsonOp): unknown {
  const name = op.op;
  const fields = typeof name === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (fields === undefined) return op;
  const given = Object.keys(op).filter((key) => key !== 'op' && op[key] !== undefined);
  const values = fields.map((field) => op[field]);
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  const fits = given.every((key) => fields.includes(key)) && !values.includes(undefined) && !values.includes(null);
  return fits ? [name, ...values] : op;
}

/**
 * Inverse of packOp. Whether the values make sense is the engine's to say; fields that the op does not have are left out.
 * @param place where it stands in the link
 * @param dropped gets the places of what was left out
 * @returns null for what is no op at all
 */
export function unpackOp(packed: unknown, place: string, dropped: string[]): JsonOp | null {
  const op = unpacked(packed);
  return op === null ? null : knownOp(OPS, op, place, dropped);
}

function unpacked(packed: unknown): JsonOp | null {
  if (isRecord(packed)) return typeof packed.op === 'string' ? packed : null;
  if (!Array.isArray(packed)) return null;
  const [name, ...values] = packed as unknown[];
  const fields = typeof name === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (fields === undefined || values.length > fields.length) return null;
  return { op: name, ...Object.fromEntries(values.map((value, i) => [fields[i] as string, value])) };
}
