/** One recording as other recorders print it: whatever stands before and behind an event, the report is the same. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { analyse } from './analyse.ts';
import { type ReportRow, reportRows } from './report.ts';
import { TextScanner } from './scanner.ts';
import { bytesSource } from './source.ts';
import { createTables } from './text-tables.ts';

const LINES = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')).toString().split('\n').slice(0, 30_000);
const COLUMNS = /^ *(.+)-(\d+) +\[(\d{3})\] (\S{5}) +(\d+\.\d+): (kvm_\w+|vcpu_\w+|\w+): (.*)$/;

interface Line {
  readonly comm: string;
  readonly tid: string;
  readonly cpu: string;
  readonly flags: string;
  readonly time: string;
  readonly event: string;
  readonly text: string;
}

/** The lines as somebody else prints them; those without an event are left out, as there. */
function printed(how: (line: Line) => string): string {
  const out: string[] = [];
  for (const line of LINES) {
    const m = COLUMNS.exec(line);
    if (m === null) continue;
    const [comm, tid, cpu, flags, time, event, text] = m.slice(1) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    out.push(how({ comm, tid, cpu, flags, time, event, text }));
  }
  return `${out.join('\n')}\n`;
}

const ftrace = printed(
  ({ comm, tid, cpu, flags, time, event, text }) =>
    `${comm.padStart(16)}-${tid.padEnd(7)} [${cpu}] ${flags} ${time.padStart(12)}: ${event}: ${text}`,
);

/** All that is said, but for what names the form or counts its lines and bytes. */
async function said(text: string): Promise<unknown[]> {
  const rows: ReportRow[] = [
    ...reportRows(await analyse(bytesSource(new TextEncoder().encode(text))), {}, (key) => key),
  ];
  return rows.map(({ format: _format, bytes: _bytes, ...row }) => row);
}

const usual = said(ftrace);

test.each<[string, (line: Line) => string]>([
  [
    'perf script',
    ({ comm, tid, cpu, time, event, text }) =>
      `${comm.padStart(16)} ${tid} [${cpu}] ${time}: ${`kvm:${event}`.padStart(28)}: ${text}`,
  ],
  [
    'perf script with process and thread, nanoseconds and a period',
    ({ comm, tid, cpu, time, event, text }) =>
      `${comm.padStart(16)} 300/${tid} [${cpu}] ${time}000:          1   kvm:${event}: ${text}`,
  ],
  [
    'perf script without a CPU',
    ({ comm, tid, time, event, text }) => `${comm.padStart(16)} ${tid} ${time}:  kvm:${event}: ${text}`,
  ],
  [
    'trace-cmd report',
    ({ comm, tid, cpu, time, event, text }) =>
      `${comm.padStart(16)}-${tid.padEnd(5)} [${cpu}] ${time.padStart(12)}: ${`${event}:`.padEnd(22)} ${text}`,
  ],
  [
    'trace-cmd report of a buffer, with differences',
    ({ comm, tid, cpu, time, event, text }) =>
      `kvmbuf: ${comm.padStart(16)}-${tid.padEnd(5)} [${cpu}] ${time.padStart(12)}: (+17)   ${event}: ${text}`,
  ],
  [
    'trace-cmd report -l',
    ({ comm, tid, cpu, flags, time, event, text }) =>
      `${comm.slice(0, 8).padStart(8)}-${tid.padEnd(5)} ${Number(cpu).toString().padStart(3)}${flags} ${time.padStart(12)}: ${event}: ${text}`,
  ],
  [
    'ftrace with process ids',
    ({ comm, tid, cpu, flags, time, event, text }) =>
      `${comm.padStart(16)}-${tid.padEnd(7)} (    300) [${cpu}] ${flags} ${time.padStart(12)}: ${event}: ${text}`,
  ],
  [
    'ftrace before v5.15, quoted in a mail',
    ({ comm, tid, cpu, flags, time, event, text }) =>
      `> ${comm.padStart(16)}-${tid.padEnd(7)} [${cpu}] ${flags.slice(0, 4)} ${time.padStart(12)}: ${event}: ${text}`,
  ],
])(
  '%s says the same',
  async (_what, how) => {
    expect(await said(printed(how))).toEqual(await usual);
  },
  30_000,
);

/** As a mailer breaks it: each line at the last blank within the width, again and again. */
function folded(text: string, width: number, quote = ''): string {
  const out: string[] = [];
  for (let line of text.split('\n')) {
    for (;;) {
      const at = line.length > width ? line.lastIndexOf(' ', width) : -1;
      if (at <= 0 || line.slice(0, at).trim() === '') break;
      out.push(quote + line.slice(0, at));
      line = line.slice(at + 1);
    }
    out.push(quote + line);
  }
  return out.join('\n');
}

/** Every event with its time and its fields, and how many lines made none. */
function scanned(text: string, slice: number): { events: string[]; unreadable: number } {
  const events: string[] = [];
  const tables = createTables();
  const scanner = new TextScanner(tables, {
    event: (r) => {
      events.push(`${r.event} ${r.ts} ${r.cpu} ${r.f.join(' ')}`);
      // A row fills the fields it has; what others left behind is none of its own.
      r.f.fill(0);
    },
    lost: () => {},
  });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += slice) scanner.push(bytes.subarray(at, at + slice));
  scanner.finish();
  return { events, unreadable: scanner.totals.unreadable };
}

test.each([76, 72, 60])('a mail whose lines were broken at %i holds the same events, quoted too', (width) => {
  const short = ftrace.split('\n').slice(0, 4000).join('\n');
  const whole = scanned(short, 1 << 20);
  expect(whole.unreadable).toBe(0);
  const [plain, quoted] = [folded(short, width), folded(short, width, '> ')];
  expect(plain.split('\n').length).toBeGreaterThan(4500);
  for (const text of [plain, quoted]) {
    for (const slice of [1 << 20, 997]) expect(scanned(text, slice)).toEqual(whole);
  }
});

test.each([78, 76, 72])('folds at %i that begin far below the first lines are seen, quoted too', (width) => {
  const lines = ftrace.split('\n').slice(0, 4000);
  const [head, tail] = [lines.slice(0, 2000).join('\n'), lines.slice(2000).join('\n')];
  expect(head.length).toBeGreaterThan(100_000);
  const whole = scanned(lines.join('\n'), 1 << 20);
  for (const quote of ['', '> ']) {
    const text = `${head}\n${folded(tail, width, quote)}`;
    expect(text.split('\n').length).toBeGreaterThan(4250);
    expect(scanned(text, 1 << 20)).toEqual(whole);
  }
});
