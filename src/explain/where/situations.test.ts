/**
 * Situations whose closed gate is known, each gate on every kind of machine that can have it: the answer must name the gate, the
 * state, the op since when, and its ways out must end in the handler. `SEED=n npx vitest run src/explain/where` tries other numbers.
 */
import { describe, expect, test } from 'vitest';
import { portion } from '../../cli/portion.ts';
import { createReasoner } from '../../cli/reason.ts';
import type { JsonOp } from '../../log/log.ts';
import { historyFrom } from '../../worker/history.ts';
import { GATES } from '../gates/index.ts';
import { eventsFrom } from './facts.ts';
import { machine } from './test-machines.ts';
import { casesOf } from './test-situations.ts';

const SEED = Number(process.env.SEED ?? 20261129);

/** Events with which a vCPU takes a vector, told apart from what the answer itself looks for. */
const TAKES = new Set([
  ...['handler_enter', 'apic_ack', 'extint_ack', 'vid_deliver', 'avic_evaluate', 'inject_nmi'],
  ...['accept_init', 'accept_sipi'],
]);

function takes(ops: readonly JsonOp[], from: number): number {
  const run = historyFrom(ops)?.now();
  if (run === undefined) throw new Error('no machine');
  const begins = run.starts[from] ?? run.end;
  return eventsFrom(run.journal, 0).filter(
    ({ seq, name, args }) => seq >= begins && TAKES.has(name) && args.taken !== 0,
  ).length;
}

const ORDER = GATES.map(({ id }) => id);

const cases = casesOf(SEED);

describe('situations whose closed gate is known', () => {
  test(`there are enough of them (seed ${SEED})`, () => expect(cases.length).toBeGreaterThanOrEqual(600));

  test('each gate that can hold is in one at least', () => {
    const held = new Set(cases.map(({ situation }) => situation.held));
    expect(ORDER.filter((id) => !held.has(id))).toEqual([]);
  });

  // One in four, some 370.
  test.each(portion(cases, 4, 'situations'))('$name', ({ setting, situation }) => {
    const { closes, after = [], ask = { op: 'where', gsi: setting.pin } } = situation;
    const before = machine(setting, situation.create);
    const ops = [...before, ...closes, ...after];
    const reasoner = createReasoner();
    for (const one of ops) {
      const { error } = reasoner.answer(one);
      if (one.op !== 'irqfd_signal') expect(error, JSON.stringify(one)).toBeUndefined();
    }
    const answer = reasoner.answer(ask);
    const about = JSON.stringify({ setting, ops: ops.slice(before.length), answer });
    expect({ held: answer.held, state: answer.state }, about).toEqual({ held: situation.held, state: situation.state });
    if (closes.length > 0) {
      const command = before.length + closes.length - 1;
      expect(answer.since, about).toEqual({ command, op: ops[command]?.op });
    }
    if (situation.by !== undefined) expect(answer.by, about).toBe(situation.by);
    checkChain(answer.chain as readonly Record<string, unknown>[], answer.held as string | null, about);
    if (situation.held === null || situation.hopeless) return;
    const release = answer.release as readonly JsonOp[] | undefined;
    expect(release, about).toBeDefined();
    if (situation.state === 'in-service') return;
    expect(takes([...ops, ...(release ?? [])], ops.length), about).toBeGreaterThan(0);
  });
});

/** Every gate once, in the table's order, with what it read; the one that holds is closed, and those before it are open. */
function checkChain(chain: readonly Record<string, unknown>[], held: string | null, about: string): void {
  const places = chain.map(({ gate }) => ORDER.indexOf(gate as string));
  expect(places, about).toEqual([...places].sort((a, b) => a - b));
  expect(new Set(places).size, about).toBe(places.length);
  for (const link of chain) {
    expect(Object.keys(link), about).toEqual(expect.arrayContaining(['gate', 'open', 'at', 'bits', 'value']));
    expect(link.at, about).toMatch(/^[a-zA-Z]+:\d+(\.\w+(\[\d+\])?)?$/);
    expect(typeof link.value, about).toBe('number');
  }
  const index = chain.findIndex(({ gate }) => gate === held);
  if (held === null) return;
  expect(index, about).toBeGreaterThanOrEqual(0);
  expect(
    chain.findIndex(({ open }) => open === false),
    about,
  ).toBe(index);
}
