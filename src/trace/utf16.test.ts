/** Texts in UTF-16: what they become, wherever they are cut, and that every door takes them. */
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type FromTrace, startTraceJobs, type ToTrace } from '../worker/trace-jobs.ts';
import { analyse } from './analyse.ts';
import { bytesSource } from './source.ts';
import { asUtf8, utf16Of } from './utf16.ts';

const SVM = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')).toString().split('\n');
const TRACE = `${SVM.slice(0, 3_000).join('\n')}\n`;
const PASTE = `dumping local APIC state for CPU 1\r\nSPIV\t 0x000001ff APIC enabled\r\nISR\t 81\r\nIRR\t 80\r\nAPR 0x00 TPR 0x00 PPR 0x50\r\n`;

type Form = readonly [name: string, write: (text: string) => Uint8Array];
const le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const FORMS: readonly Form[] = [
  ['little-endian with its mark, as PowerShell’s > writes it', (text) => le(`\ufeff${text}`)],
  ['big-endian with its mark', (text) => le(`\ufeff${text}`).swap16()],
  ['little-endian without a mark', le],
  ['big-endian without a mark', (text) => le(text).swap16()],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
];
const bytes = (made: Uint8Array): Uint8Array => Uint8Array.from(made);

/** What the page's worker says of a file. */
function told(file: Uint8Array): Promise<FromTrace> {
  return new Promise((done) => {
    const take = startTraceJobs((message) => {
      if (message.type === 'rows' || message.type === 'failed') done(message);
    });
    const order: ToTrace = { type: 'read', id: 1, file: new Blob([file as Uint8Array<ArrayBuffer>]) };
    take(order);
  });
}

describe.each(FORMS)('%s', (_form, write) => {
  test('a recording gives the report it gives as UTF-8, packed too', async () => {
    const own = await analyse(bytesSource(new TextEncoder().encode(TRACE)));
    for (const file of [bytes(write(TRACE)), Uint8Array.from(gzipSync(write(TRACE)))]) {
      const { summary, findings } = await analyse(bytesSource(file));
      expect(summary).toEqual(own.summary);
      expect(findings).toEqual(own.findings);
    }
    expect(own.summary).toMatchObject({ unreadable: 0 });
  });

  test('the page’s worker reads a recording and a dump', async () => {
    expect(await told(bytes(write(TRACE)))).toMatchObject({ type: 'rows', picture: { lines: 3_000 } });
    const answer = await told(bytes(write(PASTE)));
    expect(answer).toMatchObject({ type: 'rows', picture: null });
    expect(JSON.stringify(answer)).toContain('isr-never-ended');
  });
});

test('whatever it is cut to, the bytes are those of UTF-8; characters of more than one unit stay whole', async () => {
  // A pair at every place around where a block ends.
  const text = `${'x'.repeat(1024 * 1024 - 8)}${'𝟜é中'.repeat(9)}\n${'𝟜'.repeat(700_000)}`;
  const whole = new TextEncoder().encode(text);
  for (const [name, write] of FORMS.slice(0, 2)) {
    const source = await asUtf8(bytesSource(bytes(write(text))));
    expect([name, source.size]).toEqual([name, whole.length]);
    for (const [from, length] of [
      [0, 100],
      [1_048_560, 60],
      [2_000_001, 1_500_003],
      [whole.length - 5, 50],
      [whole.length, 10],
      [7, whole.length],
    ] as const) {
      const part = await source.read(from, length);
      expect([from, Buffer.compare(part, whole.subarray(from, from + length))]).toEqual([from, 0]);
    }
  }
});

test('bytes that only look like it are not: zeros, numbers of 32 bits, a cut file, a recording of trace-cmd', () => {
  expect(utf16Of(new Uint8Array(400))).toBeNull();
  expect(utf16Of(Uint8Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 65 : 0)))).toBeNull();
  expect(utf16Of(Uint8Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? i & 255 : 0)))).toBeNull();
  expect(utf16Of(Uint8Array.from([65, 0, 66]))).toBeNull();
  expect(utf16Of(new Uint8Array())).toBeNull();
  expect(utf16Of(Uint8Array.from([0x17, 0x08, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeNull();
});
