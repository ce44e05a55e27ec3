/**
 * Each rule on the machines that can be sick that way: xAPIC and x2APIC, chips in the kernel and in user space, one vCPU and several,
 * APICv, AVIC and neither, other vectors and pins. It finds the sick run, with its evidence, and nothing in the same run with the
 * cure. `SEED=n npx vitest run src/explain/findings` tries other numbers,
 * `DRAWS=5` more of each kind of machine. One in three of the kinds that a rule can be sick on is tried (cli/portion.ts).
 */
import { describe, expect, test } from 'vitest';
import { createRng, nextBelow } from '../../base/rng.ts';
import { portion } from '../../cli/portion.ts';
import { createReasoner } from '../../cli/reason.ts';
import type { JsonOp } from '../../log/log.ts';
import { RULES } from './index.ts';
import { LOOPS, machine, SITUATIONS, type Variant } from './test-variants.ts';

const SEED = Number(process.env.SEED ?? 20261130);
const DRAWS = Number(process.env.DRAWS ?? 1);

function variantOf(draw: (below: number) => number, loop: Variant['loop'], x2: boolean, split: boolean): Variant {
  const vcpus = 1 + draw(4);
  const vcpu = draw(vcpus);
  const pin = 16 + draw(8);
  const irq = [3, 4, 5][draw(3)] as number;
  return {
    ...{ loop, x2, split, vcpus, vcpu, writer: draw(vcpus), pin, irq },
    other: vcpus === 1 ? 0 : (vcpu + 1 + draw(vcpus - 1)) % vcpus,
    // Never 0xf: the highest a handler has leaves room for TPR above it. Nor vector 0 in the low half, which none has.
    vector: 0x51 + 16 * draw(9) + draw(13),
    lower: 0x31 + draw(14),
    otherPin: 16 + ((pin - 16 + 1 + draw(7)) % 8),
    lowerIrq: irq + 1 + draw(7 - irq),
    slaveIrq: 9 + draw(6),
    way: draw(6),
  };
}

/** Every kind of machine. */
function variants(seed: number): Variant[] {
  const rng = createRng(seed);
  const draw = (below: number): number => nextBelow(rng, below);
  return Array.from({ length: DRAWS }).flatMap(() =>
    LOOPS.flatMap((loop) =>
      [false, true].flatMap((x2) => [false, true].map((split) => variantOf(draw, loop, x2, split))),
    ),
  );
}

interface Asked {
  readonly id: string;
  readonly at: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function answers(ops: readonly JsonOp[]): { readonly now: readonly Asked[]; readonly all: readonly Asked[] } {
  const reasoner = createReasoner();
  for (const op of ops) {
    const { error } = reasoner.answer(op);
    if (error !== undefined) throw new Error(`${error} ${JSON.stringify(op)}`);
  }
  const ask = (more: JsonOp) => reasoner.answer({ op: 'findings', ...more }).findings as readonly Asked[];
  return { now: ask({}), all: ask({ all: 1 }) };
}

describe(`rules over variants (seed ${SEED})`, () => {
  test('each rule has a situation', () => {
    const shown = new Set(Object.keys(SITUATIONS).map((name) => name.replace(/:.*/, '')));
    expect(RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  test.each(Object.entries(SITUATIONS))('%s', (name, make) => {
    const id = name.replace(/:.*/, '');
    const failed: string[] = [];
    let tried = 0;
    const situations = variants(SEED).flatMap((v, n) => {
      const situation = make(v);
      return situation === null ? [] : [{ v, n, situation }];
    });
    for (const { v, n, situation } of portion(situations, 4, name, 2)) {
      tried++;
      const { sick, well, create, cured, at, params = {} } = situation;
      const ill = answers([...machine(v, create), ...sick]);
      const found = ill.now.filter((one) => one.id === id);
      const told = found.some(
        (one) => one.at.includes(at) && Object.entries(params).every(([key, value]) => one.params[key] === value),
      );
      if (!told) failed.push(`${n} silent ${JSON.stringify({ v, found: ill.all })}`);
      const cure = answers([...machine(v, cured ?? create), ...well]);
      if (cure.all.length > 0) failed.push(`${n} not well ${JSON.stringify({ v, found: cure.all })}`);
    }
    expect(tried).toBeGreaterThan(0);
    expect(failed).toEqual([]);
  });
});
