/** Figures of many kinds in the hands of other programs: whether they read them is theirs to say. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { carriedBy } from '../share/carried.ts';
import { type FigureTheme, renderFigure } from '../views/figure/figure.ts';
import { dom, open } from './figure-scene.ts';
import { by, portion } from './portion.ts';

const dir = mkdtempSync(join(tmpdir(), 'irqscope-programs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What a program that is no browser does not understand. */
const NOT_PLAIN =
  /var\(|light-dark|color-mix|oklch|<script|foreignObject|class=|style=|href=|url\((?!#)|NaN|undefined|Infinity/;

const json = {
  v: 1,
  base: 'msix-blk@1',
  log: [
    ['irqfd_signal', 24],
    ['nmi', 0],
  ],
  t: 'end',
};
const changed = `s=k1.${deflateRawSync(JSON.stringify(json)).toString('base64url')}`;

const KINDS: readonly (readonly [string, FigureTheme, 'en' | 'zh-CN', number, boolean])[] = [
  ['p=intx-shared&t=kvm_eoi#1', 'light', 'en', 960, true],
  ['p=intx-shared&t=end', 'print', 'zh-CN', 480, true],
  ['p=vcpus-64&t=20', 'dark', 'zh-CN', 1600, true],
  ['p=vcpus-64', 'print', 'en', 700, true],
  ['p=irqchip-born&t=12', 'dark', 'en', 320, false],
  ['p=lost-ipi&t=end', 'print', 'en', 960, true],
  ['p=lost-ipi-fixed&t=9', 'light', 'zh-CN', 960, true],
  ['p=vtd-posted&t=12', 'dark', 'en', 960, true],
  ['ch=gsi&stop=5', 'light', 'zh-CN', 640, true],
  [changed, 'print', 'zh-CN', 960, true],
];

const made = await Promise.all(
  KINDS.map(async ([link, theme, lang, width, caption], i) => {
    const { moment, factsAt } = await open(link, lang);
    const { svg, ...figure } = await renderFigure(dom, moment, factsAt(moment.step), { theme, width, caption });
    const file = join(dir, `${i}.svg`);
    writeFileSync(file, svg);
    return { file, svg, theme, link: factsAt(moment.step).link, ...figure };
  }),
);

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const run = (program: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('figures of presets, bugs, a chapter’s stop and a changed scene', () => {
  test('are plain, carry their link, and on paper have no colour', () => {
    for (const { svg, theme, link } of made) {
      expect(svg).not.toMatch(NOT_PLAIN);
      expect(carriedBy(new TextEncoder().encode(svg))?.link).toBe(link);
      if (theme !== 'print') continue;
      const colours = svg.match(/#[0-9a-f]{6}\b/g) ?? [];
      expect(colours.filter((c) => new Set(c.slice(1).match(/../g)).size > 1)).toEqual([]);
    }
  });

  test('a drawing again is the same bytes', async () => {
    for (const i of [1, 2, 9]) {
      const [link, theme, lang, width, caption] = KINDS[i] as (typeof KINDS)[number];
      const { moment, factsAt } = await open(link, lang);
      const { svg } = await renderFigure(dom, moment, factsAt(moment.step), { theme, width, caption });
      expect(svg).toBe(made[i]?.svg);
    }
  });

  test.skipIf(!has('xmllint'))('xmllint finds them well-formed (libxml2-utils)', () => {
    expect(run('xmllint', ['--noout', ...made.map(({ file }) => file)])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test.skipIf(!has('rsvg-convert'))(
    `rsvg-convert draws them (${by(3)}) in their size, with their ink (librsvg2-bin)`,
    () => {
      for (const { file, width, height } of portion(made, 3, 'rsvg', 3)) {
        const png = `${file}.png`;
        expect(run('rsvg-convert', ['-o', png, file])).toEqual({ status: 0, stdout: '', stderr: '' });
        if (!has('identify')) continue;
        const { stdout } = run('identify', ['-format', '%w %h %k', png]);
        const [w, h, colours] = stdout.split(' ').map(Number);
        expect([w, h]).toEqual([width, height]);
        // Not a sheet of one colour: lines, fills and letters, smoothed.
        expect(colours).toBeGreaterThan(30);
      }
    },
  );
});
