/** A scene as the page has it, made in a terminal: every op run to its end, its log and its steps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeRows } from '../engine/core/log.ts';
import { createSession } from '../engine/machine/session.ts';
import '../explain/locate/all.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import { checkPreset, type Preset } from '../scenes/check-preset.ts';
import { createSceneBuilder } from '../store/scene-builder.ts';

/**
 * @param ops the first is a create  @param start first op whose steps are shown
 * @throws OpError with the place of an op that makes no sense
 */
export function sceneOf(ops: readonly JsonOp[], start = 1): SceneLog {
  const session = createSession();
  const builder = createSceneBuilder(start);
  let firstSeq = 0;
  ops.forEach((op, index) => {
    const result = session.answerOrThrow(op);
    const { machine } = session;
    if (machine === null) throw new Error('the first op creates no machine');
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
  if (log === null) throw new Error('there is no op');
  return log;
}

/** Scene files under a folder of scenes: "id" or "id@version" with their path. */
export function sceneFiles(dir: string): readonly { readonly name: string; readonly path: string }[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: id }) =>
      readdirSync(join(dir, id)).flatMap((file) => {
        const version = /^scene(@\d+)?\.json$/.exec(file);
        return version === null ? [] : [{ name: `${id}${version[1] ?? ''}`, path: join(dir, id, file) }];
      }),
    );
}

/** The presets of the tree, in their order; old content versions are left out. @param root the repository */
export function presetsOf(root: string): readonly Preset[] {
  return sceneFiles(join(root, 'src/scenes'))
    .filter(({ name }) => !name.includes('@'))
    .map(({ name, path }) => {
      const answer = checkPreset(JSON.parse(readFileSync(path, 'utf8')), name);
      if (!answer.ok) throw new Error(`${path}: ${answer.problem.code} at ${answer.problem.place}`);
      return answer.preset;
    })
    .sort((a, b) => a.order - b.order);
}
