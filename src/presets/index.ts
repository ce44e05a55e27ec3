/**
 * Presets: scenes as data files in this folder. A file is found by being here; its name is its id, with "@version" after it
 * for an old content version that links still need. Only the order of each is in the first load, the rest comes when asked.
 */
import {
  checkPreset,
  type Narration,
  type Preset,
  type PresetProblem,
  type Told,
  type ToldBeat,
} from './check-preset.ts';

export type { Narration, Preset, PresetProblem, Told, ToldBeat };

/** As text, which is another module for the bundler than the one below: that one then has `order` alone in the first load. */
const FILES = import.meta.glob<string>('./*.json', { import: 'default', query: '?raw' });
const ORDERS = import.meta.glob<number>('./*.json', { eager: true, import: 'order' });

const nameOf = (path: string): string => path.replace(/^\.\//, '').replace(/\.json$/, '');
const ORDER_OF = new Map(Object.entries(ORDERS).map(([path, order]) => [nameOf(path), order]));

/** Ids of the presets to choose from, in their order. */
export const PRESET_IDS: readonly string[] = [...ORDER_OF]
  .filter(([name]) => !name.includes('@'))
  .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  .map(([name]) => name);

/** Every file's name, old content versions included. */
export const PRESET_FILES: readonly string[] = Object.keys(FILES).map(nameOf).sort();

export type PresetAnswer =
  | { readonly ok: true; readonly preset: Preset }
  | { readonly ok: false; readonly problem: PresetProblem };

/**
 * Loads and checks a preset.
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
  const load = FILES[`./${name}.json`];
  if (load === undefined) return { ok: false, problem: { code: 'preset-unknown', place: 'p', params: { id: name } } };
  try {
    return checkPreset(JSON.parse(await load()), name);
  } catch {
    return { ok: false, problem: { code: 'preset-not-loaded', place: name, params: { id: name } } };
  }
}
