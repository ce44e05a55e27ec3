import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Names } from './record.ts';
import { readText } from './template.ts';
import { TRACEPOINTS } from './tracepoints.ts';
import { readUsual } from './usual-text.ts';

const FILES = [
  ...readdirSync('public/traces').map((name) => `public/traces/${name}`),
  ...readdirSync('src/trace/recordings').map((name) => `src/trace/recordings/${name}`),
];
const NUMBER = new Map(TRACEPOINTS.map((row, i) => [row.name, i]));

/** Both readers on one text. @returns whether the quick one took it */
function both(event: number, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const quick = new Float64Array(12);
  const slow = new Float64Array(12);
  if (!readUsual(event, bytes, 0, bytes.length, quick, new Names())) return false;
  expect([text, readText(event, bytes, 0, bytes.length, slow, new Names())]).toEqual([text, true]);
  // A quick reader writes no field that its event has not.
  const fields = slow.findLastIndex((value) => value !== 0) + 1;
  expect([text, ...quick.subarray(0, fields)]).toEqual([text, ...slow.subarray(0, fields)]);
  return true;
}

test('what is read by hand is what the templates read, for every text of the recordings and for broken ones', () => {
  const seen = new Set<string>();
  let taken = 0;
  for (const file of FILES) {
    for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
      const m = /\b(kvm_\w+): +(.*)$/.exec(line);
      const event = NUMBER.get(m?.[1] ?? '');
      const text = m?.[2]?.trimEnd() ?? '';
      // Numbers apart, most texts are one of a few.
      const shape = `${event} ${text.replace(/\d+/g, (n) => String(n.length))}`;
      if (event === undefined || seen.has(shape)) continue;
      seen.add(shape);
      if (both(event, text)) taken++;
      for (let cut = 1; cut < text.length; cut += 5) {
        both(event, text.slice(0, cut));
        both(event, `${text.slice(0, cut)}x${text.slice(cut + 1)}`);
      }
    }
  }
  expect(taken).toBeGreaterThan(100);
}, 60_000);
