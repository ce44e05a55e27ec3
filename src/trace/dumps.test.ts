/**
 * The machine before a line held against QEMU's own dumps: of a recording that lies here cut down to its first lines, all
 * writes to the IOAPIC and the 8259s, the last levels of each GSI and its end, behind which the dump was made; and with
 * TRACES=DIRECTORY of the shared recordings, whose dumps were made there or some time before the guest switched itself off.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { readPaste } from './pastes/index.ts';
import { TraceReading } from './reading.ts';
import { bytesSource } from './source.ts';

const DIRECTORY = process.env.TRACES;
const WITH_DUMP =
  DIRECTORY === undefined
    ? []
    : readdirSync(DIRECTORY).filter(
        (name) =>
          // Eight events tell nothing of RTEs that were only written.
          ['ftrace.txt.xz', 'qemu-monitor-at-end.txt'].every((file) => existsSync(join(DIRECTORY, name, file))) &&
          !name.includes('8events'),
      );

interface Chips {
  readonly pins: readonly string[];
  readonly pics: readonly string[];
}

const hex = (n: unknown): string => `0x${Number(n).toString(16)}`;

/** The chips as a dump shows them. */
function dumped(text: string): Chips {
  const read = readPaste(text)?.read as {
    ioapic: { pin: number; vector: string; dest: number; level: boolean; masked: boolean; logical: boolean }[];
    pic: { chip: number; irr: string; imr: string; isr: string; base: string; elcr: string }[];
  };
  return {
    pins: read.ioapic.map((p) => `${p.pin} ${p.vector} ${p.dest} ${p.level} ${p.masked} ${p.logical}`),
    pics: [...read.pic]
      .sort((a, b) => a.chip - b.chip)
      .map((p) => [p.irr, p.imr, p.isr, p.base, p.elcr].map(hex).join(' ')),
  };
}

/** The same of the report's row of kind `state`. */
function foreseen(state: Record<string, unknown>): Chips {
  const pins = (state.ioapic as string[]).map((text, pin) => {
    const rte = BigInt(text);
    const bit = (n: bigint): boolean => (rte & n) !== 0n;
    return `${pin} ${hex(rte & 0xffn)} ${rte >> 56n} ${bit(0x8000n)} ${bit(0x10000n)} ${bit(0x800n)}`;
  });
  const pics = (state.pic as Record<string, string>[]).map((p) =>
    [p.irr, p.imr, p.isr, p.base, p.elcr].map(hex).join(' '),
  );
  return { pins, pics };
}

const HERE = 'src/trace/dumps/svm-2vcpu-vhost-v7.3';

test('behind the last line of a recording cut down to what sets the chips, all RTEs and both 8259s are as QEMU dumps them', async () => {
  const bytes = gunzipSync(readFileSync(`${HERE}.txt.gz`));
  const dump = dumped(readFileSync(`${HERE}.dump.txt`, 'utf8'));
  expect([dump.pins.length, dump.pics.length]).toEqual([24, 2]);
  const whole = await analyse(bytesSource(bytes), { at: Number.MAX_SAFE_INTEGER });
  expect(foreseen(whole.state ?? {})).toEqual(dump);
  // A write that is missing shows: no line is ever printed of this pin.
  const text = bytes.toString().replaceAll(/^.*gpa 0xfec00010 val 0x8020\s*\n/gm, '');
  const less = await analyse(bytesSource(new TextEncoder().encode(text)), { at: Number.MAX_SAFE_INTEGER });
  expect(foreseen(less.state ?? {})).not.toEqual(dump);
});

describe.skipIf(WITH_DUMP.length === 0)('the state before a line is QEMU’s dump', () => {
  test.each(WITH_DUMP)(
    '%s',
    async (name) => {
      const folder = join(DIRECTORY ?? '', name);
      const bytes = execFileSync('xz', ['-dc', join(folder, 'ftrace.txt.xz')], { maxBuffer: 2 ** 30 });
      const dump = dumped(readFileSync(join(folder, 'qemu-monitor-at-end.txt'), 'utf8'));
      const analysis = await analyse(bytesSource(bytes), { keep: true });
      const reading = new TraceReading(analysis);
      const { lines } = analysis.totals;
      const seen: Chips[] = [];
      for (let back = 0; back <= 40; back++) {
        const line = lines + 1 - Math.floor((back * lines) / 120);
        const chips = foreseen(await reading.state(line));
        seen.push(chips);
        if (JSON.stringify(chips) === JSON.stringify(dump)) return;
      }
      expect(seen[0]).toEqual(dump);
    },
    240_000,
  );
});
