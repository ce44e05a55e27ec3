/** Rows made again from keyframes are the rows of the straight run: code, cause, where, journey and numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generate, sequenceSeed } from '../../../e2e/kvm/generate.ts';
import { PROFILES } from '../../../e2e/kvm/shape.ts';
import { unpackKeys } from '../../log/keys.ts';
import { OpError } from '../../spec/define/op.ts';
import { type Op, parseOp } from '../../spec/ops/index.ts';
import type { Keyframe } from '../core/keyframe.ts';
import { ROW, takeRows } from '../core/log.ts';
import { createKeyer, createPacker, type Recording, rowsAgain } from './keyframes.ts';
import { createSession } from './session.ts';

const SEED = Number(process.env.SEED ?? 20_261_129);

interface Recorded extends Recording {
  readonly rows: Int32Array;
  readonly keys: readonly Keyframe[];
}

/** Carries ops out as the worker does, and keeps every row to compare with. @param every rows between two keyframes */
function record(json: readonly unknown[], every: number, opRows = 5000): Recorded {
  const keys: Keyframe[] = [];
  const keyer = createKeyer(
    (key) => keys.push(key),
    () => every,
  );
  const session = createSession();
  const ops: Op[] = [];
  const starts: number[] = [];
  for (const raw of json) {
    const { machine } = session;
    const start = machine === null ? 0 : machine.log.firstSeq + machine.log.used / ROW;
    if (machine !== null) {
      machine.log.most = machine.log.used + opRows * ROW;
      keyer.before(machine, ops.length);
    }
    try {
      const op = parseOp(raw);
      session.carryOut(op);
      ops.push(op);
      starts.push(start);
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
    }
  }
  if (session.machine === null) throw new Error('no machine');
  const { rows } = takeRows(session.machine.log);
  const { config } = session.machine;
  return {
    config,
    keys,
    ops: ops.length,
    opAt: (i) => ops[i] as Op,
    startOf: (i) => starts[i] as number,
    opRows,
    rows,
  };
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const windows = fc.array(fc.tuple(share, share), { minLength: 6, maxLength: 6 });

function compare(run: Recorded, at: readonly (readonly [number, number])[]): void {
  const all = run.rows.length / ROW;
  for (const [a, b] of at) {
    const from = Math.floor(Math.min(a, b) * all);
    const to = Math.max(from, Math.floor(Math.max(a, b) * all));
    const again = rowsAgain(run, from, to);
    const straight = run.rows.subarray(from * ROW, to * ROW);
    expect(again.length).toBe(straight.length);
    // Tens of thousands of numbers: the first that differs is enough.
    expect(
      again.findIndex((n, i) => n !== straight[i]),
      `rows ${from} to ${to} of ${all}`,
    ).toBe(-1);
  }
}

/** The run as another thread has it. */
function sent(run: Recorded): Recorded {
  const pack = createPacker();
  const unpack = unpackKeys();
  return { ...run, keys: run.keys.map((key) => unpack(structuredClone(pack(key)))) };
}

const folder = join(import.meta.dirname, '../../scenes');
const scenes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /scene(@\d+)?\.json$/.test(name))
  .map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { ops: unknown[] }).ops);

/** A line that nobody quiets, and broadcasts to 8 vCPUs: one op makes thousands of rows. */
const STORM: readonly unknown[] = [
  {
    op: 'create',
    vcpus: 8,
    irqchip: 'full',
    guest: { handlers: ['0x70', '0x55'].map((vector) => ({ vector, name: `h${vector}`, ns: 100 })) },
  },
  ...Array.from({ length: 8 }, (_, vcpu) => ({ op: 'mmio_write', vcpu, addr: '0xfee000f0', size: 4, value: 0x1ff })),
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 16 + 18 },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0x8055 },
  { op: 'irq_line', gsi: 9, level: 1 },
  ...[1, 2].flatMap((vcpu) => [
    { op: 'mmio_write', vcpu, addr: '0xfee00300', size: 4, value: 0xc4070 },
    { op: 'settle', events: 300 },
    { op: 'advance', ns: 30_000 },
  ]),
];

describe(`any rows of a run from its keyframes (SEED=${SEED})`, () => {
  test.each(PROFILES)('random ops: %s', (profile) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 200 }), windows, (n, every, at) => {
        // One machine: what restores into another begins with a create of its own.
        const ops = generate(profile, sequenceSeed(SEED, n)).filter(({ op }, i) => i === 0 || op !== 'create');
        compare(record(ops, every), at);
      }),
      { seed: SEED, numRuns: 8, endOnFailure: true },
    );
  });

  test('the scenes, in this thread and sent to another', () => {
    expect(scenes.length).toBeGreaterThan(40);
    fc.assert(
      fc.property(fc.nat(scenes.length - 1), fc.integer({ min: 1, max: 120 }), windows, (n, every, at) => {
        const run = record(scenes[n] as unknown[], every);
        compare(run, at);
        compare(sent(run), at);
      }),
      { seed: SEED, numRuns: 80, endOnFailure: true },
    );
  });

  test('an op of many rows is gone on with from its middle, and cut where it was cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 3000 }),
        fc.integer({ min: 200, max: 20_000 }),
        windows,
        (every, most, at) => {
          const run = record(STORM, every, most);
          compare(run, at);
          compare(sent(run), at);
        },
      ),
      { seed: SEED, numRuns: 8, endOnFailure: true },
    );
    const run = record(STORM, 500, 20_000);
    expect(run.keys.filter(({ underway }) => underway !== null).length).toBeGreaterThan(20);
    // No two are further apart than that and what one thing that happens makes.
    const gaps = run.keys.map(({ seq }, i) => seq - (run.keys[i - 1]?.seq ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(2000);
  });

  test('rows that the run has not are refused', () => {
    const run = record(STORM.slice(0, 11), 100);
    expect(() => rowsAgain(run, 0, run.rows.length / ROW + 1)).toThrow('are not in this run');
  });
});
