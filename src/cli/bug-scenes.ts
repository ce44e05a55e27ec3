/** The scenes of real bugs, read from the tree: with their bug and without it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonOp } from '../log/log.ts';
import { type Bug, checkPreset, type Preset } from '../scenes/check-preset.ts';
import { withoutBug } from '../scenes/without-bug.ts';
import { sceneFiles } from './headless-scene.ts';

export interface BugScene {
  readonly preset: Preset;
  readonly bug: Bug;
  readonly fixed: Preset;
}

/** @param root the repository @throws where a file is not what it should be */
export function bugScenes(root: string): readonly BugScene[] {
  const read = (file: unknown, name: string): Preset => {
    const answer = checkPreset(file, name);
    if (!answer.ok) throw new Error(`${name}: ${answer.problem.code} at ${answer.problem.place}`);
    return answer.preset;
  };
  return sceneFiles(join(root, 'src/scenes/bugs'))
    .map(({ name, path }) => {
      const preset = read(JSON.parse(readFileSync(path, 'utf8')), name);
      const { bug } = preset;
      if (bug === null) throw new Error(`${name}: no bug`);
      const fixed = withoutBug({ ...preset, bug });
      return { preset, bug, fixed: read(fixed, fixed.id) };
    })
    .sort((a, b) => a.preset.order - b.preset.order);
}

/** A bug as `npm run -s bugs` prints it. */
export const bugLine = ({ preset, bug, fixed }: BugScene): Readonly<Record<string, unknown>> => ({
  id: preset.id,
  scene: `bugs/${preset.id}`,
  commit: bug.commit,
  finding: bug.finding,
  evidence: bug.evidence,
  ops: preset.ops satisfies readonly JsonOp[],
  fixedOps: fixed.ops,
});
