/**
 * Versions of what a link's JSON holds. A link of version n is brought to today's by UPGRADERS[n], UPGRADERS[n + 1], … Each
 * is a pure function with a comment on what was before and what is after. None is ever removed: links open for ever.
 */

import type { Json } from '../spec/define/op.ts';

/** Takes JSON of the version of its key to the next. */
type Upgraders = Readonly<Record<number, (before: Json) => Json>>;

export const CURRENT_LINK_VERSION = 1;

// Version 1 is the first; there is nothing to upgrade from yet.
const UPGRADERS: Upgraders = {};

/** @throws when a version below `current` has no way up, or one has that should not exist */
export function checkUpgraders(upgraders: Upgraders, current: number): void {
  for (let v = 1; v < current; v++)
    if (!upgraders[v]) throw new Error(`no upgrader takes link version ${v} to ${v + 1}`);
  for (const v of Object.keys(upgraders)) {
    if (!(Number(v) >= 1 && Number(v) < current)) throw new Error(`link version ${v} needs no upgrader`);
  }
}

checkUpgraders(UPGRADERS, CURRENT_LINK_VERSION);

/** Brings JSON of an older version to `current`, one version at a time. */
export function upgrade(
  json: Json,
  from: number,
  upgraders: Upgraders = UPGRADERS,
  current = CURRENT_LINK_VERSION,
): Json {
  let now = json;
  for (let v = from; v < current; v++) now = upgraders[v]?.(now) ?? now;
  return now;
}
