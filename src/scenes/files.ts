/** Every scene's file and its place in the order. Late: the page has moved by the first scene before it needs the list of all. */
import { asCase, caseOf } from './case.ts';
import { FIXED, type SceneFile, withoutBug } from './without-bug.ts';

const FILES = import.meta.glob<string>(['./*/scene*.json', './bugs/*/scene.json'], {
  import: 'default',
  query: '?raw',
});
const ORDERS = import.meta.glob<number>(['./*/scene.json', './bugs/*/scene.json'], { eager: true, import: 'order' });

/** "./serial-ioapic/scene@1.json" is serial-ioapic@1. */
const nameOf = (path: string): string => path.replace(/^.*\/([^/]+)\/[a-z-]+(@\d+)?\.json$/, '$1$2');
const isBug = (path: string): boolean => path.startsWith('./bugs/');

type Loader = () => Promise<string>;
const made =
  (load: Loader, make: (scene: SceneFile) => object): Loader =>
  async () =>
    JSON.stringify(make(JSON.parse(await load()) as SceneFile));

/** What loads a file's text, by its name. */
export const PRESET_TEXTS: ReadonlyMap<string, Loader> = new Map(
  Object.entries(FILES).flatMap(([path, load]): [string, Loader][] => {
    const name = nameOf(path);
    return isBug(path)
      ? [
          [name, load],
          [`${name}${FIXED}`, made(load, withoutBug)],
          [caseOf(name), made(load, asCase)],
        ]
      : [[name, load]];
  }),
);

const inOrder = (wanted: (path: string) => boolean): readonly string[] =>
  Object.entries(ORDERS)
    .filter(([path]) => wanted(path))
    .map(([path, order]) => [nameOf(path), order] as const)
    .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name]) => name);

/** Ids of the presets to choose from, in their order. */
export const PRESET_IDS: readonly string[] = inOrder((path) => !isBug(path));

/** Ids of the scenes that show a real bug, in their order. */
export const BUG_IDS: readonly string[] = inOrder(isBug);
