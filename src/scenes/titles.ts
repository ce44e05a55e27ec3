/** English titles of the scenes, by their keys. */
const TITLES_EN = import.meta.glob<string>('./*/en.json', { eager: true, import: 'title' });

export const TITLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TITLES_EN).map(([path, title]) => [`preset.${path.split('/')[1]}.title`, title]),
);
