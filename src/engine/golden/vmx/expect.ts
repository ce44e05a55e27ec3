/**
 * Partial expectations of the model cases: a key not named is free, an absent key equals false or null, numbers and "0x…"
 * compare by value, lists element for element; {"$mask","$eq"}, {"$oneOf"}, {"$contains","$excludes"}; an object with
 * decimal keys against a list indexes it; `lapics` and `pics` stand for `lapic` and [pic0, pic1].
 */
type Json = unknown;

const number = (value: Json): bigint | null => {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value)) return BigInt(value);
  return null;
};
const record = (value: Json): Record<string, Json> => value as Record<string, Json>;
const isRecord = (value: Json): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const show = (value: Json): string => JSON.stringify(value);

function same(want: Json, got: Json): boolean {
  return differences(want, got, '').length === 0;
}

function special(want: Record<string, Json>, got: Json, path: string): string[] | null {
  if ('$mask' in want) {
    const value = number(got) ?? 0n;
    const ok = (value & (number(want['$mask']) as bigint)) === number(want['$eq']);
    return ok ? [] : [`${path}: ${show(got)} under ${want['$mask']} is not ${want['$eq']}`];
  }
  if ('$oneOf' in want) {
    const ok = (want['$oneOf'] as Json[]).some((one) => same(one, got));
    return ok ? [] : [`${path}: ${show(got)} is none of ${show(want['$oneOf'])}`];
  }
  if ('$contains' in want || '$excludes' in want) {
    const list = (got ?? []) as Json[];
    const has = (one: Json): boolean => list.some((item) => same(one, item));
    const missing = ((want['$contains'] ?? []) as Json[]).filter((one) => !has(one));
    const extra = ((want['$excludes'] ?? []) as Json[]).filter(has);
    return [...missing.map((one) => `${path}: lacks ${show(one)}`), ...extra.map((one) => `${path}: has ${show(one)}`)];
  }
  return null;
}

/** What does not fit, one line each. */
export function differences(want: Json, got: Json, path = ''): string[] {
  if (isRecord(want)) {
    const rules = record(want);
    const found = special(rules, got, path);
    if (found !== null) return found;
    return Object.entries(rules).flatMap(([key, value]) => {
      const at = Array.isArray(got) ? got[Number(key)] : isRecord(got) ? read(record(got), key) : undefined;
      return differences(value, at, `${path}.${key}`);
    });
  }
  if (Array.isArray(want)) {
    if (!Array.isArray(got) || got.length !== want.length) return [`${path}: want ${show(want)}, got ${show(got)}`];
    return want.flatMap((value, i) => differences(value, got[i], `${path}[${i}]`));
  }
  const a = number(want);
  if (a !== null && a === number(got)) return [];
  if (want === got || ((want === false || want === null) && (got === undefined || got === false || got === null)))
    return [];
  return [`${path}: want ${show(want)}, got ${show(got)}`];
}

function read(got: Record<string, Json>, key: string): Json {
  if (key === 'lapics' && !('lapics' in got)) return got['lapic'];
  if (key === 'pics' && !('pics' in got)) return [got['pic0'], got['pic1']];
  return got[key];
}
