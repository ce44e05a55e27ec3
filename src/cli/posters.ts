/** Figures of every preset where its first beat rests, for Markdown and catalogues, and in DIR/stage
 * the stage of it alone, for a frame that waits to be started: posters DIR. Called by the build. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beatsOf } from '../scene/beats.ts';
import { PRESET_IDS } from '../scenes/files.ts';
import { renderFigure } from '../views/figure/figure.ts';
import { dom, open } from './figure-scene.ts';

const dir = process.argv[2];
if (dir === undefined) throw new Error('posters: where to?');
mkdirSync(join(dir, 'stage'), { recursive: true });
for (const id of PRESET_IDS) {
  const { moment, factsAt } = await open(`p=${id}`, 'en');
  const step = beatsOf(moment.scene, moment.sceneId)[0]?.hold ?? -1;
  const options = { theme: 'light', width: 960, caption: true } as const;
  const { svg } = await renderFigure(dom, { ...moment, step }, factsAt(step), options);
  writeFileSync(join(dir, `${id}.svg`), svg);
  const inFrame = { ...options, width: 480, stageOnly: true };
  const stage = await renderFigure(dom, { ...moment, step }, factsAt(step), inFrame);
  writeFileSync(join(dir, 'stage', `${id}.svg`), stage.svg);
}
