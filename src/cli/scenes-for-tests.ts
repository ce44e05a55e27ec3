/** Scenes for tests: any ops, and every preset, run by the engine and read as the page reads them. */
import { join } from 'node:path';
import type { JsonOp, SceneLog } from '../log/log.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { FIXED } from '../scenes/without-bug.ts';
import { bugScenes } from './bug-scenes.ts';
import { presetsOf, sceneOf } from './headless-scene.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The preset files, checked. */
export const presetFiles: readonly Preset[] = presetsOf(ROOT);

/** Those, and the real bugs with and without the bug. */
export const everyPreset: readonly Preset[] = [
  ...presetFiles,
  ...bugScenes(ROOT).flatMap(({ preset, fixed }) => [
    { ...preset, id: `bugs/${preset.id}` },
    { ...fixed, id: `bugs/${fixed.id}` },
  ]),
];

export type VendorScene = readonly [id: string, ops: readonly JsonOp[], start: number, vendor: 'intel' | 'amd'];
/** Options of create that only Intel's half of KVM has. */
const INTEL = ['apicv', 'postedInterrupts', 'ipiVirtualization', 'pcpus'];

/** Every preset and bug on its own vendor, and on AMD too where nothing of it is Intel's alone. */
export const scenesOnBothVendors: readonly VendorScene[] = everyPreset.flatMap(({ id, ops, start }): VendorScene[] => {
  const [create, ...rest] = ops as readonly JsonOp[];
  // A machine made call by call is Intel's.
  if (create?.op !== 'create') return [[id, ops as readonly JsonOp[], start, 'intel']];
  const isAmd = create.avic === true || create.vendor === 'amd';
  const own: VendorScene = [id, ops as readonly JsonOp[], start, isAmd ? 'amd' : 'intel'];
  if (isAmd || create.runLoop === 'vmx' || create.vendor === 'intel' || INTEL.some((key) => key in create))
    return [own];
  return [own, [`${id} on AMD`, [{ ...create, vendor: 'amd' }, ...rest], start, 'amd']];
});

/** The scenes that somebody tells: presets and real bugs. A scene without its bug is told by rule. */
export const toldPresets: readonly Preset[] = everyPreset.filter(({ id }) => !id.endsWith(FIXED));

/** Those, run. */
export const toldScenes = (): readonly { readonly id: string; readonly scene: SceneLog }[] =>
  toldPresets.map(({ id, ops, start }) => ({ id, scene: sceneOf(ops, start) }));

/** Every preset as it is shipped, run. */
export const presets = presetFiles.map(({ id, ops, start }) => ({ id, scene: sceneOf(ops, start) }));
