/**
 * Presets: a scene is a folder here, named by its id: scene.json (what happens), en.json and zh-cn.json (what is said of it), golden.txt
 * (its events, by a test). "scene@1.json" beside it is an old content version that links still need. Only the order of each is in
 * the first load, the rest comes when asked.
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
const FILES = import.meta.glob<string>('./*/scene*.json', { import: 'default', query: '?raw' });
const ORDERS = import.meta.glob<number>('./*/scene.json', { eager: true, import: 'order' });

/** "./serial-ioapic/scene@1.json" is serial-ioapic@1. */
const nameOf = (path: string): string => path.replace(/^\.\/([^/]+)\/[a-z-]+(@\d+)?\.json$/, '$1$2');
const ORDER_OF = new Map(Object.entries(ORDERS).map(([path, order]) => [nameOf(path), order]));

/** Ids of the presets to choose from, in their order. */
export const PRESET_IDS: readonly string[] = [...ORDER_OF]
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
  const [id, version] = name.split('@', 2);
  const load = FILES[`./${id}/scene${version === undefined ? '' : `@${version}`}.json`];
  if (load === undefined) return { ok: false, problem: { code: 'preset-unknown', place: 'p', params: { id: name } } };
  try {
    return checkPreset(JSON.parse(await load()), name);
  } catch {
    return { ok: false, problem: { code: 'preset-not-loaded', place: name, params: { id: name } } };
  }
}
