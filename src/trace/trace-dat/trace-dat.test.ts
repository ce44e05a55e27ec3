/**
 * trace.dat, version 6 as it is and version 7 packed with zstd: the beginnings of one recording of v6.1, as trace-cmd 3.1.6
 * cut and wrote them (their kernel's symbols taken out). The counts are those of awk over its own `trace-cmd report`.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyse } from '../analyse.ts';
import { falsifierOf } from '../falsify.ts';
import { type ReportRow, reportRows } from '../report.ts';
import { type ByteSource, bytesSource } from '../source.ts';

const file = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(`src/trace/trace-dat/recordings/${name}.dat.gz`)));
const V6 = file('svm-2vcpu-boot-v6');
const V7 = file('svm-2vcpu-boot-v7');
const report = async (source: ByteSource): Promise<ReportRow[]> => [
  ...reportRows(await analyse(source), {}, (key) => key),
];

const AWK = {
  v6: {
    lines: 20_000,
    counts: {
      kvm_ack_irq: 7,
      kvm_apic: 7,
      kvm_apic_accept_irq: 2,
      kvm_apic_ipi: 2,
      kvm_entry: 1733,
      kvm_exit: 1733,
      kvm_inj_virq: 14,
      kvm_ioapic_set_irq: 158,
      kvm_mmio: 713,
      kvm_msr: 64,
      kvm_pic_set_irq: 158,
      kvm_pio: 791,
      kvm_set_irq: 158,
      kvm_userspace_exit: 1184,
      vcpu_match_mmio: 461,
    },
  },
  v7: {
    lines: 40_000,
    counts: {
      kvm_ack_irq: 131,
      kvm_apic: 230,
      kvm_apic_accept_irq: 195,
      kvm_apic_ipi: 21,
      kvm_entry: 4751,
      kvm_eoi: 168,
      kvm_exit: 4750,
      kvm_inj_virq: 212,
      kvm_ioapic_set_irq: 906,
      kvm_mmio: 1367,
      kvm_msr: 606,
      kvm_pic_set_irq: 906,
      kvm_pio: 1065,
      kvm_pv_eoi: 56,
      kvm_set_irq: 906,
      kvm_userspace_exit: 1408,
    },
  },
};

describe.each([
  ['version 6', V6, AWK.v6],
  ['version 7 with zstd', V7, AWK.v7],
])('%s', (_what, bytes, awk) => {
  test('the counts are those of awk over trace-cmd’s report', async () => {
    const [summary] = (await report(bytesSource(bytes))) as [ReportRow];
    expect(summary).toMatchObject({
      format: 'trace.dat',
      clock: 's',
      lines: awk.lines,
      unreadable: 0,
      lost: 0,
      starts: 'boot',
      vcpus: [0, 1],
      vendor: 'svm',
    });
    expect(summary.counts).toMatchObject(awk.counts);
  });

  test('nothing in it is wrong', async () => {
    const rows = await report(bytesSource(bytes));
    expect(rows.filter((row) => row.kind === 'finding' && row.severity === 'wrong')).toEqual([]);
    const judged = rows.filter((row) => row.kind === 'prediction');
    expect(judged.length).toBeGreaterThan(5);
    expect(judged.map((row) => [row.event, row.wrong, row.missing])).toEqual(judged.map((row) => [row.event, 0, 0]));
  });

  test('a source that reads into one buffer again and again gives the same', async () => {
    // The CPUs' records are merged: each CPU's page must outlive the reading of another's.
    const buffer = new Uint8Array(bytes.length);
    const reusing: ByteSource = {
      size: bytes.length,
      read: (from, length) => {
        const part = bytes.subarray(from, from + length);
        buffer.fill(0xff);
        buffer.set(part);
        return Promise.resolve(buffer.subarray(0, part.length));
      },
    };
    expect(await report(reusing)).toEqual(await report(bytesSource(bytes)));
  });
});

test('falsified fields of its records are found', async () => {
  const seed = Number(process.env.TRACE_SEED ?? 0x5eed);
  let total = 0;
  let noisy = 0;
  const missed: string[] = [];
  const falsify = await falsifierOf(V7);
  for (let round = 0; round < 3; round++) {
    const { falsified, stray, extra } = await falsify({ seed: seed + round, apart: 300 });
    total += falsified.length;
    noisy += stray.length + extra.length;
    for (const one of falsified) if (!one.found) missed.push(`${one.event} line ${one.line}: ${one.what}`);
  }
  console.log(`trace.dat: found ${total - missed.length} of ${total}, TRACE_SEED=${seed}, beyond the first: ${noisy}`);
  expect(total).toBeGreaterThan(100);
  expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(total * 0.01);
  expect(noisy / total).toBeLessThanOrEqual(0.06);
}, 60_000);
