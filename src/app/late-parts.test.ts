/**
 * Parts that come late and may not come: no network, or another build in its place. Each `import()` of the page is found here in its
 * source, so that a new one cannot be forgotten: it stands in a fence (`part`, `lazy`), which says so and offers to load the page
 * again; or nobody catches its failure, and public/disk.js says the same; or it is named below with what comes in its place.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '..');
/** What runs in a page; workers and terminals have ends of their own (client.test.ts, watched.test.ts, setup.test.ts). */
const PAGE = /^(?!cli\/|trace\/|engine\/|worker\/(?:one-file|offline)).*\.tsx?$/;

interface Site {
  /** "app/beside.ts ./print.css" */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const sites: readonly Site[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => PAGE.test(file) && !/\.test\.tsx?$|\.d\.ts$/.test(file))
  .flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    return [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)]
      .filter(({ index }) => !/typeof $/.test(text.slice(0, index)))
      .map((found) => ({
        name: `${file} ${found[1]}`,
        before: text.slice(Math.max(0, found.index - 120), found.index),
        after: text.slice(found.index + found[0].length, found.index + found[0].length + 400),
      }));
  });

/** Where a failure is caught, what is said or stands instead; nothing of these was asked for by hand, or its sentence has a test. */
const CAUGHT: Readonly<Record<string, string>> = {
  'app/address.ts ../store/runs/track.ts': 'the entry of the history opens as the link it is',
  'app/beside.ts ./print.css': 'paper looks as the screen does',
  'app/beside.ts ./offline.ts': 'the page does not open with no network',
  'app/framed.tsx ../views/figure/make.ts': 'the host is answered with a code',
  'app/framed.tsx ../views/where/tell-findings.ts': 'part-not-loaded, to the host too',
  'app/notice.tsx ../i18n/en/errors.ts': 'an error is said by its code (e2e/hard.spec.ts)',
  'app/poster.tsx ../views/figure/make.ts': 'the live stage stands where the poster would',
  'app/slot.tsx': 'a fence',
  'store/actions/links.ts ../../share/link.ts': 'part-not-loaded, or a link without what needs it',
  'views/board/Board.tsx ./extras.tsx': 'a stage without what is beside it',
  'views/board/extras.tsx ../timeline/announcer.tsx': 'beats rest by rule, not by their sentence',
  'views/header/use-files.ts ../share/take-file.ts': 'part-not-loaded',
  'views/quiz/guesses.ts ../timeline/announcer.tsx': 'no question is asked',
  'views/share/picture-maker.tsx ../figure/make.ts': 'format',
  'views/share/share-dialog.tsx ../figure/make.ts': 'a dialog without its story',
};
/** What follows an import and keeps its failure from being heard: a second function of `then`, or a `catch`. */
const catches = ({ after }: Site): boolean =>
  /^\s*\.catch\(/.test(after) ||
  /^\s*(?:\.then\([^;]*?)(?:,\s*\(\)? ?=> \{?\}?,?\s*\)|\.catch\()/.test(after.split(';')[0] ?? '');
const isFenced = ({ before }: Site): boolean => /(?:\bpart|\blazy|\bwhereItComes)\(\s*\(\)\s*=>\s*$/.test(before);
const isKnown = ({ name }: Site): boolean =>
  Object.keys(CAUGHT).some((key) => name === key || name.startsWith(`${key} `));

test('the page has its parts, and the reader of this test finds them', () => {
  expect(sites.length).toBeGreaterThan(70);
  expect(sites.filter(isFenced).length).toBeGreaterThan(30);
});

test('no part of the page is missing without a word: what swallows its failure is named here with what comes instead', () => {
  const silent = sites.filter((site) => catches(site) && !isFenced(site) && !isKnown(site));
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test('what is named here is there', () => {
  for (const key of Object.keys(CAUGHT))
    expect(
      sites.some(({ name }) => name === key || name.startsWith(`${key} `)),
      key,
    ).toBe(true);
});

test('a part that nobody catches is said by the script that comes before all, with a way to load the page again', () => {
  const disk = readFileSync(join(SRC, '../public/disk.js'), 'utf8');
  expect(disk).toMatch(/addEventListener\('unhandledrejection'/);
  // As Chromium, Firefox and Safari have it.
  const gone = /\/(dynamically[^/]+)\/i/.exec(disk)?.[1] as string;
  for (const said of [
    'Failed to fetch dynamically imported module: https://a.example/x.js',
    'error loading dynamically imported module: https://a.example/x.js',
    'Importing a module script failed.',
  ])
    expect(new RegExp(gone, 'i').test(said), said).toBe(true);
  // And what of it is lazy stands in a fence, whose own sentence offers the same.
  const slot = readFileSync(join(SRC, 'app/slot.tsx'), 'utf8');
  expect(slot).toContain("t(notLoaded ? 'error.part-not-loaded' : 'shell.broken')");
  expect(slot).toContain('window.location.reload()');
});
