import { expect, test } from 'vitest';
import { glance, PIECES } from './glance.ts';
import { type ByteSource, bytesSource } from './source.ts';

/** A file of that many lines, GSI 4 in its first half and GSI 10 in its second; and how many bytes of it were read. */
function half(lines: number, clock: boolean): { source: ByteSource; read: () => number } {
  let read = 0;
  const line = (i: number): string => {
    const time = clock ? ` CPU 0/KVM-9     [000] .....   ${(100 + i / 1e4).toFixed(6)}: ` : '';
    return `${time}kvm_set_irq: gsi ${i < lines / 2 ? 4 : 10} level ${i & 1} source 0\n`;
  };
  const bytes = new TextEncoder().encode(Array.from({ length: lines }, (_, i) => line(i)).join(''));
  const inner = bytesSource(bytes);
  return {
    read: () => read,
    source: {
      size: inner.size,
      read: (from, length) => {
        read += length;
        return inner.read(from, length);
      },
    },
  };
}

test.each([true, false])(
  'a first look shows who was raised when, of a small part of the file (with a clock: %s)',
  async (clock) => {
    const { source, read } = half(600_000, clock);
    const look = await glance(source);
    expect(read()).toBeLessThan((PIECES + 4) * 32_768 + 65_536);
    const bins = (n: number): readonly number[] =>
      look?.sources.find((one) => one.kind === 'gsi' && one.n === n)?.bins ?? [];
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
    const middle = bins(4).length / 2;
    expect(sum(bins(4).slice(0, middle - 2))).toBeGreaterThan(1000);
    expect(sum(bins(4).slice(middle + 2))).toBe(0);
    expect(sum(bins(10).slice(0, middle - 2))).toBe(0);
    expect(sum(bins(10).slice(middle + 2))).toBeGreaterThan(1000);
  },
);

test('a small file, and one that is no text of a trace, get none', async () => {
  expect(await glance(half(100, true).source)).toBeNull();
  expect(await glance(bytesSource(new Uint8Array(20_000_000)))).toBeNull();
});
