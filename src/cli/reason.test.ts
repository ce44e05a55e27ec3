/** The session that can be asked: what it costs, and what it must not change. */
import { describe, expect, test } from 'vitest';
import { whereIs } from '../explain/where/where.ts';
import { historyFrom } from '../worker/history.ts';
import { createReasoner } from './reason.ts';
import { longRun, reasonCost } from './reason-cost.ts';

describe('a run of 20,000 ops', () => {
  // Measured: where 2, again 0.1, findings 6 times the run. A cost that grows with the square of the run is in the hundreds.
  test('is asked for a small multiple of its own cost', () => {
    reasonCost(4_000);
    const { where, again, findings } = reasonCost(20_000);
    expect(where).toBeLessThan(12);
    expect(again).toBeLessThan(6);
    expect(findings).toBeLessThan(30);
  });

  test('costs in proportion to its length', () => {
    const short = reasonCost(5_000);
    const long = reasonCost(40_000);
    for (const key of ['where', 'findings'] as const) expect(long[key], key).toBeLessThan(3 * short[key] + 3);
  });
});

test('the answer is the same at the end of a run and along its way', () => {
  const ops = longRun(900);
  const late = createReasoner();
  const often = createReasoner();
  for (const [i, op] of ops.entries()) {
    late.answer(op);
    often.answer(op);
    if (i % 97 === 0) often.answer({ op: 'where', gsi: 11 });
  }
  expect(often.answer({ op: 'where', gsi: 11 })).toEqual(late.answer({ op: 'where', gsi: 11 }));
  expect(often.answer({ op: 'get' })).toEqual(late.answer({ op: 'get' }));
});

test('since when goes back over any number of keyframes', () => {
  const reasoner = createReasoner();
  const ops = [
    ...longRun(400),
    { op: 'run', vcpu: 0 },
    { op: 'eoi', vcpu: 0 },
    { op: 'set_cr8', vcpu: 0, value: 9 },
    ...Array.from({ length: 3_000 }, () => ({ op: 'nop', vcpu: 0 })),
    { op: 'irq_line', gsi: 11, level: 0 },
    { op: 'msi', addr: '0xfee00000', data: '0x61' },
  ];
  for (const op of ops) expect(reasoner.answer(op).error).toBeUndefined();
  const at = ops.findIndex(({ op }) => op === 'set_cr8');
  expect(reasoner.answer({ op: 'where', vcpu: 0, vector: '0x61' })).toMatchObject({
    held: 'ppr',
    by: 'tpr',
    since: { command: at, op: 'set_cr8' },
  });
});

test('a state saved on one machine and restored on the next is there for the questions about it', () => {
  const reasoner = createReasoner();
  const plain = { op: 'create', vcpus: 1, irqchip: 'full' };
  const first = [
    plain,
    { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: 0x1ff },
    { op: 'set_cr8', vcpu: 0, value: 9 },
    { op: 'msi', addr: '0xfee00000', data: '0x61' },
    { op: 'save', what: 'lapic', vcpu: 0, as: 'a' },
  ];
  const second = [plain, { op: 'restore', what: 'lapic', vcpu: 0, from: 'a' }];
  for (const op of [...first, ...second]) expect(reasoner.answer(op).error, JSON.stringify(op)).toBeUndefined();
  expect(reasoner.answer({ op: 'where', vcpu: 0, vector: '0x61' })).toMatchObject({
    held: 'ppr',
    state: 'waiting',
    since: { command: 1, op: 'restore' },
  });
});

test('any row of a run can be asked about, in the middle of an op too', () => {
  const ops = longRun(40);
  const whole = historyFrom(ops) as NonNullable<ReturnType<typeof historyFrom>>;
  const { starts, end } = whole.now();
  for (let op = 6; op < ops.length; op++) {
    const here = whole.before(starts[op + 1] ?? end);
    const straight = historyFrom(ops.slice(0, op + 1));
    expect([...here.now().view.w], `op ${op}`).toEqual([...(straight?.now().view.w ?? [])]);
    expect(whereIs(here, { gsi: 11 })).toEqual(straight && whereIs(straight, { gsi: 11 }));
  }
  // The line goes high before the pin is served: by its row the vector is in no IRR yet.
  const at = starts[ops.length - 1] as number;
  expect(whereIs(whole.before(at), { gsi: 11 })).toMatchObject({ held: null, state: 'done' });
  expect(whereIs(whole, { gsi: 11 })).toMatchObject({ held: 'vcpu-host', state: 'waiting' });
  // What has left its source and is at no chip yet is on its way, and not lost.
  const raises = ops.findIndex(({ op, level }) => op === 'irq_line' && level === 1);
  const raised = starts[raises] as number;
  const states = Array.from({ length: (starts[raises + 1] as number) - raised }, (_, row) => {
    const { held, state } = whereIs(whole.before(raised + row + 1), { gsi: 11 });
    return `${state} ${held}`;
  });
  expect(states).toContain('waiting null');
  expect(states.filter((one) => one.startsWith('lost'))).toEqual([]);
});
