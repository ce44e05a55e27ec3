/**
 * Situations that each rule is about, as functions of a machine: a sick run and the same run with the cure. Null where a machine
 * cannot have it. One list, hence its length: a situation is read beside its neighbours, and none is used elsewhere.
 */
import { hex64 } from '../../base/numbers.ts';
import type { JsonOp } from '../../log/log.ts';
import { writeLapic, writeRte } from '../guest-ops.ts';

/** How the vCPUs run: entry by entry, or a model guest in a loop of its own; with what the processor does by itself. */
export const LOOPS = ['entries', 'guest', 'loop', 'apicv', 'apicv-guest', 'avic', 'avic-guest'] as const;

export interface Variant {
  readonly loop: (typeof LOOPS)[number];
  readonly x2: boolean;
  readonly split: boolean;
  readonly vcpus: number;
  /** Who is to take it; another, where there is one; and who writes the chips. */
  readonly vcpu: number;
  readonly other: number;
  readonly writer: number;
  readonly vector: number;
  /** Of a lower class than `vector`. */
  readonly lower: number;
  /** Pins from 16 on, which no 8259 has. */
  readonly pin: number;
  readonly otherPin: number;
  /** Pins of the master, the first above the second, and of the slave. */
  readonly irq: number;
  readonly lowerIrq: number;
  readonly slaveIrq: number;
  /** One of a few ways to make the same thing. */
  readonly way: number;
}

export interface Situation {
  readonly sick: readonly JsonOp[];
  readonly well: readonly JsonOp[];
  /** Fields of `create`, and those that differ where it is well. */
  readonly create?: JsonOp;
  readonly cured?: JsonOp;
  /** Evidence: part of where it is said to be, and numbers it names. */
  readonly at: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const HANDLER = 5_000;
const hasGuest = ({ loop }: Variant): boolean => /guest|loop/.test(loop);
/** In x2APIC mode the model's AVIC is off. */
const hasAvic = ({ loop, x2 }: Variant): boolean => loop.startsWith('avic') && !x2;
const isApicv = ({ loop }: Variant): boolean => loop.startsWith('apicv');

/** ICR's shorthand-free message to a vCPU, from any. */
const ipi = (v: Variant, from: number, low: number, to = v.vcpu): JsonOp[] =>
  v.x2
    ? [{ op: 'wrmsr', vcpu: from, msr: '0x830', value: hex64(low, to) }]
    : [writeLapic(from, false, 0x310, (to << 24) >>> 0), writeLapic(from, false, 0x300, low)];
const lapic = (v: Variant, offset: number, value: number, vcpu = v.vcpu): JsonOp =>
  writeLapic(vcpu, v.x2, offset, value);
const out = (port: number, value: number): JsonOp => ({ op: 'pio_write', vcpu: 0, port, value });
const line = (gsi: number, level: 0 | 1): JsonOp => ({ op: 'irq_line', gsi, level });
const addrOf = (vcpu: number, logical = false): string =>
  `0x${(0xfee0_0000 + vcpu * 0x1000 + (logical ? 4 : 0)).toString(16)}`;
const msi = (v: Variant, data = v.vector, dest = v.vcpu, logical = false): JsonOp => ({
  op: 'msi',
  addr: addrOf(dest, logical),
  data,
});
const route = (v: Variant, data = v.vector, dest = v.vcpu): JsonOp => ({
  op: 'routing',
  entries: [{ gsi: v.pin, msi_addr: addrOf(dest), msi_data: data }],
});
/** The upper half of an RTE alone, as a change of affinity writes it. */
const turn = (v: Variant, to: number, pin = v.pin): JsonOp[] => writeRte(v.writer, pin, 1, (to << 24) >>> 0);
const rte = (v: Variant, lo: number, pin = v.pin, to = v.vcpu): JsonOp[] => [
  ...turn(v, to, pin),
  ...writeRte(v.writer, pin, 0, lo >>> 0),
];
/** A pin of the IOAPIC; where that is in user space, the route that stands for it. */
const source = (v: Variant, vector = v.vector, to = v.vcpu): JsonOp[] =>
  v.split ? [route(v, vector, to)] : rte(v, vector, v.pin, to);
const level = ({ vector }: Variant): number => vector | 0x8000;
const masked = (lo: number): number => lo | 0x1_0000;

/** The vCPU takes what waits; its handler ends. */
const take = (v: Variant, vcpu = v.vcpu): JsonOp[] =>
  hasGuest(v) ? [{ op: 'advance', ns: 2_000 }] : [{ op: 'run', vcpu }];
const end = (v: Variant, vcpu = v.vcpu): JsonOp[] =>
  hasGuest(v) ? [{ op: 'advance', ns: 4 * HANDLER }] : [{ op: 'eoi', vcpu }];
const pass = (v: Variant, n = 14): JsonOp[] =>
  Array.from({ length: n }, () => (hasGuest(v) ? { op: 'advance', ns: 1_000 } : { op: 'nop', vcpu: v.vcpu }));
const served = (v: Variant): JsonOp[] => [...take(v), ...end(v)];

const handler = (vector: number, more: JsonOp = {}): JsonOp => ({
  vector,
  name: `h${vector}`,
  ns: HANDLER,
  eoi: 'apic',
  ...more,
});
const guestOf = (v: Variant, more: JsonOp = {}): JsonOp =>
  hasGuest(v) ? { guest: { idle: 'run', handlers: [handler(v.vector, more), handler(v.lower)] } } : {};

const CREATE: Readonly<Record<Variant['loop'], JsonOp>> = {
  entries: {},
  guest: {},
  loop: { apicv: false },
  apicv: { apicv: true, postedInterrupts: true },
  'apicv-guest': { apicv: true, postedInterrupts: true },
  avic: { avic: true },
  'avic-guest': { avic: true },
};

/** Made, its local APICs in their mode and enabled, its 8259 masked. */
export function machine(v: Variant, more: JsonOp = {}): JsonOp[] {
  const all = Array.from({ length: v.vcpus }, (_, vcpu) => vcpu);
  return [
    {
      ...{ op: 'create', vcpus: v.vcpus, irqchip: v.split ? 'split' : 'full', routing: v.split ? undefined : 'qemu' },
      ...(v.x2 && { x2apicApi: 1 }),
      ...CREATE[v.loop],
      ...guestOf(v),
      ...more,
    },
    ...(v.split ? [] : [out(0x21, 0xff), out(0xa1, 0xff)]),
    ...(v.x2
      ? all.map((vcpu) => ({ op: 'wrmsr', vcpu, msr: 0x1b, value: vcpu === 0 ? 0xfee0_0d00 : 0xfee0_0c00 }))
      : []),
    ...all.map((vcpu) => lapic(v, 0xf0, 0x1ff, vcpu)),
  ];
}

const icws: readonly JsonOp[] = [
  ...[out(0x20, 0x11), out(0x21, 0x30), out(0x21, 4), out(0x21, 1), out(0x21, 0)],
  ...[out(0xa0, 0x11), out(0xa1, 0x38), out(0xa1, 2), out(0xa1, 1), out(0xa1, 0)],
];
const eoiOf = (irq: number): JsonOp[] => (irq < 8 ? [out(0x20, 0x20)] : [out(0xa0, 0x20), out(0x20, 0x20)]);
const run: JsonOp = { op: 'run', vcpu: 0 };

/** The 8259 on a machine whose vCPUs are entered one by one: the guest's handlers are all the APIC's. */
const pic = (v: Variant, make: () => Situation): Situation | null => (v.split || hasGuest(v) ? null : make());
const full = (v: Variant, make: () => Situation): Situation | null => (v.split ? null : make());
const two = (v: Variant, make: () => Situation): Situation | null => (v.split || v.vcpus < 2 ? null : make());

const msix = (id: string, field: string, value: number | string): JsonOp => ({
  op: 'msix',
  id,
  entry: 0,
  field,
  value,
});
const entry = (id: string, v: Variant, vector = v.vector): JsonOp[] => [
  msix(id, 'addr_lo', addrOf(v.vcpu)),
  msix(id, 'data', vector),
  msix(id, 'control', 0),
  msix(id, 'capability', 0x8000),
];
/** Sleepers of a host, on machines with APICv. */
const asleep = (v: Variant): JsonOp => ({
  postedInterrupts: undefined,
  devices: [{ id: 'disk', kind: 'nvme', gsi: 40, msix: 1 }],
  guest: { idle: 'halt', handlers: [handler(v.vector), handler(v.lower)] },
});

/** A destination that no local APIC has, by the way it is said. */
const NOBODY = 0x55;

export const SITUATIONS: Readonly<Record<string, (v: Variant) => Situation | null>> = {
  'remote-irr-stuck: a message on its vector': (v) =>
    full(v, () => ({
      sick: [...rte(v, level(v)), line(v.pin, 1), msi(v), ...take(v), line(v.pin, 0), ...end(v), ...pass(v)],
      well: [...rte(v, level(v)), line(v.pin, 1), ...take(v), line(v.pin, 0), ...end(v), ...pass(v)],
      at: `ioapic:0.redirLo[${v.pin}]`,
      params: { pin: v.pin, vector: v.vector },
    })),
  'remote-irr-stuck: turned to another in its handler': (v) =>
    two(v, () => {
      const ops = [
        ...rte(v, level(v)),
        line(v.pin, 1),
        ...take(v),
        ...turn(v, v.other),
        // Its new vCPU hears of the entry at its next entry, the old one as well.
        ...(hasGuest(v) ? [] : [{ op: 'nop', vcpu: v.vcpu }]),
        line(v.pin, 0),
        ...end(v),
        ...pass(v),
      ];
      return {
        create: { quirks: ['0fc5a36dd6b3'] },
        cured: { quirks: [] },
        sick: ops,
        well: ops,
        at: `ioapic:0.redirLo[${v.pin}]`,
        params: { pin: v.pin, vector: v.vector },
      };
    }),
  'remote-irr-stuck: masked in its handler': (v) =>
    full(v, () => {
      const ops = [
        ...rte(v, level(v)),
        line(v.pin, 1),
        ...take(v),
        ...writeRte(v.writer, v.pin, 0, masked(level(v))),
        ...(hasGuest(v) ? [] : [{ op: 'nop', vcpu: v.vcpu }]),
        line(v.pin, 0),
        ...end(v),
        ...pass(v),
      ];
      return {
        create: { quirks: ['0f6c0a740b7d', '0fc5a36dd6b3'] },
        cured: { quirks: [] },
        sick: ops,
        well: ops,
        at: `ioapic:0.redirLo[${v.pin}]`,
      };
    }),
  'eoi-before-quiet': (v) =>
    full(v, () => ({
      sick: [...rte(v, level(v)), line(v.pin, 1), ...take(v), ...end(v)],
      well: [...rte(v, level(v)), line(v.pin, 1), ...take(v), line(v.pin, 0), ...end(v)],
      at: `ioapic:0.redirLo[${v.pin}]`,
      params: { pin: v.pin, vector: v.vector },
    })),
  'level-storm': (v) =>
    full(v, () => ({
      sick: [
        ...rte(v, level(v)),
        line(v.pin, 1),
        ...Array.from({ length: 60 }, () =>
          hasGuest(v) ? [{ op: 'advance', ns: HANDLER + 2_000 }] : [...take(v), ...end(v)],
        ).flat(),
      ],
      well: [
        ...rte(v, level(v)),
        ...Array.from({ length: 60 }, () => [line(v.pin, 1), ...take(v), line(v.pin, 0), ...end(v)]).flat(),
      ],
      at: `ioapic:0.irqEoi[${v.pin}]`,
      params: { pin: v.pin },
    })),
  'vector-below-16': (v) => {
    const low = v.vector & 15;
    const by = (vector: number): JsonOp[] =>
      [[...source(v, vector), line(v.pin, 1)], [msi(v, vector)], [...ipi(v, v.other, vector)]][v.way % 3] ?? [];
    return {
      sick: [...by(low), ...pass(v, 2)],
      well: [...by(v.vector), ...served(v)],
      at: 'lapic:',
      params: { vector: low, vcpu: v.vcpu },
    };
  },
  'shared-vector': (v) =>
    full(v, () => ({
      sick: [...rte(v, level(v)), ...rte(v, v.way % 2 === 0 ? level(v) : v.vector, v.otherPin), ...pass(v)],
      well: [...rte(v, level(v)), ...rte(v, v.lower | 0x8000, v.otherPin), ...pass(v)],
      at: 'ioapic:0.redirLo[',
      params: { vector: v.vector },
    })),
  'level-pulse-swallowed': (v) =>
    full(v, () => {
      const pulse = v.way % 2 === 0 ? [line(v.pin, 1), line(v.pin, 0)] : [{ op: 'irqfd_signal', gsi: v.pin }];
      const begin = [...rte(v, level(v)), { op: 'irqfd', gsi: v.pin, resample: 0 }, ...pulse, ...take(v)];
      return {
        sick: [...begin, ...pulse, ...end(v)],
        well: [...begin, ...end(v), ...pulse, ...served(v)],
        at: `ioapic:0.redirLo[${v.pin}]`,
        params: { pin: v.pin },
      };
    }),
  'destination-nobody': (v) => {
    const by = (dest: number): JsonOp[] =>
      [[...source(v, v.vector, dest), line(v.pin, 1)], [msi(v, v.vector, dest)], [...ipi(v, v.other, v.vector, dest)]][
        v.way % 3
      ] ?? [];
    return {
      sick: by(NOBODY),
      well: [...by(v.vcpu), ...served(v)],
      at: `lapic:0.dest ${NOBODY}`,
      params: { dest: NOBODY, vector: v.vector },
    };
  },
  'destination-nobody: no logical id of an xAPIC': (v) =>
    v.x2
      ? null
      : {
          sick: [lapic(v, 0xd0, 0x0100_0000), msi(v, v.vector, 0x08, true)],
          well: [lapic(v, 0xd0, 0x0800_0000), msi(v, v.vector, 0x08, true), ...served(v)],
          at: 'lapic:0.dest 8',
          params: { dest: 8 },
        },
  'destination-nobody: its APIC is off': (v) => {
    const off: JsonOp = { op: 'wrmsr', vcpu: v.vcpu, msr: 0x1b, value: v.vcpu === 0 ? 0xfee0_0100 : 0xfee0_0000 };
    return { sick: [off, msi(v)], well: [msi(v), ...served(v)], at: 'lapic:0.dest', params: { vector: v.vector } };
  },
  'logical-clusters-ored': (v) => {
    if (v.x2 || v.vcpus < 2) return null;
    const ids = [
      ...Array.from({ length: v.vcpus }, (_, vcpu) => lapic(v, 0xe0, 0x0fff_ffff, vcpu)),
      lapic(v, 0xd0, 0x1100_0000, v.vcpu),
      lapic(v, 0xd0, 0x2100_0000, v.other),
    ];
    const by = (dest: number): JsonOp[] =>
      [
        v.split ? [msi(v, v.vector, dest, true)] : [...rte(v, v.vector | 0x800, v.pin, dest), line(v.pin, 1)],
        [msi(v, v.vector, dest, true)],
        [...ipi(v, v.other, v.vector | 0x800, dest)],
      ][v.way % 3] ?? [];
    return { sick: [...ids, ...by(0x31)], well: [...ids, ...by(0x11), ...served(v)], at: '', params: { dest: 0x31 } };
  },
  'logical-clusters-ored: x2APIC': (v) => {
    if (!v.x2 || v.vcpus < 3) return null;
    // The cluster of an x2APIC is its id without the low four bits.
    const ids = [0x00, 0x10, 0x20, 0x50].slice(0, v.vcpus);
    const ldr = (id: number): number => ((id >> 4) << 16) | (1 << (id & 15));
    const to = (dest: number): JsonOp[] => ipi(v, 0, v.vector | 0x800, dest);
    return {
      create: { ids },
      sick: to(ldr(0x10) | ldr(0x20)),
      well: [...to(ldr(0x10)), ...take(v, 1), ...end(v, 1)],
      at: '',
      params: { dest: ldr(0x10) | ldr(0x20) },
    };
  },
  'masked-line-pending': (v) =>
    full(v, () => ({
      sick: [...rte(v, masked(level(v))), line(v.pin, 1), ...pass(v)],
      well: [...rte(v, level(v)), line(v.pin, 1), ...take(v), line(v.pin, 0), ...end(v), ...pass(v)],
      at: `ioapic:0.redirLo[${v.pin}]`,
      params: { pin: v.pin, vector: v.vector },
    })),
  'edge-unmasked-high': (v) =>
    full(v, () => ({
      sick: [...rte(v, masked(v.vector)), line(v.pin, 1), ...rte(v, v.vector)],
      well: [...rte(v, masked(v.vector)), ...rte(v, v.vector), line(v.pin, 1), ...served(v)],
      at: `ioapic:0.redirLo[${v.pin}]`,
      params: { pin: v.pin, vector: v.vector },
    })),
  'isr-never-ended': (v) =>
    hasGuest(v)
      ? {
          create: guestOf(v, { eoi: 'none' }),
          cured: guestOf(v),
          sick: [...source(v), line(v.pin, 1), ...served(v), ...pass(v)],
          well: [...source(v), line(v.pin, 1), ...served(v), ...pass(v)],
          at: `lapic:${v.vcpu}.isr`,
          params: { vcpu: v.vcpu, vector: v.vector },
        }
      : null,
  'tpr-left-high': (v) => {
    const tpr = (value: number): JsonOp =>
      v.way % 2 === 0 ? { op: 'set_cr8', vcpu: v.vcpu, value } : lapic(v, 0x80, value << 4);
    return {
      sick: [tpr(v.vector >> 4), ...source(v), line(v.pin, 1), ...pass(v)],
      well: [tpr((v.vector >> 4) - 1), ...source(v), line(v.pin, 1), ...served(v), ...pass(v)],
      at: `lapic:${v.vcpu}.tpr`,
      params: { vcpu: v.vcpu, vector: v.vector },
    };
  },
  'if-off-irr-full': (v) => {
    if (!hasGuest(v)) return null;
    const off: JsonOp = { op: 'guest', vcpu: v.vcpu, rflagsIf: 0 };
    const sick = [...source(v), off, line(v.pin, 1), ...pass(v)];
    return {
      sick,
      well: [...source(v), off, line(v.pin, 1), { ...off, rflagsIf: 1 }, ...served(v), ...pass(v)],
      at: `vcpu:${v.vcpu}.rflagsIf`,
      params: { vcpu: v.vcpu, vector: v.vector },
    };
  },
  'pic-isr-holds': (v) =>
    pic(v, () => ({
      sick: [...icws, line(v.irq, 1), run, line(v.irq, 0), line(v.lowerIrq, 1), ...pass(v)],
      well: [
        ...[...icws, line(v.irq, 1), run, line(v.irq, 0), ...eoiOf(v.irq), line(v.lowerIrq, 1), run],
        ...eoiOf(v.lowerIrq),
      ],
      at: 'pic:0.isr',
      params: { pin: v.lowerIrq, by: `pin ${v.irq}` },
    })),
  'slave-eoi-without-master': (v) =>
    pic(v, () => ({
      sick: [...icws, line(v.slaveIrq, 1), run, line(v.slaveIrq, 0), out(0xa0, 0x20), ...pass(v)],
      well: [...icws, line(v.slaveIrq, 1), run, line(v.slaveIrq, 0), ...eoiOf(v.slaveIrq), ...pass(v)],
      at: 'pic:0.isr',
    })),
  spurious: (v) =>
    pic(v, () => {
      // Masked between INTR and INTA at the slave: the master has its request already. At the master INTR falls with the mask.
      const mask = out(0xa1, v.way % 2 === 0 ? 0xff : 1 << (v.slaveIrq & 7));
      return {
        sick: [...icws, line(v.slaveIrq, 1), mask, run, ...eoiOf(0)],
        well: [...icws, line(v.slaveIrq, 1), run, line(v.slaveIrq, 0), ...eoiOf(v.slaveIrq), mask],
        at: 'pic:1',
        params: { pin: 15 },
      };
    }),
  'edge-clears-tmr': (v) =>
    full(v, () => ({
      sick: [...rte(v, level(v)), line(v.pin, 1), msi(v)],
      well: [
        ...[...rte(v, level(v)), line(v.pin, 1), msi(v, v.lower), ...take(v), line(v.pin, 0), ...end(v)],
        ...served(v),
      ],
      at: `lapic:${v.vcpu}.tmr`,
      params: { vcpu: v.vcpu, pin: v.pin, vector: v.vector },
    })),
  'edge-clears-tmr: by IPI': (v) =>
    // What AVIC sends by itself leaves TMR as it is.
    hasAvic(v)
      ? null
      : two(v, () => ({
          sick: [...rte(v, level(v)), line(v.pin, 1), ...ipi(v, v.other, v.vector)],
          well: [
            ...rte(v, level(v)),
            line(v.pin, 1),
            ...take(v),
            line(v.pin, 0),
            ...end(v),
            ...ipi(v, v.other, v.vector),
          ],
          at: `lapic:${v.vcpu}.tmr`,
        })),
  'on-not-notified': (v) =>
    v.loop !== 'apicv-guest'
      ? null
      : {
          create: { ...asleep(v), quirks: ['a2486020a82e'] },
          cured: asleep(v),
          sick: [{ op: 'advance', ns: 5_000 }, ...entry('disk', v), { op: 'device', id: 'disk', event: 'work' }],
          well: [
            { op: 'advance', ns: 5_000 },
            ...entry('disk', v),
            { op: 'device', id: 'disk', event: 'work' },
            { op: 'advance', ns: 50_000 },
          ],
          at: `piDesc:${v.vcpu}.on`,
          params: { vcpu: v.vcpu },
        },
  'lost-ipi': (v) => {
    if (v.loop !== 'apicv-guest' || v.vcpus < 2) return null;
    const ops = [
      ...[{ op: 'advance', ns: 5_000 }, ...entry('disk', v), { op: 'device', id: 'disk', event: 'work' }],
      ...[{ op: 'guest', vcpu: v.other, halt: 0 }, ...ipi(v, v.other, v.lower), { op: 'advance', ns: 50_000 }],
    ];
    return {
      create: { ...asleep(v), quirks: ['a2486020a82e'] },
      cured: asleep(v),
      sick: ops,
      well: ops,
      at: `vcpu:${v.vcpu}.requests`,
      params: { vcpu: v.vcpu },
    };
  },
  'wakeup-vector-missing': (v) =>
    v.loop !== 'apicv-guest'
      ? null
      : {
          create: { ...asleep(v), quirks: ['a2486020a82e'] },
          cured: asleep(v),
          sick: [{ op: 'advance', ns: 5_000 }, ...entry('disk', v)],
          well: [{ op: 'advance', ns: 5_000 }, ...entry('disk', v)],
          at: `piDesc:${v.vcpu}.nv`,
          params: { vcpu: v.vcpu },
        },
  'sn-with-pir': (v) => {
    if (v.loop !== 'apicv') return null;
    const ops = [
      { op: 'vcpu_state', vcpu: v.vcpu, state: 'preempted' },
      { op: 'vtd_msi', irte: { posted: true, pda_vcpu: v.vcpu, vector: v.vector, urgent: false } },
      { op: 'vcpu_state', vcpu: v.vcpu, state: 'host' },
      { op: 'run', vcpu: v.vcpu },
      { op: 'eoi', vcpu: v.vcpu },
    ];
    return {
      create: { quirks: ['c112b5f50232'] },
      cured: {},
      sick: ops,
      well: ops,
      at: `piDesc:${v.vcpu}.sn`,
      params: { vcpu: v.vcpu, vector: v.vector },
    };
  },
  'stale-eoi-exit-bitmap': (v) =>
    v.loop !== 'apicv-guest'
      ? null
      : two(v, () => {
          const ops = [
            ...rte(v, level(v)),
            line(v.pin, 1),
            ...take(v),
            ...turn(v, v.other),
            { op: 'advance', ns: 500 },
          ];
          return {
            create: { quirks: ['0fc5a36dd6b3'] },
            cured: {},
            sick: ops,
            well: [...ops, line(v.pin, 0), ...end(v)],
            at: `vmcs:${v.vcpu}.eoiExitBitmap`,
            params: { vcpu: v.vcpu, pin: v.pin, vector: v.vector },
          };
        }),
  'stale-eoi-exit-bitmap: a route is turned': (v) => {
    if (v.loop !== 'apicv-guest' || !v.split || v.vcpus < 2) return null;
    const ops = [
      ...[route(v, level(v)), line(v.pin, 1), ...take(v), line(v.pin, 0), route(v, level(v), v.other)],
      { op: 'advance', ns: 500 },
    ];
    return {
      create: { quirks: ['fceb3a36c29a'] },
      cured: {},
      sick: ops,
      well: [...ops, ...end(v)],
      at: `vmcs:${v.vcpu}.eoiExitBitmap`,
      params: { vcpu: v.vcpu, pin: v.pin, vector: v.vector },
    };
  },
  'stale-svi': (v) => {
    if (v.loop !== 'apicv') return null;
    const inhibit = (set: 0 | 1): JsonOp => ({ op: 'apicv_inhibit', reason: 1, set });
    const entryOf: JsonOp[] = [
      { op: 'vmentry', vcpu: v.vcpu },
      { op: 'vmexit', vcpu: v.vcpu },
    ];
    const ops = [inhibit(1), ...entryOf, msi(v), { op: 'run', vcpu: v.vcpu }, inhibit(0), ...entryOf];
    return {
      create: {},
      cured: { quirks: ['b2849bec936b'] },
      sick: ops,
      well: ops,
      at: `vmcs:${v.vcpu}.svi`,
      params: { vcpu: v.vcpu, isr: v.vector },
    };
  },
  'irqfd-no-route': (v) => {
    const ops = (gsi: number): JsonOp[] => [
      { op: 'routing', entries: [{ gsi, msi_addr: addrOf(v.vcpu), msi_data: v.vector }] },
      { op: 'irqfd', gsi: v.pin, resample: 0 },
      { op: 'irqfd_signal', gsi: v.pin },
    ];
    return {
      sick: ops(v.otherPin),
      well: [...ops(v.pin), ...served(v)],
      at: `gsi ${v.pin}`,
      params: { gsi: v.pin },
    };
  },
  'lvt0-and-ioapic': (v) =>
    full(v, () => ({
      sick: [...icws, ...rte(v, v.vector, v.irq), ...pass(v)],
      well: [...icws, out(0x21, 1 << v.irq), ...rte(v, v.vector, v.irq), ...pass(v)],
      at: `ioapic:0.redirLo[${v.irq}]`,
      params: { gsi: v.irq },
    })),
  'deadline-not-armed': (v) => {
    const deadline: JsonOp = { op: v.way % 2 === 0 ? 'wrmsr' : 'set_msr', vcpu: v.vcpu, msr: 0x6e0, value: '0x1000' };
    const lvtt = (mode: number): JsonOp => lapic(v, 0x320, (mode << 17) | v.vector);
    return {
      sick: [lvtt(v.way % 3 === 0 ? 1 : 0), deadline],
      well: [lvtt(2), deadline, ...served(v)],
      at: `lapic:${v.vcpu}.lvtTimer`,
      params: { vcpu: v.vcpu },
    };
  },
  'restore-order': (v) => {
    const save = (what: string): JsonOp => ({ op: 'save', what, vcpu: v.vcpu, as: what });
    const restore = (what: string): JsonOp => ({ op: 'restore', what, vcpu: v.vcpu, from: what });
    const saves = [save('lapic'), save('msrs')];
    const lvtt = lapic(v, 0x320, (2 << 17) | v.vector);
    const msr = (number: number): JsonOp => ({ op: 'set_msr', vcpu: v.vcpu, msr: number, value: '0x1000000' });
    if (v.way % 3 === 0 && !v.split) {
      const chips: JsonOp = { op: 'save', what: 'irqchip', as: 'chips' };
      const back: JsonOp = { op: 'restore', what: 'irqchip', from: 'chips' };
      return {
        sick: [...saves, chips, restore('msrs'), back, restore('lapic')],
        well: [...saves, chips, restore('msrs'), restore('lapic'), back],
        at: 'ioapic:0',
        params: { vcpu: v.vcpu },
      };
    }
    if (v.way % 3 === 1)
      return {
        sick: [lvtt, msr(0x6e0), msr(0x10)],
        well: [lvtt, msr(0x10), msr(0x6e0)],
        at: `vcpu:${v.vcpu}.`,
        params: { vcpu: v.vcpu },
      };
    return {
      sick: [...saves, restore('lapic'), restore('msrs')],
      well: [...saves, restore('msrs'), restore('lapic')],
      at: `lapic:${v.vcpu}.baseLo`,
      params: { vcpu: v.vcpu },
    };
  },
  'no-handler': (v) =>
    hasGuest(v)
      ? {
          sick: [...source(v, v.vector + 1), line(v.pin, 1), ...take(v)],
          well: [...source(v), line(v.pin, 1), ...served(v)],
          at: `vcpu:${v.vcpu}.stackVector`,
          params: { vcpu: v.vcpu, vector: v.vector + 1 },
        }
      : null,
  'rtc-eoi-owed': (v) =>
    two(v, () => {
      const tick = [...rte(v, v.vector, 8), line(8, 1), line(8, 0), ...take(v)];
      const rest = [...(hasGuest(v) ? [] : [{ op: 'nop', vcpu: v.vcpu }]), ...end(v), ...pass(v)];
      const ops = [...tick, ...turn(v, v.other, 8), ...rest];
      // AVIC's EOI of an edge never comes out. KVM forgets it at the next edge, unless the entry was turned meanwhile: v6.18 has that.
      if (hasAvic(v))
        return {
          sick: ops,
          well: [...tick, ...rest, line(8, 1), line(8, 0), ...served(v), ...pass(v)],
          at: 'ioapic:0.rtcPendingEoi',
          params: { vcpu: v.vcpu },
        };
      return {
        create: { quirks: ['db2bdcbbbd32'] },
        cured: {},
        sick: ops,
        well: ops,
        at: 'ioapic:0.rtcPendingEoi',
        params: { vcpu: v.vcpu, vector: v.vector },
      };
    }),
  'unmask-without-line': (v) =>
    full(v, () => {
      const devices = [{ id: 'nic', kind: 'nvme', gsi: v.pin }];
      const half = (lo: number): JsonOp[] => writeRte(v.writer, v.pin, 0, lo >>> 0);
      const ops = [
        ...rte(v, level(v)),
        ...[{ op: 'device', id: 'nic', event: 'work' }, ...take(v), ...half(masked(level(v))), ...end(v)],
        ...[{ op: 'device', id: 'nic', event: 'quiet' }, ...half(level(v)), ...served(v)],
      ];
      return {
        create: { devices, quirks: ['fef8f2b90edb'] },
        cured: { devices },
        sick: ops,
        well: ops,
        at: `ioapic:0.redirLo[${v.pin}]`,
        params: { pin: v.pin },
      };
    }),
  'stale-irte': (v) =>
    !isApicv(v)
      ? null
      : full(v, () => {
          const gone = v.way % 2 === 0;
          const devices = [{ id: 'disk', kind: 'nvme', gsi: v.pin, msix: 1 }];
          const entries = gone ? [{ gsi: 1, chip: 'ioapic', pin: 1 }] : [{ gsi: v.pin, chip: 'ioapic', pin: v.pin }];
          const ops = [...entry('disk', v), { op: 'routing', entries }];
          return {
            create: { devices, quirks: [gone ? 'cb210737675e' : '9bcac97dc42d'] },
            cured: { devices },
            sick: ops,
            well: ops,
            at: 'device:0.irte',
            params: { gsi: v.pin, vector: v.vector },
          };
        }),
  'init-lost': (v) => {
    if (!hasGuest(v) || v.vcpus < 2 || v.vcpu === 0) return null;
    const ops = [
      ...[...ipi(v, 0, 0x4500), { op: 'guest', vcpu: v.vcpu, halt: 1 }, { op: 'advance', ns: 10_000 }],
      ...[...ipi(v, 0, 0x4608), { op: 'advance', ns: 200_000 }],
    ];
    return {
      create: { quirks: ['66450a21f996'] },
      cured: {},
      sick: ops,
      well: ops,
      at: `vcpu:${v.vcpu}.mpState`,
      params: { vcpu: v.vcpu },
    };
  },
  'injection-refused': (v) => {
    if (!v.split || hasGuest(v)) return null;
    // LVT0 of vCPU 0 takes ExtINT after reset, and no other does.
    const extint = (vector: number): JsonOp => ({ op: 'extint', vcpu: 0, vector });
    return {
      sick: [extint(v.vector), extint(v.lower), run],
      well: [extint(v.vector), run, extint(v.lower), run],
      at: 'vcpu:0.pendingExtint',
      params: { vcpu: 0, vector: v.lower, first: v.vector },
    };
  },
  'pit-tick-dropped': (v) =>
    !hasGuest(v)
      ? null
      : full(v, () => {
          const ops = [
            ...rte(v, v.vector, 0),
            writeLapic(v.vcpu, v.x2, 0x350, 0x400),
            { op: 'set_cr8', vcpu: v.vcpu, value: 15 },
            ...[out(0x43, 0x34), out(0x40, 0x00), out(0x40, 0x01), { op: 'advance', ns: 1_000_000 }],
          ];
          return {
            create: { pit: true, pitReinject: false, quirks: ['7dd0fdff145c'] },
            cured: { pit: true, pitReinject: false },
            sick: ops,
            well: ops,
            at: 'pit:0.pending',
            params: { vcpu: v.vcpu },
          };
        }),
};
