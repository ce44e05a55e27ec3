/**
 * Recordings of a real in-kernel irqchip (see golden/README.md): each file a test, every op's answer compared.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compare } from '../../e2e/kvm/compare.ts';
import type { Op } from '../../e2e/kvm/generate.ts';
import type { Result } from '../../e2e/kvm/recorder.ts';
import { createSession } from './machine/session.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
/** Recordings in the repository; a test that quietly finds fewer tests less than it says. */
const SETS = { directed: 74, random: 240, fresh: 80, bsp: 91, restore: 433, roads: 154, create: 82 } as const;
/** File (without .jsonl.gz) and why it cannot be compared. */
const SKIPPED: Readonly<Record<string, string>> = {};

function read(path: string): { ops: Op[]; recorded: Result[] } {
  const ops: Op[] = [];
  const recorded: Result[] = [];
  for (const line of gunzipSync(readFileSync(path)).toString().trimEnd().split('\n')) {
    const { op, out } = JSON.parse(line) as { op: Op; out: Result };
    ops.push(op);
    recorded.push(out);
  }
  return { ops, recorded };
}

/**
 * Saves live on over `create`, and the recorder's lived on from one sequence to the next: these restore events and MP
 * states of a machine where nothing was pending.
 */
const isSequel = (name: string): boolean => name.startsWith('restore-x2apic-format');
const BEFORE: readonly Op[] = [
  { op: 'create', vcpus: 2, irqchip: 'full' },
  ...[0, 1].flatMap((vcpu) => [
    { op: 'save', what: 'events', vcpu, as: `e${vcpu}` },
    { op: 'save', what: 'mp', vcpu, as: `p${vcpu}` },
  ]),
];
/** Sets recorded on an AMD host whose ops show it: V_TPR has four bits there. */
const OF_AMD: readonly string[] = ['roads', 'create'];
const onAmd = (op: Op): Op => (op.op === 'create' ? { ...op, vendor: 'amd' } : op);

/** What the engine answers, as the lines `conform` would print. */
function answers(ops: readonly Op[], before: readonly Op[] = []): Result[] {
  const session = createSession();
  for (const op of before) session.answer(op);
  return ops.map((op) => {
    const answer = JSON.parse(JSON.stringify(session.answer(op))) as Result;
    if (session.machine !== null) session.machine.log.used = 0;
    return answer;
  });
}

/** Where they part, as lines to read; '' when they do not. */
function report(ops: readonly Op[], recorded: readonly Result[], got: readonly Result[]): string {
  const found = compare(ops, recorded, got);
  if (found === null) return '';
  return [
    `line ${found.at + 1}: ${JSON.stringify(ops[found.at])}`,
    `  at ${found.path || 'the answer'}`,
    `  recorded ${JSON.stringify(found.real)}`,
    `  engine   ${JSON.stringify(found.model)}`,
  ].join('\n');
}

describe.each(Object.entries(SETS))('golden/%s', (set, count) => {
  const files = readdirSync(join(GOLDEN, set)).filter((file) => file.endsWith('.jsonl.gz'));
  const names = files.map((file) => file.replace('.jsonl.gz', ''));

  test(`holds ${count} recordings`, () => expect(names.length).toBe(count));

  test.each(names.filter((name) => !(name in SKIPPED)))('%s', (name) => {
    const { ops, recorded } = read(join(GOLDEN, set, `${name}.jsonl.gz`));
    const made = OF_AMD.includes(set) ? ops.map(onAmd) : ops;
    expect(report(ops, recorded, answers(made, isSequel(name) ? BEFORE : []))).toBe('');
  });

  test.skip.each(names.filter((name) => name in SKIPPED).map((name) => [name, SKIPPED[name]]))('%s: %s', () => {});
});

test('a difference is named by its line, op and place', () => {
  const { ops, recorded } = read(join(GOLDEN, 'directed', 'tpr-blocks.jsonl.gz'));
  const at = ops.findIndex(({ op }) => op === 'get');
  const got = answers(ops).map((answer, i) => (i === at ? { lapic: [{ tpr: '0x77' }] } : answer));
  const tampered = recorded.map((answer, i) => (i === at ? { lapic: [{ tpr: '0x20' }] } : answer));
  expect(report(ops, tampered, got)).toBe(
    `line ${at + 1}: {"op":"get"}\n  at lapic[0].tpr\n  recorded "0x20"\n  engine   "0x77"`,
  );
});
