/**
 * Any valid op on any machine: the ops and their values are made from the rows of spec/ops, so a new op, field or option
 * is tried without anybody thinking of it. `SEED=n RUNS=20 npx vitest run src/engine/whole-machine` tries others, and more.
 */
import { describe, expect, test } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { fnOf } from '../explain/calls.ts';
import type { Fields } from '../spec/define/op.ts';
import { argsAt, EVENT_NAMES } from '../spec/events/index.ts';
import { isKernelFn } from '../spec/kernel/functions.ts';
import { OPS, type OpName } from '../spec/ops/index.ts';
import { COL, ROW, WRITE } from './core/log.ts';
import type { Machine } from './core/machine.ts';
import { nameWord } from './core/words.ts';
import { createSession } from './machine/session.ts';

const SEED = Number(process.env.SEED ?? 20_261_129);
const MACHINES = 160 * Number(process.env.RUNS ?? 1);
const OPS_EACH = 200;

type Json = Record<string, unknown>;
type Random = (below: number) => number;

// -- values that lead somewhere, by what a number means; else anything in range

const LIKELY: Readonly<Record<string, readonly (number | string)[]>> = {
  vcpu: [0, 0, 1, 2],
  gsi: [0, 2, 4, 8, 9, 11, 20, 40, 41],
  vector: [0x20, 0x31, 0x41, 0x51, 0x61, 0xec, 5],
  msr: [0x1b, 0x10, 0x6e0, 0x802, 0x808, 0x80b, 0x80f, 0x830, 0x832, 0x838, 0x83e, 0x83f, 0x4b564d04],
  port: [0x20, 0x21, 0xa0, 0xa1, 0x40, 0x42, 0x43, 0x61, 0x4d0, 0x4d1, 0x80],
  addr: [
    ...[0x20, 0x80, 0xb0, 0xd0, 0xe0, 0xf0, 0x300, 0x310, 0x320, 0x350, 0x380, 0x390, 0x3e0].map((r) => 0xfee00000 + r),
    ...[0xfec00000, 0xfec00010, 0xfee00000, 0xfee01000, 0xfeeff004, 0x200000],
  ],
  data: [
    0,
    1,
    0x34,
    0x30,
    0x41,
    0x51,
    0x8000,
    0xfee00000,
    0xfee01000,
    0x1ff,
    0x8041,
    0x20,
    0x11,
    0x10700,
    0x400ec,
    0x200ec,
    0xfee00d00,
    0xfee00c00,
    '0x100000041',
  ],
  ns: [0, 1, 1000, 300_000],
  count: [1, 2, 3],
  pcpu: [0, 1],
  dec: [0, 1, 5, 9],
  apicId: [0, 1, 2, 255],
};
const NAMES = ['pit', 'uart', 'net', 'blk', 'nvme', 'a', 'b'];
const DEVICES = [
  { id: 'uart', kind: 'serial', gsi: 4 },
  { id: 'net', kind: 'virtio-net', gsi: 11 },
  { id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2 },
  { id: 'nvme', kind: 'nvme', gsi: 42, msix: 2 },
];

const pick = <T>(random: Random, among: readonly T[]): T => among[random(among.length)] as T;

function number(random: Random, as: string, max: number): number | string {
  const likely = LIKELY[as]?.filter((value) => typeof value === 'string' || value <= max) ?? [];
  if (likely.length > 0 && random(5) > 0) return pick(random, likely);
  return random(Math.min(max, 0xffff) + 1);
}

function value(random: Random, spec: Fields[string]['spec']): unknown {
  switch (spec.kind) {
    case 'int': {
      const drawn = number(random, spec.as, spec.max);
      return typeof drawn === 'number' ? Math.max(drawn, spec.min ?? 0) : drawn;
    }
    case 'u64':
      return random(9) === 0 ? '0xffffffffffffffff' : number(random, spec.as, 0xffffffff);
    case 'bit':
      return random(2);
    case 'flag':
      return random(2) === 0;
    case 'text':
      return pick(random, NAMES);
    case 'choice':
      return pick(random, spec.among);
    case 'number':
      return pick(random, spec.among);
    case 'list':
      return Array.from({ length: random(4) }, () => value(random, spec.of.spec));
    case 'record':
      return fields(random, spec.fields);
    case 'either':
      return fields(random, random(2) === 0 ? spec.first : spec.second);
  }
}

function fields(random: Random, row: Fields): Json {
  const out: Json = {};
  for (const [key, field] of Object.entries(row)) {
    if ((field.absent || field.fallback !== undefined) && random(3) === 0) continue;
    out[key] = value(random, field.spec);
  }
  return out;
}

/** A machine: options at random, devices and a guest often, so that the rest has something to happen to. */
function create(random: Random): Json {
  const made: Json = { op: 'create', ...fields(random, OPS.create.fields), vcpus: 1 + random(3) };
  delete made.ids;
  if (made.devices !== undefined) made.devices = DEVICES;
  if (made.guest !== undefined) {
    const handler = (vector: number): Json => ({ vector, name: `v${vector}`, ns: 1000, nests: vector === 0x41 });
    made.guest = { handlers: [0x31, 0x41, 0x51, 0xec].map(handler), idle: pick(random, ['halt', 'run']) };
  }
  // Options of both vendors are refused, which is worth one try in a while.
  if (random(8) > 0) {
    delete made.vendor;
    delete made.runLoop;
    if (made.avic === true)
      for (const key of ['apicv', 'postedInterrupts', 'ipiVirtualization', 'pcpus']) delete made[key];
  }
  return made;
}

const NAMES_OF_OPS = (Object.keys(OPS) as OpName[]).filter((name) => name !== 'create' && name !== 'create_vm');
/** Ops that most depends on come more often. */
const OFTEN: Readonly<Partial<Record<OpName, number>>> = {
  ...{ mmio_write: 20, wrmsr: 8, pio_write: 8, advance: 8, run: 8, msi: 6, irq_line: 5, eoi: 5, msix: 6, device: 4 },
  ...{ settle: 3, apicv_inhibit: 2, vcpu_state: 2, save: 2, restore: 3, irqfd: 2, irqfd_signal: 2, guest: 2 },
};
const WEIGHTED = NAMES_OF_OPS.flatMap((name) => Array.from({ length: OFTEN[name] ?? 1 }, () => name));

/** Switches every APIC on, and PV EOI in every second, as hardly any random op would. */
const powerOn = (vcpus: number): Json[] =>
  Array.from({ length: vcpus }, (_, vcpu): Json[] => [
    { op: 'mmio_write', vcpu, addr: 0xfee000f0, size: 4, value: 0x1ff },
    ...(vcpu % 2 === 1 ? [{ op: 'wrmsr', vcpu, msr: 0x4b564d04, value: 0x5001 }] : []),
  ]).flat();

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

/** One machine's life. @returns how many ops it took, and the kinds of event it saw */
function live(seed: number, seen: Set<string>): void {
  const rng = createRng(seed);
  const random: Random = (below) => nextBelow(rng, below);
  const session = createSession();
  const done: Json[] = [];
  const told = (): string => `seed ${seed}: ${JSON.stringify(done.slice(0, 1))} … ${JSON.stringify(done.slice(-6))}`;
  const act = (op: Json): void => {
    done.push(op);
    let answer: unknown;
    try {
      answer = session.answer(op);
    } catch (error) {
      expect.fail(`${error instanceof Error ? error.stack : error}\n${told()}`);
    }
    expect(typeof answer, told()).toBe('object');
    const m = session.machine;
    if (m === null) return;
    const words = Int32Array.from(m.w);
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
  };
  act(random(6) === 0 ? { op: 'create_vm' } : create(random));
  for (const op of powerOn(session.machine?.vcpus ?? 0)) act(op);
  for (let i = 0; i < OPS_EACH; i++) {
    const name = pick(random, WEIGHTED);
    act({ op: name, ...fields(random, OPS[name].fields) });
  }
}

describe(`any valid op on any machine (SEED=${SEED})`, () => {
  const seen = new Set<string>();
  test(`${MACHINES} machines of ${OPS_EACH} ops: nothing throws, no word or event is out of range`, () => {
    for (let i = 0; i < MACHINES; i++) live(SEED + i, seen);
  });

  test('the whole machine was reached', () => {
    const some = ['timer_expired', 'pit_load', 'pi_notification', 'vtd_post', 'avic_doorbell', 'apicv_update'];
    for (const name of [...some, 'state_restore', 'kvm_eoi', 'extint_ack', 'accept_init', 'pv_eoi_arm']) {
      expect(seen.has(name), `${name} never happened`).toBe(true);
    }
  });
});
