/** Save and restore that do not fit the machine, or come in an order that loses something: what is answered, what stays. */
import { describe, expect, test } from 'vitest';
import { apic, bench, enable, type JsonOp, rdmsr, run, wrmsr } from '../test-bench.ts';
import { createSession, type Session } from './session.ts';

const save = (what: string, as = 's', vcpu = 0): JsonOp => ({ op: 'save', what, as, vcpu });
const restore = (what: string, from = 's', vcpu = 0): JsonOp => ({ op: 'restore', what, from, vcpu });

function session(...ops: readonly JsonOp[]): Session {
  const s = createSession();
  for (const op of ops) s.answerOrThrow(op);
  return s;
}
const FULL: JsonOp = { op: 'create', vcpus: 2, irqchip: 'full', pit: true };
const SPLIT: JsonOp = { op: 'create', vcpus: 2, irqchip: 'split' };

/** Does an op; the machine must be as it was. @returns the answer, or the error's code and place */
function refused(s: Session, op: JsonOp): unknown {
  const before = s.machine?.w.slice();
  let answer: unknown;
  try {
    answer = s.answerOrThrow(op);
  } catch (error) {
    const { code, place } = error as { code: string; place: string };
    answer = `${code} at ${place}`;
  }
  expect(s.machine?.w).toEqual(before);
  return answer;
}

describe('a part that the machine does not have', () => {
  test.each<[string, JsonOp, JsonOp, unknown]>([
    ['the irqchip of a full machine on a split one', SPLIT, restore('irqchip'), { rc: -1, errno: 6 }],
    ['the i8254 where there is none', SPLIT, restore('pit'), { rc: -1, errno: 6 }],
    ['a local APIC where there is no irqchip', { op: 'create_vm' }, save('lapic'), 'op.noVcpu at vcpu'],
  ])('%s', (_name, create, op, answer) => {
    const s = session(FULL, save('irqchip'), save('pit'), create);
    expect(refused(s, op)).toEqual(answer);
  });
});

describe('a save that is not there', () => {
  const s = session(FULL, save('lapic', 'a'));
  test.each<[string, JsonOp, unknown]>([
    ['of that name', restore('lapic', 'b'), { error: 'no save' }],
    ['of that kind', restore('events', 'a'), { error: 'no save' }],
    ['as there is no such kind', restore('fpu', 'a'), 'op.notOneOf at what'],
    ['for a vCPU that is not there', restore('lapic', 'a', 2), 'op.noVcpu at vcpu'],
    ['without a name', { op: 'restore', what: 'lapic', vcpu: 0 }, 'op.notText at from'],
    ['as the name is too long', restore('lapic', 'x'.repeat(100)), 'op.notText at from'],
  ])('%s', (_name, op, answer) => expect(refused(s, op)).toEqual(answer));

  test('and no more than 256 names', () => {
    const many = session(FULL);
    for (let i = 0; i < 256; i++) many.answerOrThrow(save('mp', `n${i}`));
    expect(refused(many, save('mp', 'one more'))).toBe('op.tooMany at as');
    expect(many.answerOrThrow(save('mp', 'n0'))).toEqual({ rc: 0 });
  });
});

test('a local APIC of another id, in x2APIC mode with 32-bit ids, is EINVAL', () => {
  const x2: JsonOp = { op: 'wrmsr', vcpu: 1, msr: 0x1b, value: 0xfee00c00 };
  const s = session({ ...FULL, x2apicApi: 1 }, wrmsr(0x1b, 0xfee00d00), x2, save('lapic', 's', 1));
  expect(s.answerOrThrow(restore('lapic', 's', 0))).toEqual({ rc: -1, errno: 22 });
  expect(s.answerOrThrow(restore('lapic', 's', 1))).toEqual({ rc: 0 });
});

describe('the order of a restore', () => {
  /** A deadline 5000 cycles off, saved; then on a fresh machine the parts in this order. */
  function deadlineAfter(...order: readonly string[]): unknown {
    const b = bench();
    b.do(enable(0), apic(0x320, 0x400ec), wrmsr(0x6e0, 5000), save('lapic'), save('msrs'));
    b.do(apic(0x320, 0x10000), ...order.map((what) => restore(what)));
    const msr = b.do(rdmsr(0x6e0));
    b.do({ op: 'advance', ns: 6000 });
    return [msr, b.do(run())];
  }
  test('LAPIC before its deadline: the timer fires', () =>
    expect(deadlineAfter('lapic', 'msrs')).toEqual([{ value: '0x1388' }, { vector: 0xec }]));
  test('the deadline before the LAPIC that says it is one: dropped, the timer is dead', () =>
    expect(deadlineAfter('msrs', 'lapic')).toEqual([{ value: '0x0' }, { vector: null }]));
});
