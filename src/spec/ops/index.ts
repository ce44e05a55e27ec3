/**
 * The op language: everything that happens to a machine, in presets, links, the headless runner and the page alike.
 * One file a part; the rows of all of them are here.
 */
import { type OpClass, type OpOf, type OpTable, readOp } from '../define/op.ts';
import { APICV_OPS } from './apicv.ts';
import { BUS_OPS } from './bus.ts';
import { DEVICE_OPS } from './device.ts';
import { GUEST_OPS } from './guest.ts';
import { IRQFD_OPS } from './irqfd.ts';
import { LAPIC_OPS } from './lapic.ts';
import { PCPU_OPS } from './pcpu.ts';
import { PI_DESC_OPS } from './pi-desc.ts';
import { ROUTING_OPS } from './routing.ts';
import { RUN_LOOP_OPS } from './run-loop.ts';
import { SAVE_RESTORE_OPS } from './save-restore.ts';
import { USERSPACE_OPS } from './userspace.ts';
import { VCPU_OPS } from './vcpu.ts';
import { VTD_OPS } from './vtd.ts';

export const OPS = {
  ...USERSPACE_OPS,
  ...ROUTING_OPS,
  ...IRQFD_OPS,
  ...BUS_OPS,
  ...LAPIC_OPS,
  ...VCPU_OPS,
  ...GUEST_OPS,
  ...DEVICE_OPS,
  ...RUN_LOOP_OPS,
  ...APICV_OPS,
  ...PI_DESC_OPS,
  ...VTD_OPS,
  ...PCPU_OPS,
  ...SAVE_RESTORE_OPS,
} satisfies OpTable;

type Ops = typeof OPS;
export type OpName = keyof Ops;
/** An op, or those of these names. */
export type Op<K extends OpName = OpName> = OpOf<Ops, K>;
type NamesOf<C extends OpClass> = { [K in OpName]: Ops[K]['class'] extends C ? K : never }[OpName];
/** An op that is one guest instruction (or none: a bare entry). */
export type GuestOp = Op<NamesOf<'guest'>>;
/** An op that real KVM has no ioctl for. */
export type ModelOp = Op<NamesOf<'model'>>;

type Given<T> = T extends bigint
  ? bigint extends T
    ? number | string
    : never
  : T extends number
    ? number extends T
      ? number | string
      : T
    : T extends boolean
      ? boolean | 0 | 1
      : T extends readonly (infer I)[]
        ? readonly Given<I>[]
        : T extends object
          ? { readonly [K in keyof T]: Given<T[K]> }
          : T;
/** An op as JSON, for whoever makes one: numbers, or numerals as text; what has a stand-in may be left out. */
export type GivenOp<K extends OpName = OpName> = K extends OpName
  ? { readonly op: K } & { readonly [F in keyof Omit<Op<K>, 'op'>]?: Given<Op<K>[F]> | undefined }
  : never;

export type CreateOp = Op<'create'>;
/** Where the interrupt chips are: nowhere in the kernel, all in it, or the local APICs alone. */
export type Irqchip = CreateOp['irqchip'];
/** Memory slots, ioeventfds and coalesced zones. */
export type RoadOp = Op<'memslot' | 'ioeventfd' | 'ioeventfd_poll' | 'coalesced_mmio' | 'coalesced_read'>;
/** What an eventfd of an ioeventfd is named by. */
export type IoeventfdSpec = Pick<Op<'ioeventfd'>, 'bus' | 'addr' | 'len' | 'datamatch'>;
/** The ioctls that a `create` does in one; `create_vm` begins a VM without them. */
export type SetupOp = Op<'create_irqchip' | 'enable_cap' | 'create_vcpu' | 'create_pit' | 'set_boot_cpu_id'>;
export type DeviceSpec = NonNullable<CreateOp['devices']>[number];
export type DeviceKind = DeviceSpec['kind'];
export type GuestSpec = NonNullable<CreateOp['guest']>;
export type HandlerSpec = GuestSpec['handlers'][number];
export type RoutingEntrySpec = Op<'routing'>['entries'][number];
export type VcpuStateName = Op<'vcpu_state'>['state'];
export type IrteSpec = Op<'vtd_msi'>['irte'];

/** Answer to one op, in the form of the conformance files. */
export type OpResult = Readonly<Record<string, unknown>>;

/** @throws OpError with the place of the first thing that is wrong */
export function parseOp(raw: unknown): Op {
  return readOp(OPS, raw) as Op;
}
