/**
 * What of foreign JSON an op can hold at all. The reader (op.ts) says what is wrong; this comes before it, where text of
 * strangers is still to be carried, kept and written out again: it leaves nothing that could be deep or big.
 */
import type { Field, Fields, Json, OpTable } from './op.ts';

type Spec = Field<unknown>['spec'];

/** Longest text kept; the reader refuses anything above 80. */
const TEXT_KEPT = 100;
/** Most items kept of a list whose length another field gives; the reader refuses those that are too many. */
const ITEMS_KEPT = 1_024;

const isRecord = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);

/** A value without depth. What has some stays as the nearest empty thing, for the reader to refuse in its place. */
function flat(raw: unknown): unknown {
  if (typeof raw === 'string') return raw.length > TEXT_KEPT ? raw.slice(0, TEXT_KEPT) : raw;
  if (Array.isArray(raw)) return [];
  return typeof raw === 'object' && raw !== null ? {} : raw;
}

function knownValue(spec: Spec, raw: unknown, place: string, dropped: string[]): unknown {
  if (spec.kind === 'list' && Array.isArray(raw)) {
    const most = typeof spec.max === 'number' ? spec.max + 1 : ITEMS_KEPT;
    return raw.slice(0, most).map((item, i) => knownValue(spec.of.spec, item, `${place}[${i}]`, dropped));
  }
  if (spec.kind === 'record' && isRecord(raw)) return knownFields(spec.fields, raw, place, dropped);
  if (spec.kind === 'either' && isRecord(raw)) {
    return knownFields(raw[spec.by] === undefined ? spec.second : spec.first, raw, place, dropped);
  }
  return flat(raw);
}

function knownFields(fields: Fields, raw: Json, place: string, dropped: string[]): Json {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) dropped.push(`${place}.${key.slice(0, TEXT_KEPT)}`);
    else kept[key] = knownValue(field.spec, value, `${place}.${key}`, dropped);
  }
  return kept;
}

/**
 * The op with the fields its row has, unread. An op of another name keeps only that.
 * @param place where it stands, `log[3]`
 * @param dropped gets the places of what was left out
 */
export function knownOp(table: OpTable, raw: Json, place: string, dropped: string[]): Json {
  const { op: name, ...rest } = raw;
  const row = typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
  return { op: flat(name), ...knownFields(row?.fields ?? {}, rest, place, dropped) };
}
