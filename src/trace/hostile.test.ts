/** Files that are no whole trace of one machine: each ends in one sentence, or in a report that says what is missing. */
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { createRng, nextU32 } from '../base/rng.ts';
import { portion } from '../cli/portion.ts';
import { type Analysis, analyse } from './analyse.ts';
import { openTrace, scanTrace } from './scan.ts';
import { TextScanner } from './scanner.ts';
import { bytesSource, TraceError } from './source.ts';
import { createTables } from './text-tables.ts';

const text = (path: string): string[] => gunzipSync(readFileSync(path)).toString().split('\n');
const SVM = text('public/traces/svm-2vcpu-v7.3.txt.gz');
/** Its threads move between four CPUs. */
const MOVES = text('src/trace/recordings/svm-4vcpu-8events-v7.3.txt.gz');
const read = (text: string, vm?: number): Promise<Analysis> =>
  analyse(bytesSource(new TextEncoder().encode(text)), vm === undefined ? {} : { vm });
const wrongIn = (a: Analysis): string[] =>
  a.findings.filter((f) => f.severity === 'wrong').map((f) => `${f.line}: ${f.expected} / ${f.shown}`);

describe('events that were lost before the first of them', () => {
  const rest = SVM.slice(12_000);
  test.each([
    ['a mark at the very start', ['CPU:0 [LOST 123 EVENTS]', ...rest], 123],
    ['a mark before the header', ['CPU:1 [LOST 7 EVENTS]', '# tracer: nop', '#', ...rest], 7],
    ['a buffer that began late', ['##### CPU 0 buffer started ####', ...rest], 0],
    [
      'a header that counts more than it holds',
      ['# tracer: nop', '# entries-in-buffer/entries-written: 5/105   #P:4', ...rest],
      100,
    ],
    ['a mark of trace-cmd', ['cpus=4', 'CPU 1: 55 EVENTS DROPPED', ...rest], 55],
  ])('%s', async (_what, lines, n) => {
    const a = await read(lines.join('\n'));
    expect(a.summary).toMatchObject({ lost: n, starts: 'mid', unreadable: 0 });
    expect(a.findings.some((f) => f.id === 'lost')).toBe(true);
    expect(wrongIn(a)).toEqual([]);
  });
});

describe('the lines of one CPU alone, as trace-cmd report --cpu and per_cpu/cpuN/trace leave them', () => {
  const cpus = [...new Set(SVM.map((line) => /\[(\d+)\]/.exec(line)?.[1]).filter((cpu) => cpu !== undefined))];
  const only = (cpu: string): string[] => SVM.filter((line) => line.includes(`[${cpu}]`));
  const HEADERS = ['cpus=4', '# entries-in-buffer/entries-written: 9/9   #P:4', '# nrcpus online : 4'];

  // Each CPU behind one of the headers, each time another.
  test.each(cpus.flatMap((cpu) => portion(HEADERS, HEADERS.length, cpu, 1).map((header) => [cpu, header] as const)))(
    'CPU %s behind "%s": nothing is called wrong, and the report says what is missing',
    async (cpu, header) => {
      const a = await read([header, ...only(cpu)].join('\n'));
      expect(wrongIn(a)).toEqual([]);
      expect(a.findings.filter((f) => f.id === 'stuck')).toEqual([]);
      expect(a.findings).toContainEqual(
        expect.objectContaining({ id: 'lost', n: 3, params: { cpu: Number(cpu), of: 4 } }),
      );
      const counts = a.summary.counts as Record<string, number>;
      for (const row of a.predictor?.verdicts.rows.values() ?? []) {
        if (!/set_irq|accept|inj_virq|eoi|ack/.test(row.event)) continue;
        expect([row.event, row.right + row.raced + row.unknowable, row.missing]).toEqual([
          row.event,
          counts[row.event],
          0,
        ]);
      }
    },
  );

  // One of the four, each time another.
  test.each(portion([['0, 1'], ['0, 1, 2'], ['1, 3'], ['2, 3']], 4, 'CPUs', 1))(
    'CPUs %s of four: the same',
    async (cpus) => {
      const own = cpus.split(', ').map((cpu) => `[00${cpu}]`);
      const a = await read(['cpus=4', ...MOVES.filter((line) => own.some((cpu) => line.includes(cpu)))].join('\n'));
      expect(wrongIn(a)).toEqual([]);
      const lost = { id: 'lost', n: 4 - own.length, params: { cpus, of: 4 } };
      expect(a.findings).toContainEqual(expect.objectContaining(lost));
    },
  );

  test('a VM bound to some CPUs of a larger host is judged', async () => {
    const a = await read(['cpus=64', ...SVM].join('\n'));
    expect(a.findings.filter((f) => f.id === 'lost')).toEqual([]);
    const at = SVM.findIndex((line, i) => i > 20_000 && line.includes('kvm_inj_virq: IRQ 0xec'));
    const wrong = SVM.map((line, i) => (i === at ? line.replace('0xec', '0x51') : line));
    expect(wrongIn(await read(['cpus=64', ...wrong].join('\n')))).not.toEqual([]);
  });

  test('all CPUs, and one CPU of a host that has no other, are judged', async () => {
    for (const lines of [
      ['cpus=4', ...SVM],
      ['cpus=1', ...only(cpus[0] ?? '')],
    ]) {
      const a = await read(lines.join('\n'));
      expect(a.findings.filter((f) => f.id === 'lost')).toEqual([]);
    }
  });
});

/** The same machine once more, by other threads, its lines between the first one's. */
function twice(lines: readonly string[]): string {
  const other = lines.map((line) => line.replace(/-(\d+) +\[/, (_, pid) => `-${Number(pid) + 5000} [`));
  return lines
    .flatMap((line, i) => (line.startsWith('#') ? [line] : [line, other[Math.max(0, i - 40)] ?? '']))
    .join('\n');
}

describe('times that go back', () => {
  const lines = SVM.filter((line) => !line.startsWith('#') && line !== '');
  const how = (a: Analysis): unknown => a.findings.find((f) => f.id === 'time-goes-back')?.params;

  test('two pieces of recordings, the earlier one behind: each is judged by itself', async () => {
    const both = [...lines.slice(24_000), ...lines.slice(12_000, 22_000)];
    const a = await read(both.join('\n'));
    expect(wrongIn(a)).toEqual([]);
    expect(how(a)).toEqual({ how: 'far' });
    const places = both.flatMap((line, i) => (line.includes(' kvm_inj_virq: IRQ 0xec') ? [i] : []));
    const at = places.at(-20) ?? 0;
    expect(at).toBeGreaterThan(lines.length - 24_000);
    const changed = both.map((line, i) => (i === at ? line.replace('0xec', '0x51') : line));
    const found = wrongIn(await read(changed.join('\n'))).map((one) => Number.parseInt(one, 10) - at);
    expect(found).toHaveLength(1);
    expect(Math.abs(found[0] ?? 99)).toBeLessThan(20);
  });

  test.each([
    ['all lines in the reverse of their order', lines.slice(0, 12_000).toReversed(), 'none'],
    [
      'the lines of each CPU behind those of another',
      [0, 1, 2, 3].flatMap((n) => lines.filter((line) => line.includes(`[00${n}]`))),
      'cpus',
    ],
  ])('%s: a sentence says so, and no line is held against another', async (_what, given, expected) => {
    const a = await read(given.join('\n'));
    expect(wrongIn(a)).toEqual([]);
    expect(how(a)).toEqual({ how: expected });
  });

  test('clocks of CPUs that differ by little are none of that', async () => {
    const ahead = lines.map((line) =>
      line.replace(
        /\[001\] (\S+) +(\d+\.\d+): /,
        (_, flags: string, time: string) => `[001] ${flags} ${(Number(time) + 0.002).toFixed(6)}: `,
      ),
    );
    const a = await read(ahead.join('\n'));
    expect(wrongIn(a)).toEqual([]);
    expect(how(a)).toEqual({});
  });
});

describe('lines without thread and time, as people paste them', () => {
  const bare = (lines: readonly string[]): string =>
    lines.flatMap((line) => / \d+\.\d{6}: (kvm_.*)/.exec(line)?.[1] ?? []).join('\n');

  test('of several vCPUs: nothing is called wrong, each line is counted, and the report says why', async () => {
    for (const lines of [SVM, MOVES]) {
      const a = await read(bare(lines));
      expect(a.summary).toMatchObject({ format: 'bare', clock: 'none', unreadable: 0 });
      expect(wrongIn(a)).toEqual([]);
      expect(a.findings.some((f) => f.id === 'no-thread')).toBe(true);
      const counts = a.summary.counts as Record<string, number>;
      for (const row of a.predictor?.verdicts.rows.values() ?? []) {
        if (!/set_irq|accept|inj_virq|eoi|ack/.test(row.event)) continue;
        expect([row.event, row.right + row.raced + row.unknowable]).toEqual([row.event, counts[row.event]]);
      }
    }
  });

  test('of one vCPU: they fit, and one that does not is found', async () => {
    const lines = bare(text('public/traces/vmx-1vcpu-apicv-v6.1.txt.gz')).split('\n');
    expect(wrongIn(await read(lines.join('\n')))).toEqual([]);
    const places = lines.flatMap((line, i) => (line.startsWith('kvm_ioapic_set_irq') ? [i] : []));
    const at = places[500] ?? 0;
    const wrong = lines.map((line, i) => (i === at ? line.replace(/vec \d+/, 'vec 77') : line));
    expect(wrongIn(await read(wrong.join('\n'))).map((one) => Number.parseInt(one, 10))).toEqual([at + 1]);
  });
});

describe('two VMs in one file', () => {
  const text = twice(SVM.slice(0, 14_000));

  test('are told apart by their threads, and the report asks which', async () => {
    const a = await read(text);
    expect(a.vms.map((vm) => [...vm.vcpus.keys()])).toEqual(
      [
        [0, 1],
        [0, 1],
      ].slice(0, a.vms.length),
    );
    expect(a.vms.length).toBe(2);
    expect(a.findings).toContainEqual(expect.objectContaining({ id: 'two-vms', n: 2 }));
    expect(a.summary.vms).toHaveLength(2);
  });

  test.each([0, 1])('VM %i is judged by its own lines alone', async (vm) => {
    const a = await read(text, vm);
    expect(wrongIn(a)).toEqual([]);
    const counts = a.summary.counts as Record<string, number>;
    const own = SVM.slice(0, 14_000).filter((line) => line.includes(' kvm_pic_set_irq: ')).length;
    expect(Math.abs((counts.kvm_pic_set_irq ?? 0) - own)).toBeLessThanOrEqual(40);
  });

  test('a third is refused with their number', async () => {
    await expect(read(text, 2)).rejects.toMatchObject({ code: 'no-vm', params: { n: 2, asked: 3 } });
  });
});

test('bytes by chance, and lines whose bytes were changed by chance, end in one sentence or in a report', async () => {
  const seed = Number(process.env.TRACE_SEED ?? 0xbad);
  console.log(`hostile bytes with TRACE_SEED=${seed}`);
  const rng = createRng(seed);
  for (let round = 0; round < 40; round++) {
    const bytes = new TextEncoder().encode(SVM.slice(500 * round, 500 * round + 300).join('\n'));
    for (let i = 0; i < 1 << (round % 12); i++) bytes[nextU32(rng) % bytes.length] = nextU32(rng) & 255;
    try {
      const a = await analyse(bytesSource(bytes));
      expect(Number(a.summary.lines)).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(TraceError);
    }
  }
}, 60_000);

test('a file that names more stuck interrupts than machines have keeps some findings, and says how many it left out', async () => {
  const lines = Array.from(
    { length: 6000 },
    (_, i) =>
      `       CPU 0/KVM-9     [000] .....     ${(1 + i / 1e3).toFixed(6)}: kvm_apic_accept_irq: apicid ${(i >> 7).toString(16)} vec ${16 + (i & 127)} (Fixed|edge)`,
  );
  const a = await read(`# tracer: nop\n${lines.join('\n')}\n`);
  const stuck = a.findings.filter((f) => f.id === 'stuck');
  expect(stuck.length).toBeGreaterThan(500);
  expect(stuck.length + Number(a.summary.findingsLeftOut)).toBeGreaterThan(4000);
  expect(a.findings.length).toBeLessThanOrEqual(6000);
});

test('a gzip file that unpacks to a thousand times its size is read in small pieces', async () => {
  const line = `       CPU 0/KVM-9     [000] .....     1.000000: kvm_set_irq: gsi 4 level 1 source 0\n`;
  const packed = new Uint8Array(
    gzipSync(Buffer.concat([Buffer.from(line.repeat(300)), Buffer.alloc(40_000_000, 120)])),
  );
  expect(packed.length).toBeLessThan(60_000);
  const opened = await openTrace(bytesSource(packed));
  let most = 0;
  const { push } = TextScanner.prototype;
  const spy = vi.spyOn(TextScanner.prototype, 'push').mockImplementation(function (this: TextScanner, chunk) {
    most = Math.max(most, chunk.length);
    push.call(this, chunk);
  });
  await scanTrace(opened, createTables(), { event: () => {}, lost: () => {} }, () => Promise.resolve());
  spy.mockRestore();
  expect(most).toBeGreaterThan(100_000);
  // Sixteen kilobytes at a time become sixteen megabytes.
  expect(most).toBeLessThan(20_000_000);
});
