/** Figures as a person makes them in a terminal, and what they carry. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Carried, carriedBy, withCarried, withComment } from '../share/carried.ts';
import { encodeLink } from '../share/link.ts';
import { mp4Of } from '../views/figure/mp4.ts';
import { webmOf } from '../views/figure/webm.ts';
import { findChromium } from './browser.mjs';
import { figureCommand } from './figure-command.ts';

const ROOT = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'irqscope-figure-'));
beforeAll(() => {
  vi.stubEnv('INIT_CWD', dir);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
/** In this process: a process and a bundle for each figure are most of its time. */
async function figure(...args: string[]): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const heard = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += text;
      return true;
    }),
  );
  try {
    const status = await figureCommand(args);
    return { status, ...said };
  } finally {
    for (const spy of heard) spy.mockRestore();
  }
}
/** As a person runs it. */
const npmFigure = async (...args: string[]): Promise<Ran> =>
  spawnSync(process.execPath, ['src/cli/go.cjs', 'run', 'figure', ...args], { cwd: ROOT, encoding: 'utf8' });

/** What no other program could be asked to understand. */
const NOT_PLAIN = /var\(|light-dark|color-mix|oklch|<script|foreignObject|class=|style=|href=|url\((?!#)/;

/** A link of today says which set of steps it counts. */
const LINK = expect.stringMatching(/^p=intx-shared&t=30(&g=\d+)?$/);

describe('npm run figure', () => {
  test('the same moment gives the same bytes: plain SVG whose text is text, and which opens again', async () => {
    const made = [
      await figure('p=intx-shared&t=30', '--json', '-o', 'a.svg'),
      await npmFigure('p=intx-shared&t=30', '--json', '-o', 'b.svg'),
    ];
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
    const again = await figure('--reopen', 'a.svg');
    expect(JSON.parse(again.stdout)).toMatchObject({ type: 'irqscope', v: 1, link: LINK, step: 30 });
  });

  test('dark, for paper, in Chinese, of another width, by the name of a step and without a caption', async () => {
    const run = await figure(
      ...'p=posted-running --theme dark --lang zh --width 640 --step end --no-caption'.split(' '),
    );
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^<svg [^>]*width="640"/);
    expect(run.stdout).toContain('#0f1216');
    expect(run.stdout).toMatch(/[\u4e00-\u9fff]/);
    expect(run.stdout).not.toContain(' · KVM v6.18');
    const paper = await figure('p=intx-shared', '--step', 'ioapic_remote_irr#1', '--theme', 'print');
    expect([paper.status, paper.stderr]).toEqual([0, '']);
    const colours = paper.stdout.match(/#[0-9a-f]{6}\b/g) ?? [];
    expect(colours.filter((c) => c.slice(1, 3) !== c.slice(3, 5) || c.slice(3, 5) !== c.slice(5, 7))).toEqual([]);
    expect(paper.stdout).toMatch(/stroke-dasharray="7 3"/);
  });

  test('the caption names the machine’s kernel', async () => {
    const log = [
      { op: 'create', vcpus: 1, kernel: '5.15' },
      { op: 'msi', addr: 0xfee00000, data: 0x41 },
    ];
    const link = encodeLink({ kind: 'ops', base: null, keep: null, start: 1, log, step: null, view: {}, hash: null });
    const run = await figure(link ?? '');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/\d+ \/ \d+ · KVM v5\.15/);
  });

  test('the whole story as text, a line a step', async () => {
    const run = await figure('p=serial-ioapic', '--format', 'text');
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
  ])('%j is one sentence', async (args, status, sentence) => {
    const env = process.env.CHROMIUM;
    if (status === 3) process.env.CHROMIUM = join(dir, 'no-such-browser');
    const run = await figure(...args);
    if (env === undefined) delete process.env.CHROMIUM;
    else process.env.CHROMIUM = env;
    expect(run.status).toBe(status);
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('the process ends with the status of the refusal', async () => {
    const { argv } = process;
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    process.argv = [...argv.slice(0, 2), 'nonsense'];
    try {
      await import('./figure.ts');
      expect(process.exitCode).toBe(2);
      expect(said).toHaveBeenCalledOnce();
    } finally {
      process.exitCode = undefined;
      process.argv = argv;
      said.mockRestore();
    }
  });
});

/** Is there such a program here? */
const has = (program: string): boolean => spawnSync(program, ['-version']).error === undefined;
const chromium = process.env.CHROMIUM ?? (await findChromium({ shellFirst: true }));

describe.skipIf(chromium === undefined)('films (needs a Chromium)', () => {
  test('MP4: as long as it says, even, in colours every player knows, and it opens again', async () => {
    const film = (name: string) =>
      figure(...`p=serial-ioapic --format mp4 --steps 0:ioctl_irq_line#1 --width 320 --json -o ${name}`.split(' '));
    const run = await film('a.mp4');
    expect([run.status, run.stderr]).toEqual([0, '']);
    const said = JSON.parse(run.stdout) as { width: number; height: number; duration_ms: number; frames: number };
    expect([said.width % 2, said.height % 2]).toEqual([0, 0]);
    expect(Math.abs(said.duration_ms - (said.frames * 1000) / 30)).toBeLessThan(1);
    expect(JSON.parse((await figure('--reopen', 'a.mp4')).stdout)).toMatchObject({
      link: expect.stringMatching(/^p=serial-ioapic&t=0/),
      step: 0,
    });
    if (has('taskset')) {
      expect((await film('b.mp4')).status).toBe(0);
      const [a, b] = ['a.mp4', 'b.mp4'].map((name) => readFileSync(join(dir, name))) as [Buffer, Buffer];
      expect(a.equals(b)).toBe(true);
    }
    if (!has('ffprobe')) return console.warn('ffprobe is not here: the film was read by our own reader alone');
    const args = '-v error -of json -show_streams -show_format'.split(' ');
    const probe = spawnSync('ffprobe', [...args, join(dir, 'a.mp4')], { encoding: 'utf8' });
    expect(probe.stderr).toBe('');
    const { streams, format } = JSON.parse(probe.stdout);
    expect(streams[0]).toMatchObject({
      codec_name: 'h264',
      pix_fmt: 'yuv420p',
      r_frame_rate: '30/1',
      nb_frames: String(said.frames),
      width: said.width,
      height: said.height,
    });
    expect(Math.abs(Number(format.duration) * 1000 - said.duration_ms)).toBeLessThan(40);
    expect(JSON.parse(format.tags.comment)).toMatchObject({ type: 'irqscope', v: 1 });
  });

  test('GIF: ten pictures a second, those that look the same as one; its comment has the link', async () => {
    const run = await figure(
      ...'p=serial-ioapic --format gif --steps 0:2 --width 320 --theme dark --json -o a.gif'.split(' '),
    );
    expect([run.status, run.stderr]).toEqual([0, '']);
    const said = JSON.parse(run.stdout) as { width: number; height: number; duration_ms: number };
    expect(JSON.parse((await figure('--reopen', 'a.gif')).stdout)).toMatchObject({ step: 0, count: 24 });
    if (!has('identify')) return console.warn('ImageMagick is not here: the film was read by our own reader alone');
    const identify = spawnSync('identify', ['-format', '%w %h %T\n', join(dir, 'a.gif')], { encoding: 'utf8' });
    expect(identify.stderr).toBe('');
    const frames = identify.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    expect(frames.length).toBeGreaterThan(3);
    for (const [width, height] of frames) expect([width, height]).toEqual([said.width, said.height]);
    expect(frames.reduce((sum, [, , delay]) => sum + (delay ?? 0) * 10, 0)).toBe(said.duration_ms);
  });

  test.each([
    ['4', /--steps is two steps/],
    ['9:4', /--steps is two steps/],
    ['0:99', /no step “99”/],
  ])('--steps %s is one sentence', async (steps, sentence) => {
    const run = await figure('p=serial-ioapic', '--format', 'gif', '--steps', steps);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(sentence);
  });
});

describe('what a film carries', () => {
  const carried: Carried = { type: 'irqscope', v: 1, app: '1', link: 'p=a&t=1', step: 1, count: 9, title: '“}” {中' };
  const tiny = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=', 'base64');
  const samples = [
    { data: new Uint8Array(5).fill(7), isKey: true },
    { data: new Uint8Array(3), isKey: false },
  ];
  const shape = { width: 2, height: 2, rate: 30, samples };
  const long = { ...carried, link: `s=k1.${'x'.repeat(3_000)}` };
  test.each([
    ['a GIF', withComment(tiny, carried), carried],
    ['a GIF with a long link', withComment(tiny, long), long],
    ['an MP4', mp4Of({ ...shape, avcC: new Uint8Array(7) }, 'T', JSON.stringify(carried)), carried],
    ['a WebM', webmOf({ ...shape, codec: 'V_VP9' }, 'T', JSON.stringify(carried)), carried],
  ])('%s gives it back', (_, bytes, expected) => expect(carriedBy(bytes)).toEqual(expected));
  test.each([
    ['a foreign GIF', tiny],
    ['half a GIF', withComment(tiny, carried).subarray(0, 30)],
    ['half an MP4', mp4Of({ ...shape, avcC: new Uint8Array(7) }, 'T', JSON.stringify(carried)).subarray(0, 100)],
    [
      'an MP4 whose boxes lie about their size',
      Buffer.from('00000014667479706d703432ffffffff00000000ffffffff6d6f6f76', 'hex'),
    ],
    ['a WebM of somebody else', Buffer.from('1a45dfa3010000000000001fdeadbeef7b2274797065223a22697271', 'hex')],
  ])('%s carries nothing of ours', (_, bytes) => expect(carriedBy(bytes)).toBeNull());
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
