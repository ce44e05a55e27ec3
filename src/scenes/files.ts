/** Every scene's file and its place in the order. Late: the page has moved by the first scene before it needs the list of all. */
const FILES = import.meta.glob<string>('./*/scene*.json', { import: 'default', query: '?raw' });
const ORDERS = import.meta.glob<number>('./*/scene.json', { eager: true, import: 'order' });

/** "./serial-ioapic/scene@1.json" is serial-ioapic@1. */
const nameOf = (path: string): string => path.replace(/^\.\/([^/]+)\/[a-z-]+(@\d+)?\.json$/, '$1$2');

/** What loads a file's text, by its name. */
export const PRESET_TEXTS: ReadonlyMap<string, () => Promise<string>> = new Map(
  Object.entries(FILES).map(([path, load]) => [nameOf(path), load]),
);

/** Ids of the presets to choose from, in their order. */
export const PRESET_IDS: readonly string[] = Object.entries(ORDERS)
  .map(([path, order]) => [nameOf(path), order] as const)
  .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  .map(([name]) => name);
