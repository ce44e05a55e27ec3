/**
 * What user space may get wrong around a restore, by chance: names that were never saved, parts of another machine, another
 * chip, another order, values of no shape. KVM’s own answer, or one sentence with the place and a machine that is as it was.
 * `SEED=n RUNS=20 npx vitest run src/engine/machine/restore-hostile` tries others, and more.
 */
import { expect, test } from 'vitest';
import { createRng, nextBelow } from '../../base/rng.ts';
import { errors } from '../../i18n/en/errors.ts';
import { addTexts, hasText, type MessageKey, translate } from '../../i18n/index.ts';
import { OpError } from '../../spec/define/op.ts';
import type { JsonOp } from '../test-bench.ts';
import { createSession, type Session } from './session.ts';

addTexts('en', errors);

const SEED = Number(process.env.SEED ?? 20_261_130);
const MACHINES = 60 * Number(process.env.RUNS ?? 1);
const OPS_EACH = 60;
const ENXIO = 6;
const EINVAL = 22;

const PARTS = ['lapic', 'msrs', 'events', 'mp', 'irqchip', 'pit'] as const;
const OF_MACHINE: ReadonlySet<unknown> = new Set(['irqchip', 'pit']);
type Pick = <T>(among: readonly T[]) => T;

const MACHINE_KINDS: readonly JsonOp[] = [
  { op: 'create', vcpus: 2, irqchip: 'full', pit: true },
  { op: 'create', vcpus: 3, irqchip: 'full' },
  { op: 'create', vcpus: 1, irqchip: 'split', x2apicApi: 3 },
  { op: 'create', vcpus: 2, irqchip: 'none' },
  { op: 'create', vcpus: 2, irqchip: 'full', apicv: true, postedInterrupts: true },
  { op: 'create', vcpus: 2, irqchip: 'split', avic: true },
  { op: 'create', vcpus: 2, irqchip: 'full', vendor: 'amd', kernel: '5.15', x2apicApi: 1 },
  { op: 'create_vm' },
];

const HOSTILE: readonly unknown[] = [
  ...[null, true, '', 'x'.repeat(81), 'x'.repeat(10_000), '\u202e', '../../a', '__proto__', 'constructor', [], {}],
  ...[-1, 1.5, 4, 64, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '0x', '0x1ffffffffffffffff', '-1', '1e3'],
];
const NAMES = ['a', 'b', 'c', 'never saved'] as const;
const VALUES = [
  0,
  1,
  0x800,
  0xfee00000,
  0xfee00900,
  0xfee00d00,
  0xfee00400,
  5000,
  '0xffffffffffffffff',
  '0x8000000000000000',
];
const MSRS = [0x1b, 0x6e0, 0x10, 0x800, 0x802, 0x808, 0x80b, 0x83f, 0xc0000080];

/** A move of user space's, right in shape: what it names may not be there, or not fit. */
function fair(pick: Pick): JsonOp {
  const what = pick(PARTS);
  const vcpu = pick([0, 0, 1, 2]);
  switch (pick([0, 0, 1, 1, 1, 2, 3, 4] as const)) {
    case 0:
      return { op: 'save', what, as: pick(NAMES.slice(0, 3)), vcpu };
    case 1:
      return { op: 'restore', what, from: pick(NAMES), vcpu };
    case 2:
      return { op: 'set_msr', vcpu, msr: pick(MSRS), value: pick(VALUES) };
    case 3:
      return pick<JsonOp>([
        {
          op: 'mmio_write',
          vcpu,
          addr: 0xfee00000 + pick([0xf0, 0x80, 0x320, 0x350, 0x380, 0xd0]),
          size: 4,
          value: 0x1ff,
        },
        { op: 'irq_line', gsi: pick([0, 4, 8, 11]), level: pick([0, 1]) },
        { op: 'nmi', vcpu },
        { op: 'advance', ns: 1000 },
      ]);
    case 4:
      return pick(MACHINE_KINDS);
  }
}

/** The same with a field that is gone, a stranger’s, or of another’s value. */
function hurt(op: JsonOp, pick: Pick): JsonOp {
  const field = pick(Object.keys(op).filter((name) => name !== 'op'));
  const rest = Object.fromEntries(Object.entries(op).filter(([name]) => name !== field)) as JsonOp;
  return pick([
    rest,
    { ...op, [field]: pick(HOSTILE) },
    { ...op, [field]: pick(HOSTILE) },
    { ...op, stranger: pick(HOSTILE) },
  ]);
}

interface State {
  readonly words: Int32Array | undefined;
  readonly rows: number | undefined;
  readonly saves: readonly string[];
}
const stateOf = ({ machine: m }: Session): State => ({
  words: m?.w.slice(),
  rows: m?.log.used,
  saves: m === null ? [] : [...m.saves.keys()].sort(),
});

/** One clear sentence, or two: what is wrong and the limit; the place is a field of the op. */
function checkRefusal(error: unknown, op: JsonOp, told: string): void {
  if (!(error instanceof OpError)) throw new Error(told, { cause: error });
  const { code, place, params } = error;
  const key = `error.${code}`;
  expect(hasText(key), `${told}: ${key}`).toBe(true);
  const sentence = translate('en', key as MessageKey, { name: op.op, op: op.op, field: place, ...params });
  expect(sentence, told).toMatch(/^[^{}]+\.$/);
  expect(sentence.split(/\.(?=\s)/).length, `${told}: ${sentence}`).toBeLessThanOrEqual(2);
  expect(place, `${told}: ${sentence}`).toMatch(/^[\w.[\]]*$/);
}

interface Met {
  refused: number;
  noSave: number;
  enxio: number;
  einval: number;
  restored: number;
}

/** What an answer of KVM’s may be, and what it leaves alone. */
function checkAnswer(
  answer: Readonly<Record<string, unknown>>,
  op: JsonOp,
  same: () => boolean,
  met: Met,
  told: string,
): void {
  if (op.op !== 'save' && op.op !== 'restore') return;
  if ('error' in answer) {
    expect(answer, told).toEqual({ error: 'no save' });
    expect(same(), told).toBe(true);
    met.noSave++;
    return;
  }
  const rc = answer.rc as number;
  if (rc < 0) {
    expect([ENXIO, EINVAL], told).toContain(answer.errno);
    expect(Object.keys(answer).sort(), told).toEqual(['errno', 'rc']);
    // Only a chip can be missing, and only KVM_SET_LAPIC refuses a page, its SVR being taken over by then.
    if (answer.errno === ENXIO) expect(OF_MACHINE.has(op.what), told).toBe(true);
    else expect(op.what, told).toBe('lapic');
    if (answer.errno === ENXIO || op.op === 'save') expect(same(), told).toBe(true);
    met[answer.errno === ENXIO ? 'enxio' : 'einval']++;
    return;
  }
  expect(rc, told).toBeLessThanOrEqual(op.what === 'msrs' ? 2 : 0);
  if (op.op === 'restore') met.restored++;
}

function live(seed: number, met: Met): void {
  const rng = createRng(seed);
  const pick: Pick = (among) => among[nextBelow(rng, among.length)] as (typeof among)[number];
  const session = createSession();
  const done: JsonOp[] = [];
  if (pick([true, true, true, false])) done.push(pick(MACHINE_KINDS));
  for (const op of done) session.answerOrThrow(op);
  for (let n = 0; n < OPS_EACH; n++) {
    const op = pick([true, true, false]) ? fair(pick) : hurt(fair(pick), pick);
    const told = `seed ${seed}: ${JSON.stringify(done[0])} … ${JSON.stringify(done.slice(-4))} then ${JSON.stringify(op)?.slice(0, 300)}`;
    const before = stateOf(session);
    const same = (): boolean => {
      const after = stateOf(session);
      const words = before.words?.every((word, at) => word === after.words?.[at]) ?? after.words === undefined;
      return words && before.words?.length === after.words?.length && before.saves.join() === after.saves.join();
    };
    try {
      checkAnswer(session.answerOrThrow(op) as Readonly<Record<string, unknown>>, op, same, met, told);
    } catch (error) {
      if (error instanceof Error && error.name === 'AssertionError') throw error;
      checkRefusal(error, op, told);
      expect(same(), `${told}: changed by what was refused`).toBe(true);
      met.refused++;
    }
    done.push(op);
  }
}

test(`hostile restores (SEED=${SEED}): KVM’s answer, or one sentence and the machine as it was`, {
  timeout: 120_000,
}, () => {
  const met: Met = { refused: 0, noSave: 0, enxio: 0, einval: 0, restored: 0 };
  for (let n = 0; n < MACHINES; n++) live(SEED + n, met);
  for (const [what, times] of Object.entries(met)) expect(times, `${what} was met`).toBeGreaterThan(0);
});
