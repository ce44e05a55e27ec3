/** A text that comes late comes with whatever shows it: else its key is what a person reads. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '..');
const filesUnder = (dir: string): string[] =>
  (readdirSync(dir, { recursive: true }) as string[])
    .map((name) => join(dir, name))
    .filter((file) => /\.tsx?$/.test(file));
const STATIC = /^\s*(?:import|export)\s(?:(?!type\s)[^'"]*?from\s*)?'(\.[^']+)'/gm;

interface Module {
  readonly imports: readonly string[];
  /** What it asks for when it is there itself. */
  readonly later: readonly string[];
  /** Keys of texts it names. */
  readonly keys: readonly string[];
}

/** What the stage's shapes are called, for who does not see them: it comes with the marks (views/board/extras), right after the first motion. */
const NAMES_ON_STAGE = /^stage\.(.*\.aria|level\..*|none|vector\.level)$/;

const modules = new Map<string, Module>();
for (const file of filesUnder(SRC)) {
  if (/\.test\.tsx?$/.test(file)) continue;
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(STATIC)]
    .filter(([whole]) => !/^\s*(import|export)\s+type\s/.test(whole))
    .map(([, to]) => join(dirname(file), to as string));
  const later = [...text.matchAll(/\bimport\(\s*'(\.[^']+)'/g)].map(([, to]) => join(dirname(file), to as string));
  const keys = [...text.matchAll(/\b(?:t|translate)\(\s*'([\w.-]+)'/g)].map(([, key]) => key as string);
  modules.set(file, { imports, later, keys });
}

/** Area (a file of i18n/en) of each key, and those that are there from the start. */
const areaOf = new Map<string, string>();
const index = readFileSync(join(SRC, 'i18n/index.ts'), 'utf8');
const first = /const FIRST = \{([^}]*)\}/.exec(index)?.[1] ?? '';
const FIRST = new Set([...first.matchAll(/\.\.\.(\w+)/g)].map(([, area]) => join(SRC, 'i18n/en', `${area}.ts`)));
for (const file of filesUnder(join(SRC, 'i18n/en')))
  for (const [, key] of readFileSync(file, 'utf8').matchAll(/^ {2}'([\w.-]+)':/gm)) areaOf.set(key as string, file);

const importers = new Map<string, string[]>();
for (const [file, { imports, later }] of modules)
  for (const to of [...imports, ...later]) importers.set(to, [...(importers.get(to) ?? []), file]);

const closures = new Map<string, ReadonlySet<string>>();
function closure(file: string): ReadonlySet<string> {
  const known = closures.get(file);
  if (known !== undefined) return known;
  const all = new Set<string>();
  const visit = (at: string): void => {
    if (all.has(at)) return;
    all.add(at);
    for (const to of modules.get(at)?.imports ?? []) visit(to);
  };
  visit(file);
  closures.set(file, all);
  return all;
}

/** Whether every way into a file brings the area: its own imports, or those of whoever imports it. */
function comesWith(file: string, area: string, seen: Set<string> = new Set()): boolean {
  if (closure(file).has(area)) return true;
  if (seen.has(file)) return true;
  seen.add(file);
  const by = importers.get(file) ?? [];
  return by.length > 0 && by.every((one) => comesWith(one, area, seen));
}

test('every late text that a part of the page names comes with that part', () => {
  expect(FIRST.size).toBeGreaterThan(2);
  const missing: string[] = [];
  let late = 0;
  for (const [file, { keys }] of modules) {
    if (!/[\\/]src[\\/](views|app)[\\/]/.test(file)) continue;
    for (const key of keys) {
      const area = areaOf.get(key);
      if (area === undefined || FIRST.has(area) || NAMES_ON_STAGE.test(key)) continue;
      late++;
      if (!comesWith(file, area)) missing.push(`${relative(SRC, file)}: ${key} (${relative(SRC, area)})`);
    }
  }
  expect(late).toBeGreaterThan(300);
  expect(missing).toEqual([]);
});
