/**
 * Presets: a scene is a folder here, named by its id: scene.json (what happens), en.json and zh-cn.json (what is said of it), golden.txt
 * (its events, by a test). "scene@1.json" beside it is an old content version that links still need. All of it comes when asked.
 */
import type { Problem } from '../base/problem.ts';
import type { Narration, Preset, ToldBeat } from './check-preset.ts';

export type { Narration, Preset, ToldBeat };

/** The scene a page begins with where its address names none. */
export const FIRST_PRESET = 'serial-ioapic';

/** Its text; the list of all scenes (files.ts) is longer than it. */
const firstText = (): Promise<string> => import('./serial-ioapic/scene.json?raw').then((m) => m.default);

export type PresetAnswer =
  | { readonly ok: true; readonly preset: Preset }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Loads a preset. What is shipped was checked by its tests and is not checked again.
 * @param version content version wanted; absent: the newest
 */
export async function loadPresetFile(id: string, version?: number): Promise<PresetAnswer> {
  const newest = await loadNamed(id);
  if (version === undefined || !newest.ok || newest.preset.version === version) return newest;
  const old = await loadNamed(`${id}@${version}`);
  if (old.ok) return old;
  return { ok: false, problem: { code: 'preset-version', place: 'base', params: { id, version } } };
}

async function loadNamed(name: string): Promise<PresetAnswer> {
  try {
    const load = name === FIRST_PRESET ? firstText : (await import('./files.ts')).PRESET_TEXTS.get(name);
    if (load === undefined) return { ok: false, problem: { code: 'preset-unknown', place: 'p', params: { id: name } } };
    return { ok: true, preset: { look: [], focus: null, narration: null, bug: null, ...JSON.parse(await load()) } };
  } catch {
    return { ok: false, problem: { code: 'preset-not-loaded', place: name, params: { id: name } } };
  }
}
