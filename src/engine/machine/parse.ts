/**
 * From JSON to ops. Numbers are JSON integers or "0x…" (or decimal) strings. What is no valid op gets one sentence's
 * worth of facts: a code, the place and the limits; nothing is guessed.
 */
import type {
  CreateOp,
  DeviceKind,
  DeviceSpec,
  GuestSpec,
  HandlerSpec,
  Op,
  RoutingEntrySpec,
} from '../core/op-types.ts';

/** Why an op was refused: `code` is a key of the catalogues, `place` the field, `params` what the sentence needs. */
export class OpError extends Error {
  readonly code: string;
  readonly place: string;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(code: string, place: string, params: Readonly<Record<string, string | number>> = {}) {
    super(`${code} at ${place}${Object.keys(params).length > 0 ? ` ${JSON.stringify(params)}` : ''}`);
    this.code = code;
    this.place = place;
    this.params = params;
  }
}

type Json = Readonly<Record<string, unknown>>;

function big(source: Json, key: string, max: bigint, fallback?: bigint): bigint {
  const raw = source[key];
  if (raw === undefined && fallback !== undefined) return fallback;
  let value: bigint;
  if (typeof raw === 'number' && Number.isInteger(raw)) value = BigInt(raw);
  else if (typeof raw === 'string' && /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(raw)) value = BigInt(raw);
  else throw new OpError(raw === undefined ? 'op.missing' : 'op.notNumber', key);
  if (value < 0n || value > max) throw new OpError('op.range', key, { max: max.toString() });
  return value;
}

const int = (source: Json, key: string, max: number, fallback?: number): number =>
  Number(big(source, key, BigInt(max), fallback === undefined ? undefined : BigInt(fallback)));

function bit(source: Json, key: string, fallback?: number): 0 | 1 {
  const raw = source[key];
  if (typeof raw === 'boolean') return raw ? 1 : 0;
  return int(source, key, 1, fallback) as 0 | 1;
}

function flag(source: Json, key: string): boolean | undefined {
  return source[key] === undefined ? undefined : bit(source, key) === 1;
}

function text(source: Json, key: string): string {
  const raw = source[key];
  if (typeof raw !== 'string' || raw.length === 0 || raw.length > 80) throw new OpError('op.notText', key);
  return raw;
}

function oneOf<T extends string>(source: Json, key: string, allowed: readonly T[], fallback?: T): T {
  const raw = source[key] ?? fallback;
  if (typeof raw !== 'string' || !(allowed as readonly string[]).includes(raw)) {
    throw new OpError('op.notOneOf', key, { allowed: allowed.join(', ') });
  }
  return raw as T;
}

function list(source: Json, key: string, max: number): readonly unknown[] {
  const raw = source[key];
  if (!Array.isArray(raw)) throw new OpError('op.notList', key);
  if (raw.length > max) throw new OpError('op.tooMany', key, { max });
  return raw;
}

function record(raw: unknown, place: string): Json {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new OpError('op.notObject', place);
  return raw as Json;
}

/** Most vCPUs a machine may have. */
export const MAX_VCPUS = 64;
const MAX_APIC_ID = 4095;
const U32 = 0xffffffff;
const U64 = (1n << 64n) - 1n;
const DEVICE_KINDS: readonly DeviceKind[] = ['pit', 'serial', 'virtio-net', 'virtio-blk', 'nvme', 'ioctl'];
/** Longest handler or step of virtual time, ns: one hour. */
const MAX_NS = 3.6e12;

function parseDevice(raw: unknown, place: string): DeviceSpec {
  const source = record(raw, place);
  const device: DeviceSpec = {
    id: text(source, 'id'),
    kind: oneOf(source, 'kind', DEVICE_KINDS),
    gsi: int(source, 'gsi', 4095, 0),
  };
  return source.msix === undefined ? device : { ...device, msix: Math.max(1, int(source, 'msix', 4)) };
}

function parseHandler(raw: unknown, place: string): HandlerSpec {
  const source = record(raw, place);
  return {
    vector: int(source, 'vector', 255),
    name: text(source, 'name'),
    ns: int(source, 'ns', MAX_NS),
    ...(source.devices === undefined
      ? {}
      : { devices: list(source, 'devices', 12).map((id) => text({ devices: id }, 'devices')) }),
    ...(source.eoi === undefined ? {} : { eoi: oneOf(source, 'eoi', ['apic', 'pic', 'pic-slave', 'none'] as const) }),
    ...(source.nests === undefined ? {} : { nests: bit(source, 'nests') === 1 }),
  };
}

function parseGuest(raw: unknown): GuestSpec {
  const source = record(raw, 'guest');
  return {
    handlers: list(source, 'handlers', 240).map((handler, i) => parseHandler(handler, `guest.handlers[${i}]`)),
    ...(source.idle === undefined ? {} : { idle: oneOf(source, 'idle', ['halt', 'run'] as const) }),
  };
}

function parseCreate(source: Json): CreateOp {
  const vcpus = int(source, 'vcpus', MAX_VCPUS, 1);
  if (vcpus < 1) throw new OpError('op.range', 'vcpus', { max: MAX_VCPUS });
  const ids =
    source.ids === undefined
      ? undefined
      : list(source, 'ids', vcpus).map((_, i, all) => int({ id: all[i] }, 'id', MAX_APIC_ID));
  if (ids !== undefined && (ids.length !== vcpus || new Set(ids).size !== vcpus))
    throw new OpError('op.ids', 'ids', { vcpus });
  const optional: Record<string, unknown> = {};
  for (const key of [
    'apicv',
    'postedInterrupts',
    'ipiVirtualization',
    'avic',
    'pit',
    'pitReinject',
    'vectorHashing',
    'tscDeadline',
  ] as const) {
    const value = flag(source, key);
    if (value !== undefined) optional[key] = value;
  }
  if (source.devices !== undefined) {
    optional.devices = list(source, 'devices', 12).map((device, i) => parseDevice(device, `devices[${i}]`));
  }
  if (source.guest !== undefined) optional.guest = parseGuest(source.guest);
  if (source.routing !== undefined) optional.routing = oneOf(source, 'routing', ['kernel', 'qemu'] as const);
  if (source.bsp !== undefined) optional.bsp = int(source, 'bsp', U32);
  if (source.pcpus !== undefined) optional.pcpus = Math.max(1, int(source, 'pcpus', 8));
  return {
    op: 'create',
    vcpus,
    irqchip: oneOf(source, 'irqchip', ['full', 'split'] as const, 'full'),
    x2apicApi: int(source, 'x2apicApi', U32, 0),
    ...(ids === undefined ? {} : { ids }),
    ...optional,
  };
}

function parseRoute(raw: unknown, place: string): RoutingEntrySpec {
  const source = record(raw, place);
  const gsi = int(source, 'gsi', U32);
  if (source.chip !== undefined) {
    return { gsi, chip: oneOf(source, 'chip', ['pic0', 'pic1', 'ioapic'] as const), pin: int(source, 'pin', U32) };
  }
  return { gsi, msi_addr: big(source, 'msi_addr', U64), msi_data: int(source, 'msi_data', U32) };
}

function size(source: Json): 1 | 2 | 4 | 8 {
  const value = int(source, 'size', 8, 4);
  if (value !== 1 && value !== 2 && value !== 4 && value !== 8)
    throw new OpError('op.notOneOf', 'size', { allowed: '1, 2, 4, 8' });
  return value;
}

/** One parser per op that has fields; `vcpu` is checked against the machine by the caller. */
const PARSERS: { readonly [K in Op['op']]: (source: Json) => Extract<Op, { op: K }> } = {
  create: parseCreate,
  irq_line: (s) => ({ op: 'irq_line', gsi: int(s, 'gsi', U32), level: bit(s, 'level') }),
  msi: (s) => ({ op: 'msi', addr: big(s, 'addr', U64), data: int(s, 'data', U32) }),
  routing: (s) => ({
    op: 'routing',
    entries: list(s, 'entries', 4096).map((entry, i) => parseRoute(entry, `entries[${i}]`)),
  }),
  irqfd: (s) => ({ op: 'irqfd', gsi: int(s, 'gsi', U32), resample: bit(s, 'resample', 0) }),
  irqfd_deassign: (s) => ({ op: 'irqfd_deassign', gsi: int(s, 'gsi', U32), resample: bit(s, 'resample', 0) }),
  irqfd_signal: (s) => ({ op: 'irqfd_signal', gsi: int(s, 'gsi', U32) }),
  irqfd_resample_poll: (s) => ({ op: 'irqfd_resample_poll', gsi: int(s, 'gsi', U32) }),
  mmio_write: (s) => ({
    op: 'mmio_write',
    vcpu: int(s, 'vcpu', 63, 0),
    addr: big(s, 'addr', U64),
    size: size(s),
    value: big(s, 'value', U64),
  }),
  mmio_read: (s) => ({ op: 'mmio_read', vcpu: int(s, 'vcpu', 63, 0), addr: big(s, 'addr', U64), size: size(s) }),
  pio_write: (s) => ({
    op: 'pio_write',
    vcpu: int(s, 'vcpu', 63, 0),
    port: int(s, 'port', 0xffff),
    value: int(s, 'value', 0xff),
  }),
  pio_read: (s) => ({ op: 'pio_read', vcpu: int(s, 'vcpu', 63, 0), port: int(s, 'port', 0xffff) }),
  wrmsr: (s) => ({ op: 'wrmsr', vcpu: int(s, 'vcpu', 63, 0), msr: int(s, 'msr', U32), value: big(s, 'value', U64) }),
  rdmsr: (s) => ({ op: 'rdmsr', vcpu: int(s, 'vcpu', 63, 0), msr: int(s, 'msr', U32) }),
  set_cr8: (s) => {
    const value = big(s, 'value', U64);
    // All 64 bits count: anything above 15 faults alike.
    return { op: 'set_cr8', vcpu: int(s, 'vcpu', 63, 0), value: value > 15n ? 16 : Number(value) };
  },
  eoi: (s) => ({ op: 'eoi', vcpu: int(s, 'vcpu', 63, 0) }),
  nmi: (s) => ({ op: 'nmi', vcpu: int(s, 'vcpu', 63, 0) }),
  extint: (s) => ({ op: 'extint', vcpu: int(s, 'vcpu', 63, 0), vector: int(s, 'vector', 255) }),
  run: (s) => ({ op: 'run', vcpu: int(s, 'vcpu', 63, 0) }),
  iret: (s) => ({ op: 'iret', vcpu: int(s, 'vcpu', 63, 0) }),
  nop: (s) => ({ op: 'nop', vcpu: int(s, 'vcpu', 63, 0) }),
  cpu: (s) => ({ op: 'cpu', vcpu: int(s, 'vcpu', 63, 0) }),
  note: () => ({ op: 'note' }),
  get: () => ({ op: 'get' }),
  advance: (s) => ({ op: 'advance', ns: int(s, 'ns', MAX_NS) }),
  settle: (s) => ({ op: 'settle', events: int(s, 'events', 10_000, 10_000) }),
  device: (s) => ({
    op: 'device',
    id: text(s, 'id'),
    event: oneOf(s, 'event', ['work', 'quiet'] as const, 'work'),
    ...(s.vector === undefined ? {} : { vector: int(s, 'vector', 3) }),
  }),
  msix: (s) => ({
    op: 'msix',
    id: text(s, 'id'),
    entry: int(s, 'entry', 3, 0),
    field: oneOf(s, 'field', ['addr_lo', 'addr_hi', 'data', 'control', 'capability'] as const),
    value: int(s, 'value', U32),
  }),
  guest: (s) => ({
    op: 'guest',
    vcpu: int(s, 'vcpu', 63, 0),
    ...(s.rflagsIf === undefined ? {} : { rflagsIf: bit(s, 'rflagsIf') }),
    ...(s.shadow === undefined ? {} : { shadow: int(s, 'shadow', 2) as 0 | 1 | 2 }),
    ...(s.halt === undefined ? {} : { halt: bit(s, 'halt') }),
  }),
  vcpu_state: (s) => ({
    op: 'vcpu_state',
    vcpu: int(s, 'vcpu', 63, 0),
    state: oneOf(s, 'state', ['host', 'guest', 'blocked', 'preempted'] as const),
  }),
  post: (s) => ({ op: 'post', vcpu: int(s, 'vcpu', 63, 0), vector: int(s, 'vector', 255) }),
  vtd_msi: (s) => {
    const irte = record(s.irte, 'irte');
    return {
      op: 'vtd_msi',
      irte: {
        posted: bit(irte, 'posted', 1) === 1,
        pda_vcpu: int(irte, 'pda_vcpu', 63, 0),
        vector: int(irte, 'vector', 255),
        urgent: bit(irte, 'urgent', 0) === 1,
      },
    };
  },
  vmentry: (s) => ({ op: 'vmentry', vcpu: int(s, 'vcpu', 63, 0) }),
  vmexit: (s) => ({ op: 'vmexit', vcpu: int(s, 'vcpu', 63, 0) }),
  get_vmx: (s) => ({ op: 'get_vmx', vcpu: int(s, 'vcpu', 63, 0) }),
  schedule: (s) => ({
    op: 'schedule',
    vcpu: int(s, 'vcpu', 63, 0),
    pcpu: s.pcpu === null || s.pcpu === undefined ? null : int(s, 'pcpu', 7),
  }),
  apicv_inhibit: (s) => ({ op: 'apicv_inhibit', reason: int(s, 'reason', 12), set: bit(s, 'set', 1) }),
  race: (s) => ({
    op: 'race',
    vcpu: int(s, 'vcpu', 63, 0),
    with: oneOf(s, 'with', ['kick', 'nmi', 'fault'] as const),
  }),
};

/** @throws OpError with the place of the first thing that is wrong */
export function parseOp(raw: unknown): Op {
  const source = record(raw, 'op');
  const name = source.op;
  if (typeof name !== 'string' || !Object.hasOwn(PARSERS, name)) {
    throw new OpError('op.unknown', 'op', { op: typeof name === 'string' ? name.slice(0, 40) : typeof name });
  }
  return (PARSERS as Record<string, (s: Json) => Op>)[name]!(source);
}
