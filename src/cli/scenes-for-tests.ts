/** Scenes for tests: any ops, and every preset, run by the engine and read as the page reads them. */
import { join } from 'node:path';
import type { Preset } from '../scenes/check-preset.ts';
import { presetsOf, sceneOf } from './headless-scene.ts';

/** The preset files, checked. */
export const presetFiles: readonly Preset[] = presetsOf(join(import.meta.dirname, '../..'));

/** Every preset as it is shipped, run. */
export const presets = presetFiles.map(({ id, ops, start }) => ({ id, scene: sceneOf(ops, start) }));
