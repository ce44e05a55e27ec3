/** `/proc/interrupts` of a guest, once or twice. */

import { finding, type Line, type Paste } from './types.ts';
import { unfold, unread } from './unfold.ts';

interface Row {
  readonly name: string;
  readonly line: number;
  readonly counts: number[];
  readonly what: string;
}

const HEAD = /^\s*CPU\d+(\s+CPU\d+)*\s*$/;
const START = /^\s*(?:\w+:|CPU\d)/;
const ROW = /^\s*(\w+):((?:\s+\d+)+)\s*(.*)$/;
/** So many more of one interrupt than of all others together, and at least these, is a storm. */
const STORM_LEAST = 10_000;

interface Table {
  readonly cpus: number[];
  readonly rows: Map<string, Row>;
  /** Rows of an interrupt that lack a CPU's count. */
  readonly broken: Line[];
}

function readTables(given: readonly Line[]): Table[] {
  const tables: Table[] = [];
  for (const { n, text: line } of unfold(given, START)) {
    if (HEAD.test(line)) {
      const cpus = line
        .trim()
        .split(/\s+/)
        .map((name) => Number(name.slice(3)));
      // A head that a mailer broke goes on where it stopped.
      const last = tables.at(-1);
      if (last?.rows.size === 0 && cpus[0] > (last.cpus.at(-1) ?? 0)) last.cpus.push(...cpus);
      else tables.push({ cpus, rows: new Map(), broken: [] });
      continue;
    }
    const table = tables.at(-1);
    const m = ROW.exec(line);
    if (table === undefined || m === null) continue;
    const all = (m[2] as string).trim().split(/\s+/).map(Number);
    const name = m[1] as string;
    if (all.length < table.cpus.length && /^(?:\d+|LOC|RES|CAL)$/.test(name)) {
      table.broken.push({ n, text: line });
      continue;
    }
    table.rows.set(name, { name, line: n, counts: all.slice(0, table.cpus.length), what: (m[3] as string).trim() });
  }
  return tables.filter((table) => table.rows.size + table.broken.length > 0);
}

const gsiOf = (row: Row): number | null => {
  const pin = /IO-APIC\s+(\d+)/.exec(row.what)?.[1];
  return pin !== undefined ? Number(pin) : /^\d+$/.test(row.name) && /XT-PIC/.test(row.what) ? Number(row.name) : null;
};

export function readProcInterrupts(lines: readonly Line[]): Paste {
  const tables = readTables(lines);
  const [first, second] = [tables.at(-2) ?? tables[0], tables.length > 1 ? tables.at(-1) : undefined];
  const findings = tables.flatMap((table) => table.broken.map(unread));
  for (const name of ['ERR', 'MIS', 'SPU']) {
    const row = (second ?? first)?.rows.get(name);
    const n = row?.counts.reduce((a, b) => a + b, 0) ?? 0;
    if (row !== undefined && n > 0)
      findings.push(finding(name === 'SPU' ? 'spurious' : 'apic-error', 'odd', row.line, { n, params: { name } }));
  }
  const deltas: Record<string, number[]> = {};
  if (first !== undefined && second !== undefined) {
    let total = 0;
    for (const row of second.rows.values()) {
      const before = first.rows.get(row.name);
      const delta = row.counts.map((n, i) => n - (before?.counts[i] ?? 0));
      deltas[row.name] = delta;
      total += delta.reduce((a, b) => a + b, 0);
    }
    // Counts only rise.
    const fallen = [...second.rows.values()].find((row) => deltas[row.name]?.some((n) => n < 0));
    if (fallen !== undefined)
      findings.push(finding('counts-fall', 'odd', fallen.line, { gsi: gsiOf(fallen), params: { name: fallen.name } }));
    for (const row of fallen === undefined ? second.rows.values() : []) {
      const before = first.rows.get(row.name);
      const delta = deltas[row.name] ?? [];
      const grown = delta.reduce((a, b) => a + b, 0);
      const had = before?.counts.reduce((a, b) => a + b, 0) ?? 0;
      if (grown >= STORM_LEAST && grown > total / 2) {
        findings.push(
          finding('storm', 'odd', row.line, { gsi: gsiOf(row), n: grown, params: { name: row.name, paste: 1 } }),
        );
      }
      if (row.name === 'LOC') {
        row.counts.forEach((n, i) => {
          if (n > 0 && delta[i] === 0)
            findings.push(
              finding('stands-still', 'odd', row.line, { vcpu: second.cpus[i] ?? i, n, params: { name: 'LOC' } }),
            );
        });
      } else if (/^\d+$/.test(row.name) && had > 0 && grown === 0) {
        findings.push(
          finding('stands-still', 'note', row.line, { gsi: gsiOf(row), n: had, params: { name: row.name } }),
        );
      }
    }
  }
  return {
    shape: 'proc-interrupts',
    read: {
      cpus: (second ?? first)?.cpus ?? [],
      copies: tables.length,
      interrupts: [...((second ?? first)?.rows.values() ?? [])].map((row) => ({
        name: row.name,
        counts: row.counts,
        what: row.what,
        ...(second === undefined ? {} : { grown: deltas[row.name] }),
      })),
    },
    limits: second === undefined ? ['totals-only'] : ['time-between'],
    ask:
      second === undefined
        ? ['cat /proc/interrupts; sleep 1; cat /proc/interrupts']
        : ['trace-cmd record -e kvm sleep 5'],
    findings,
  };
}
