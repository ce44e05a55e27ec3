/** What a scene that shows a bug is without it. */
import type { Bug, Preset } from './check-preset.ts';

/** A bug's scene, named with this, is the same scene without the bug. */
export const FIXED = '-fixed';

export type SceneFile = Omit<Preset, 'bug'> & { readonly bug?: Bug };

/** The scene without its bug. */
export function withoutBug({ bug, ...scene }: SceneFile): Omit<SceneFile, 'bug'> {
  if (bug === undefined) return scene;
  const [create, ...rest] = scene.ops;
  const before = rest.slice(0, scene.start - 1);
  const after = bug.fixed.ops ?? rest.slice(scene.start - 1);
  return {
    ...scene,
    id: `${scene.id}${FIXED}`,
    order: scene.order + 0.5,
    end: bug.fixed.end,
    look: [],
    // What is told of the bug is not true without it.
    narration: null,
    ops: [{ ...create, ...bug.fixed.create }, ...before, ...after],
  };
}
