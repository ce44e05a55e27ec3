/** Figures as a person makes them in a terminal, and what they carry. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type Carried, carriedBy, withCarried } from '../share/carried.ts';

const ROOT = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'irqscope-figure-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const figure = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'src/cli/go.cjs'), 'run', 'figure', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: dir },
  });

/** What no other program could be asked to understand. */
const NOT_PLAIN = /var\(|light-dark|color-mix|oklch|<script|foreignObject|class=|style=|href=|url\((?!#)/;

/** A link of today says which set of steps it counts. */
const LINK = expect.stringMatching(/^p=intx-shared&t=30(&g=\d+)?$/);

describe('npm run figure', () => {
  test('the same moment gives the same bytes: plain SVG whose text is text, and which opens again', () => {
    const made = ['a.svg', 'b.svg'].map((name) => figure('p=intx-shared&t=30', '--json', '-o', name));
    expect(made.map((run) => [run.status, run.stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const [a, b] = ['a.svg', 'b.svg'].map((name) => readFileSync(join(dir, name), 'utf8')) as [string, string];
    expect(a).toBe(b);
    expect(a).not.toMatch(NOT_PLAIN);
    expect(a).toMatch(/<title>[^<]{5,}<\/title><desc>[^<]{10,}<\/desc><metadata>/);
    expect(a).toMatch(/<text[^>]*>IOAPIC/);
    expect(a).toMatch(/31 \/ 54 · intx-shared@\d+ · KVM v6\.18 · #p=intx-shared&amp;t=30/);
    expect(JSON.parse(made[0]?.stdout ?? '')).toMatchObject({ step: 30, count: 54, link: LINK });
    const again = figure('--reopen', 'a.svg');
    expect(JSON.parse(again.stdout)).toMatchObject({ type: 'irqscope', v: 1, link: LINK, step: 30 });
  });

  test('dark, for paper, in Chinese, of another width, by the name of a step and without a caption', () => {
    const run = figure(...'p=posted-running --theme dark --lang zh --width 640 --step end --no-caption'.split(' '));
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^<svg [^>]*width="640"/);
    expect(run.stdout).toContain('#0f1216');
    expect(run.stdout).toMatch(/[\u4e00-\u9fff]/);
    expect(run.stdout).not.toContain(' · KVM v6.18');
    const paper = figure('p=intx-shared', '--step', 'ioapic_remote_irr#1', '--theme', 'print');
    expect([paper.status, paper.stderr]).toEqual([0, '']);
    const colours = paper.stdout.match(/#[0-9a-f]{6}\b/g) ?? [];
    expect(colours.filter((c) => c.slice(1, 3) !== c.slice(3, 5) || c.slice(3, 5) !== c.slice(5, 7))).toEqual([]);
    expect(paper.stdout).toMatch(/stroke-dasharray="7 3"/);
  });

  test('the whole story as text, a line a step', () => {
    const run = figure('p=serial-ioapic', '--format', 'text');
    expect(run.status).toBe(0);
    const lines = run.stdout.trim().split('\n');
    expect(lines[1]).toMatch(/^#p=serial-ioapic/);
    expect(lines.filter((line) => /^\d+\. /.test(line))).toHaveLength(24);
  });

  test.each([
    [['nonsense'], 2, /names no scene/],
    [['p=no-such-preset'], 2, /No preset is called “no-such-preset”/],
    [['s=k1.AAAA'], 2, /damaged/],
    [['p=serial-ioapic', '--format', 'bmp'], 2, /--format is one of/],
    [['p=serial-ioapic', '--step', 'route#99'], 2, /no step “route#99”/],
    [['p=serial-ioapic', '--width', '5'], 2, /--width is a number/],
    [['--frobnicate'], 2, /frobnicate/],
    [['--reopen', 'nothing.png'], 2, /cannot be read/],
    [['p=serial-ioapic', '--format', 'png', '-o', 'x.png'], 3, /needs a Chromium/],
  ])('%j is one sentence', (args, status, sentence) => {
    const env = process.env.CHROMIUM;
    if (status === 3) process.env.CHROMIUM = join(dir, 'no-such-browser');
    const run = figure(...args);
    if (env === undefined) delete process.env.CHROMIUM;
    else process.env.CHROMIUM = env;
    expect(run.status).toBe(status);
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('what a file carries', () => {
  const carried: Carried = {
    type: 'irqscope',
    v: 1,
    app: '1.0.0',
    link: 'p=a&t=1',
    step: 1,
    count: 9,
    title: 'Ä <b> 中',
  };
  /** A PNG of one grey dot; the reader looks at no checksum, so none is right. */
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4);
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
    chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  const text = (t: string): Uint8Array => new TextEncoder().encode(t);

  test('a PNG has it before its pixels, and gives it back', () => {
    const whole = Buffer.from(withCarried(png, carried));
    expect(whole.indexOf('iTXtirqscope')).toBeGreaterThan(0);
    expect(whole.indexOf('iTXtirqscope')).toBeLessThan(whole.indexOf('IDAT'));
    expect(carriedBy(whole)).toEqual(carried);
  });

  test('an SVG whose metadata was optimised away still has its link', () => {
    const svg = `<?xml version="1.0"?><svg data-irqscope="p=msi&amp;t=3" viewBox="0 0 1 1"><title>T</title></svg>`;
    expect(carriedBy(text(svg))).toMatchObject({ link: 'p=msi&t=3' });
  });

  test.each([
    ['a foreign SVG', text('<svg><title>x</title></svg>')],
    ['a foreign PNG', png],
    ['half a PNG', png.subarray(0, 20)],
    [
      'a chunk longer than its file',
      Buffer.concat([png.subarray(0, 8), Buffer.from([255, 255, 255, 255, 1, 2, 3, 4])]),
    ],
    ['nothing', new Uint8Array(0)],
    ['a link over the cap', text(`<svg data-irqscope="p=${'a'.repeat(20_000)}"></svg>`)],
    ['a wrong field', text(`<svg><metadata>{"type":"irqscope","v":1,"link":5}</metadata></svg>`)],
    ['deep JSON', text(`<svg><metadata>${'['.repeat(200_000)}</metadata></svg>`)],
  ])('%s carries nothing of ours', (_, bytes) => expect(carriedBy(bytes)).toBeNull());

  test('a character reference that is none is left alone', () => {
    expect(carriedBy(text('<svg data-irqscope="p=a&#x110000;"></svg>'))).toMatchObject({ link: 'p=a&#x110000;' });
  });
});
