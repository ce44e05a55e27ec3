/**
 * Random sequences about state and time: every part saved and restored in any order, amid anything else; the local APIC's
 * timer in all its modes; the i8254's channels. A real machine's clock runs by itself, so a timer here is either hours away or
 * is let expire at once: what an answer tells is the same whenever it is asked.
 */
import { Chance } from './chance.ts';
import type { Op } from './generate.ts';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
/** Longer than any timer that is meant to fire. */
const PAST: Op = { op: 'advance', ns: 80_000_000 };
const VCPU_PARTS = ['lapic', 'msrs', 'events', 'mp'] as const;

/** @param saved parts and names of this sequence: those of the one before are still there, where one kernel answers many */
function saveOrRestore(chance: Chance, vcpus: number, parts: readonly string[], saved: Set<string>): Op {
  const what = chance.of(parts);
  const name = `s${chance.below(2)}`;
  const vcpu = what === 'irqchip' || what === 'pit' ? {} : { vcpu: chance.below(vcpus) };
  if (saved.has(`${what} ${name}`) && chance.one(60)) return { op: 'restore', what, ...vcpu, from: name };
  saved.add(`${what} ${name}`);
  return { op: 'save', what, ...vcpu, as: name };
}

/** A sequence with saves and restores strewn in; now and then the machine is made anew in between, as for a migration. */
export function withRestores(ops: readonly Op[], seed: number): Op[] {
  const chance = new Chance(seed ^ 0x5a5e);
  const create = ops[0] as Op;
  const vcpus = Number(create.vcpus);
  // A part that the machine has not is refused.
  const parts = [...VCPU_PARTS, ...(create.irqchip === 'split' && !chance.one(10) ? [] : ['irqchip'])];
  if (chance.one(15)) parts.push('pit');
  const saved = new Set<string>();
  return ops.flatMap((op, i) => {
    if (i === 0 || !chance.one(12)) return [op];
    if (chance.one(8)) return [op, ...migrate(create, vcpus, parts, chance)];
    const part = saveOrRestore(chance, vcpus, parts, saved);
    return [op, part, ...(chance.one(40) ? [{ op: 'get' }] : []), ...taken([part])];
  });
}

/** An event that came in with VCPU_EVENTS is taken before its vCPU does anything else. */
function taken(ops: readonly Op[]): Op[] {
  const given = ops.filter((op) => op.op === 'restore' && op.what === 'events');
  return given.map(({ vcpu }) => ({ op: 'run', vcpu }));
}

/** All parts, a fresh machine, and what of them there is in any order. */
function migrate(create: Op, vcpus: number, parts: readonly string[], chance: Chance): Op[] {
  const all = parts.flatMap((what): { readonly what: string; readonly vcpu?: number }[] =>
    what === 'irqchip' || what === 'pit' ? [{ what }] : Array.from({ length: vcpus }, (_, vcpu) => ({ what, vcpu })),
  );
  const name = (one: { readonly what: string; readonly vcpu?: number }): string => `m${one.vcpu ?? ''}`;
  const left = all.map((one): Op => ({ op: 'restore', ...one, from: name(one) }));
  const restores: Op[] = [];
  while (left.length > 0) restores.push(...left.splice(chance.below(left.length), 1));
  const kept = restores.filter(() => chance.one(92));
  return [
    ...all.map((one): Op => ({ op: 'save', ...one, as: name(one) })),
    elsewhere(create, chance),
    ...kept,
    { op: 'get' },
    ...taken(kept),
  ];
}

/** The machine a migration ends on: mostly the same, now and then one that what was saved does not fit. */
function elsewhere(create: Op, chance: Chance): Op {
  if (chance.one(75)) return create;
  return chance.of([
    { ...create, x2apicApi: Number(create.x2apicApi ?? 0) ^ 1 },
    { ...create, tscDeadline: create.tscDeadline === false },
    { ...create, bsp: 1 },
    { ...create, ids: Array.from({ length: Number(create.vcpus) }, (_, i) => 300 - i) },
  ]);
}

class Timers {
  readonly ops: Op[] = [];
  private readonly chance: Chance;
  private readonly vcpus: number;
  private readonly saved = new Set<string>();
  private readonly tsc: bigint;
  /** Some count here is short. */
  private short = false;

  /** @param tsc where the guest's clock stands */
  constructor(seed: number, tsc: bigint) {
    this.tsc = tsc;
    this.chance = new Chance(seed);
    const { chance } = this;
    this.vcpus = 1 + chance.below(2);
    const tscDeadline = chance.one(75);
    this.ops.push({ op: 'create', vcpus: this.vcpus, irqchip: chance.one(80) ? 'full' : 'split', tscDeadline });
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) {
      this.ops.push({ op: 'set_msr', vcpu, msr: '0x10', value: hex(tsc) });
      this.apic(vcpu, 0x3e0, 9);
      if (chance.one(85)) this.apic(vcpu, 0xf0, 0x1ff);
    }
  }

  private apic(vcpu: number, offset: number, value: number): void {
    this.ops.push({ op: 'mmio_write', vcpu, addr: hex(0xfee00000 + offset), size: 4, value: hex(value) });
    this.settle(vcpu);
  }
  /**
   * vcpu_run puts in what has expired between two entries. A paravirtual processor enters where it likes: it leaves before an
   * instruction, or does two without an entry between them. So there each is followed by one, which takes what is there.
   */
  private settle(vcpu: number): void {
    if (this.tsc !== 0n) this.ops.push({ op: 'run', vcpu });
  }
  /** Fires within the time that passes after it: a one-shot, and no period from then on, as a short one would go on and on. */
  private soon(vcpu: number): void {
    this.short = true;
    this.apic(vcpu, 0x320, 0x30 + this.chance.below(0xc0));
    // Not while the op that arms it is still in KVM_RUN: 5 to 64 ms, by the divider.
    this.apic(vcpu, 0x380, 300_000 + this.chance.below(200_000));
    this.pass(vcpu);
  }
  /** Time enough for what is short. */
  private pass(vcpu: number): void {
    this.ops.push(PAST);
    this.settle(vcpu);
  }
  private entry(vcpu: number): void {
    const { chance } = this;
    const mode = this.short ? chance.of([0, 2]) : chance.of([0, 0, 1, 2, 2, 3]);
    this.apic(vcpu, 0x320, (mode << 17) | (chance.one(25) ? 1 << 16 : 0) | (0x30 + chance.below(0xc0)));
  }
  /** Past, none, an hour away at any guest's frequency. */
  private deadline(vcpu: number): void {
    const value = hex(this.chance.of([0n, 1n, 1000n, this.tsc + 0x48c27395000n]));
    this.ops.push({ op: this.chance.one(60) ? 'wrmsr' : 'set_msr', vcpu, msr: '0x6e0', value });
    this.settle(vcpu);
    this.pass(vcpu);
  }
  private look(vcpu: number): void {
    const { chance } = this;
    this.ops.push(
      chance.weighted<Op>([
        [4, { op: 'timer', vcpu }],
        [3, { op: 'get_msr', vcpu, msr: '0x6e0' }],
        [1, { op: 'rdmsr', vcpu, msr: '0x6e0' }],
        [3, { op: 'get' }],
      ]),
    );
  }

  generate(): Op[] {
    const { chance } = this;
    for (let left = 30 + chance.below(60); left > 0; left--) {
      const vcpu = chance.below(this.vcpus);
      const act = chance.weighted<() => void>([
        [5, () => this.entry(vcpu)],
        [4, () => this.apic(vcpu, 0x380, chance.of([0, 0xffffffff, 0xf0000000]))],
        [3, () => this.soon(vcpu)],
        [3, () => this.apic(vcpu, 0x3e0, chance.of([0x9, 0xa, 0x8, 0x3]))],
        [6, () => this.deadline(vcpu)],
        [5, () => this.ops.push({ op: 'run', vcpu })],
        [
          2,
          () => {
            this.ops.push({ op: 'eoi', vcpu });
            this.settle(vcpu);
          },
        ],
        [2, () => this.apic(vcpu, 0xf0, chance.one(70) ? 0x1ff : 0xff)],
        [
          6,
          () => {
            const op = saveOrRestore(chance, this.vcpus, ['lapic', 'lapic', 'msrs', 'events'], this.saved);
            this.ops.push(op);
            if (op.op === 'restore' && op.what === 'events') this.ops.push({ op: 'run', vcpu: op.vcpu });
            this.pass(Number(op.vcpu));
          },
        ],
        [8, () => this.look(vcpu)],
      ]);
      act();
    }
    return this.ops;
  }
}

/** One-shots, deadlines and far-off periods, saved and restored midway. @param tsc of a guest whose clock is the host's, else 0 */
export const generateTimer = (seed: number, tsc: bigint): Op[] => new Timers(seed, tsc).generate();

/** Modes whose output stands still once the count is gone: 0, 1, 4, 5. Channel 0 ticks in none of the others. */
const STILL = [0, 1, 4, 5] as const;

/** Control words, counts, read-back, gate and speaker, and the ticks of one-shots. */
export function generatePit(seed: number): Op[] {
  const chance = new Chance(seed);
  const ops: Op[] = [{ op: 'create', vcpus: 1, irqchip: 'full', pit: 1 }];
  const out = (port: number, value: number): number => ops.push({ op: 'pio_write', vcpu: 0, port: hex(port), value });
  let modes: readonly number[] = [-1, -1, -1];
  const saved = new Map<string, readonly number[]>();
  const known = new Set<string>();
  ops.push({ op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: '0x1ff' });
  for (const [port, value] of [
    [0x20, 0x11],
    [0x21, 0x20],
    [0x21, 4],
    [0x21, 1],
  ] as const)
    out(port, value);
  /** A mode with its whole count, and the time it takes. */
  const program = (channel: number): void => {
    const mode = channel === 0 ? chance.of(STILL) : chance.below(8);
    const access = 1 + chance.below(3);
    out(0x43, (channel << 6) | (access << 4) | (mode << 1) | chance.below(2));
    for (let i = access === 3 ? 2 : 1; i > 0; i--) out(0x40 + channel, chance.below(256));
    modes = modes.with(channel, mode);
    ops.push(PAST);
  };
  const status = (): void => {
    const channel = chance.below(3);
    if (!STILL.some((mode) => mode === modes[channel])) return;
    const count = chance.one(30) ? 0 : 0x20;
    out(0x43, 0xc0 | count | (2 << channel));
    ops.push({ op: 'pio_read', vcpu: 0, port: hex(0x40 + channel) });
    // A latched count would be read as it stood: it is loaded anew instead.
    if (count === 0) program(channel);
  };
  const eoi = (): void => {
    out(0x20, 0x20);
    ops.push(PAST);
  };
  const state = (): void => {
    const op = saveOrRestore(chance, 1, ['pit', 'pit', 'irqchip'], known);
    if (op.op === 'save' && op.what === 'pit') saved.set(String(op.as), modes);
    if (op.op === 'restore' && op.what === 'pit') modes = saved.get(String(op.from)) ?? modes;
    ops.push(op, PAST);
  };
  for (let left = 25 + chance.below(40); left > 0; left--) {
    const act = chance.weighted<() => void>([
      [6, () => program(chance.below(3))],
      [6, status],
      [2, () => out(0x61, chance.below(4))],
      [3, () => ops.push({ op: 'run', vcpu: 0 })],
      [3, eoi],
      [1, () => out(0x21, chance.of([0, 1, 0xff]))],
      [2, state],
      [3, () => ops.push({ op: 'get' })],
      [1, () => ops.push({ op: 'pio_read', vcpu: 0, port: '0x43' })],
    ]);
    act();
  }
  return ops;
}
