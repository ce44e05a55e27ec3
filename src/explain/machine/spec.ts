/**
 * A machine of one's own as a list of ops: its `create`, what its guest sets up, and what happens to it. Each edit makes a new list,
 * in which the set-up still fits: a vCPU more is enabled, a mode changed goes through all writes of the APIC, a device brings its
 * message and its handler.
 */
import { hex, hex64 } from '../../base/numbers.ts';
import type { JsonOp } from '../../log/log.ts';
import { gsisOf } from '../../spec/messages.ts';
import { APIC_PAGE, isX2apicMsr, MSR, REG, x2apicMsr, x2apicRegister } from '../../spec/registers/lapic.ts';
import { writeLapic, writeRte } from '../guest-ops.ts';

/** Ops, and the first of them whose steps are shown. */
export interface Machine {
  readonly ops: readonly JsonOp[];
  readonly start: number;
}

/** How a device says that it wants something. */
export const WAYS = ['line', 'msi', 'msix', 'assigned'] as const;
export type DeviceWay = (typeof WAYS)[number];

interface Device {
  readonly id: string;
  readonly kind: string;
  readonly gsi: number;
  readonly msix?: number;
  readonly msi?: number;
}

interface Handler {
  readonly vector: number | string;
  readonly name: string;
  readonly ns: number;
  readonly devices?: readonly string[];
}

export interface Guest {
  readonly handlers: readonly Handler[];
  readonly idle?: string;
}

export const createOf = ({ ops }: Machine): JsonOp => ops[0] ?? { op: 'create' };
export const vcpusOf = (machine: Machine): number => Number(createOf(machine).vcpus ?? 1);
export const devicesOf = (machine: Machine): readonly Device[] =>
  (createOf(machine).devices ?? []) as readonly Device[];
export const guestOf = (machine: Machine): Guest | undefined => createOf(machine).guest as Guest | undefined;
const isSplit = (machine: Machine): boolean => (createOf(machine).irqchip ?? 'full') !== 'full';

const BSP_BASE = APIC_PAGE | 0xd00;
const AP_BASE = APIC_PAGE | 0xc00;
/** SVR with the software enable bit and the usual spurious vector. */
const SVR_ON = 0x1ff;
/** LVT0 as ExtINT, masked: the IOAPIC is used, not the 8259. */
const LVT0_MASKED = 0x1_0700;
const isModeSwitch = (op: JsonOp): boolean =>
  op.op === 'wrmsr' && Number(op.msr) === MSR.apicBase && (Number(op.value) & 0x400) !== 0;

/** In x2APIC mode from its set-up on. */
export const isX2apic = ({ ops, start }: Machine): boolean => ops.slice(0, start).some(isModeSwitch);

const isLapicWrite = (op: JsonOp): boolean =>
  op.op === 'mmio_write' && Number(op.addr) >= APIC_PAGE && Number(op.addr) < APIC_PAGE + 0x1000;

/** ID, LDR and DFR cannot be written in x2APIC mode, and ICR is one register. */
function toX2apic(ops: readonly JsonOp[]): JsonOp[] {
  const high = new Map<number, number>();
  return ops.flatMap((op): JsonOp[] => {
    if (!isLapicWrite(op)) return [op];
    const offset = Number(op.addr) - APIC_PAGE;
    const vcpu = Number(op.vcpu ?? 0);
    const value = Number(op.value);
    if (offset === REG.icr2) {
      high.set(vcpu, value >>> 24);
      return [];
    }
    if (offset === REG.id || offset === REG.ldr || offset === REG.dfr) return [];
    const words = offset === REG.icr ? hex64(value, high.get(vcpu) ?? 0) : hex(value);
    return [{ op: 'wrmsr', vcpu, msr: hex(x2apicMsr(offset)), value: words }];
  });
}

function toXapic(ops: readonly JsonOp[]): JsonOp[] {
  return ops.flatMap((op): JsonOp[] => {
    if (isModeSwitch(op)) return [];
    if (op.op !== 'wrmsr' || !isX2apicMsr(Number(op.msr))) return [op];
    const vcpu = Number(op.vcpu ?? 0);
    const offset = x2apicRegister(Number(op.msr));
    const value = BigInt(op.value as string | number);
    const lo = Number(value & 0xffff_ffffn);
    if (offset !== REG.icr) return [{ ...writeLapic(vcpu, false, offset, lo) }];
    return [
      writeLapic(vcpu, false, REG.icr2, (Number(value >> 32n) << 24) >>> 0),
      writeLapic(vcpu, false, REG.icr, lo),
    ];
  });
}

const modeSwitch = (vcpu: number): JsonOp => ({
  op: 'wrmsr',
  vcpu,
  msr: hex(MSR.apicBase),
  value: hex(vcpu === 0 ? BSP_BASE : AP_BASE),
});
const enable = (vcpu: number, x2: boolean): JsonOp => writeLapic(vcpu, x2, REG.svr, SVR_ON);

/** Ops at the end of the set-up. */
function setUp({ ops, start }: Machine, more: readonly JsonOp[]): Machine {
  const at = ops[start - 1]?.op === 'settle' ? start - 1 : start;
  return { ops: [...ops.slice(0, at), ...more, ...ops.slice(at)], start: start + more.length };
}

/** A machine from nothing: one vCPU whose local APIC is on, the chips of KVM, a guest without handlers. */
export function bareMachine(): Machine {
  const ops: JsonOp[] = [
    { op: 'create', vcpus: 1, irqchip: 'full', routing: 'qemu', guest: { handlers: [], idle: 'halt' } },
    { op: 'pio_write', vcpu: 0, port: '0x21', value: '0xff' },
    { op: 'pio_write', vcpu: 0, port: '0xa1', value: '0xff' },
    writeLapic(0, false, REG.lvtLint0, LVT0_MASKED),
    enable(0, false),
    { op: 'settle' },
  ];
  return { ops, start: ops.length };
}

/** Some fields of `create`; undefined takes one out. */
export function withFields(machine: Machine, change: JsonOp): Machine {
  const create = Object.fromEntries(
    Object.entries({ ...createOf(machine), ...change }).filter(([, value]) => value !== undefined),
  ) as JsonOp;
  return { ...machine, ops: [create, ...machine.ops.slice(1)] };
}

const namesVcpuFrom = (op: JsonOp, most: number): boolean =>
  Number(op.vcpu ?? 0) >= most || Number((op.irte as JsonOp | undefined)?.pda_vcpu ?? 0) >= most;

/** More vCPUs are enabled; ops of those that go, go with them. APIC ids were chosen for another number. */
export function withVcpus(machine: Machine, vcpus: number): Machine {
  const before = vcpusOf(machine);
  const x2 = isX2apic(machine);
  const { ids, bsp } = createOf(machine);
  const fits = withFields(machine, {
    vcpus,
    ids: vcpus === before ? ids : undefined,
    bsp: vcpus === before ? bsp : undefined,
  });
  if (vcpus < before) {
    const kept = (list: readonly JsonOp[]): JsonOp[] => list.filter((op) => !namesVcpuFrom(op, vcpus));
    const first = kept(fits.ops.slice(0, fits.start));
    return { ops: [...first, ...kept(fits.ops.slice(fits.start))], start: first.length };
  }
  const more = Array.from({ length: vcpus - before }, (_, i) => before + i);
  return setUp(
    fits,
    more.flatMap((vcpu) => [...(x2 ? [modeSwitch(vcpu)] : []), enable(vcpu, x2)]),
  );
}

/** All local APICs in x2APIC mode from the start, or in xAPIC mode: every write of theirs goes the way of the mode. */
export function withX2apic(machine: Machine, on: boolean): Machine {
  if (on === isX2apic(machine)) return machine;
  const [create, ...setup] = machine.ops.slice(0, machine.start);
  const rest = machine.ops.slice(machine.start);
  if (create === undefined) return machine;
  const turn = on ? toX2apic : toXapic;
  const switches = on ? Array.from({ length: vcpusOf(machine) }, (_, vcpu) => modeSwitch(vcpu)) : [];
  const first = [create, ...switches, ...turn(setup)];
  return { ops: [...first, ...turn(rest)], start: first.length };
}

/** The lowest vector of the device classes that no handler has. */
function freeVector(machine: Machine): number {
  const taken = new Set((guestOf(machine)?.handlers ?? []).map(({ vector }) => Number(vector)));
  for (let vector = 0x31; vector < 0xf0; vector += 0x10) if (!taken.has(vector)) return vector;
  for (let vector = 0x32; vector < 0xf0; vector++) if (!taken.has(vector)) return vector;
  return 0x31;
}

/** A GSI no device has: a pin for a line, above the pins for messages. */
function freeGsi(machine: Machine, way: DeviceWay): number {
  const taken = new Set(devicesOf(machine).flatMap(gsisOf));
  const lines = [11, 10, 9, 5, 4, 3, 7, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];
  const from = way === 'line' ? lines : Array.from({ length: 200 }, (_, i) => 24 + i);
  return from.find((gsi) => !taken.has(gsi)) ?? from[0] ?? 11;
}

const KIND_OF: Readonly<Record<DeviceWay, string>> = {
  line: 'virtio-net',
  msi: 'virtio-blk',
  msix: 'virtio-blk',
  assigned: 'nvme',
};

function freeId(machine: Machine, kind: string): string {
  const ids = new Set(devicesOf(machine).map(({ id }) => id));
  for (let n = 0; ; n++) {
    const id = n === 0 ? kind : `${kind}-${n}`;
    if (!ids.has(id)) return id;
  }
}

const HANDLER_NS = 3_000;

/** A device, the message or the entry that it sends by, and a handler for it. @param kind absent: the usual one of that way */
export function withDevice(machine: Machine, way: DeviceWay, vcpu = 0, kind = KIND_OF[way]): Machine {
  const id = freeId(machine, kind);
  const gsi = freeGsi(machine, way);
  const vector = freeVector(machine);
  const messages = way === 'line' ? {} : way === 'msi' ? { msi: 1 } : { msix: 1 };
  const device: Device = { id, kind, gsi, ...messages };
  const guest = guestOf(machine) ?? { handlers: [], idle: 'halt' };
  const handler: Handler = { vector: hex(vector), name: `${kind}_interrupt`, ns: HANDLER_NS, devices: [id] };
  const made = withFields(machine, {
    devices: [...devicesOf(machine), device],
    guest: { ...guest, handlers: [...guest.handlers, handler] },
  });
  const { ids } = createOf(machine);
  const dest = Number((ids as readonly number[] | undefined)?.[vcpu] ?? vcpu);
  const addr = hex(APIC_PAGE | ((dest & 0xff) << 12));
  if (way === 'line') {
    if (isSplit(machine)) return made;
    // PCI lines are level-triggered; ISA's are edges.
    const lo = (kind === 'serial' ? 0 : 0x8000) | vector;
    return setUp(made, [...writeRte(0, gsi, 1, (dest << 24) >>> 0), ...writeRte(0, gsi, 0, lo)]);
  }
  if (way === 'msi') {
    const field = (name: string, value: number | string): JsonOp => ({ op: 'msi_cap', id, field: name, value });
    return setUp(made, [field('addr_lo', addr), field('data', hex(vector)), field('mask', 0), field('enable', 1)]);
  }
  const field = (name: string, value: number | string): JsonOp => ({ op: 'msix', id, entry: 0, field: name, value });
  return setUp(made, [
    field('addr_lo', addr),
    field('data', hex(vector)),
    field('control', 0),
    field('capability', '0x8000'),
  ]);
}

/** Without a device, its ops, and handlers that were for it alone. */
export function withoutDevice(machine: Machine, id: string): Machine {
  const guest = guestOf(machine);
  const handlers = guest?.handlers.filter(
    ({ devices }) => devices === undefined || devices.some((other) => other !== id),
  );
  const made = withFields(machine, {
    devices: devicesOf(machine).filter((device) => device.id !== id),
    ...(guest === undefined
      ? {}
      : {
          guest: {
            ...guest,
            handlers: (handlers ?? []).map((h) =>
              h.devices === undefined ? h : { ...h, devices: h.devices.filter((other) => other !== id) },
            ),
          },
        }),
  });
  const kept = (list: readonly JsonOp[]): JsonOp[] => list.filter((op) => op.id !== id);
  const first = kept(made.ops.slice(0, made.start));
  return { ops: [...first, ...kept(made.ops.slice(made.start))], start: first.length };
}

export function withHandler(machine: Machine, at: number | null, handler: JsonOp | null): Machine {
  const guest = guestOf(machine) ?? { handlers: [], idle: 'halt' };
  const vector = freeVector(machine);
  const fresh = { vector: hex(vector), name: `handler_${vector.toString(16)}`, ns: HANDLER_NS };
  const handlers =
    at === null
      ? [...guest.handlers, fresh]
      : guest.handlers.flatMap((old, i) => (i !== at ? [old] : handler === null ? [] : [{ ...old, ...handler }]));
  return withFields(machine, { guest: { ...guest, handlers } });
}

/** What shows a device at work: it raises, and time for its handler passes. */
export const withWork = (machine: Machine, id: string): Machine => {
  const { msix, msi } = devicesOf(machine).find((device) => device.id === id) ?? {};
  const vector = (msix ?? msi) === undefined ? {} : { vector: 0 };
  return {
    ...machine,
    ops: [...machine.ops, { op: 'device', id, event: 'work', ...vector }, { op: 'settle', events: 16 }],
  };
};
