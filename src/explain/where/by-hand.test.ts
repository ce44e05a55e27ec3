/**
 * Situations set up by hand (by-hand.jsonl), each with the gate that holds and what its way out must bring: rotated and nested 8259s,
 * split chips, x2APIC destinations, timers, KVM_INTERRUPT, posting, restored state, sleepers, several gates at once. Between
 * their ops stand others that change nothing; what is asked of random runs of every profile must agree with their registers.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generate, sequenceSeed } from '../../../e2e/kvm/generate.ts';
import { PROFILES } from '../../../e2e/kvm/shape.ts';
import { createRng, nextBelow, type RngState } from '../../base/rng.ts';
import { portion } from '../../cli/portion.ts';
import { createReasoner } from '../../cli/reason.ts';
import type { JsonOp } from '../../log/log.ts';
import { KERNELS } from '../../spec/quirks.ts';
import { historyFrom } from '../../worker/history.ts';
import { eventsFrom } from './facts.ts';
import { whereIs } from './where.ts';

const SEED = Number(process.env.SEED ?? 20_261_130);

interface Machine {
  readonly machine: string;
  readonly ops: readonly JsonOp[];
}

interface Case {
  readonly name: string;
  /** Machine it begins on; absent: its ops make one. */
  readonly on?: string;
  readonly ops: readonly JsonOp[];
  readonly ask: JsonOp;
  readonly held: string | null;
  readonly state: string;
  readonly by?: string;
  /** Nothing brings this one to a handler. */
  readonly hopeless?: boolean;
  /** Who takes which vector with its way out. */
  readonly takes?: { readonly vector?: number; readonly vcpu?: number };
  /** It has no local APIC: that it went in is seen by the entry alone. */
  readonly byEntry?: boolean;
  /** What holds it before v6.3 is another gate. */
  readonly since63?: boolean;
}

const lines = readFileSync('src/explain/where/by-hand.jsonl', 'utf8').trim().split('\n');
const rows = lines.map((line) => JSON.parse(line) as Machine | Case);
const machines = new Map(rows.flatMap((row) => ('machine' in row ? [[row.machine, row.ops] as const] : [])));
const cases = rows.filter((row) => 'name' in row);

/** Events with which a vCPU takes something, told apart from what the answer itself looks for. */
const TAKES = new Set([
  ...['handler_enter', 'apic_ack', 'extint_ack', 'vid_deliver', 'avic_evaluate', 'inject_nmi'],
  ...['accept_init', 'accept_sipi'],
]);

interface Taken {
  readonly vector: number | undefined;
  readonly vcpu: number;
}

/** What is taken by the ops after the first `from`. */
function takenAfter(ops: readonly JsonOp[], from: number): Taken[] {
  const run = historyFrom(ops)?.now();
  if (run === undefined) throw new Error('no machine');
  const begins = run.starts[from] ?? run.end;
  return eventsFrom(run.journal, 0)
    .filter(({ seq, name, args }) => seq >= begins && TAKES.has(name) && args.taken !== 0)
    .map(({ index, args }) => ({ vector: args.vector, vcpu: index }));
}

/** Ops that change nothing about any interrupt here: a remark, a look, a line that is low already and goes nowhere. */
const NOTHING: readonly JsonOp[] = [{ op: 'note' }, { op: 'get' }, { op: 'irq_line', gsi: 23, level: 0 }];

function answerOf(ops: readonly JsonOp[], ask: JsonOp): JsonOp {
  const reasoner = createReasoner();
  for (const one of ops) {
    const { error } = reasoner.answer(one);
    expect(error, JSON.stringify(one)).toBeUndefined();
  }
  return reasoner.answer({ op: 'where', ...ask }) as JsonOp;
}

const opsOf = ({ on, ops }: Case): readonly JsonOp[] => [...(on === undefined ? [] : (machines.get(on) ?? [])), ...ops];

function check({ ask, held, state, by, hopeless, takes, byEntry }: Case, all: readonly JsonOp[], rng: RngState): void {
  const run = all.flatMap((op, i) =>
    i > 0 && nextBelow(rng, 3) === 0 ? [NOTHING[nextBelow(rng, NOTHING.length)] as JsonOp, op] : [op],
  );
  const answer = answerOf(run, ask);
  const about = JSON.stringify({ ops: run.slice(-6), answer });
  expect({ held: answer.held, state: answer.state }, about).toEqual({ held, state });
  if (by !== undefined) expect(answer.by, about).toBe(by);
  if (held === null) return;
  const chain = answer.chain as readonly { readonly gate: string; readonly open: boolean }[];
  expect(chain.find(({ open }) => !open)?.gate, about).toBe(held);
  if (hopeless || state === 'in-service') return;
  expect(answer.release, about).toBeDefined();
  const after = takenAfter([...run, ...(answer.release as readonly JsonOp[])], run.length);
  if (byEntry) expect(answerOf([...run, ...(answer.release as readonly JsonOp[])], ask).state, about).toBe('done');
  else
    expect(
      after.filter(
        ({ vector, vcpu }) =>
          (takes?.vector === undefined || vector === undefined || vector === takes.vector) &&
          (takes?.vcpu === undefined || vcpu === takes.vcpu),
      ),
      about,
    ).not.toEqual([]);
}

describe(`set up by hand (SEED=${SEED})`, () => {
  test('there are more than two hundred', () => expect(cases.length).toBeGreaterThan(200));

  const rng = createRng(SEED);
  test.each(cases)('$name', (one) => check(one, opsOf(one), rng));

  // Its gate is the same on older kernels, unless it is about one.
  const older = cases.filter((one) => opsOf(one)[0]?.op === 'create' && opsOf(one)[0]?.kernel === undefined);
  test.each(portion(older, 2, 'kernels'))('$name, on an older kernel', (one) => {
    const [create, ...ops] = opsOf(one);
    const kernel = KERNELS[nextBelow(rng, KERNELS.length - 1)] as string;
    if (one.since63 === true && kernel !== '6.12') return;
    check(one, [{ ...(create as JsonOp), kernel }, ...ops], rng);
  });
});

/** Below this no handler can be. */
const FIRST_VECTOR = 16;

test.each(PROFILES)('%s: a random run’s IRR waits, its ISR is in service, and the way out leads there', (profile) => {
  const reasoner = createReasoner();
  const all = generate(profile, sequenceSeed(SEED, 0)) as JsonOp[];
  const ops: JsonOp[] = [];
  for (const op of all.slice(0, 40 + (SEED % 60))) if (!('error' in reasoner.answer(op))) ops.push(op);
  const { lapic } = reasoner.answer({ op: 'get' }) as {
    readonly lapic?: readonly ({ readonly irr: readonly number[]; readonly isr: readonly number[] } | null)[];
  };
  (lapic ?? []).forEach((apic, vcpu) => {
    for (const vector of apic?.irr.slice(-2) ?? []) {
      const answer = reasoner.answer({ op: 'where', vcpu, vector }) as JsonOp;
      const about = JSON.stringify({ profile, SEED, vcpu, vector, answer });
      expect(answer.state, about).toBe('waiting');
      const chain = answer.chain as readonly { readonly gate: string; readonly open: boolean }[];
      expect(chain.find(({ open }) => !open)?.gate, about).toBe(answer.held);
      if (vector < FIRST_VECTOR) continue;
      const release = answer.release as readonly JsonOp[] | undefined;
      expect(release, about).toBeDefined();
      const taken = takenAfter([...ops, ...(release ?? [])], ops.length);
      expect(taken, about).toContainEqual({ vector, vcpu });
    }
  });
});

test('what nobody was seen to raise is raised where the opened gate moved its destination', () => {
  const reasoner = createReasoner();
  const all = generate('x2apic', sequenceSeed(7, 33)) as JsonOp[];
  const ops = all.slice(0, 126).filter((op) => !('error' in reasoner.answer(op)));
  const answer = reasoner.answer({ op: 'where', gsi: 9 }) as JsonOp;
  expect(answer).toMatchObject({ held: 'apic-disabled', state: 'waiting' });
  const taken = takenAfter([...ops, ...(answer.release as readonly JsonOp[])], ops.length);
  expect(taken.map(({ vector }) => vector)).toContain(0xd6);
});

test.each(cases.filter(({ name }) => name.startsWith('an APIC page that was moved')))(
  '$name: its way out writes where the page is, and leaves it there',
  (one) => {
    const { release = [] } = answerOf(opsOf(one), one.ask) as { readonly release?: readonly JsonOp[] };
    const moves = release.filter(({ op, msr }) => op === 'wrmsr' && Number(msr) === 0x1b);
    const astray = release.filter(
      ({ op, vcpu, addr }) => op !== 'msi' && vcpu === 0 && Number(addr) >>> 12 === 0xfee00,
    );
    expect({ moves, astray }).toEqual({ moves: [], astray: [] });
  },
);

test('a way that comes back to the same gate is left soon: a SIPI for a vCPU that never waits for one', () => {
  const history = historyFrom([
    { op: 'create', irqchip: 'full', vcpus: 2 },
    { op: 'msi', addr: 0xfee0_0000, data: 0x601 },
    { op: 'nop', vcpu: 0 },
  ]);
  if (history === null) throw new Error('no machine');
  let tried = 0;
  const branch: typeof history.branch = (ops) => {
    tried++;
    return history.branch(ops);
  };
  const answer = whereIs({ ...history, branch }, { msi: { addrLo: 0xfee0_0000 | 0, addrHi: 0, data: 0x601 } });
  expect(answer).toMatchObject({ held: 'source', state: 'lost' });
  expect(answer).not.toHaveProperty('release');
  expect(tried).toBeLessThan(60);
});
