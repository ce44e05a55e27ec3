/** What the deck plugin must know of each preset before any scene runs: how many steps, and where its author stops. */
import type { PresetFacts } from '../embed/host/fragments.ts';
import { beatsOf } from '../store/look.ts';
import { presetsOf, sceneOf } from './headless-scene.ts';

const table: Record<string, PresetFacts> = {};
for (const { id, ops, start, look } of presetsOf(process.cwd())) {
  const { steps } = sceneOf(ops, start);
  table[id] = { count: steps.length, beats: beatsOf(steps, look) };
}
process.stdout.write(JSON.stringify(table));
