/**
 * Bytes and stored trees of strangers: figures that carry a scene, recordings as bytes, the runs a browser kept. A fixed seed's
 * share runs with every `npm test`, the rest with `npm run fuzz`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { traces } from '../../i18n/en/traces.ts';
import { addTexts, hasText } from '../../i18n/index.ts';
import { type Carried, carriedBy, withCarried, withComment } from '../../share/carried.ts';
import { packOp, unpackOp } from '../../share/op-codec.ts';
import { LINK_TEXT_MAX } from '../../share/preset-link.ts';
import { growRun, lineOf, opsOf, plantRuns, readRuns, writeRuns } from '../../share/runs.ts';
import { MAX_OPS } from '../../spec/limits.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { analyse } from '../../trace/analyse.ts';
import { bytesSource, TraceError } from '../../trace/source.ts';
import { COUNT, each, SLOWEST_MS } from './each.ts';
import { anyLink, type Chance, strange } from './inputs.ts';
import { SAMPLES } from './samples.ts';
import { validOp } from './valid-ops.ts';

addTexts('en', traces);

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 255);
const PACKER = { pack: packOp, unpack: (packed: unknown) => unpackOp(packed, 'runs', []) };

/** A picture of one pixel: signature, IHDR, IDAT, IEND. A reader of ours asks for no checksum. */
function png(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): number[] => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, data.length);
    return [...length, ...bytesOf(type), ...data, 0, 0, 0, 0];
  };
  return Uint8Array.from([
    ...bytesOf('\x89PNG\r\n\x1a\n'),
    ...chunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    ...chunk('IDAT', deflateSync(Uint8Array.of(0, 0))),
    ...chunk('IEND', new Uint8Array()),
  ]);
}
const GIF = bytesOf('GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;');

/** Boxes of an MP4 around a text, lengths as they are or as somebody says. */
function mp4(text: string, c: Chance): Uint8Array {
  const box = (type: string, body: string): string => {
    const length = c.once(8) ? c.below(2 ** 32) : body.length + 8;
    return `${String.fromCharCode((length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255)}${type}${body}`;
  };
  return bytesOf(`${box('ftyp', 'isom\0\0\0\0isom')}${box('moov', box('udta', box('irqs', text)))}${box('mdat', 'x')}`);
}

/** Some bytes are other ones, or gone, or the end is missing. */
function hurtBytes(bytes: Uint8Array, c: Chance): Uint8Array {
  const out = [...bytes];
  for (let n = 1 + c.below(4); n > 0; n--) {
    const at = c.below(out.length + 1);
    const how = c.below(4);
    if (how === 0) out.splice(at, 1 + c.below(8));
    else if (how === 1) out.splice(at, 0, c.below(256), c.below(256));
    else out[at] = c.below(256);
  }
  return Uint8Array.from(c.once(5) ? out.slice(0, c.below(out.length + 1)) : out);
}

/** @returns whether a file was read; if not, the sentence of its refusal is a known one */
async function readOrRefused(bytes: Uint8Array, keep = false): Promise<boolean> {
  try {
    await analyse(bytesSource(bytes), { keep });
    return true;
  } catch (e) {
    if (!(e instanceof TraceError)) throw e;
    expect(hasText(`trace.error.${e.code}`), e.code).toBe(true);
    return false;
  }
}

test('a figure gives the scene it carries, and one that was hurt gives a scene or nothing', {
  timeout: 0,
}, async () => {
  let carries = 0;
  const tries = Math.ceil(COUNT / 5);
  const slowest = await each(tries, 11, (c) => {
    const carried: Carried = {
      type: 'irqscope',
      v: 1,
      app: '0.1.0',
      link: anyLink(c, presetIds),
      step: c.below(90) - 1,
      count: 90,
      title: c.pick(['', '一个串口字节', '<b>&amp;"', '\u202e\u0000']),
    };
    const json = JSON.stringify(carried);
    const whole = c.pick<() => Uint8Array>([
      () => withCarried(png(), carried),
      () => withComment(GIF, carried),
      () => mp4(json, c),
      () => bytesOf(`\x1a\x45\xdf\xa3${json}`),
      () =>
        new TextEncoder().encode(
          `<svg xmlns="http://www.w3.org/2000/svg" data-irqscope="#"><metadata>${json.replaceAll('<', '&lt;')}</metadata></svg>`,
        ),
    ])();
    const bytes = c.once(3) ? whole : hurtBytes(whole, c);
    const found = carriedBy(bytes);
    if (found === null) return;
    carries++;
    expect(typeof found.title).toBe('string');
    if (found.link !== null) expect(found.link.length).toBeLessThanOrEqual(LINK_TEXT_MAX);
  });
  expect(carries).toBeGreaterThan(tries / 4);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('the bytes of a recording are read, or refused in one known sentence', { timeout: 0 }, async () => {
  let read = 0;
  const tries = Math.ceil(COUNT / 50);
  const slowest = await each(tries, 12, async (c) => {
    const text = bytesOf(c.pick(SAMPLES).slice(0, 1 + c.below(20_000)));
    const bytes = c.pick<() => Uint8Array>([
      () => hurtBytes(text, c),
      () => hurtBytes(gzipSync(text), c),
      () => gzipSync(hurtBytes(text, c)),
      () => hurtBytes(gzipSync(gzipSync(text)), c),
      () => bytesOf(`\x17\x08\x44tracing${c.pick(['6', '7', '8', ''])}\0${String.fromCharCode(...text.slice(0, 300))}`),
      () => Uint8Array.from({ length: c.below(3_000) }, () => c.below(256)),
    ])();
    if (await readOrRefused(bytes)) read++;
  });
  expect(read).toBeGreaterThan(tries / 10);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

const DATS = ['svm-2vcpu-boot-v6', 'svm-2vcpu-boot-v7'].map((name) =>
  Uint8Array.from(
    gunzipSync(readFileSync(join(import.meta.dirname, `../../trace/trace-dat/recordings/${name}.dat.gz`))),
  ),
);

/** A trace.dat with some bytes that are other ones, most of them in its head: sizes, formats, options, packed sections. */
function hurtDat(whole: Uint8Array, c: Chance): Uint8Array {
  const bytes = whole.slice(0, c.once(4) ? c.below(whole.length) : whole.length);
  for (let n = 1 + c.below(6); n > 0 && bytes.length > 0; n--) {
    const at = 10 + c.below(c.once(2) ? 4_000 : bytes.length);
    const put = c.pick([[255, 255, 255, 127], [255, 255, 255, 255], [0, 0, 0, 0], [c.below(256)]]);
    for (const [i, byte] of put.entries()) if (at + i < bytes.length) bytes[at + i] = byte;
  }
  return bytes;
}

test('a hurt trace.dat of either version is read as far as it goes, or refused in one known sentence', {
  timeout: 0,
}, async () => {
  let read = 0;
  const slowest = await each(Math.ceil(COUNT / 600), 14, async (c) => {
    if (await readOrRefused(hurtDat(c.pick(DATS), c))) read++;
  });
  expect(read).toBeGreaterThan(0);
  // Forty thousand lines, held against the engine one by one: by slices in the page.
  expect(slowest).toBeLessThan(5 * SLOWEST_MS);
});

const WHOLE = gunzipSync(readFileSync(join(import.meta.dirname, '../../../public/traces/vmx-1vcpu-apicv-v6.1.txt.gz')));

test('a whole recording as text, packed, in UTF-16 or both, and hurt before or after, is read or refused in one known sentence', {
  timeout: 0,
}, async () => {
  let read = 0;
  const tries = Math.ceil(COUNT / 600);
  const slowest = await each(tries, 15, async (c) => {
    const lines = WHOLE.subarray(0, c.once(3) ? WHOLE.length : c.below(WHOLE.length));
    const le = (): Buffer => Buffer.from(`${c.once(2) ? '\ufeff' : ''}${lines.toString()}`, 'utf16le');
    const text = c.pick<() => Uint8Array>([() => lines, le, () => le().swap16()])();
    const bytes = c.pick<() => Uint8Array>([
      () => hurtBytes(text, c),
      () => hurtBytes(gzipSync(text), c),
      () => gzipSync(hurtBytes(text, c)),
      () => Uint8Array.from([...bytesOf('\x28\xb5\x2f\xfd'), ...text.subarray(0, 1_000)]),
    ])();
    if (await readOrRefused(bytes, true)) read++;
  });
  expect(read).toBeGreaterThan(0);
  expect(slowest).toBeLessThan(5 * SLOWEST_MS);
});

/** A tree as a browser keeps it, grown by edits of ops that parse. */
function keptTree(c: Chance): unknown {
  const op = (): Readonly<Record<string, unknown>> => validOp(c.below);
  let runs = plantRuns(
    'tree',
    { preset: null, version: 0, pinned: false, start: 1, kept: null },
    [{ op: 'create', vcpus: 2, irqchip: 'full' }, op(), op()],
    0,
  );
  for (let n = c.below(6); n > 0; n--) {
    const before = opsOf(runs, runs.now);
    const at = c.below(before.length + 1);
    const after = [...before.slice(0, at), op(), ...before.slice(at)];
    runs = growRun(runs, after, { key: 'deed.op', params: { op: 'x' } }, c.below(9), null);
  }
  return JSON.parse(JSON.stringify(writeRuns(runs, PACKER)));
}

/** One value of a JSON tree is another one. */
function hurtJson(json: unknown, c: Chance): unknown {
  if (typeof json !== 'object' || json === null || c.once(12)) return strange(c);
  const keys = Object.keys(json);
  if (keys.length === 0) return strange(c);
  const key = c.pick(keys);
  const value = hurtJson((json as Record<string, unknown>)[key], c);
  return Array.isArray(json) ? json.with(Number(key), value) : { ...json, [key]: value };
}

test('a kept tree of runs comes back whole, and a hurt one whole or not at all', { timeout: 0 }, async () => {
  let back = 0;
  const tries = Math.ceil(COUNT / 5);
  const slowest = await each(tries, 13, (c) => {
    const json = keptTree(c);
    const hurts = c.below(3);
    let stored = json;
    for (let n = 0; n < hurts; n++) stored = hurtJson(stored, c);
    const runs = readRuns(stored, null, PACKER);
    if (runs === null) {
      expect(hurts).toBeGreaterThan(0);
      return;
    }
    back++;
    for (const { id } of runs.list) {
      expect(lineOf(runs, id).length).toBeGreaterThan(0);
      const ops = opsOf(runs, id);
      expect(ops.length).toBeGreaterThan(0);
      expect(ops.length).toBeLessThanOrEqual(MAX_OPS);
    }
    const again = JSON.parse(JSON.stringify(writeRuns(runs, PACKER)));
    if (hurts === 0) expect(again).toEqual(json);
    // As text: -0 is 0 there.
    expect(JSON.stringify(readRuns(again, null, PACKER))).toBe(JSON.stringify(runs));
  });
  expect(back).toBeGreaterThan(tries / 3);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});
