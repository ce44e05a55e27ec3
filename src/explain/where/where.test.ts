/**
 * Situations whose closed gate is known: machines of every kind, each with one gate closed by hand. The answer must name it, and what
 * it offers must bring the interrupt to its handler. `SEED=n npx vitest run src/explain/where` tries other numbers.
 */
import { describe, expect, test } from 'vitest';
import { createReasoner } from '../../cli/reason.ts';
import type { JsonOp } from '../../log/log.ts';
import { historyFrom } from '../../worker/history.ts';
import { writeLapic, writeRte } from '../guest-ops.ts';
import { eventsFrom } from './facts.ts';

const SEED = Number(process.env.SEED ?? 20261129);

/** Numbers by chance, the same for a seed. */
function rngOf(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const KINDS = ['plain', 'guest', 'loop', 'apicv', 'avic'] as const;
type Kind = (typeof KINDS)[number];

interface Setting {
  readonly kind: Kind;
  readonly vcpus: number;
  readonly vcpu: number;
  readonly vector: number;
  readonly pin: number;
  readonly level: boolean;
}

const hasGuest = ({ kind }: Setting): boolean => kind !== 'plain';

function machine({ kind, vcpus, vector }: Setting): JsonOp[] {
  const guest = {
    idle: 'run',
    handlers: [
      { vector, name: 'mine', ns: 5000, eoi: 'apic', nests: false },
      { vector: 0xf8, name: 'other', ns: 5000, eoi: 'apic' },
    ],
  };
  const more = {
    plain: {},
    guest: { guest },
    loop: { guest, apicv: false },
    apicv: { guest, apicv: true, postedInterrupts: true },
    avic: { guest, avic: true },
  }[kind];
  return [
    { op: 'create', vcpus, irqchip: 'full', ...more },
    { op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff },
    { op: 'pio_write', vcpu: 0, port: 0xa1, value: 0xff },
    ...Array.from({ length: vcpus }, (_, vcpu) => writeLapic(vcpu, false, 0xf0, 0x1ff)),
  ];
}

const rte = ({ vector, level }: Setting, more = 0): number => (vector | (level ? 0x8000 : 0) | more) >>> 0;
const program = (s: Setting, lo = rte(s), dest = s.vcpu): JsonOp[] => [
  ...writeRte(0, s.pin, 1, (dest << 24) >>> 0),
  ...writeRte(0, s.pin, 0, lo),
];
const line = (s: Setting, level: 0 | 1): JsonOp => ({ op: 'irq_line', gsi: s.pin, level });
const soon: JsonOp = { op: 'advance', ns: 2000 };
const taken = (s: Setting): JsonOp[] => (hasGuest(s) ? [soon] : [{ op: 'run', vcpu: s.vcpu }]);

interface Situation {
  readonly held: string | null;
  readonly state: string;
  readonly ops: readonly JsonOp[];
  readonly ask?: JsonOp;
  /** Nothing brings it there. */
  readonly hopeless?: true;
  readonly kinds?: readonly Kind[];
}

/** One gate each. */
const SITUATIONS: Readonly<Record<string, (s: Setting) => Situation>> = {
  'never raised': (s) => ({ held: null, state: 'never', ops: program(s) }),
  handled: (s) => ({
    held: null,
    state: 'done',
    ops: [
      ...program(s),
      line(s, 1),
      ...taken(s),
      line(s, 0),
      ...(hasGuest(s) ? [{ op: 'advance', ns: 50_000 }] : [{ op: 'eoi', vcpu: s.vcpu }]),
    ],
  }),
  'masked at the IOAPIC': (s) => ({
    held: 'ioapic-mask',
    state: s.level ? 'waiting' : 'lost',
    ops: [...program(s, rte(s, 0x10000)), line(s, 1)],
  }),
  'edge pulse while masked': (s) => ({
    held: 'ioapic-mask',
    state: 'lost',
    ops: [...program({ ...s, level: false }, s.vector | 0x10000), line(s, 1), line(s, 0)],
  }),
  'level pulse while masked': (s) => ({
    held: 'source',
    state: 'lost',
    ops: [...program({ ...s, level: true }, s.vector | 0x18000), line(s, 1), line(s, 0)],
  }),
  'remote IRR': (s) => ({
    held: 'ioapic-remote-irr',
    state: 'waiting',
    ops: [...program({ ...s, level: true }, s.vector | 0x8000), line(s, 1), ...taken(s), line(s, 1)],
    kinds: ['plain'],
  }),
  'edge line that is still high': (s) => ({
    held: 'ioapic-edge',
    state: 'lost',
    ops: [
      ...program({ ...s, level: false }, s.vector),
      line(s, 1),
      ...taken(s),
      ...(hasGuest(s) ? [{ op: 'advance', ns: 50_000 }] : [{ op: 'eoi', vcpu: s.vcpu }]),
      line(s, 1),
    ],
  }),
  'destination nobody has': (s) => ({
    held: 'destination',
    state: s.level ? 'waiting' : 'lost',
    ops: [...program(s, rte(s), 200), line(s, 1)],
  }),
  'APIC disabled by software': (s) => ({
    held: 'apic-disabled',
    state: s.level ? 'waiting' : 'lost',
    ops: [...program(s), writeLapic(s.vcpu, false, 0xf0, 0xff), line(s, 1)],
  }),
  'vector below 16': (s) => ({
    held: 'vector',
    state: 'waiting',
    ops: [...program(s, (rte(s) & ~0xff) | 5), line(s, 1)],
    hopeless: true,
    kinds: ['plain', 'guest', 'loop'],
  }),
  'no route': (s) => ({
    held: 'route',
    state: 'lost',
    ops: [{ op: 'routing', entries: [{ gsi: 1, chip: 'ioapic', pin: 1 }] }, ...program(s), line(s, 1)],
  }),
  TPR: (s) => ({
    held: 'ppr',
    state: 'waiting',
    ops: [...program(s), { op: 'set_cr8', vcpu: s.vcpu, value: 15 }, line(s, 1), soonIf(s)],
  }),
  'a vector in service': (s) => ({
    held: 'ppr',
    state: 'waiting',
    ops: [...program(s), msi(s, 0xf8), ...taken(s), line(s, 1)],
    kinds: ['plain'],
  }),
  'a vector above it': (s) => ({
    held: 'event-first',
    state: 'waiting',
    ops: [...program(s), line(s, 1), msi(s, 0xf8)],
    kinds: ['plain'],
  }),
  'IF off': (s) => ({
    held: 'if',
    state: 'waiting',
    ops: [...program(s), { op: 'guest', vcpu: s.vcpu, rflagsIf: 0 }, line(s, 1), soon],
    kinds: ['guest', 'loop', 'apicv', 'avic'],
  }),
  'the interrupt shadow': (s) => ({
    held: 'shadow',
    state: 'waiting',
    ops: [...program(s), { op: 'guest', vcpu: s.vcpu, shadow: 1 }, line(s, 1)],
    kinds: ['guest', 'loop'],
  }),
  'a vCPU that has not looked': (s) => ({
    held: 'vcpu-host',
    state: 'waiting',
    ops: [...program(s), line(s, 1)],
    kinds: ['plain', 'guest'],
  }),
  'in service': (s) => ({ held: 'eoi', state: 'in-service', ops: [...program(s), line(s, 1), ...taken(s)] }),
  'a preempted vCPU': (s) => ({
    held: s.kind === 'apicv' ? 'pi-suppressed' : 'vcpu-preempted',
    state: 'waiting',
    ops: [...program(s), { op: 'schedule', vcpu: s.vcpu, pcpu: null }, line(s, 1)],
    kinds: ['loop', 'apicv'],
  }),
  'a message masked in its MSI': (s) => ({
    held: 'ppr',
    state: 'waiting',
    ops: [{ op: 'set_cr8', vcpu: s.vcpu, value: 15 }, msi(s, s.vector), soonIf(s)],
    ask: { op: 'where', msi: { addr: addrOf(s), data: s.vector } },
  }),
  'by vector, masked at its pin': (s) => ({
    held: 'ioapic-mask',
    state: s.level ? 'waiting' : 'lost',
    ops: [...program(s, rte(s, 0x10000)), line(s, 1)],
    ask: { op: 'where', vcpu: s.vcpu, vector: s.vector },
  }),
  'the 8259 masks it': (s) => ({
    held: 'pic-mask',
    state: 'waiting',
    ops: [...icw(0xff), line({ ...s, pin: 5 }, 1)],
    ask: { op: 'where', gsi: 5 },
    kinds: ['plain'],
  }),
  'the 8259 serves another': (s) => ({
    held: 'pic-isr',
    state: 'waiting',
    ops: [...icw(0), line({ ...s, pin: 3 }, 1), { op: 'run', vcpu: 0 }, line({ ...s, pin: 5 }, 1)],
    ask: { op: 'where', gsi: 5 },
    kinds: ['plain'],
  }),
  'nobody listens to the 8259': (s) => ({
    held: 'pic-lint',
    state: 'waiting',
    ops: [...icw(0), writeLapic(0, false, 0x350, 0x10700), line({ ...s, pin: 5 }, 1)],
    ask: { op: 'where', gsi: 5 },
    kinds: ['plain'],
  }),
};

const soonIf = (s: Setting): JsonOp => (hasGuest(s) ? soon : { op: 'nop', vcpu: s.vcpu });
const addrOf = ({ vcpu }: Setting): string => `0x${(0xfee0_0000 + vcpu * 0x1000).toString(16)}`;
const msi = (s: Setting, vector: number): JsonOp => ({ op: 'msi', addr: addrOf(s), data: vector });
const icw = (imr: number): JsonOp[] =>
  [
    [0x20, 0x11],
    [0x21, 0x30],
    [0x21, 4],
    [0x21, 1],
    [0x21, imr],
  ].map(([port, value]) => ({ op: 'pio_write', vcpu: 0, port, value }));

/** Events with which a vCPU takes a vector, told apart from what the answer itself looks for. */
const TAKES = new Set(['handler_enter', 'apic_ack', 'extint_ack', 'vid_deliver', 'avic_evaluate']);

function takes(ops: readonly JsonOp[], from: number): number {
  const run = historyFrom(ops)?.now();
  if (run === undefined) throw new Error('no machine');
  const begins = run.starts[from] ?? run.end;
  return eventsFrom(run.journal, 0).filter(
    ({ seq, name, args }) => seq >= begins && TAKES.has(name) && args.taken !== 0,
  ).length;
}

describe('situations whose closed gate is known', () => {
  const chance = rngOf(SEED);
  const cases = Object.entries(SITUATIONS).flatMap(([name, make]) =>
    KINDS.flatMap((kind) =>
      Array.from({ length: 4 }, (_, n) => {
        const vcpus = 1 + chance(4);
        const setting: Setting = {
          kind,
          vcpus,
          vcpu: chance(vcpus),
          vector: 0x31 + chance(0xb0),
          pin: 16 + chance(7),
          level: n % 2 === 1,
        };
        return { name: `${name}, ${kind} ${n}`, setting, situation: make(setting) };
      }).filter(({ situation }) => situation.kinds?.includes(kind) ?? true),
    ),
  );
  test(`there are enough of them (seed ${SEED})`, () => expect(cases.length).toBeGreaterThanOrEqual(200));

  test.each(cases)('$name', ({ setting, situation }) => {
    const ops = [...machine(setting), ...situation.ops];
    const reasoner = createReasoner();
    for (const op of ops) expect(reasoner.answer(op).error, JSON.stringify(op)).toBeUndefined();
    const answer = reasoner.answer(situation.ask ?? { op: 'where', gsi: setting.pin });
    expect({ held: answer.held, state: answer.state }, JSON.stringify({ ops, answer })).toEqual({
      held: situation.held,
      state: situation.state,
    });
    if (situation.held === null || situation.hopeless) return;
    const release = answer.release as readonly JsonOp[] | undefined;
    expect(release, JSON.stringify({ ops, answer })).toBeDefined();
    if (situation.state === 'in-service') return;
    expect(takes([...ops, ...(release ?? [])], ops.length), JSON.stringify({ ops, release })).toBeGreaterThan(0);
  });
});

test('asking changes nothing, and is no part of the run', () => {
  const asked = createReasoner();
  const plain = createReasoner();
  const ops: JsonOp[] = [
    { op: 'create', vcpus: 1, irqchip: 'full' },
    { op: 'irq_line', gsi: 4, level: 1 },
  ];
  for (const op of ops) {
    expect(asked.answer(op)).toEqual(plain.answer(op));
    asked.answer({ op: 'where', gsi: 4 });
  }
  expect(asked.answer({ op: 'get' })).toEqual(plain.answer({ op: 'get' }));
  expect((asked.answer({ op: 'where', gsi: 4 }).since as { command: number }).command).toBeLessThan(2);
});

test('what is no question gets its error, and the run goes on', () => {
  const reasoner = createReasoner();
  expect(reasoner.answer({ op: 'where', gsi: 4 }).error).toBe('op.noMachine at op');
  reasoner.answer({ op: 'create', vcpus: 1, irqchip: 'full' });
  expect(reasoner.answer({ op: 'where' }).error).toContain('op.missing');
  expect(reasoner.answer({ op: 'where', vcpu: 3, vector: '0x41' }).error).toContain('op.range');
  expect(reasoner.answer({ op: 'where', vector: 300 }).error).toContain('op.range');
  expect(reasoner.answer({ op: 'where', vcpu: 0 }).error).toBe('op.missing at vector');
  expect(reasoner.answer({ op: 'where', gsi: 4 }).held).toBeNull();
});

// Each of them would be one question, and an answer to the first of two would be taken for that to both.
test('a question that is two is refused, by the field that is one too many', () => {
  const reasoner = createReasoner();
  reasoner.answer({ op: 'create', vcpus: 2, irqchip: 'full' });
  const msi = { addr: '0xfee01000', data: '0x41' };
  const refused = (ask: object): unknown => reasoner.answer({ op: 'where', ...ask }).error;
  expect(refused({ gsi: 4, vector: '0x41' })).toBe('op.notWith at vector {"other":"gsi"}');
  expect(refused({ gsi: 4, vcpu: 1, vector: '0x41' })).toBe('op.notWith at vector {"other":"gsi"}');
  expect(refused({ gsi: 4, vcpu: 1 })).toBe('op.notWith at vcpu {"other":"gsi"}');
  expect(refused({ gsi: 4, msi })).toBe('op.notWith at msi {"other":"gsi"}');
  expect(refused({ msi, vector: '0x41' })).toBe('op.notWith at vector {"other":"msi"}');
  expect(refused({ msi, vcpu: 1 })).toBe('op.notWith at vcpu {"other":"msi"}');
  expect(refused({ vector: '0x41' })).toBeUndefined();
});
