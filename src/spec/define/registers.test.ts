import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRng, nextU32 } from '../../base/rng.ts';
import { CITATIONS } from '../citations.ts';
import { LAYOUTS } from '../registers/index.ts';
import { RTE, type Rte } from '../registers/ioapic.ts';
import {
  APIC_ID,
  DFR,
  ICR,
  ICR_X2,
  LDR,
  LVT_ERROR,
  LVT_LINT,
  LVT_SENSOR,
  LVT_TIMER,
  SVR,
  TDCR,
} from '../registers/lapic.ts';
import { MSI_ADDR, MSI_DATA } from '../registers/routing.ts';
import { bitsText, type Decoded, decode, defineLayout, encode, fieldRows, wordsOf, writeMask } from './registers.ts';

const hex = (words: Iterable<number>): string => [...words].map((w) => `0x${w.toString(16)}`).join(' ');

describe('a layout that does not tile its register is refused at import', () => {
  const field = { at: 0, width: 1 } as const;
  test.each([
    ['a gap', { a: field, b: { at: 2, width: 6 } }, 'bits 1 to 1 belong to no field'],
    ['an overlap', { a: { at: 0, width: 4 }, b: { at: 3, width: 5 } }, 'b overlaps the field below it at bit 3'],
    ['a short register', { a: { at: 0, width: 7 } }, 'its fields end at bit 7, not 8'],
    ['a long register', { a: { at: 0, width: 9 } }, 'its fields end at bit 9, not 8'],
    ['an empty field', { a: { at: 0, width: 0 }, b: { at: 0, width: 8 } }, 'a has no bits'],
    ['too few names', { a: { at: 0, width: 8, values: ['x', 'y'] } }, 'a names 2 of 256 values'],
    [
      'one name twice',
      { a: { at: 0, width: 1, values: ['x', 'x'] }, b: { at: 1, width: 7 } },
      'a names two values alike',
    ],
  ])('%s', (_what, fields, sentence) => {
    expect(() => defineLayout({ name: 'R', bits: 8, cite: 'ioapic.rte', fields })).toThrow(sentence);
  });
  test('a field across two words', () => {
    const fields = { a: { at: 0, width: 31 }, b: { at: 31, width: 2 }, c: { at: 33, width: 31 } };
    expect(() => defineLayout({ name: 'R', bits: 64, cite: 'ioapic.rte', fields })).toThrow('b straddles bit 32');
  });
});

test('decode, then encode, gives the register back: every layout, random words', () => {
  const seed = 0x1f2e;
  const rng = createRng(seed);
  for (const layout of LAYOUTS) {
    for (let run = 0; run < 400; run++) {
      const words = Uint32Array.from({ length: wordsOf(layout) }, () => nextU32(rng));
      const spare = wordsOf(layout) * 32 - layout.bits;
      if (spare > 0) words[words.length - 1] = (words.at(-1) as number) >>> spare;
      expect(hex(encode(layout, decode(layout, words))), `seed ${seed}, ${layout.name}`).toBe(hex(words));
    }
  }
});

test('write masks are those of KVM', () => {
  expect(
    [LVT_TIMER, LVT_SENSOR, LVT_LINT, LVT_ERROR, SVR, TDCR, LDR, DFR, APIC_ID].map((l) => hex(writeMask(l))),
  ).toEqual([
    '0x710ff', // 0x110ff and the timer mode
    '0x117ff',
    '0x1f7ff',
    '0x110ff',
    '0x13ff', // bit 12 only where the version register has bit 24
    '0xb',
    '0xff000000',
    '0xf0000000',
    '0xff000000',
  ]);
  expect(hex(writeMask(RTE))).toBe('0xffffafff 0xffffffff');
  expect(hex(writeMask(ICR))).toBe('0xffffefff 0xff000000');
  expect(hex(writeMask(ICR_X2))).toBe('0xccfff 0xffffffff');
});

test('an RTE reads as a person would say it', () => {
  const words = [0x0001_8934, 0x0300_0000];
  const rte: Rte = decode(RTE, words);
  expect(rte).toMatchObject({ vector: 0x34, deliveryMode: 'LowPrio', destMode: 'logical', trigMode: 'level', dest: 3 });
  expect(rte.mask).toBe(true);
  // @ts-expect-error 'sideways' is no trigger mode
  const wrong: Rte['trigMode'] = 'sideways';
  expect(() => encode(RTE, { trigMode: wrong })).toThrow('RTE.trigMode cannot hold sideways');
  const rows = fieldRows(RTE, words);
  expect(rows.map((r) => `${r.bits} ${r.name} ${r.text}`).slice(-4)).toEqual([
    '12 deliveryStatus idle',
    '11 destMode logical',
    '10:8 deliveryMode LowPrio',
    '7:0 vector 0x34',
  ]);
  expect(rows[0]).toMatchObject({ bits: '63:56', doc: 'reg.RTE.dest' });
  expect(bitsText({ at: 16, width: 1 })).toBe('16');
});

test('an MSI reads as KVM reads it', () => {
  const addr: Decoded<typeof MSI_ADDR> = decode(MSI_ADDR, [0xfee0_300c, 0]);
  expect(addr).toMatchObject({ fee: 0xfee, destId: 3, redirHint: true, destMode: 'logical', format: 'compatibility' });
  expect(decode(MSI_DATA, [0x4131])).toMatchObject({ vector: 0x31, deliveryMode: 'LowPrio', level: 'assert' });
  expect(hex(encode(MSI_ADDR, { fee: 0xfee, destId: 2 }))).toBe('0xfee02000 0x0');
});

test('every citation names a manual and a section, and somebody cites it', () => {
  for (const { manual, section } of Object.values(CITATIONS))
    expect(`${manual}: ${section}`).not.toMatch(/undefined|: $/);
  const src = join(import.meta.dirname, '../..');
  const text = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/citations\.ts$|\.test\./.test(file))
    .map((file) => readFileSync(join(src, file), 'utf8'))
    .join('\n');
  expect(Object.keys(CITATIONS).filter((key) => !text.includes(`'${key}'`))).toEqual([]);
});
