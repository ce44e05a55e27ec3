/**
 * The branches of KVM's timer, i8254, AVIC, posted interrupts and remapping entries at v6.18, function by function, and what
 * takes each: `golden/branches/`, a file a part, a line a branch. A branch has a case (a file of `golden/cases` or `golden/vmx`, which
 * their own tests hold against its answers), or a test beside the code, or a reason why the model has no such branch. Where a
 * branch leaves an event, `sees` is how it begins, and a case that does not bring it about fails here.
 * `npm run verify:kernel` holds the functions against a kernel tree: of a file that is here whole none may be missing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVENT_NAMES } from '../spec/events/index.ts';
import { type Bench, bench, type JsonOp } from './test-bench.ts';

const ENGINE = import.meta.dirname;
const GOLDEN = join(ENGINE, 'golden');
const FOLDER = join(GOLDEN, 'branches');

interface Branch {
  readonly function: string;
  readonly branch: string;
  readonly case?: string | readonly string[];
  readonly test?: string;
  readonly leftOut?: string;
  readonly sees?: string;
}

const linesOf = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

const parts = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));
const branches = parts.flatMap((part) =>
  linesOf<Branch>(join(FOLDER, part))
    .slice(1)
    .map((row) => ({ ...row, part })),
);
const casesOf = ({ case: named }: Branch): readonly string[] =>
  named === undefined ? [] : typeof named === 'string' ? [named] : named;
const pathOf = (name: string): string => join(GOLDEN, name.includes('/') ? `${name}.jsonl` : `cases/${name}.jsonl`);

/** A case's machines, one after another, and the events of all its ops. */
function eventsOf(name: string): string[] {
  const ops = linesOf<{ op?: JsonOp | string }>(pathOf(name)).flatMap(({ op, ...rest }) =>
    op === undefined ? [] : [typeof op === 'string' ? ({ op, ...rest } as JsonOp) : op],
  );
  const seen: string[] = [];
  let b: Bench | null = null;
  for (const op of ops) {
    if (op.op === 'create') b = bench(op);
    else b?.do(op);
    seen.push(...(b?.eventsOf(...EVENT_NAMES.filter((event) => event !== undefined)) ?? []));
  }
  return seen;
}

test('every branch is named once, and says one thing of what takes it', () => {
  const names = branches.map((row) => `${row.part} ${row.function}: ${row.branch}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  const unclear = branches.filter(
    (row) =>
      [casesOf(row).length > 0, (row.test ?? '') !== '', (row.leftOut ?? '') !== ''].filter(Boolean).length !== 1,
  );
  expect(unclear).toEqual([]);
});

test('every case that a branch names is there', () =>
  expect([...new Set(branches.flatMap(casesOf))].filter((name) => !existsSync(pathOf(name)))).toEqual([]));

test('every test that a branch names is there', () => {
  const missing = branches.filter((row) => {
    const [path, ...title] = (row.test ?? '').split(': ');
    return row.test !== undefined && !readFileSync(join(ENGINE, path ?? ''), 'utf8').includes(`'${title.join(': ')}'`);
  });
  expect(missing).toEqual([]);
});

test('every case of these parts stands for a branch', () => {
  const named = new Set(branches.flatMap(casesOf));
  const cases = readdirSync(join(GOLDEN, 'cases')).map((file) => file.replace('.jsonl', ''));
  expect(cases.filter((name) => /^(?:timer|pit|avic|pi|irte)-/.test(name) && !named.has(name))).toEqual([]);
});

describe('a case brings about what its branch does', () => {
  const wanted = new Map<string, Set<string>>();
  for (const { sees, ...row } of branches) {
    for (const name of sees === undefined ? [] : casesOf(row))
      wanted.set(name, new Set([...(wanted.get(name) ?? []), sees as string]));
  }
  test.each([...wanted])('%s', (name, sees) => {
    const seen = eventsOf(name);
    expect([...sees].filter((begins) => !seen.some((event) => `${event} `.startsWith(`${begins} `)))).toEqual([]);
  });
});
