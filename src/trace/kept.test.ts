import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { analyse } from './analyse.ts';
import { KeptRecords } from './kept.ts';
import { createRecord, type TraceRecord } from './record.ts';
import { reportRows } from './report.ts';
import { openTrace, scanTrace } from './scan.ts';
import { bytesSource } from './source.ts';
import { Survey } from './survey.ts';
import { fieldCount } from './template.ts';
import { createTables } from './text-tables.ts';
import { FIRST_UNKNOWN, TP } from './tracepoints.ts';

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

test('a record of the kernel’s own lines takes a tenth of its text', async () => {
  const bytes = recording('public/traces/svm-2vcpu-v7.3.txt.gz');
  const kept = new KeptRecords(new Survey(), bytes.length);
  await scanTrace(await openTrace(bytesSource(bytes)), createTables(kept), kept, noPause);
  expect(kept.size).toBeLessThan(bytes.length * 0.13);
});

test('what has no room is read again, and the report is the same', async () => {
  const bytes = recording('public/traces/svm-2vcpu-v7.3.txt.gz');
  const report = async (): Promise<string[]> =>
    [...reportRows(await analyse(bytesSource(bytes)), {}, (key) => key)].map((row) => JSON.stringify(row));
  const { event } = KeptRecords.prototype;
  const kept = await report();
  let dropped = 0;
  const spy = vi.spyOn(KeptRecords.prototype, 'event').mockImplementation(function (this: KeptRecords, r) {
    if (r.line > 20_000 && this.isWhole) {
      dropped++;
      (this as unknown as { drop(): void }).drop();
    }
    event.call(this, r);
  });
  const readAgain = await report();
  spy.mockRestore();
  expect(dropped).toBe(1);
  expect(readAgain).toEqual(kept);
});

test('of a text that is too long, and of records past the limit, nothing is kept', () => {
  expect(new KeptRecords(new Survey(), 2e9).isWhole).toBe(false);
  const kept = new KeptRecords(new Survey(), 0);
  // Fields below 0 take the most room.
  const r = createRecord();
  r.event = TP.kvm_exit;
  r.f.fill(-1);
  let n = 0;
  while (kept.isWhole && n < 3_000_000) {
    r.line = ++n;
    kept.event(r);
  }
  expect(kept.isWhole).toBe(false);
  expect(n).toBeGreaterThan(1_000_000);
});

test('threads past the limit end the keeping too', () => {
  const kept = new KeptRecords(new Survey(), 0);
  const r = createRecord();
  for (let n = 1; kept.isWhole && n < 2_000_000; n++) {
    r.line = n;
    r.tid = n;
    kept.event(r);
  }
  expect(kept.isWhole).toBe(false);
});
