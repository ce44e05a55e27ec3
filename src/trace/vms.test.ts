/** VMs of one process, one after another or at once: told apart where the lines allow, and said where they do not. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Analysis, analyse } from './analyse.ts';
import { bytesSource } from './source.ts';

const BOOT = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz'))
  .toString()
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .slice(0, 9000);
const MAKES = /kvm_write_tsc_offset|kvm_track_tsc/;

const read = (lines: readonly string[], vm?: number): Promise<Analysis> =>
  analyse(bytesSource(new TextEncoder().encode(`${lines.join('\n')}\n`)), vm === undefined ? {} : { vm });
const wrongIn = (a: Analysis): string[] =>
  a.findings.filter((f) => f.severity === 'wrong').map((f) => `${f.line}: ${f.expected} / ${f.shown}`);
const spans = (a: Analysis): unknown => a.summary.vmLines;

const later = (seconds: number) => (line: string) =>
  line.replace(/ (\d+\.\d{6}): /, (_, time: string) => ` ${(Number(time) + seconds).toFixed(6)}: `);
const byOthers = (line: string): string => line.replace(/-(\d+) +\[/, (_, pid: string) => `-${Number(pid) + 100} [`);
/** As `record-tgid` has it: the process between thread and CPU. */
const inProcess = (line: string): string => line.replace(/ +\[/, '     (    331) [');

describe('a VM made by the threads of the one before it', () => {
  const lines = [...BOOT, ...BOOT.map(later(100))];
  const at = BOOT.findIndex((line) => line.includes('kvm_write_tsc_offset'));

  test.each([0, 1])('VM %i is judged by its own lines, and the report says which lines those are', async (vm) => {
    const a = await read(lines, vm);
    expect(a.summary.vms).toEqual([348, 348]);
    expect(spans(a)).toEqual([
      [1, BOOT.length + at],
      [BOOT.length + at + 1, lines.length],
    ]);
    expect(wrongIn(a)).toEqual([]);
    expect(a.survey.starts).toBe('boot');
    const counts = a.summary.counts as Record<string, number>;
    expect(counts.kvm_entry).toBe(BOOT.filter((line) => line.includes(' kvm_entry: ')).length);
    const about = { turns: 1, vm: vm + 1, from: (spans(a) as number[][])[vm]?.[0] };
    expect(a.findings).toContainEqual(
      expect.objectContaining({ id: 'two-vms', n: 2, params: expect.objectContaining(about) }),
    );
  });

  test.each([0, 1])('a falsified line of VM %i is found in its own report alone', async (vm) => {
    const places = BOOT.flatMap((line, i) => (line.includes(' kvm_ioapic_set_irq: pin 4 ') ? [i] : []));
    const place = (places[3] ?? 0) + vm * BOOT.length;
    const changed = lines.map((line, i) => (i === place ? line.replace('vec 0', 'vec 77') : line));
    expect(wrongIn(await read(changed, vm)).map((one) => Number.parseInt(one, 10))).toEqual([place + 1]);
    expect(wrongIn(await read(changed, 1 - vm))).toEqual([]);
  });
});

test('without the lines that make a vCPU one that starts anew is a reset or another VM: it is said, and nothing is called wrong', async () => {
  const lines = [...BOOT, ...BOOT.map(later(100))].filter((line) => !MAKES.test(line));
  const a = await read(lines);
  expect(a.vms).toHaveLength(1);
  expect(wrongIn(a)).toEqual([]);
  const again = lines.findLastIndex((line, i) => line.includes('rip 0xfff0') && i < lines.length / 2 + 200);
  const reset = a.findings.find((f) => f.id === 'host-ioctl' && f.params.what === 'reset');
  expect(reset).toMatchObject({ vcpu: 0, n: 1 });
  expect(Math.abs((reset?.line ?? 0) - again - 1)).toBeLessThan(200);
});

test('a VM that is reset goes on as the same VM', async () => {
  // QEMU writes the counters of vCPUs that have one already.
  const reset = BOOT.map(later(100)).map((line) => line.replace('prev=0 ', 'prev=18446744040639900337 '));
  const a = await read([...BOOT, ...reset]);
  expect(a.vms).toHaveLength(1);
  expect(wrongIn(a)).toEqual([]);
  expect(a.findings.some((f) => f.id === 'host-ioctl' && f.params.what === 'reset')).toBe(true);
});

describe('in one process, as record-tgid shows it,', () => {
  test('new threads that start a VM after the first one’s are another VM', async () => {
    const lines = [...BOOT, ...BOOT.map(later(100)).map(byOthers)].filter((line) => !MAKES.test(line)).map(inProcess);
    for (const vm of [0, 1]) {
      const a = await read(lines, vm);
      expect(a.summary.vms).toEqual([348, 448]);
      expect(wrongIn(a)).toEqual([]);
    }
  });

  test('vCPUs of one number that are in the guest at once are two VMs', async () => {
    const other = BOOT.map(byOthers);
    const lines = BOOT.flatMap((line, i) => [line, other[Math.max(0, i - 40)] ?? '']).map(inProcess);
    for (const vm of [0, 1]) {
      const a = await read(lines, vm);
      expect(a.summary.vms).toEqual([348, 448]);
      expect(spans(a)).toBeUndefined();
      expect(wrongIn(a)).toEqual([]);
    }
  });
});

test('a main thread that makes all vCPUs and runs none is none', async () => {
  const a = await read(
    BOOT.map((line) => (MAKES.test(line) ? line.replace(/^ .{15,22}\[/, '           vmm-331     [') : line)),
  );
  expect(a.vms).toHaveLength(1);
  expect([...(a.vms[0]?.vcpus ?? [])]).toEqual([
    [0, [348]],
    [1, [349]],
  ]);
  expect(wrongIn(a)).toEqual([]);
});
