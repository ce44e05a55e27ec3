/** Scenes for tests: any ops, and every preset, run by the engine and read as the page reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeRows } from '../engine/core/log.ts';
import { createSession } from '../engine/machine/session.ts';
import type { SceneLog } from '../log/log.ts';
import { checkPreset, type Preset } from '../presets/check-preset.ts';
import { createSceneBuilder } from '../store/scene-builder.ts';

type Ops = readonly { readonly op: string }[];

/** The scene some ops make. @param start command whose steps are the first shown */
function sceneOf(ops: Ops, start: number): SceneLog {
  const session = createSession();
  const builder = createSceneBuilder(start);
  let firstSeq = 0;
  ops.forEach((op, index) => {
    const result = session.answerOrThrow(op);
    const machine = session.machine;
    if (machine === null) throw new Error('no create');
    const { rows } = takeRows(machine.log);
    builder.add({
      v: 1,
      type: 'batch',
      runId: 1,
      firstSeq,
      rows,
      config: machine.config,
      commands: [{ index, seq: firstSeq, op, result }],
      routeTables: machine.routeTables.map((table, i) => ({ index: i, table })),
      done: index === ops.length - 1,
    });
    firstSeq += rows.length / 8;
  });
  const log = builder.log();
  if (log === null) throw new Error('no scene');
  return log;
}

const PRESETS = join(import.meta.dirname, '../presets');
/** The preset files, checked. */
export const presetFiles: readonly Preset[] = readdirSync(PRESETS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const checked = checkPreset(JSON.parse(readFileSync(join(PRESETS, file), 'utf8')), file.replace('.json', ''));
    if (!checked.ok) throw new Error(checked.problem.place);
    return checked.preset;
  });

/** Every preset as it is shipped, run. */
export const presets = presetFiles.map(({ id, ops, start }) => ({ id, scene: sceneOf(ops as Ops, start) }));
