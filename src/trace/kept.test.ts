import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { KeptRecords } from './kept.ts';
import { createRecord, type TraceRecord } from './record.ts';
import { reportRows } from './report.ts';
import { openTrace, scanTrace } from './scan.ts';
import { bytesSource } from './source.ts';
import { Survey } from './survey.ts';
import { fieldCount } from './template.ts';
import { createTables } from './text-line.ts';
import { FIRST_UNKNOWN } from './tracepoints.ts';

const noPause = (): Promise<void> => Promise.resolve();

const recording = (path: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(path)));

const asText = (r: TraceRecord): string =>
  [
    r.line,
    r.ts,
    r.tid,
    r.tgid,
    r.cpu,
    r.context,
    r.event,
    ...r.f.subarray(0, r.event < FIRST_UNKNOWN ? fieldCount[r.event] : 0),
  ].join(' ');

async function recordsOf(bytes: Uint8Array): Promise<{ read: string[]; told: string[]; isWhole: boolean }> {
  const opened = await openTrace(bytesSource(bytes));
  const read: string[] = [];
  const told: string[] = [];
  const into = (list: string[]) => ({
    event: (r: TraceRecord) => list.push(asText(r)),
    lost: (line: number, n: number) => list.push(`lost ${line} ${n}`),
  });
  await scanTrace(opened, createTables(), into(read), noPause);
  const kept = new KeptRecords(new Survey(), bytes.length);
  const totals = await scanTrace(opened, createTables(kept), kept, noPause);
  if (kept.isWhole) await kept.replay(into(told), totals, noPause);
  return { read, told, isWhole: kept.isWhole };
}

test.each([
  'public/traces/svm-2vcpu-v7.3.txt.gz',
  'public/traces/vmx-1vcpu-apicv-v6.1.txt.gz',
  'src/trace/recordings/svm-1vcpu-perf-trace-v6.1.txt.gz',
  'src/trace/trace-dat/recordings/svm-2vcpu-boot-v6.dat.gz',
])('the records kept of %s are those that its text is read as', async (path) => {
  const { read, told } = await recordsOf(recording(path));
  expect(read.length).toBeGreaterThan(1000);
  expect(told).toEqual(read);
});

test('gaps, numbers below 0 and past 32 bits are kept as they are', async () => {
  const lines = [
    '# entries-in-buffer/entries-written: 10/60   #P:4',
    ' CPU 0/KVM-348 [000] d..1. 13.513655: kvm_entry: vcpu 0, rip 0xffffffff81000000',
    ' CPU 0/KVM-348 [000] d..1. 13.513656: kvm_eoi: apicid 0 vector -1',
    ' CPU 0/KVM-348 [000] d..1. 13.513657: kvm_set_irq: gsi 99999999999 level 1 source 0',
    'CPU:0 [LOST 12 EVENTS]',
    ' CPU 0/KVM-348 [000] d.h1. 13.513658123: kvm_write_tsc_offset: vcpu=0 prev=18446744073709551615 next=0',
    ' CPU 0/KVM-348 (12) [001] d.s1. 13.513659: sched_switch: prev_comm=x',
  ];
  const { read, told } = await recordsOf(new TextEncoder().encode(`${lines.join('\n')}\n`));
  expect(read).toHaveLength(7);
  expect(told).toEqual(read);
});

test('what has no room is read again, and the report is the same', async () => {
  const text = new TextDecoder().decode(recording('public/traces/svm-2vcpu-v7.3.txt.gz'));
  const half = text.indexOf('\n', text.length / 2) + 1;
  // No machine has so many CPUs: such a line ends the keeping.
  const report = async (cpu: string): Promise<{ isWhole: boolean; rows: string[] }> => {
    const line = `     <idle>-0       [${cpu}] d..1.    ${/\d+\.\d{6}(?=: kvm_)/.exec(text.slice(half))?.[0]}: sched_switch: x\n`;
    const bytes = new TextEncoder().encode(text.slice(0, half) + line + text.slice(half));
    const { isWhole } = await recordsOf(bytes);
    const rows = [...reportRows(await analyse(bytesSource(bytes)), {}, (key) => key)];
    return { isWhole, rows: rows.map((row) => JSON.stringify({ ...row, bytes: 0 })) };
  };
  const kept = await report('003');
  const readAgain = await report('5000');
  expect([kept.isWhole, readAgain.isWhole]).toEqual([true, false]);
  expect(readAgain.rows).toEqual(kept.rows);
});

test('of a text that is too long, and of records past the limit, nothing is kept', () => {
  expect(new KeptRecords(new Survey(), 1e9).isWhole).toBe(false);
  const kept = new KeptRecords(new Survey(), 0);
  const r = createRecord();
  let n = 0;
  while (kept.isWhole && n < 5_000_000) kept.event({ ...r, line: ++n });
  expect(kept.isWhole).toBe(false);
  expect(n).toBeGreaterThan(1_000_000);
});
