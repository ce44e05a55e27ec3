/**
 * Valid ops from the rows of spec/ops: a new op, field or option is tried without anybody thinking of it. Values are such as
 * lead somewhere, by what a number means; else anything in range.
 */
import type { Fields } from '../../spec/define/op.ts';
import { OPS, type OpName } from '../../spec/ops/index.ts';

export type Json = Record<string, unknown>;
export type Random = (below: number) => number;

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

export const pick = <T>(random: Random, among: readonly T[]): T => among[random(among.length)] as T;

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
export function validCreate(random: Random): Json {
  const made: Json = { op: 'create', ...fields(random, OPS.create.fields), vcpus: 1 + random(3) };
  delete made.ids;
  if (made.devices !== undefined) made.devices = DEVICES;
  if (made.guest !== undefined) {
    const handler = (vector: number): Json => ({ vector, name: `v${vector}`, ns: 1000, nests: vector === 0x41 });
    made.guest = { handlers: [0x31, 0x41, 0x51, 0xec].map(handler), idle: pick(random, ['halt', 'run']) };
  }
  // Options of both vendors are refused, which is worth one try in a while.
  if (random(8) === 0) return made;
  delete made.runLoop;
  const kind = pick(random, ['apicv', 'apicv', 'vmx', 'avic', 'amd'] as const);
  if (kind === 'apicv') Object.assign(made, { apicv: true, postedInterrupts: true, avic: false, vendor: 'intel' });
  else if (kind === 'vmx') Object.assign(made, { avic: false, vendor: 'intel' });
  else {
    for (const key of ['apicv', 'postedInterrupts', 'ipiVirtualization', 'pcpus']) delete made[key];
    Object.assign(made, { avic: kind === 'avic', vendor: 'amd' });
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

/** An op that its reader takes; whether this machine does is another thing. */
export function validOp(random: Random): Json {
  const name = pick(random, WEIGHTED);
  return { op: name, ...fields(random, OPS[name].fields) };
}

/** Switches every APIC on, and PV EOI in every second, as hardly any random op would. */
export const powerOn = (vcpus: number): Json[] =>
  Array.from({ length: vcpus }, (_, vcpu): Json[] => [
    { op: 'mmio_write', vcpu, addr: 0xfee000f0, size: 4, value: 0x1ff },
    ...(vcpu % 2 === 1 ? [{ op: 'wrmsr', vcpu, msr: 0x4b564d04, value: 0x5001 }] : []),
  ]).flat();
