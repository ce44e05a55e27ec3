import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type AnalyseOptions, type Analysis, analyse } from './analyse.ts';
import { type ReportRow, reportRows } from './report.ts';
import { bytesSource } from './source.ts';

const recording = (name: string): Uint8Array => gunzipSync(readFileSync(`public/traces/${name}`));
const SVM = recording('svm-2vcpu-v7.3.txt.gz');
const APICV = recording('vmx-1vcpu-apicv-v6.1.txt.gz');
const say = (key: string): string => key;

async function report(bytes: Uint8Array, options: AnalyseOptions = {}): Promise<ReportRow[]> {
  return [...reportRows(await analyse(bytesSource(bytes), options), options, say)];
}
const of = (rows: ReportRow[], kind: string): ReportRow[] => rows.filter((row) => row.kind === kind);
const cut = (bytes: Uint8Array, lines: number): Uint8Array => {
  let at = 0;
  for (let i = 0; i < lines; i++) at = bytes.indexOf(10, at) + 1;
  return bytes.subarray(0, at);
};
const sumOf = (a: Analysis, key: 'wrong' | 'missing'): number =>
  [...(a.predictor?.verdicts.rows.values() ?? [])].reduce((sum, row) => sum + row[key], 0);

describe('a boot on two vCPUs, kernel 7.3, every interrupt event', () => {
  test('counts equal those of a count by words', async () => {
    const rows = await report(SVM);
    const counts: Record<string, number> = {};
    for (const line of new TextDecoder().decode(SVM).split('\n')) {
      const name = / (kvm_\w+): /.exec(line)?.[1];
      if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
    }
    const summary = rows[0] as ReportRow;
    expect(summary.counts).toEqual(counts);
    expect(summary).toMatchObject({ format: 'ftrace', clock: 's', starts: 'boot', irqchip: 'full', vendor: 'svm' });
    expect(summary.lines).toBe(SVM.filter((byte) => byte === 10).length);
  });

  test('the engine foresees every judged line', async () => {
    const analysis = await analyse(bytesSource(SVM));
    expect([sumOf(analysis, 'wrong'), sumOf(analysis, 'missing')]).toEqual([0, 0]);
    const counts = analysis.summary.counts as Record<string, number>;
    for (const event of ['kvm_pic_set_irq', 'kvm_ioapic_set_irq', 'kvm_apic_accept_irq', 'kvm_eoi', 'kvm_inj_virq']) {
      const row = [...(analysis.predictor?.verdicts.rows.values() ?? [])].find((one) => one.event === event);
      expect((row?.right ?? 0) + (row?.raced ?? 0) + (row?.wrong ?? 0) + (row?.unknowable ?? 0)).toBe(counts[event]);
    }
  });

  test('the RTEs before a line are those the guest wrote before it', async () => {
    // What the guest wrote by hand: select, then the window, as the lines say.
    const rte = Array.from({ length: 24 }, () => [0x10000, 0]);
    const at = 30_000;
    let index = 0;
    for (const line of new TextDecoder()
      .decode(SVM)
      .split('\n')
      .slice(0, at - 1)) {
      const m = /mmio write len 4 gpa 0xfec000(00|10) val 0x(\w+)/.exec(line);
      if (m === null) continue;
      if (m[1] === '00') index = Number.parseInt(m[2] ?? '', 16);
      else if (index >= 0x10) (rte[(index - 0x10) >> 1] as number[])[index & 1] = Number.parseInt(m[2] ?? '', 16);
    }
    const hex = (n: number | undefined): string => ((n ?? 0) >>> 0).toString(16).padStart(8, '0');
    const [state] = of(await report(SVM, { at }), 'state');
    expect(state?.ioapic).toEqual(rte.map(([lo, hi]) => `0x${hex(hi)}${hex(lo)}`));
    expect(state?.line).toBe(at);
  });

  test('begun in the middle, what nobody saw costs unknowables and no wrong line', async () => {
    const start = cut(SVM, 20_000).length;
    const analysis = await analyse(bytesSource(SVM.subarray(start)));
    expect(analysis.summary.starts).toBe('mid');
    expect([sumOf(analysis, 'wrong'), sumOf(analysis, 'missing')]).toEqual([0, 0]);
  });

  test('begun between a line of KVM and what it was printed for, the pin is as that line shows it', async () => {
    const lines = [
      ' CPU 0/KVM-9 [000] ...1. 1.000001: kvm_pic_set_irq: chip 0 pin 4 (edge|masked)',
      ' CPU 0/KVM-9 [000] ...1. 1.000002: kvm_ioapic_set_irq: pin 4 dst 0 vec 49 (Fixed|physical|edge|masked)',
      ' CPU 0/KVM-9 [000] ..... 1.000003: kvm_set_irq: gsi 4 level 0 source 0',
      ' CPU 0/KVM-9 [000] ...1. 1.000004: kvm_pic_set_irq: chip 0 pin 4 (edge|masked)',
      ' CPU 0/KVM-9 [000] ...1. 1.000005: kvm_ioapic_set_irq: pin 4 dst 0 vec 49 (Fixed|physical|edge|masked)',
      ' CPU 0/KVM-9 [000] d..1. 1.000006: kvm_entry: vcpu 0, rip 0xffffffff816aa497',
      ' CPU 0/KVM-9 [000] ..... 1.000007: kvm_pio: pio_read at 0x3fd size 1 count 1 val 0x60',
      ' CPU 0/KVM-9 [000] ..... 1.000008: kvm_mmio: mmio write len 4 gpa 0xfebf3004 val 0x1',
    ];
    const analysis = await analyse(bytesSource(new TextEncoder().encode(`${lines.join('\n')}\n`)));
    expect(analysis.findings.filter((f) => f.severity === 'wrong')).toEqual([]);
    expect(analysis.summary.starts).toBe('mid');
  });

  test.each([
    ['kvm_mmio'],
    ['kvm_pio'],
    ['kvm_apic'],
    ['kvm_msr'],
    ['kvm_entry'],
    ['kvm_exit'],
    ['kvm_set_irq'],
    ['kvm_eoi'],
    ['kvm_inj_virq'],
    ['kvm_apic_ipi'],
  ])('without %s only what does not depend on it is judged', async (event) => {
    const text = new TextDecoder()
      .decode(SVM)
      .split('\n')
      .filter((line) => !line.includes(` ${event}: `))
      .join('\n');
    const analysis = await analyse(bytesSource(new TextEncoder().encode(text)));
    const wrong = analysis.findings.filter((f) => f.severity === 'wrong');
    expect(wrong.map((f) => `${f.line}: ${f.expected} / ${f.shown}`).slice(0, 5)).toEqual([]);
  });

  test('events that were lost end no story wrongly', async () => {
    const lines = new TextDecoder().decode(SVM).split('\n');
    const with_gap = [...lines.slice(0, 15_000), 'CPU:1 [LOST 3000 EVENTS]', ...lines.slice(18_000)].join('\n');
    const analysis = await analyse(bytesSource(new TextEncoder().encode(with_gap)));
    expect(analysis.summary.lost).toBe(3000);
    const wrong = analysis.findings.filter((f) => f.severity === 'wrong');
    expect(wrong.map((f) => `${f.line}: ${f.expected} / ${f.shown}`).slice(0, 5)).toEqual([]);
    expect(analysis.findings.some((f) => f.id === 'lost')).toBe(true);
  });
});

describe('a window of one vCPU with APICv', () => {
  test('nothing is called lost where the processor injects by itself', async () => {
    const rows = await report(APICV);
    const summary = rows[0] as ReportRow;
    expect(summary).toMatchObject({ apicv: true, vendor: 'vmx', starts: 'mid' });
    expect(of(rows, 'finding').filter((f) => f.severity === 'wrong')).toEqual([]);
    expect(of(rows, 'end')[0]).toEqual({ kind: 'end', pending: [], inService: [], unobservable: true });
    const gsi = of(rows, 'gsi').find((row) => row.gsi === 21);
    expect(gsi).toMatchObject({ edges: 200, latency: { n: 200, until: 'accept' } });
  });
});

describe('files that are no whole trace', () => {
  test('a last line cut in half is dropped', async () => {
    const analysis = await analyse(bytesSource(SVM.subarray(0, cut(SVM, 5000).length + 70)));
    expect(analysis.summary).toMatchObject({ cutOff: true, unreadable: 0 });
  });

  test.each([
    ['nothing', new Uint8Array(0), 'empty'],
    ['bytes by chance', Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 255), 'no-kvm'],
    ['a line without end', new TextEncoder().encode('x'.repeat(300_000)), 'no-kvm'],
    ['an xz file', Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2, 3]), 'foreign'],
    [
      'a broken trace.dat',
      Uint8Array.from([0x17, 0x08, 0x44, ...new TextEncoder().encode('tracing6'), 0, 0, 8]),
      'dat-short',
    ],
    ['a broken gzip', Uint8Array.from([0x1f, 0x8b, 8, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), 'gzip'],
  ])('%s ends in one sentence', async (_what, bytes, code) => {
    await expect(analyse(bytesSource(bytes))).rejects.toMatchObject({ code });
  });

  test('numbers no machine has are counted, and end nothing', async () => {
    const lines = [
      ' x-1 [000] .... 2.000000: kvm_entry: vcpu 1000000000, rip 0x1',
      ' x-1 [000] .... 1.000000: kvm_apic_accept_irq: apicid ffffffff vec 48 (Fixed|edge)',
      ' x-1 [000] .... 0.500000: kvm_set_irq: gsi 4000000000 level 1 source 9',
      ' x-1 [000] .... 0.400000: kvm_entry: vcpu 0, rip 0x1',
      ` x-1 [000] .... 0.300000: kvm_eoi: apicid 0 vector ${'9'.repeat(70_000)}`,
    ];
    const analysis = await analyse(bytesSource(new TextEncoder().encode(`${lines.join('\n')}\n`)));
    expect(analysis.summary).toMatchObject({ lines: 5, unreadable: 1 });
    expect(analysis.findings.some((f) => f.id === 'time-goes-back')).toBe(true);
  });
});
