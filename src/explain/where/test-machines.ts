/** Machines of every kind for the tests of `where`: each is set up its own way and says how a vCPU takes an interrupt on it. */
import type { JsonOp } from '../../log/log.ts';
import { writeRte } from '../guest-ops.ts';

export const KINDS = [
  'plain',
  'x2apic',
  'pic',
  'split',
  'guest',
  'loop',
  'apicv',
  'apicv-guest',
  'avic',
  'avic-guest',
] as const;
export type Kind = (typeof KINDS)[number];

/** Handler time of the model guests, ns. */
const HANDLER = 5_000;
const OTHER = 0xf8;

export interface Setting {
  readonly kind: Kind;
  readonly vcpus: number;
  readonly vcpu: number;
  readonly vector: number;
  /** A pin from 16 on, which no 8259 has. */
  readonly pin: number;
  readonly level: boolean;
}

export const isX2 = ({ kind }: Setting): boolean => kind === 'x2apic';
export const hasGuest = ({ kind }: Setting): boolean => /guest|loop/.test(kind);
export const hasIoapic = ({ kind }: Setting): boolean => kind !== 'split';
const isVmx = ({ kind }: Setting): boolean => /apicv|loop/.test(kind);
export const isApicv = ({ kind }: Setting): boolean => /apicv/.test(kind);
export const isAvic = ({ kind }: Setting): boolean => /avic/.test(kind);
export { isVmx };

/** Writes a local APIC register the way this kind's guest does. */
export const lapic = (s: Setting, offset: number, value: number, vcpu = s.vcpu): JsonOp =>
  isX2(s)
    ? { op: 'wrmsr', vcpu, msr: 0x800 + (offset >> 4), value }
    : { op: 'mmio_write', vcpu, addr: 0xfee0_0000 + offset, size: 4, value };
export const SVR = 0xf0;

const pio = (port: number, value: number): JsonOp => ({ op: 'pio_write', vcpu: 0, port, value });

export { pio };

/** ICW1 to ICW4 of both chips, vectors from 0x30, and the masks. */
export const icws = (master = 0, slave = 0): JsonOp[] =>
  [
    [0x20, 0x11],
    [0x21, 0x30],
    [0x21, 4],
    [0x21, 1],
    [0xa0, 0x11],
    [0xa1, 0x38],
    [0xa1, 2],
    [0xa1, 1],
    [0x21, master],
    [0xa1, slave],
  ].map(([port, value]) => pio(port as number, value as number));

/** Handlers of the model guest: ours, one above it, and those of the 8259's pins. */
const guestOf = (s: Setting) => ({
  idle: 'run',
  handlers: [
    { vector: s.vector, name: 'mine', ns: HANDLER, eoi: 'apic', nests: false },
    { vector: OTHER, name: 'other', ns: HANDLER, eoi: 'apic' },
  ],
});

const CREATE: Readonly<Record<Kind, (s: Setting) => JsonOp>> = {
  plain: () => ({ op: 'create', irqchip: 'full' }),
  x2apic: () => ({ op: 'create', irqchip: 'full', x2apicApi: 1 }),
  pic: () => ({ op: 'create', irqchip: 'full' }),
  split: () => ({ op: 'create', irqchip: 'split' }),
  guest: (s) => ({ op: 'create', irqchip: 'full', guest: guestOf(s) }),
  loop: (s) => ({ op: 'create', irqchip: 'full', guest: guestOf(s), apicv: false }),
  apicv: () => ({ op: 'create', irqchip: 'full', apicv: true, postedInterrupts: true }),
  'apicv-guest': (s) => ({ op: 'create', irqchip: 'full', apicv: true, postedInterrupts: true, guest: guestOf(s) }),
  avic: () => ({ op: 'create', irqchip: 'full', avic: true }),
  'avic-guest': (s) => ({ op: 'create', irqchip: 'full', avic: true, guest: guestOf(s) }),
};

/** Made, its APICs enabled, the 8259 masked, or set up where it is what the machine has. */
export function machine(s: Setting, more: JsonOp = {}): JsonOp[] {
  const all = Array.from({ length: s.vcpus }, (_, vcpu) => vcpu);
  const x2 = (vcpu: number): JsonOp => ({
    op: 'wrmsr',
    vcpu,
    msr: 0x1b,
    value: vcpu === 0 ? 0xfee0_0d00 : 0xfee0_0c00,
  });
  const pic = s.kind === 'pic' ? icws() : s.kind === 'split' ? [] : [pio(0x21, 0xff), pio(0xa1, 0xff)];
  return [
    { ...CREATE[s.kind](s), vcpus: s.vcpus, ...more },
    ...pic,
    ...(isX2(s) ? all.map(x2) : []),
    ...all.map((vcpu) => lapic(s, SVR, 0x1ff, vcpu)),
    ...(s.kind === 'split' ? [{ op: 'routing', entries: routes(s) }] : []),
  ];
}

/** Message address and data. */
export const addrOf = ({ vcpu }: Setting, dest = vcpu, logical = false): string =>
  `0x${(0xfee0_0000 + dest * 0x1000 + (logical ? 4 : 0)).toString(16)}`;
export const routes = (s: Setting, data = s.vector, dest = s.vcpu): JsonOp[] => [
  { gsi: s.pin, msi_addr: addrOf(s, dest), msi_data: data },
];

export const rteOf = ({ vector, level }: Setting, more = 0): number => (vector | (level ? 0x8000 : 0) | more) >>> 0;
/** Programs the pin; where the IOAPIC is user space's, the route that stands for it. */
export const program = (s: Setting, lo = rteOf(s), dest = s.vcpu): JsonOp[] =>
  s.kind === 'split'
    ? [{ op: 'routing', entries: routes(s, lo & 0x7ff, dest) }]
    : [...writeRte(0, s.pin, 1, (dest << 24) >>> 0), ...writeRte(0, s.pin, 0, lo)];
export const line = (s: Setting, level: 0 | 1, gsi = s.pin): JsonOp => ({ op: 'irq_line', gsi, level });
export const msi = (s: Setting, data = s.vector, dest = s.vcpu, logical = false): JsonOp => ({
  op: 'msi',
  addr: addrOf(s, dest, logical),
  data,
});
export const askMsi = (s: Setting, data = s.vector, dest = s.vcpu, logical = false): JsonOp => ({
  op: 'where',
  msi: { addr: addrOf(s, dest, logical), data },
});

/** The vCPU takes what waits. */
export const taken = (s: Setting, vcpu = s.vcpu): JsonOp[] =>
  hasGuest(s) ? [{ op: 'advance', ns: 2_000 }] : [{ op: 'run', vcpu }];
/** Its handler ends. */
export const ended = (s: Setting, vcpu = s.vcpu): JsonOp[] =>
  hasGuest(s) ? [{ op: 'advance', ns: 20 * HANDLER }] : [{ op: 'eoi', vcpu }];
/** Time passes, or nothing. */
export const idle = (s: Setting): JsonOp => (hasGuest(s) ? { op: 'advance', ns: 2_000 } : { op: 'nop', vcpu: s.vcpu });
export const otherVector = OTHER;
