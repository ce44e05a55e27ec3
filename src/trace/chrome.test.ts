/** The export against what the Trace Event Format asks of each kind of event. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { TraceReading } from './reading.ts';
import { bytesSource } from './source.ts';

interface ChromeEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: string;
  readonly s?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

const bytesOf = (name: string): Uint8Array => gunzipSync(readFileSync(name));
async function exported(bytes: Uint8Array): Promise<{ events: ChromeEvent[]; from: number; to: number }> {
  const analysis = await analyse(bytesSource(bytes), { keep: true });
  const json = JSON.parse(await new TraceReading(analysis).chrome()) as {
    displayTimeUnit: string;
    traceEvents: ChromeEvent[];
  };
  expect(json.displayTimeUnit).toBe('ns');
  return { events: json.traceEvents, from: Number(analysis.summary.from), to: Number(analysis.summary.to) };
}
const namesOf = (events: readonly ChromeEvent[]): Map<number, unknown> =>
  new Map(events.filter((e) => e.ph === 'M' && e.name === 'thread_name').map((e) => [e.tid, e.args?.name]));

describe.each([
  'public/traces/svm-2vcpu-v7.3.txt.gz',
  'public/traces/vmx-1vcpu-apicv-v6.1.txt.gz',
  'src/trace/recordings/svm-2vcpu-report-v6.1.txt.gz',
  'src/trace/recordings/svm-1vcpu-perf-trace-v6.1.txt.gz',
])('%s', (file) => {
  let made: ReturnType<typeof exported> | undefined;
  /** The export, made once. */
  const own = (): ReturnType<typeof exported> => {
    made ??= exported(bytesOf(file));
    return made;
  };

  test('each event has what its phase needs, in microseconds of the trace', async () => {
    const { events, from, to } = await own();
    const timed = events.filter((e) => e.ph !== 'M');
    expect(timed.length).toBeGreaterThan(100);
    for (const e of timed) {
      // Ten thousands of them: a question to `expect` only where one fails.
      const { ph, tid, pid, ts = -1, dur } = e;
      const isPlaced = 'Xibe'.includes(ph) && Number.isInteger(tid) && tid >= 0 && pid === 1;
      const isInTime = ts >= from && ts + (dur ?? 0) <= to && (ph !== 'X' || (dur !== undefined && dur >= 0));
      const isNamed =
        (ph !== 'i' || e.s === 't') && (!'be'.includes(ph) || (typeof e.id === 'string' && e.cat === 'irq'));
      if (!isPlaced || !isInTime || !isNamed) expect.fail(JSON.stringify(e));
    }
  });

  test('the process and each of its rows have a name and a place', async () => {
    const { events } = await own();
    const names = namesOf(events);
    expect(events.find((e) => e.name === 'process_name')?.args).toEqual({ name: 'KVM' });
    const used = new Set(events.filter((e) => e.ph !== 'M').map((e) => e.tid));
    expect([...used].filter((tid) => !names.has(tid))).toEqual([]);
    expect(new Set(names.values()).size).toBe(names.size);
    const places = events.filter((e) => e.name === 'thread_sort_index').map((e) => e.args?.sort_index);
    expect(places).toEqual([...names.keys()].map((_, i) => i));
  });

  test('complete events of a row lie in each other or apart, and asynchronous ones come in pairs', async () => {
    const { events } = await own();
    const rows = new Map<number, ChromeEvent[]>();
    for (const e of events) {
      if (e.ph !== 'X') continue;
      const row = rows.get(e.tid);
      if (row === undefined) rows.set(e.tid, [e]);
      else row.push(e);
    }
    for (const list of rows.values()) {
      list.sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0) || (b.dur ?? 0) - (a.dur ?? 0));
      const ends: number[] = [];
      for (const { ts = 0, dur = 0 } of list) {
        while (ends.length > 0 && (ends.at(-1) ?? 0) <= ts) ends.pop();
        if (ends.length > 0 && ts + dur > (ends.at(-1) ?? 0))
          expect.fail(`an event at ${ts} ends past the one it lies in`);
        ends.push(ts + dur);
      }
    }
    const begun = new Map(events.filter((e) => e.ph === 'b').map((e) => [e.id, e]));
    const ended = events.filter((e) => e.ph === 'e');
    expect(ended.length).toBe(begun.size);
    for (const e of ended) expect((begun.get(e.id)?.ts ?? Number.NaN) <= (e.ts ?? 0)).toBe(true);
  });
});

test('a vector whose EOI comes before that of one taken in it is an asynchronous event', async () => {
  const own = (n: number, text: string): string => ` CPU 0/KVM-9 [000] ..... 1.00000${n}: ${text}`;
  const lines = [
    own(1, 'kvm_entry: vcpu 0, rip 0x1'),
    own(2, 'kvm_inj_virq: IRQ 0x31'),
    own(3, 'kvm_inj_virq: IRQ 0x41'),
    own(4, 'kvm_eoi: apicid 0 vector 49'),
    own(5, 'kvm_eoi: apicid 0 vector 65'),
  ];
  const { events } = await exported(new TextEncoder().encode(`${lines.join('\n')}\n`));
  const told = events.filter((e) => e.name.startsWith('vector')).map(({ ph, name, ts, dur }) => [ph, name, ts, dur]);
  expect(told).toEqual([
    ['b', 'vector 0x31', 1_000_002, undefined],
    ['e', 'vector 0x31', 1_000_004, undefined],
    ['X', 'vector 0x41', 1_000_003, 2],
  ]);
});
