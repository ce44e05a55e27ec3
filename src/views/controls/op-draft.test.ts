/** Every command can be made in a form, and what the form makes is that command. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fields, OpRow } from '../../spec/define/op.ts';
import { OPS, type OpName, parseOp } from '../../spec/ops/index.ts';
import { type AnyField, DOABLE, draftOf, emptyFields, opOf } from './op-draft.ts';

const SEED = Number(process.env.SEED ?? 20_261_129);

function fitting({ spec }: AnyField): fc.Arbitrary<unknown> {
  switch (spec.kind) {
    case 'int':
      return fc.integer({ min: spec.min ?? 0, max: Math.min(spec.max, 2 ** 31) });
    case 'u64':
      return fc
        .bigInt({ min: 0n, max: 2n ** 64n - 1n })
        .map((n) => (n <= 2n ** 53n - 1n ? Number(n) : `0x${n.toString(16)}`));
    case 'bit':
      return fc.constantFrom(0, 1);
    case 'flag':
      return fc.boolean();
    case 'text':
      return fc.constantFrom('uart', 'blk0', 'a b');
    case 'choice':
    case 'number':
      return fc.constantFrom<unknown>(...spec.among);
    case 'list':
      return fc.array(fitting(spec.of), { maxLength: 3 });
    case 'record':
      return fieldsOf(spec.fields);
    case 'either':
      return fc.oneof(fieldsOf(spec.first), fieldsOf(spec.second));
  }
}
const fieldsOf = (fields: Fields): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fitting(field)])));

const accepts = (op: unknown): boolean => {
  try {
    parseOp(op);
    return true;
  } catch {
    return false;
  }
};

test('all ops that do not make a machine have a form', () => {
  const makers = Object.keys(OPS).filter((name) => !DOABLE.includes(name as OpName));
  expect(makers.sort()).toEqual(['create', 'create_vm']);
});

describe(`forms (SEED=${SEED})`, () => {
  test.each(DOABLE)('%s: the form of an op makes that op', (name) => {
    const row: OpRow = OPS[name];
    fc.assert(
      fc.property(fieldsOf(row.fields), (values) => {
        const op = { op: name, ...values };
        fc.pre(accepts(op));
        const made = opOf(name, draftOf(row.fields, values));
        expect(made.problem).toBeNull();
        expect(parseOp(made.op)).toEqual(parseOp(op));
      }),
      { seed: SEED, numRuns: 25 },
    );
  });
});

test('a form begins with what the row stands in, and says what is wrong at its field', () => {
  const begin = opOf('irq_line', emptyFields(OPS.irq_line.fields));
  expect(begin).toEqual({ op: { op: 'irq_line', gsi: 0, level: 0 }, problem: null });
  const high = opOf('irq_line', { gsi: '0x1ffffffff', level: '1' });
  expect(high.problem).toMatchObject({ code: 'op.range', place: 'gsi' });
  const word = opOf('irq_line', { gsi: 'four', level: '1' });
  expect(word.problem).toMatchObject({ code: 'op.notNumber', place: 'gsi' });
  // What is left empty is not said: the vCPU an optional field names is nobody's.
  expect(opOf('guest', emptyFields(OPS.guest.fields)).op).toEqual({ op: 'guest', vcpu: 0 });
  expect(opOf('device', emptyFields(OPS.device.fields, ['uart'])).op).toMatchObject({ id: 'uart', event: 'work' });
});
