/** What KVM determines of a line in a few lines of a running guest: each case is one line that does not fit, and the finding it makes. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { bytesSource } from './source.ts';

const LINES = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')).toString().split('\n');

const differing = async (
  lines: readonly string[],
): Promise<{ line: number; expected: string | null; shown: string | null }[]> => {
  const { findings } = await analyse(bytesSource(new TextEncoder().encode(lines.join('\n'))));
  return findings
    .filter((f) => f.id.startsWith('differs.'))
    .map(({ line, expected, shown }) => ({ line, expected, shown }));
};
/** The lines with the n-th that fits changed. */
function changed(
  lines: readonly string[],
  fits: RegExp,
  n: number,
  change: (line: string) => string | string[],
): { lines: string[]; at: number } {
  const at = lines.map((line, i) => (fits.test(line) ? i : -1)).filter((i) => i >= 0)[n] ?? -1;
  expect(at).toBeGreaterThan(0);
  return { lines: lines.flatMap((line, i) => (i === at ? change(line) : [line])), at: at + 1 };
}

test.each([
  ['kvm_entry', /kvm_entry: vcpu 0/, 'kvm_entry: vcpu 0'],
  ['kvm_exit', /kvm_exit: vcpu 0/, 'kvm_exit: vcpu 0'],
])('a line of %s with the number of another vCPU is found, in one finding', async (_what, fits, expected) => {
  const { lines, at } = changed(LINES, fits, 3000, (line) => line.replace('vcpu 0', 'vcpu 7'));
  expect(await differing(lines)).toEqual([{ line: at, expected, shown: expected.replace('0', '7') }]);
});

test('a thread that runs two vCPUs by turns is no finding', async () => {
  const own = (n: number, vcpu: number): string[] => [
    `       CPU 0/KVM-166     [003] .....    39.${535_000 + 2 * n}: kvm_entry: vcpu ${vcpu}, rip 0x1`,
    `       CPU 0/KVM-166     [003] .....    39.${535_001 + 2 * n}: kvm_exit: vcpu ${vcpu} reason hlt rip 0x1 info1 0x0 info2 0x0 intr_info 0x00000000 error_code 0x00000000`,
  ];
  expect(await differing(Array.from({ length: 300 }, (_, n) => own(n, n & 1)).flat())).toEqual([]);
});

test('an accept of an APIC id that no vCPU has is one finding, and makes no vCPU of it', async () => {
  const { lines, at } = changed(LINES, /kvm_apic_accept_irq: apicid 0 vec 236/, 20, (line) =>
    line.replace('apicid 0', 'apicid 9'),
  );
  const analysis = await analyse(bytesSource(new TextEncoder().encode(lines.join('\n'))));
  expect(analysis.summary.vcpus).toEqual([0, 1]);
  expect(analysis.findings.filter((f) => f.id.startsWith('differs.')).map((f) => f.line)).toEqual([at]);
});

test('a one-shot timer fires once for each count that is written', async () => {
  const { lines, at } = changed(LINES, /kvm_apic_accept_irq: apicid 0 vec 236/, 30, (line) => [line, line]);
  expect((await differing(lines)).map((f) => f.line)).toEqual([at + 1]);
});

const IPI = /kvm_apic_ipi: dst 1 vec \d+ \(Fixed\|physical\|\S+\|edge\|dst\)/;
test.each([
  ['to itself', 'dst)', 'self)'],
  ['to the logical id 0', 'dst 1 vec', 'dst 0 vec', 'physical', 'logical'],
])('begun in the middle, a message %s that another vCPU takes is found', async (_what, ...change) => {
  const { lines, at } = changed(LINES.slice(-12_000), IPI, 2, (line) => {
    let out = line;
    for (let i = 0; i < change.length; i += 2) out = out.replace(change[i] as string, change[i + 1] as string);
    return out;
  });
  const found = await differing(lines);
  expect(found.length).toBeGreaterThan(0);
  for (const one of found) expect(Math.abs(one.line - at)).toBeLessThan(400);
});

test('an IPI falsified into an INIT is one finding, and resets nothing', async () => {
  const { lines, at } = changed(LINES, IPI, 5, (line) => line.replace('(Fixed|', '(INIT|'));
  const found = await differing(lines);
  expect(found.length).toBe(1);
  expect(Math.abs((found[0]?.line ?? 0) - at)).toBeLessThan(5);
});

test.each([
  ['behind', 1],
  ['before the 8259 line that comes before', -1],
])(
  'with the interrupt events alone, an accept that stands %s the line of its IOAPIC is one finding',
  async (_how, by) => {
    const own = /kvm_(set_irq|pic_set_irq|ioapic_set_irq|msi_set_irq|apic_accept_irq|inj_virq|eoi|ack_irq): /;
    const lines = LINES.filter((line) => line.startsWith('#') || own.test(line));
    expect(await differing(lines)).toEqual([]);
    // One of a pin that was raised often before: where its interrupts go is known.
    const places = lines.flatMap((line, i) =>
      /kvm_pic_set_irq/.test(lines[i - 1] ?? '') &&
      /kvm_apic_accept_irq/.test(line) &&
      /kvm_ioapic_set_irq/.test(lines[i + 1] ?? '')
        ? [i]
        : [],
    );
    const at = places[20] as number;
    const moved = [...lines.slice(0, at), ...lines.slice(at + 1)];
    moved.splice(at + by, 0, lines[at] as string);
    expect(await differing(moved)).toHaveLength(1);
  },
);

test.each([10, 16, 21])(
  'perf trace: a line of GSI 4 that is told of GSI %i is one finding, and pin 4 moves all the same',
  async (gsi) => {
    const perf = gunzipSync(readFileSync('src/trace/recordings/svm-1vcpu-perf-trace-v6.1.txt.gz'))
      .toString()
      .split('\n');
    const own = await differing(perf);
    const rises = perf.flatMap((line, i) =>
      /kvm_set_irq\(gsi: 4, level: 1\)/.test(line) && /kvm_apic_accept_irq/.test(perf[i + 2] ?? '') ? [i] : [],
    );
    expect(rises.length).toBeGreaterThan(2);
    const at = rises[rises.length >> 1] as number;
    const found = await differing(perf.with(at, (perf[at] ?? '').replace('gsi: 4', `gsi: ${gsi}`)));
    expect(found.length).toBe(own.length + 1);
    const news = found.filter((one) => !own.some((before) => before.line === one.line));
    expect(news.map((one) => Math.abs(one.line - at - 1) < 4)).toEqual([true]);
  },
);
