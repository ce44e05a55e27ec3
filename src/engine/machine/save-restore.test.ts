/** Save and restore that do not fit the machine, or come in an order that loses something: what is answered, what stays. */
import { describe, expect, test } from 'vitest';
import {
  advance,
  apic,
  type Bench,
  bench,
  enable,
  type JsonOp,
  msi,
  picOff,
  rdmsr,
  run,
  settle,
  wrmsr,
} from '../test-bench.ts';
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

/** KVM_SET_* needs the vCPU's mutex, which KVM_RUN holds: the thread comes out for it, and looks at what changed on its way back. */
describe.each<[string, Readonly<Record<string, unknown>>]>([
  ['plain', {}],
  ['vmx', { runLoop: 'vmx' }],
  ['APICv', { apicv: true }],
  ['AVIC', { avic: true }],
])('the guest of a machine, %s, after an ioctl on its vCPU', (_name, fields) => {
  const HANDLERS = [0x40, 0x50].map((vector) => ({ vector, name: `h${vector}`, ns: 2000 }));
  const machine = (idle: 'halt' | 'run'): Bench => {
    const b = bench({ ...fields, guest: { handlers: HANDLERS, idle } });
    b.do(picOff, enable(0), apic(0x320, 0x40040), advance(10_000));
    b.events();
    return b;
  };
  const setMsr = (register: number, value: number): JsonOp => ({ op: 'set_msr', vcpu: 0, msr: register, value });
  const taken = (b: Bench): string[] => b.eventsOf('handler_enter').map((row) => row.split(' ')[1]);

  test.each(['halt', 'run'] as const)('takes a deadline that was past when it was set (%s)', (idle) => {
    const b = machine(idle);
    b.do(setMsr(0x6e0, 5000), settle);
    expect(taken(b)).toEqual(['64']);
  });

  test.each(['halt', 'run'] as const)('takes what a lower TPR lets in (%s)', (idle) => {
    const b = machine(idle);
    b.do(wrmsr(0x1b, 0xfee00d00), wrmsr(0x808, 0xf0), msi(0x50), advance(1000));
    expect(taken(b)).toEqual([]);
    b.do(setMsr(0x808, 0), settle);
    expect(taken(b)).toEqual(['80']);
  });

  test('sleeps or runs as the MP state says, and is kicked as such', () => {
    const b = machine('halt');
    b.do(save('mp', 'halted'));
    const running = machine('run');
    running.do(save('mp', 'running'), restore('mp', 'running'), msi(0x50), settle);
    expect(taken(running)).toEqual(['80']);
    b.do(restore('mp', 'halted'), advance(1000));
    expect(b.events()).not.toContain('guest_wake');
    b.do(msi(0x50), settle);
    expect(taken(b)).toEqual(['80']);
  });

  test('runs on where nothing changed, so that the next message still finds it inside', () => {
    const b = machine('run');
    b.do(setMsr(0x10, 5), advance(1000), msi(0x50), settle);
    expect(taken(b)).toEqual(['80']);
    expect(b.state('vcpu0')).toEqual([]);
  });
});

test('the thread of a VMX guest is out of it while a part is restored, and back in then', () => {
  const b = bench({ runLoop: 'vmx', guest: { handlers: [], idle: 'run' } });
  b.do(save('events'), advance(1));
  b.events();
  b.do(restore('events'));
  expect(b.events()).toEqual(['state_restore', 'kvm_exit', 'vcpu_enter_guest', 'kvm_entry']);
});
