import { caseOf, caseTitle } from './case.ts';

/** English titles of the scenes, by their keys. */
const TITLES_EN = import.meta.glob<string>(['./*/en.json', './bugs/*/en.json'], { eager: true, import: 'title' });
const FIXED_EN = import.meta.glob<string>('./bugs/*/en.json', { eager: true, import: 'fixed' });

/** @param after of the id, in the key */
const byKey = (titles: Readonly<Record<string, string>>, after = ''): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(titles).map(([path, title]) => [`preset.${path.split('/').at(-2)}${after}.title`, title]),
  );

const CASES = Object.fromEntries(
  Object.keys(FIXED_EN).map((path) => {
    const name = caseOf(path.split('/').at(-2) ?? '');
    return [`preset.${name}.title`, caseTitle('en', name)];
  }),
);

export const TITLES: Readonly<Record<string, string>> = {
  ...byKey(TITLES_EN),
  ...byKey(FIXED_EN, '-fixed'),
  ...CASES,
};
