/**
 * The other doors: addresses of files, traces and comparisons, trees of runs of a preset, what is typed into the form of an op,
 * what a frame says to the page around it. A fixed seed's share runs with every `npm test`, the rest with `npm run fuzz`.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { connectFrame } from '../../embed/host/frame-client.ts';
import { packOp } from '../../share/op-codec.ts';
import { lineOf, plantRuns, readRuns, writeRuns } from '../../share/runs.ts';
import { isUrlLink, traceOf, urlOf } from '../../share/url-link.ts';
import type { Fields } from '../../spec/define/op.ts';
import { OPS, type OpName } from '../../spec/ops/index.ts';
import { comparisonText, readComparison } from '../../store/compare/compare-text.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { treeOf } from '../../store/runs/keep.ts';
import { DOABLE, draftOf, emptyFields, opOf } from '../../views/controls/op-draft.ts';
import { readAddress } from '../../views/traces/line-address.ts';
import { COUNT, each, SLOWEST_MS } from './each.ts';
import { anyLink, type Chance, hurt, strange } from './inputs.ts';
import { validOp } from './valid-ops.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const HOSTS = ['files.example', 'localhost', '127.0.0.1:8080', '[::1]', 'user:pw@files.example', '\u202e.example', ''];
const SCHEMES = [
  'https://',
  'http://',
  'file://',
  'javascript:',
  'data:,',
  '//',
  'blob:https://',
  'https%3A%2F%2F',
  '%',
];

/** Text behind a # that names something other than a scene. */
function anyAddress(c: Chance): string {
  const text = c.pick<() => string>([
    () => `url=${c.pick(SCHEMES)}${c.pick(HOSTS)}/${c.pick(['a.irqscope.json', '%', '%E0%A4%A', '..%2f', ''])}`,
    () =>
      `trace=${c.pick(['perf-trace', 'trace.dat', 'X', 'a'.repeat(30)])},${c.pick([0, 5_000, 2 ** 53, 1e21])},${'0af'.repeat(8)},${c.pick([1, 0, -1, 1e12, 1e15])}`,
    () => `trace=${c.pick(['svm-2vcpu', '__proto__', ''])}`,
    () => `c=${c.pick(presetIds)},${c.pick(presetIds)}&t=${c.below(20)},${c.below(20)}&g=${c.below(5)}`,
    () => `c=&${anyLink(c, presetIds)}&w=${c.pick(['k1.x', ''])}&t=-1,2`,
    () => `c=${c.pick(presetIds)}&with=${c.pick(['apicv', 'avic', 'x'])}`,
  ])();
  return c.once(3) ? hurt(text, c) : text;
}

test('an address names a file that may be asked for, a line of a trace, two scenes, or nothing', {
  timeout: 0,
}, async () => {
  let files = 0;
  let lines = 0;
  const slowest = await each(COUNT, 21, (c) => {
    const text = anyAddress(c);
    const url = isUrlLink(text) ? urlOf(text) : null;
    if (url !== null) {
      files++;
      expect([url.protocol, url.username, url.password]).toEqual([url.protocol, '', '']);
      expect(url.protocol === 'https:' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname), text).toBe(true);
    }
    const line = readAddress(traceOf(text) ?? text);
    if (line !== null) {
      lines++;
      expect(Number.isSafeInteger(line.size) && line.line >= 1, text).toBe(true);
    }
    const both = readComparison(text);
    expect(readComparison(comparisonText(both)).left).toBe(both.left);
    expect(both.steps.every((step) => Number.isInteger(step) && step >= -1)).toBe(true);
  });
  expect(Math.min(files, lines)).toBeGreaterThan(COUNT / 400);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('a tree of runs of a preset, as a link and a browser have it, comes back whole or not at all', {
  timeout: 0,
}, async () => {
  let back = 0;
  const tries = Math.ceil(COUNT / 10);
  const slowest = await each(tries, 24, async (c) => {
    const preset = c.once(8) ? 'no-such' : c.pick(presetIds);
    const root = { preset, version: 1, pinned: c.once(2), start: 1 + c.below(9), kept: c.once(2) ? null : c.below(30) };
    const json = structuredClone(
      writeRuns(plantRuns('t', root, [{ op: 'create', vcpus: 1 }, validOp(c.below)], c.below(9)), {
        pack: packOp,
        unpack: () => null,
      }),
    ) as Record<string, unknown>;
    if (c.once(2)) json[c.pick(Object.keys(json))] = strange(c);
    const found = await treeOf(json);
    if (found === null) return;
    back++;
    expect(lineOf(found.runs, found.runs.now).length).toBeGreaterThan(0);
    expect(Number.isInteger(found.id.kept)).toBe(true);
    expect(readRuns(json, null, { pack: packOp, unpack: () => null })).toBeDefined();
  });
  expect(back).toBeGreaterThan(tries / 10);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('what is typed into the form of an op makes one that is read, or names the field', { timeout: 0 }, async () => {
  const TYPED = [
    '',
    ' ',
    '0x',
    '-1',
    '1e3',
    '99999999999999999999',
    '٣',
    '\u202e',
    '0xfee00000',
    'x'.repeat(300),
    '1',
    '0',
  ];
  let made = 0;
  const slowest = await each(COUNT / 2, 25, (c) => {
    const whole = validOp(c.below);
    const name = c.once(2) ? c.pick(DOABLE) : (whole.op as OpName);
    const fields: Fields = OPS[name].fields;
    const draft = name === whole.op ? draftOf(fields, whole) : emptyFields(fields);
    const typed = { ...draft };
    for (let n = c.below(3); n > 0; n--) {
      const key = c.pick(Object.keys(typed).concat('x'));
      const kind = fields[key]?.spec.kind ?? 'text';
      if (!['list', 'record', 'either'].includes(kind)) typed[key] = c.pick(TYPED);
    }
    const { op, problem } = opOf(name, typed);
    expect(op.op).toBe(name);
    if (problem === null) made++;
    else expect(problem.place.length).toBeGreaterThan(0);
  });
  expect(made).toBeGreaterThan(COUNT / 20);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('whatever a frame says to the page around it, each command it was asked has one end', { timeout: 0 }, async () => {
  const slowest = await each(Math.ceil(COUNT / 20), 26, async (c) => {
    let hear: (event: unknown) => void = () => {};
    vi.stubGlobal('window', {
      addEventListener: (_: string, listener: typeof hear) => {
        hear = listener;
      },
      removeEventListener: () => {},
    });
    const contentWindow = { postMessage: () => {} };
    const client = connectFrame({ contentWindow } as unknown as HTMLIFrameElement, () => {});
    const say = (data: unknown): void => hear({ data, source: c.once(9) ? {} : contentWindow });
    const ends: string[] = [];
    hear({ data: { ns: 'irqscope', v: 1, type: 'ready' }, source: contentWindow });
    const asked = Array.from({ length: 3 }, () =>
      client.ask('seek', { step: 1 }).then(
        () => ends.push('ok'),
        () => ends.push('error'),
      ),
    );
    for (let n = c.below(12); n > 0; n--) {
      await Promise.resolve();
      const message = {
        ns: 'irqscope',
        v: 1,
        id: 1 + c.below(4),
        type: c.pick(['ok', 'error', 'ready', 'state', 'x']),
        code: strange(c),
      };
      say(
        c.once(3) ? strange(c) : c.once(5) ? { ...message, [c.pick(['ns', 'v', 'id', 'type'])]: strange(c) } : message,
      );
    }
    client.stop();
    await Promise.all(asked);
    expect(ends).toHaveLength(3);
  });
  expect(slowest).toBeLessThan(SLOWEST_MS);
});
