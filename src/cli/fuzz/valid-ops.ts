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
  { id: 'a', kind: 'e1000', gsi: 10, msi: 1 },
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
  const kind = pick(random, ['apicv', 'apicv', 'vmx', 'avic', 'amd'] as const);
  if (made.guest !== undefined || kind === 'avic') {
    const handler = (vector: number): Json => ({ vector, name: `v${vector}`, ns: 1000, nests: vector === 0x41 });
    made.guest = { handlers: [0x31, 0x41, 0x51, 0xec].map(handler), idle: pick(random, ['halt', 'run']) };
  }
  // Options of both vendors are refused, which is worth one try in a while.
  if (random(8) === 0) return made;
  delete made.runLoop;
  made.x2apicApi = pick(random, made.irqchip === 'split' ? [0, 1, 3, 4, 9] : [0, 1, 2, 3]);
  // What came after v6.18 is there by its name alone.
  if (kind === 'apicv' && random(2) === 0) made.quirks = ['b2849bec936b'];
  if (kind === 'apicv') Object.assign(made, { apicv: true, postedInterrupts: true, avic: false, vendor: 'intel' });
  else if (kind === 'vmx')
    Object.assign(made, { avic: false, vendor: 'intel', runLoop: pick(random, ['vmx', 'none']) });
  else {
    for (const key of ['apicv', 'postedInterrupts', 'ipiVirtualization', 'pcpus']) delete made[key];
    Object.assign(made, { avic: kind === 'avic', vendor: 'amd' });
    // An i8254 that re-injects keeps AVIC off.
    if (kind === 'avic' && random(4) > 0) delete made.pit;
    if (random(2) === 0) made.runLoop = kind === 'avic' ? 'svm' : 'none';
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

/** An access by MMIO of four bytes. */
const mmio = (vcpu: number, addr: number, value: number): Json => ({
  op: 'mmio_write',
  vcpu,
  addr,
  size: 4,
  value: value >>> 0,
});
const lapic = (vcpu: number, register: number, value: number): Json => mmio(vcpu, 0xfee00000 + register, value);
const out = (port: number, value: number): Json => ({ op: 'pio_write', vcpu: 0, port, value });
const VECTORS = [0x31, 0x41, 0x51, 0xec, 0x0f] as const;

/**
 * Ops that only together lead somewhere, as drivers do them: registers behind an index, a count in two bytes, a key that is
 * used twice. Each draws its own numbers.
 */
const IDIOMS: readonly ((random: Random, vcpus: number) => Json[])[] = [
  function redirectionEntry(random, vcpus) {
    const pin = pick(random, [0, 2, 4, 8, 8, 10, 11, 20, 23]);
    const by = random(vcpus);
    const hi = pick(random, [0, 0, 0, 0x0100_0000, 0xff00_0000, 0x0700_0000]);
    const mode = pick(random, [0, 0, 0, 0x100, 0x400, 0x700, 0x900, 0x800]);
    const lo = pick(random, VECTORS) | mode | pick(random, [0, 0x8000, 0x8000]) | (random(6) === 0 ? 0x1_0000 : 0);
    const half = (n: number, value: number): Json[] => [
      mmio(by, 0xfec00000, 0x10 + 2 * pin + n),
      mmio(by, 0xfec00010, value),
    ];
    const line = (level: number): Json => ({ op: 'irq_line', gsi: pin === 2 && random(2) === 0 ? 0 : pin, level });
    const twice = pin === 8 ? [line(0), line(1), line(0)] : [];
    return [...half(1, hi), ...half(0, lo), line(1), ...(random(2) === 0 ? [line(0)] : []), ...twice];
  },
  function levelStorm(random) {
    const entry = [mmio(0, 0xfec00000, 0x10 + 2 * 11), mmio(0, 0xfec00010, 0x8041)];
    const eois = Array.from({ length: pick(random, [1, 3]) }, (): Json[] => [
      { op: 'run', vcpu: 0 },
      { op: 'eoi', vcpu: 0 },
    ]);
    return [...entry, { op: 'irq_line', gsi: 11, level: 1 }, ...eois.flat()];
  },
  function deviceOnALine(random, vcpus) {
    const by = random(vcpus);
    const to = [mmio(by, 0xfec00000, 0x10 + 2 * 11 + 1), mmio(by, 0xfec00010, 0), mmio(by, 0xfec00000, 0x10 + 2 * 11)];
    const device = (event: string): Json => ({ op: 'device', id: 'net', event });
    const served = [
      { op: 'advance', ns: 3000 },
      { op: 'run', vcpu: 0 },
      ...(random(2) === 0 ? [device('quiet')] : []),
      { op: 'eoi', vcpu: 0 },
    ];
    return [...to, mmio(by, 0xfec00010, 0x8041), device('work'), ...served];
  },
  function withoutEnd(random) {
    const entry = [mmio(0, 0xfec00000, 0x10 + 2 * 11), mmio(0, 0xfec00010, 0x8041)];
    return random(3) > 0
      ? []
      : [
          ...entry,
          { op: 'irq_line', gsi: 11, level: 1 },
          { op: 'advance', ns: 25_000_000 },
          { op: 'irq_line', gsi: 11, level: 0 },
        ];
  },
  function carriedOver(random, vcpus) {
    const vcpu = random(vcpus);
    const entry = [
      mmio(0, 0xfec00000, 0x10 + 2 * 11 + 1),
      mmio(0, 0xfec00010, vcpu << 24),
      mmio(0, 0xfec00000, 0x10 + 2 * 11),
      mmio(0, 0xfec00010, 0x8041),
    ];
    return [
      { op: 'restore', what: 'lapic', vcpu, from: 'split' },
      ...entry,
      { op: 'irq_line', gsi: 11, level: 1 },
      { op: 'run', vcpu },
      { op: 'eoi', vcpu },
    ];
  },
  function longAddress(random) {
    return [{ op: 'msi', addr: pick(random, ['0x1fee00000', '0x100fee00000']), data: 0x41 }];
  },
  function maskedController(random) {
    return [
      out(0x21, 0xff),
      { op: 'irq_line', gsi: 1 + random(7), level: 1 },
      { op: 'irq_line', gsi: 1, level: 0 },
      out(0x21, 0),
    ];
  },
  function offAndOnAgain(random, vcpus) {
    const vcpu = random(vcpus);
    const inhibit = (set: 0 | 1): Json[] => [
      { op: 'apicv_inhibit', reason: 1, set },
      { op: 'vmentry', vcpu },
    ];
    const taken = [
      { op: 'msi', addr: 0xfee00000 + vcpu * 0x1000, data: 0x41 },
      { op: 'run', vcpu },
    ];
    return [...inhibit(1), { op: 'vmexit', vcpu }, ...taken, ...inhibit(0)];
  },
  function byHand(random, vcpus) {
    const vcpu = random(vcpus);
    const [at, word] = pick(random, [
      ['ioapic:0.redirLo[11]', 0x8041],
      [`lapic:${vcpu}.irr[2]`, 2],
      [`lapic:${vcpu}.tpr[0]`, 0x40],
    ] as const);
    return [{ op: 'raw', at, value: word }];
  },
  function twoNonMaskable(random, vcpus) {
    const vcpu = random(vcpus);
    const wait = { op: 'advance', ns: 1000 };
    return [{ op: 'nmi', vcpu }, wait, { op: 'nmi', vcpu }, wait, { op: 'iret', vcpu }, wait];
  },
  function postedTwice(random, vcpus) {
    const vcpu = random(vcpus);
    const irte = { posted: true, pda_vcpu: vcpu, vector: pick(random, VECTORS), urgent: random(2) === 0 };
    const state = pick(random, ['host', 'guest', 'blocked', 'preempted']);
    return [
      { op: 'vcpu_state', vcpu, state },
      { op: 'vtd_msi', irte },
      { op: 'vtd_msi', irte },
    ];
  },
  function toASleeper(random, vcpus) {
    const [from, to] = [random(vcpus), random(vcpus)];
    const send = [lapic(from, 0x310, to << 24), lapic(from, 0x300, pick(random, [0x4000, 0xc_4000]) | 0x41)];
    return [{ op: 'advance', ns: 5000 }, { op: 'guest', vcpu: to, halt: 1 }, ...send, { op: 'advance', ns: 5000 }];
  },
  function localTimer(random, vcpus) {
    const vcpu = random(vcpus);
    const mode = pick(random, [0, 1, 2, 3]);
    const lvt = lapic(vcpu, 0x320, pick(random, VECTORS) | (mode << 17) | (random(5) === 0 ? 0x1_0000 : 0));
    const start: Json =
      mode === 2
        ? { op: 'wrmsr', vcpu, msr: 0x6e0, value: pick(random, [1, 900_000, 2_000_000]) }
        : lapic(vcpu, 0x380, pick(random, [0, 1, 50_000, 1_000_000]));
    const after = pick<Json[]>(random, [
      [],
      [lvt],
      [lapic(vcpu, 0x320, 0x400ec)],
      [lapic(vcpu, 0x380, 0)],
      [lapic(vcpu, 0x3e0, 0xb)],
    ]);
    return [
      lvt,
      lapic(vcpu, 0x3e0, random(16)),
      start,
      ...after,
      { op: 'advance', ns: pick(random, [1, 300_000]) },
      { op: 'run', vcpu },
    ];
  },
  function programmableTimer(random) {
    const channel = pick(random, [0, 0, 0, 2]);
    const control = (channel << 6) | 0x30 | (random(6) << 1);
    const count = pick(random, [0, 50, 300, 1193]);
    return [
      out(0x43, control),
      out(0x40 + channel, count & 0xff),
      out(0x40 + channel, count >> 8),
      { op: 'advance', ns: 2_000_000 },
    ];
  },
  function controllers(random) {
    const icw1 = pick(random, [0x11, 0x19, 0x13]);
    const set = (base: number, vector: number, at: number): Json[] => [
      out(base, icw1),
      out(base + 1, vector),
      ...(icw1 === 0x13 ? [] : [out(base + 1, at)]),
      out(base + 1, pick(random, [1, 3])),
      out(base + 1, 0),
    ];
    const lines = [0, 3, 10].map((gsi): Json => ({ op: 'irq_line', gsi, level: random(2) }));
    return [
      ...set(0x20, 0x30, 4),
      ...set(0xa0, 0x38, 2),
      ...lines,
      { op: 'run', vcpu: 0 },
      { op: 'pio_read', vcpu: 0, port: pick(random, [0x20, 0xa1, 0x4d0]) },
      out(0x20, pick(random, [0x20, 0x61, 0xa0, 0xc1])),
    ];
  },
  function interProcessor(random, vcpus) {
    const vcpu = random(vcpus);
    const to = pick(random, [0, 1, 2, 9, 0xff]);
    const kind = pick(
      random,
      [0x4000, 0x4000, 0x4000, 0x4_4000, 0x8_4000, 0xc_4000, 0x4800, 0x4100, 0x4400, 0xc500, 0x8500, 0x4500, 0x4600],
    );
    return [lapic(vcpu, 0x310, to << 24), lapic(vcpu, 0x300, kind | pick(random, VECTORS))];
  },
  function extendedInterProcessor(random, vcpus) {
    const vcpu = random(vcpus);
    const on = { op: 'wrmsr', vcpu, msr: 0x1b, value: vcpu === 0 ? 0xfee00d00 : 0xfee00c00 };
    const send = { op: 'wrmsr', vcpu, msr: 0x830, value: `0x${pick(random, [0, 1, 9])}00000041` };
    return [on, send, { op: 'wrmsr', vcpu, msr: 0x83f, value: pick(random, VECTORS) }, { op: 'eoi', vcpu }];
  },
  function broken(random, vcpus) {
    const vcpu = random(vcpus);
    return [
      lapic(vcpu, 0xf0, pick(random, [0xff, 0x1ff, 0x11ff])),
      { op: 'msi', addr: 0xfee00000 + vcpu * 0x1000 + 4 * random(2), data: pick(random, VECTORS) },
      lapic(vcpu, 0xf0, 0x1ff),
    ];
  },
  function taskPriority(random, vcpus) {
    const vcpu = random(vcpus);
    const to = 0xfee00000 + vcpu * 0x1000;
    return [
      lapic(vcpu, 0x80, 0x80),
      { op: 'msi', addr: to, data: 0x41 },
      { op: 'advance', ns: 2000 },
      { op: 'nop', vcpu },
      lapic(vcpu, 0x80, pick(random, [0x70, 0x20, 0])),
      { op: 'advance', ns: 2000 },
    ];
  },
  function messageTable(random) {
    const id = pick(random, ['blk', 'nvme']);
    const entry = random(2);
    const field = (name: string, value: number): Json => ({ op: 'msix', id, entry, field: name, value });
    const to = pick(random, [0xfee00000, 0xfee01000, 0xfee0300c, 0x1000]);
    const on = [
      field('addr_lo', to),
      field('data', pick(random, [0x41, 0x51, 0x8041, 0x441])),
      field('control', random(4) === 0 ? 1 : 0),
      field('capability', pick(random, [0x8000, 0x8000, 0xc000])),
    ];
    return [
      ...on,
      { op: 'device', id, event: 'work', vector: entry },
      { op: 'settle', events: 20 },
      { op: 'device', id, event: 'quiet', vector: entry },
    ];
  },
  function messageCapability(random) {
    const field = (name: string, value: number): Json => ({ op: 'msi_cap', id: 'a', field: name, value });
    const values = [0xfee00000, 0, 0x41, 0, 1];
    return [
      ...['addr_lo', 'addr_hi', 'data', 'mask', 'enable'].map((name, i) => field(name, values[i])),
      { op: 'device', id: 'a', event: pick(random, ['work', 'quiet']) },
    ];
  },
  function savedAndRestored(random, vcpus) {
    const what = pick(random, ['lapic', 'msrs', 'events', 'mp', 'irqchip', 'pit']);
    const vcpu = random(vcpus);
    return [
      { op: 'save', what, vcpu, as: what },
      ...(random(2) === 0 ? [validOp(random)] : []),
      { op: 'restore', what, vcpu, from: what },
    ];
  },
  function resampler(random) {
    const gsi = pick(random, [11, 20]);
    const entry = [mmio(0, 0xfec00000, 0x10 + 2 * gsi), mmio(0, 0xfec00010, 0x8041)];
    return [
      ...entry,
      { op: 'irqfd', gsi, resample: 1 },
      { op: 'irqfd_signal', gsi },
      { op: 'run', vcpu: 0 },
      { op: 'eoi', vcpu: 0 },
      { op: 'irqfd_resample_poll', gsi },
      mmio(0, 0xfec00010, 0x1_8041),
      { op: 'irqfd_signal', gsi },
      mmio(0, 0xfec00010, 0x8041),
      ...(random(2) === 0 ? [{ op: 'irqfd_deassign', gsi, resample: 1 }] : []),
    ];
  },
  function edgeFd(random) {
    const fd = { gsi: pick(random, [4, 20]), resample: 0 };
    return [
      { op: 'irqfd', ...fd },
      { op: 'irqfd_signal', gsi: fd.gsi },
      { op: 'irqfd_deassign', ...fd },
    ];
  },
  function boundDoorbell(random) {
    const [bus, addr] = pick(random, [
      ['mmio', 0x200000],
      ['mmio', 0xfec00000],
      ['pio', 0x80],
    ] as const);
    const len = pick(random, [0, 1, 4]);
    const key = { bus, addr, len, datamatch: len === 0 || random(2) === 0 ? null : 1 };
    const size = len === 0 ? 4 : len;
    const write: Json =
      bus === 'pio'
        ? { op: 'pio_write', vcpu: 0, port: addr, value: 1, size }
        : { op: 'mmio_write', vcpu: 0, addr, size, value: 1 };
    return [
      { op: 'ioeventfd', ...key, deassign: 0 },
      write,
      { op: 'ioeventfd_poll', ...key },
      ...(random(2) === 0 ? [{ op: 'ioeventfd', ...key, deassign: 1 }] : []),
    ];
  },
  function memory(random) {
    const slot = 1 + random(3);
    const size = pick(random, [0x1000, 0x2000, 0]);
    return [
      { op: 'memslot', slot, gpa: pick(random, [0x200000, 0x300000]), size, readonly: random(2) },
      { op: 'mmio_write', vcpu: 0, addr: 0x200ff8, size: 8, value: 7 },
    ];
  },
  function zone(random) {
    const zone = { pio: random(2), addr: pick(random, [0x80, 0x200000]), size: 8 };
    return [
      { op: 'coalesced_mmio', ...zone, deassign: 0 },
      { op: 'mmio_write', vcpu: 0, addr: 0x200000, size: 4, value: 3 },
      { op: 'coalesced_read' },
      { op: 'coalesced_mmio', ...zone, deassign: 1 },
    ];
  },
];

/** An op, or some that belong together. @param vcpus how many the machine has */
export function validOps(random: Random, vcpus: number): Json[] {
  if (vcpus === 0 || random(2) > 0) return [validOp(random)];
  return pick(random, IDIOMS)(random, vcpus);
}

/** Before the machine: on another one, with its IOAPIC in user space, a local APIC that keeps its EOIs to itself is saved as "split". */
export const SAVED_ON_SPLIT: readonly Json[] = [
  { op: 'create', vcpus: 1, irqchip: 'split', x2apicApi: 4, kernel: '6.18' },
  lapic(0, 0xf0, 0x11ff),
  { op: 'save', what: 'lapic', vcpu: 0, as: 'split' },
];

/** Switches every APIC on, and PV EOI in every second, as hardly any random op would. */
export const powerOn = (vcpus: number): Json[] =>
  Array.from({ length: vcpus }, (_, vcpu): Json[] => [
    { op: 'mmio_write', vcpu, addr: 0xfee000f0, size: 4, value: 0x1ff },
    ...(vcpu % 2 === 1 ? [{ op: 'wrmsr', vcpu, msr: 0x4b564d04, value: 0x5001 }] : []),
  ]).flat();
