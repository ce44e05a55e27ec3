/**
 * The stage of every scene, as lines: a card that moves, a word that changes, a paint that is another shows as a line of a diff.
 * Meant to change? `npx vitest run src/cli/gallery -u` writes the lines anew, and `npm run gallery` is the page to look at.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import { sceneFiles } from '../headless-scene.ts';
import { outlineOf, paintsOf } from './outline.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SNAPSHOTS = join(import.meta.dirname, 'outlines');

const made = mkdtempSync(join(tmpdir(), 'irqscope-gallery-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));
// As run.mjs bundles it, once for both runs.
const program = await bundle('gallery', made);

const gallery = (...args: string[]): string => {
  const run = spawnSync(process.execPath, [program, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    // As in the build: React that checks nothing draws three times as fast.
    // A young generation of the usual size is collected all the time while so many stages are drawn.
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '--max-semi-space-size=64' },
  });
  expect([run.status, run.stderr]).toEqual([0, '']);
  return run.stdout;
};

const SCENES = ['src/scenes', 'src/scenes/bugs']
  .flatMap((dir) => sceneFiles(join(ROOT, dir)))
  .map(({ name }) => name)
  .filter((name) => !name.includes('@'))
  .sort();

describe('every scene at its marked moments, in each form and theme', () => {
  let outlines: ReadonlyMap<string, string> = new Map();
  beforeAll(() => {
    const lines = gallery('--outline').trim().split('\n');
    outlines = new Map(lines.map((line) => JSON.parse(line) as [string, string]));
  });

  test.each(SCENES)('%s', async (id) => {
    expect(outlines.has(id), 'the scene is in the gallery').toBe(true);
    await expect(outlines.get(id)).toMatchFileSnapshot(join(SNAPSHOTS, `${id}.txt`));
  });

  test('no lines are kept of a scene that is gone', () => {
    expect(readdirSync(SNAPSHOTS).sort()).toEqual(SCENES.map((id) => `${id}.txt`));
  });
});

describe('what an outline says', () => {
  const stage = (cardX: number, fill = '#111'): Element =>
    parseHTML(`<body><svg data-form="wide" width="100" height="50" viewBox="0 0 100 50"><g><path d="M0 0H9"></path></g>
<g data-card="pic"><rect x="${cardX}" y="2" width="30" height="20" fill="${fill}"></rect><text x="${cardX + 4}" y="9">IRR</text></g>
<g data-card="lapic:0"><rect x="60" y="2" width="30" height="20"></rect><text x="64" y="9">ISR</text></g>
<g><g transform="translate(12.3456 8)" data-journey="1" data-state="moving"><text>0x31</text></g></g></svg></body>`).document.querySelector(
      'svg',
    ) as Element;
  const changed = (a: readonly string[], b: readonly string[]): readonly string[] =>
    b.filter((line, i) => line !== a[i]).map((line) => line.replace(/ \| [0-9a-f]{6}$/, ''));

  test('a card that moves is named, and nothing else', () => {
    const before = outlineOf(stage(10));
    expect(before).toHaveLength(5);
    expect(before[4]).toContain('token 1 moving at 12.35,8 | 0x31');
    expect(changed(before, outlineOf(stage(11)))).toEqual(['  pic at 11,2 30x20 | IRR']);
  });

  test('so is what moves within a card, and a paint', () => {
    const moved = stage(10);
    moved.querySelector('[data-card="lapic:0"] text')?.setAttribute('y', '10');
    expect(changed(outlineOf(stage(10)), outlineOf(moved))).toEqual(['  lapic:0 at 60,2 30x20 | ISR']);
    expect(paintsOf(stage(10))).toMatch(/^#111 1 \| /);
    expect(paintsOf(stage(10, '#222'))).toMatch(/^#222 1 \| /);
  });
});

describe('the page', () => {
  const dir = join(made, 'page');

  test('of a scene or in a language that there is not, is one sentence', () => {
    for (const [args, wrong] of [
      [['no-such-scene'], 'no-such-scene'],
      [['intx-shared', '--lang', 'tlh'], 'tlh'],
    ] as const) {
      const run = spawnSync(process.execPath, [program, dir, ...args], { cwd: ROOT, encoding: 'utf8' });
      expect([run.status, run.stdout]).toEqual([2, '']);
      expect(run.stderr).toMatch(new RegExp(`^irqscope: .*“${wrong}”\\.\n$`));
    }
  });

  test('has a picture of each moment, form and theme, which is there and is SVG that opens anywhere', () => {
    const index = gallery(dir, 'intx-shared', 'eoi-livelock').trim();
    const page = readFileSync(index, 'utf8');
    const pictures = [...page.matchAll(/<img src="([^"]+)"/g)].map((found) => found[1] as string);
    expect(pictures.filter((file) => !existsSync(join(dir, file)))).toEqual([]);
    expect(pictures.length % 9).toBe(0);
    for (const id of ['intx-shared', 'eoi-livelock'])
      for (const form of ['full', 'embed', 'narrow'])
        for (const theme of ['light', 'dark', 'print']) expect(pictures).toContain(`${id}.end.${form}.${theme}.svg`);
    const svg = readFileSync(join(dir, pictures[0] as string), 'utf8');
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/var\(|class=|<script/);
  });
});
