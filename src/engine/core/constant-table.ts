/**
 * Tables of numbers by name that hot code reads: event codes, word offsets.
 *
 * An object filled by `table[key] = value` turns into a hash table after about twenty keys, and each read is then a
 * look-up. One made in one go, by Object.fromEntries or a literal, keeps a fixed shape; frozen, its numbers are constants
 * to the compiler as well. (V8; JSON.parse gives up at 128 keys. node --allow-natives-syntax shows %HasFastProperties.)
 */
export function constantTable<K extends string>(entries: Iterable<readonly [K, number]>): Readonly<Record<K, number>> {
  return Object.freeze(Object.fromEntries(entries) as Record<K, number>);
}
