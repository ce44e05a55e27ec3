/** Words put in by hand: they are there, nothing else moves, what is no register is refused, and no such state breaks the engine. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presetFiles } from '../../cli/scenes-for-tests.ts';
import { OpError } from '../../spec/define/op.ts';
import { rawMask } from '../../spec/raw.ts';
import { BLOCK_OF, COMPONENTS, createWordMap, instances } from '../core/words.ts';
import { createSession } from './session.ts';

/** Every word that may be written, of a machine of two vCPUs. */
const PLACES = COMPONENTS.flatMap((kind) => {
  const { names } = BLOCK_OF[kind];
  return names.flatMap((register: string, i) => {
    const mask = rawMask(kind, register);
    const sub = i - (names as readonly string[]).indexOf(register);
    return mask === 0
      ? []
      : Array.from({ length: Math.min(2, instances(kind, 2)) }, (_, index) => ({
          kind,
          index,
          register,
          sub,
          mask,
          i,
        }));
  });
});

test('the word is what was written, and no other register is', () => {
  const session = createSession();
  session.answerOrThrow({ op: 'create', vcpus: 2, irqchip: 'full' });
  const machine = session.machine;
  if (machine === null) throw new Error('no machine');
  const before = machine.w.slice();
  expect(session.answerOrThrow({ op: 'raw', at: 'ioapic:0.redirLo[4]', value: '0x8034' })).toEqual({ ok: true });
  const address = createWordMap(2).ioapic + BLOCK_OF.ioapic.at.redirLo + 4;
  const changed = [...machine.w].flatMap((word, i) => (word === before[i] ? [] : [i]));
  expect(changed).toEqual([address]);
  expect(machine.w[address]).toBe(0x8034);
});

test('a vector put into IRR is seen at the next entry, as KVM’s own copies follow', () => {
  const session = createSession();
  const answer = (op: Record<string, unknown>) => session.answerOrThrow(op);
  answer({ op: 'create', vcpus: 1, irqchip: 'full' });
  answer({ op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: '0x1ff' });
  answer({ op: 'raw', at: 'lapic:0.irr[2]', value: '0x2' });
  expect(answer({ op: 'run', vcpu: 0 })).toEqual({ vector: 0x41 });
});

test.each([
  ['no register', 'ioapic:0.nothing[0]', '1', 'op.noWord'],
  ['book-keeping', 'vcpu:0.depth', '1', 'op.noWord'],
  ['a vCPU that is not there', 'lapic:2.tpr', '1', 'op.noWord'],
  ['a pin that is not there', 'ioapic:0.redirLo[24]', '1', 'op.noWord'],
  ['bits that it has not', 'pic:0.imr', '0x100', 'op.range'],
  ['a prototype’s name', 'lapic:0.constructor', '1', 'op.noWord'],
])('refused: %s', (_, at, value, code) => {
  const session = createSession();
  session.answerOrThrow({ op: 'create', vcpus: 2, irqchip: 'full' });
  expect(() => session.answerOrThrow({ op: 'raw', at, value })).toThrow(code);
});

test('after any raw states the engine still answers every op', () => {
  const raws = fc.array(
    fc.record({
      place: fc.constantFrom(...PLACES),
      value: fc.integer({ min: 0, max: 0xffff_ffff }),
      after: fc.nat(60),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...presetFiles), raws, ({ ops }, edits) => {
      const session = createSession();
      let done = 0;
      for (const op of ops) {
        for (const { place, value, after } of edits) {
          if (after !== done || session.machine === null || place.index >= session.machine.vcpus) continue;
          const { kind, index, register, sub, mask } = place;
          session.answerOrThrow({ op: 'raw', at: `${kind}:${index}.${register}[${sub}]`, value: (value & mask) >>> 0 });
        }
        try {
          session.answerOrThrow(op);
        } catch (e) {
          // An op may make no sense on that machine; the engine itself may not break.
          if (!(e instanceof OpError)) throw e;
        }
        done++;
      }
      session.answerOrThrow({ op: 'settle', events: 200 });
      expect(session.machine?.w.length).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});
