/** Ops come from links, presets and standard input: whatever they hold is an op or an OpError, and the machine stands. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSession, type Session } from '../../engine/machine/session.ts';
import { type Fields, OpError, type OpRow } from '../define/op.ts';
import { OPS, type OpName, parseOp } from './index.ts';

const SEED = Number(process.env.SEED ?? 20_261_122);

const NAMES = Object.keys(OPS);
const FIELDS = [...new Set(Object.values(OPS).flatMap(({ fields }) => Object.keys(fields)))];

/** Deep lists and objects, strange numbers, names every object has: what JSON can say and we did not mean. */
const deep = (n: number): unknown => JSON.parse(`${'[{"a":'.repeat(n)}1${'}]'.repeat(n)}`);
const strange: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    '',
    'NaN',
    'Infinity',
    '-1',
    '0x',
    '0xg',
    '1e3',
    ' 1',
    '0x10000000000000000',
    '٣',
    '__proto__',
  ],
  ...[0, -0, -1, 0.5, 1e21, 1e308, 2 ** 53, 2 ** 64, 4294967295, 4294967296, 64, 63, 255, 256, 4095, 4096],
  ...[[], {}, [[]], deep(100), 'x'.repeat(100), '0x'.padEnd(5000, '0'), JSON.parse('{"__proto__":{"op":"get"}}')],
  ...[JSON.parse('{"toString":1,"valueOf":2}'), JSON.parse('{"length":-1}'), { constructor: 1 }, [null], [{}], [1, 1]],
];
const sane: readonly unknown[] = [
  ...[
    0,
    1,
    2,
    4,
    8,
    49,
    '0x31',
    'full',
    'split',
    'kernel',
    'qemu',
    'work',
    'quiet',
    'host',
    'guest',
    'blocked',
    'kick',
  ],
  ...['mmio', 'pio', 'in', 'out', 'split_irqchip', 'x2apic_api', 'max_vcpu_id', 0x1000, 'none'],
  ...['uart', 'blk', 'data', 'control', 'capability', '0xfee00000', '0xfec00000', '0xfee00080', 0x1b, 0x808, 0x830],
  ...[[{ gsi: 4, chip: 'ioapic', pin: 4 }], { posted: true, pda_vcpu: 0, vector: 49 }, { handlers: [] }],
  ...[[{ id: 'uart', kind: 'serial', gsi: 4 }], { posted: true, pda_vcpu: 63, vector: 255, urgent: 1 }],
];
const value = fc.oneof(fc.constantFrom(...strange), fc.constantFrom(...sane), fc.constantFrom(...sane), fc.jsonValue());
const hostileOp = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom<unknown>(...NAMES) }, { weight: 1, arbitrary: value }),
    fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 8 }),
    // Usually the fields that many ops need are there, so that the strange one is what decides.
    fc.record({ vcpu: fc.constantFrom(0, 1, 63), value: fc.constantFrom(0, 1, '0xff') }, { requiredKeys: [] }),
  )
  .map(([op, fields, usual]): unknown => ({ ...usual, ...fields, op }));

const MACHINES = [
  {
    op: 'create',
    vcpus: 2,
    irqchip: 'full',
    pit: true,
    guest: { handlers: [{ vector: 49, name: 'h', ns: 9 }] },
    devices: [
      { id: 'uart', kind: 'serial', gsi: 4 },
      { id: 'blk', kind: 'nvme', gsi: 40, msix: 2 },
    ],
  },
  { op: 'create', vcpus: 1, irqchip: 'split' },
  { op: 'create', vcpus: 2, irqchip: 'full', apicv: true, postedInterrupts: true },
];

/** Gives the op to the session. @returns whether it was refused @throws what is neither an answer nor an OpError */
function refused(session: Session, op: unknown): boolean {
  try {
    JSON.stringify(session.answerOrThrow(op));
    return false;
  } catch (error) {
    if (error instanceof OpError) return true;
    throw error;
  }
}

describe(`hostile ops (SEED=${SEED})`, { timeout: 30_000 }, () => {
  test.each(MACHINES.map((create) => [create.irqchip, create] as const))('on a machine: %s', (_name, create) => {
    const counts = { refused: 0, done: 0 };
    const words = new Int32Array(0);
    fc.assert(
      fc.property(fc.array(hostileOp, { minLength: 1, maxLength: 25, size: 'large' }), (ops) => {
        const session = createSession();
        session.answerOrThrow(create);
        for (const op of ops) {
          const m = session.machine;
          const before = m?.w.slice() ?? words;
          if (!refused(session, op)) {
            counts.done++;
            continue;
          }
          counts.refused++;
          if (session.machine !== m || !before.every((word, at) => word === m?.w[at]))
            expect.fail('the machine changed');
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
    expect(Math.min(counts.refused, counts.done)).toBeGreaterThan(150);
  });

  test('any JSON text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const session = createSession();
        expect(() => session.answer(JSON.parse(text))).not.toThrow();
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

test.each<[name: string, op: unknown, code: string, place: string]>([
  ['no object', 7, 'op.notObject', 'op'],
  ['a list', [{ op: 'get' }], 'op.notObject', 'op'],
  ['no name', {}, 'op.unknown', 'op'],
  ['a name every object has', { op: 'toString' }, 'op.unknown', 'op'],
  ['an inherited name', JSON.parse('{"__proto__":{"op":"get"}}'), 'op.unknown', 'op'],
  ['a deep name', { op: deep(3000) }, 'op.unknown', 'op'],
  ['a field missing', { op: 'irq_line', level: 1 }, 'op.missing', 'gsi'],
  ['NaN as text', { op: 'irq_line', gsi: 'NaN', level: 1 }, 'op.notNumber', 'gsi'],
  ['a fraction', { op: 'irq_line', gsi: 0.5, level: 1 }, 'op.notNumber', 'gsi'],
  ['a negative number', { op: 'irq_line', gsi: -1, level: 1 }, 'op.range', 'gsi'],
  ['a number past 64 bits', { op: 'msi', addr: '0x10000000000000000', data: 0 }, 'op.notNumber', 'addr'],
  ['65 vCPUs', { op: 'create', vcpus: 65 }, 'op.range', 'vcpus'],
  ['ids that repeat', { op: 'create', vcpus: 2, ids: [3, 3] }, 'op.ids', 'ids'],
  ['too few ids', { op: 'create', vcpus: 2, ids: [3] }, 'op.ids', 'ids'],
  [
    'a handler’s device that is no name',
    { op: 'create', guest: { handlers: [{ vector: 3, name: 'x', ns: 1, devices: [{}] }] } },
    'op.notText',
    'devices',
  ],
  ['a vCPU of 64', { op: 'eoi', vcpu: 64 }, 'op.range', 'vcpu'],
  ['a size of 3', { op: 'mmio_read', addr: 0, size: 3 }, 'op.notOneOf', 'size'],
  ['an endless advance', { op: 'advance', ns: 1e15 }, 'op.range', 'ns'],
])('%s is refused at its place', (_name, op, code, place) => {
  expect(() => parseOp(op)).toThrow(expect.objectContaining({ code, place }));
});

test('a refusal says what, where and with what limits', () => {
  expect(createSession().answer({ op: 'irq_line', gsi: 4, level: 2 })).toEqual({
    error: 'op.range at level {"max":"1"}',
  });
});

test.each([
  [
    'integers, hex and decimal text are the same',
    { op: 'pio_write', port: '0x20', value: '17', vcpu: 0 },
    { op: 'pio_write', vcpu: 0, port: 32, value: 17, size: 1 },
  ],
  ['what is not asked for is dropped', { op: 'nop', vcpu: 1, extra: [1], mode: 'x' }, { op: 'nop', vcpu: 1 }],
  ['defaults', { op: 'create' }, { op: 'create', vcpus: 1, runLoop: 'none', irqchip: 'full', x2apicApi: 0 }],
])('%s', (_name, raw, op) => expect(parseOp(raw)).toEqual(op));

/** JSON that a row takes, by the kind of each field: what a generator of ops begins with. */
function fitting({ spec }: Fields[string]): fc.Arbitrary<unknown> {
  const numeral = (n: bigint): fc.Arbitrary<unknown> => fc.constantFrom<unknown>(`0x${n.toString(16)}`, n.toString());
  switch (spec.kind) {
    case 'int':
      return fc
        .maxSafeNat()
        .map((n) => BigInt(Math.max(spec.min ?? 0, n % (spec.max + 1))))
        .chain((n) => fc.oneof(fc.constant<unknown>(Number(n)), numeral(n)));
    case 'u64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).chain(numeral);
    case 'bit':
    case 'flag':
      return fc.constantFrom<unknown>(0, 1, false, true, '0x1');
    case 'text':
      return fc.string({ minLength: 1, maxLength: 80 });
    case 'choice':
    case 'number':
      return fc.constantFrom<unknown>(...spec.among);
    case 'list':
      return fc.array(fitting(spec.of), { maxLength: typeof spec.max === 'number' ? Math.min(spec.max, 3) : 1 });
    case 'record':
      return fc.record(fittingFields(spec.fields));
    case 'either':
      return fc.oneof(fc.record(fittingFields(spec.first)), fc.record(fittingFields(spec.second)));
  }
}

const fittingFields = (fields: Fields): Record<string, fc.Arbitrary<unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fitting(field)]));

describe(`what a row takes (SEED=${SEED})`, () => {
  // Fields that must agree with each other have tests of their own.
  const alone = (Object.entries(OPS) as [OpName, OpRow][])
    .filter(([, { fields }]) => Object.values(fields).every(({ check }) => check === undefined))
    .map(([name]) => name)
    .filter((name) => name !== 'create');
  test.each(alone)('%s', (name) => {
    fc.assert(
      fc.property(fc.record(fittingFields(OPS[name].fields)), (json) => {
        const op = parseOp({ op: name, ...json });
        expect(op.op).toBe(name);
        // Read again from what a link would carry, it is the same op.
        const carried = JSON.parse(JSON.stringify(op, (_, v) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v)));
        expect(parseOp(carried)).toEqual(op);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });
});

describe('the run loop', () => {
  test.each<[name: string, fields: object, runLoop: string]>([
    ['none where nothing asks for one', {}, 'none'],
    ['vmx.c’s where APICv stands, even as false', { apicv: false }, 'vmx'],
    ['vmx.c’s where physical CPUs are counted', { pcpus: 2 }, 'vmx'],
    ['svm.c’s with AVIC', { avic: true }, 'svm'],
    ['svm.c’s with AVIC, whatever else stands', { avic: true, apicv: false, pcpus: 2 }, 'svm'],
    ['as it is said', { runLoop: 'none', apicv: false, pcpus: 2 }, 'none'],
    ['as it is said, without a field that asks', { runLoop: 'vmx' }, 'vmx'],
  ])('%s', (_name, fields, runLoop) => {
    expect(parseOp({ op: 'create', ...fields })).toMatchObject({ runLoop });
  });

  test.each([
    [{ runLoop: 'none', apicv: true }, 'vmx'],
    [{ runLoop: 'svm', apicv: false }, 'none, vmx'],
    [{ runLoop: 'vmx', avic: true }, 'svm'],
    [{ runLoop: 'tdx' }, 'none, vmx, svm'],
  ])('that the machine cannot have is refused: %j', (fields, allowed) => {
    expect(() => parseOp({ op: 'create', ...fields })).toThrow(
      expect.objectContaining({ code: 'op.notOneOf', place: 'runLoop', params: { allowed } }),
    );
  });
});
