/** What `npm run test:kvm` asks a running kernel: the sequences themselves, which need no kernel to look at. */
import { describe, expect, test } from 'vitest';
import { generate, type Op, sequenceSeed } from '../../e2e/kvm/generate.ts';
import { leavesHeldAlone } from '../../e2e/kvm/lawful.ts';
import { PROFILES } from '../../e2e/kvm/shape.ts';
import { OPS } from '../spec/ops/index.ts';
import { createSession } from './machine/session.ts';

const SEED = 20261130;
const EACH = 25;
const sequences: readonly (readonly Op[])[] = PROFILES.flatMap((profile) =>
  Array.from({ length: EACH }, (_, i) => generate(profile, sequenceSeed(SEED, i))),
);
const ops = sequences.flat();

/** What is no ioctl of KVM and no instruction: the recording's own remarks, and state put in by no rule. */
const NOT_ASKED = new Set(['note', 'raw']);

describe('the sequences put to a real kernel', () => {
  test('reach every op that KVM can answer, with each of its fields', () => {
    const seen = new Map<string, Set<string>>();
    for (const op of ops) {
      const fields = seen.get(op.op) ?? new Set();
      for (const field of Object.keys(op)) fields.add(field);
      seen.set(op.op, fields);
    }
    const missing = Object.entries(OPS)
      .filter(([name, op]) => op.class !== 'model' && !NOT_ASKED.has(name) && name !== 'create' && name !== 'create_vm')
      .flatMap(([name, { fields }]) =>
        Object.keys(fields)
          .filter((field) => !(seen.get(name)?.has(field) ?? false))
          .map((field) => `${name}.${field}`)
          .concat(seen.has(name) ? [] : [name]),
      );
    expect(missing).toEqual([]);
  });

  test.each([
    ['create', 'vcpus irqchip ids x2apicApi bsp pit routes tscDeadline'],
    ['enable_cap', 'routes flags id'],
    ['run', 'keep'],
  ])('%s: every choice that the op language has of a real machine', (name, fields) => {
    const made = ops.filter(({ op }) => op === name);
    expect(fields.split(' ').filter((field) => !made.some((op) => op[field] !== undefined))).toEqual([]);
  });

  test('touch nothing but state while an event stays injected', () => {
    expect(sequences.filter((sequence) => !leavesHeldAlone(sequence))).toEqual([]);
  });

  test('are ops that the engine reads: what it refuses, it refuses by an errno as the ioctl does', () => {
    const told = new Set<string>();
    for (const sequence of sequences.filter((_, i) => i % 8 === 0)) {
      const session = createSession();
      for (const op of sequence) {
        const { error } = session.answer(op) as { readonly error?: string };
        if (error !== undefined) told.add(`${op.op}: ${error}`);
      }
    }
    // What the recorder's own book-keeping refuses too, in the same words.
    expect([...told].filter((one) => !/no irqfd|no resample irqfd|no save/.test(one))).toEqual([]);
  });
});
