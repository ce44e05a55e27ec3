/** Keyframes of a run as they come from the engine's worker, to be gone on from when rows are made again. */
import type { Keyframe, PackedKey } from '../engine/core/keyframe.ts';

/** @returns unpacks the keyframes of one run, in their order */
export function unpackKeys(): (key: PackedKey) => Keyframe {
  const things: unknown[] = [];
  return ({ parts, lists, fresh, ...key }) => {
    things.push(...fresh);
    const whole: Record<string, unknown> = { ...parts };
    for (const [name, list] of Object.entries(lists)) {
      whole[name] = Array.isArray(list)
        ? list.map((number) => things[number])
        : new Map([...(list as ReadonlyMap<unknown, number>)].map(([at, number]) => [at, things[number]]));
    }
    return { ...key, parts: whole };
  };
}
