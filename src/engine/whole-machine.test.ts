/**
 * Any valid op on any machine of either vendor and every kernel (cli/fuzz/valid-ops): nothing throws, no word or event is out
 * of range, and from a snapshot the rest goes as straight on. What was reached is held against what there is: every op, choice and event.
 * Of the machines a portion runs (cli/portion.ts), and others until all was reached. `SEED=n RUNS=20 npm run deep src/engine/whole-machine`
 * tries others, and more.
 */
import { describe, expect, test } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { powerOn, type Random, SAVED_ON_SPLIT, validCreate, validOps } from '../cli/fuzz/valid-ops.ts';
import { by, portion } from '../cli/portion.ts';
import { fnOf } from '../explain/calls.ts';
import { type Fields, OpError } from '../spec/define/op.ts';
import { ALL_EVENTS } from '../spec/events/all.ts';
import { argsAt, EVENT_NAMES } from '../spec/events/index.ts';
import { isKernelFn } from '../spec/kernel/functions.ts';
import { OPS, type OpName, parseOp } from '../spec/ops/index.ts';
import { COL, ROW, WRITE } from './core/log.ts';
import type { Machine } from './core/machine.ts';
import { nameWord } from './core/words.ts';
import { execute, type RunOp } from './machine/ops.ts';
import { createSession } from './machine/session.ts';
import { restoreMachine, type Snapshot, saveMachine } from './machine/snapshot.ts';

const SEED = Number(process.env.SEED ?? 20_261_129);
const MACHINES = 240 * Number(process.env.RUNS ?? 1);
/** Of the others one in so many runs. */
const OF = 80;
/** Machines of the usual seed that together reach all there is; they run always. When they no longer do, others are run too. */
const REACHING = [170, 119, 204, 1, 221, 132, 151, 7, 142, 66, 4, 32, 10, 40, 123, 0, 18, 121, 155];
/** Draws of one op or an idiom. */
const OPS_EACH = 100;

type Json = Record<string, unknown>;
type AnyField = Fields[string];

// -- what must hold

const FLAGS: ReadonlySet<string> = new Set(
  (
    'rflagsIf nmiMasked nmiInjected intrInjected halted loaded preempted blocking pvEoiPending inRun avicRunning irqWindow ' +
    'on sn onWakeupList irrPending apicvActive timerPending timerRunning lvt0InNmiMode present running periodic reinject irqAck'
  ).split(' '),
);
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  mode: [0, 255],
  depth: [0, 8],
  tpr: [0, 255],
  ppr: [0, 255],
  nmiPending: [0, 2],
  isrCount: [0, 256],
  highestIsr: [-1, 255],
  rvi: [0, 255],
  svi: [0, 255],
  intrNr: [-1, 255],
  pendingExtint: [-1, 255],
  race: [0, 3],
  vectored: [0, 256],
};

function checkWord(m: Machine, address: number, after: number, told: () => string): void {
  const { kind, register } = nameWord(m.wordMap, address);
  const [min, max] =
    FLAGS.has(register) && kind !== 'pic' && kind !== 'pcpu' ? [0, 1] : (RANGES[register] ?? [-(2 ** 31), 2 ** 31 - 1]);
  if (after < min || after > max) expect.fail(`${kind}.${register} became ${after}: ${told()}`);
}

const FOREIGN = { intel: /^_*(svm|avic)_/, amd: /^_*(vmx|vt|pi)_/ } as const;

function checkEvent(m: Machine, at: number, told: () => string): void {
  const code = m.log.rows[at + COL.code] as number;
  const name = EVENT_NAMES[code];
  if (name === undefined) throw new Error(`no event has code ${code}: ${told()}`);
  const fn = fnOf(name, argsAt(name, m.log.rows, at), m.vendor);
  if (fn !== null && !isKernelFn(fn)) expect.fail(`${name}: ${fn} is not in the catalogue: ${told()}`);
  if (fn !== null && FOREIGN[m.vendor].test(fn)) expect.fail(`${name}: ${fn} on ${m.vendor}: ${told()}`);
}

/** What the machines together reached. */
interface Reached {
  readonly events: Set<string>;
  /** "vendor op": carried out, neither refused nor answered by an errno. */
  readonly ops: Set<string>;
  /** "op field=value" of the choices, flags and bits an op can have, where it was carried out. */
  readonly choices: Set<string>;
}

const failed = (answer: Json): boolean => 'error' in answer || 'errno' in answer || Number(answer.rc) < 0;

function note({ ops, choices }: Reached, vendor: string, op: Json): void {
  const name = op.op as OpName;
  ops.add(`${vendor} ${name}`);
  for (const [field, { spec }] of Object.entries<AnyField>(OPS[name].fields)) {
    if (['choice', 'number', 'flag', 'bit'].includes(spec.kind)) choices.add(`${name} ${field}=${op[field]}`);
  }
}

/** One machine's life. */
function live(seed: number, reached: Reached): void {
  const seen = reached.events;
  const rng = createRng(seed);
  const random: Random = (below) => nextBelow(rng, below);
  const session = createSession();
  const done: Json[] = [];
  const told = (): string => `seed ${seed}: ${JSON.stringify(done.slice(0, 1))} … ${JSON.stringify(done.slice(-6))}`;
  const act = (op: Json): string => {
    done.push(op);
    let answer: unknown;
    try {
      answer = session.answer(op);
    } catch (error) {
      expect.fail(`${error instanceof Error ? error.stack : error}\n${told()}`);
    }
    if (typeof answer !== 'object') expect.fail(`the answer is ${answer}: ${told()}`);
    const m = session.machine;
    const answered = JSON.stringify(answer);
    if (m === null) return answered;
    if (!failed(answer as Json)) note(reached, m.vendor, op);
    const words = m.w.slice();
    for (let at = m.log.used - ROW; at >= 0; at -= ROW) {
      if (m.log.rows[at] !== WRITE) {
        checkEvent(m, at, told);
        seen.add(EVENT_NAMES[m.log.rows[at] as number] as string);
        continue;
      }
      const address = m.log.rows[at + COL.a] as number;
      const after = m.log.rows[at + COL.c] as number;
      checkWord(m, address, after, told);
      // Backwards, each write row finds the value it left.
      if (words[address] !== after) expect.fail(`word ${address} was changed without a row: ${told()}`);
      words[address] = m.log.rows[at + COL.b] as number;
    }
    m.log.used = 0;
    return answered;
  };
  for (const op of SAVED_ON_SPLIT) act(op);
  act(random(6) === 0 ? { op: 'create_vm' } : validCreate(random));
  for (const op of powerOn(session.machine?.vcpus ?? 0)) act(op);
  const cut = random(OPS_EACH);
  let snapshot: Snapshot | null = null;
  const rest: { readonly op: Json; readonly answer: string }[] = [];
  for (let i = 0; i < OPS_EACH; i++) {
    if (i === cut && session.machine !== null) snapshot = saveMachine(session.machine);
    for (const op of validOps(random, session.machine?.vcpus ?? 0)) {
      const answer = act(op);
      if (snapshot !== null) rest.push({ op, answer });
    }
  }
  if (snapshot !== null && session.machine !== null) goesOnFrom(snapshot, rest, session.machine, told);
}

/** From the snapshot the rest of the ops has the same answers, and ends in the same words. */
function goesOnFrom(
  snapshot: Snapshot,
  rest: readonly { readonly op: Json; readonly answer: string }[],
  straight: Machine,
  told: () => string,
): void {
  const m = restoreMachine(snapshot);
  for (const { op, answer } of rest) {
    const again = answerOf(() => execute(m, parseOp(op) as RunOp));
    m.log.used = 0;
    if (again !== answer)
      expect.fail(`from a snapshot ${JSON.stringify(op)} answers ${again}, not ${answer}: ${told()}`);
  }
  const at = m.w.findIndex((word, i) => word !== straight.w[i]);
  if (at >= 0) expect.fail(`from a snapshot ${JSON.stringify(nameWord(m.wordMap, at))} is another: ${told()}`);
}

function answerOf(act: () => unknown): string {
  try {
    return JSON.stringify(act());
  } catch (error) {
    if (error instanceof OpError) return JSON.stringify({ error: error.message });
    throw error;
  }
}

/** The model of Intel's host, which an AMD machine refuses. */
const INTEL_ONLY = ['vcpu_state', 'post', 'vtd_msi', 'vmentry', 'vmexit', 'schedule', 'race'];
/** A machine made call by call is Intel's. */
const CALL_BY_CALL = ['create_vm', 'create_irqchip', 'create_vcpu', 'set_boot_cpu_id'];
const VENDOR_OPS = (['intel', 'amd'] as const).flatMap((vendor) =>
  Object.keys(OPS)
    .filter((name) => vendor === 'intel' || ![...INTEL_ONLY, ...CALL_BY_CALL].includes(name))
    .map((name) => `${vendor} ${name}`),
);
const CHOICES = (Object.keys(OPS) as OpName[]).flatMap((name) =>
  Object.entries<AnyField>(OPS[name].fields).flatMap(([field, { spec }]) => {
    const values =
      spec.kind === 'choice' || spec.kind === 'number'
        ? spec.among
        : spec.kind === 'flag'
          ? [true, false]
          : spec.kind === 'bit'
            ? [0, 1]
            : [];
    return (values as readonly unknown[]).map((value) => `${name} ${field}=${value}`);
  }),
);

describe(`any valid op on any machine (SEED=${SEED})`, () => {
  const reached: Reached = { events: new Set(), ops: new Set(), choices: new Set() };
  const neverDone = () => VENDOR_OPS.filter((key) => !reached.ops.has(key));
  const neverChosen = () => CHOICES.filter((choice) => !reached.choices.has(choice));
  const neverHappened = () => Object.keys(ALL_EVENTS).filter((name) => !reached.events.has(name));
  const isAllReached = () => [neverDone, neverChosen, neverHappened].every((never) => never().length === 0);

  test(`${MACHINES} machines of ${OPS_EACH} draws (${by(OF)}): nothing throws, no word or event is out of range`, () => {
    const all = Array.from({ length: MACHINES }, (_, i) => i);
    const drawn = new Set([...REACHING, ...portion(all, OF, 'machines')]);
    for (const i of drawn) live(SEED + i, reached);
    for (const i of all) if (!drawn.has(i) && !isAllReached()) live(SEED + i, reached);
  });

  test('every op was carried out, on both vendors', () => expect(neverDone()).toEqual([]));

  test('with every choice, flag and bit it can have', () => expect(neverChosen()).toEqual([]));

  test('and every event that a machine can have happened', () => {
    expect(neverHappened(), 'random ops do not lead to it: an idiom in cli/fuzz/valid-ops.ts').toEqual([]);
  });
});
