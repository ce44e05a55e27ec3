/**
 * The eventfds of a machine at one row. In: from a device's message to the route the VMM made of it, to the irqfd that is
 * signalled, to how it went on, with what irq bypass has made of it. Out: ioeventfds and how often each was signalled.
 */

import type { RouteEntry } from '../engine/core/machine.ts';
import { type Irte, irteOf } from '../engine/view/irte.ts';
import { type MachineView, readWord, routesOf } from '../engine/view/machine-view.ts';
import { COL, IRQFD_SLOTS } from '../engine/view/tables.ts';
import { busesAt, type Registered } from '../log/buses.ts';
import type { SceneLog } from '../log/log.ts';
import { argsIn, cellOf } from '../log/rows.ts';
import { commandAt } from '../log/steps.ts';
import { EVENT_NAMES } from '../spec/events/index.ts';
import { BUS } from '../spec/iodevs.ts';
import { messagesOf } from '../spec/messages.ts';
import { CHIP } from '../spec/names.ts';

/** An entry of a device's MSI-X table, or a vector of its MSI capability, as the guest left it. */
export interface DeviceMessage {
  readonly device: number;
  readonly entry: number;
  readonly msix: boolean;
  readonly addrLo: number;
  readonly addrHi: number;
  readonly data: number;
  readonly enabled: boolean;
  readonly masked: boolean;
  readonly functionMasked: boolean;
  /** Its bit in the pending bit array. */
  readonly pending: boolean;
}

/** struct kvm_kernel_irqfd. */
export interface IrqfdState {
  readonly slot: number;
  /** irq_entry holds a copy of the GSI's only route, a message. */
  readonly cached: boolean;
  /** irq_entry_sc */
  readonly seq: number;
  readonly resampler: boolean;
  /** How often the resamplefd was signalled. */
  readonly resampled: number;
}

/**
 * How the last signal on a GSI went on, while no newer message waits in the device: at once from the cached message, by the work queue, by the work queue to a GSI that
 * leads nowhere, or not yet.
 */
export type Went = 'fast' | 'work' | 'lost' | 'ahead' | 'never';

/** One way in: a message, or an irqfd without one. */
export interface Doorbell {
  readonly gsi: number;
  readonly message: DeviceMessage | null;
  readonly routes: readonly RouteEntry[];
  readonly irqfd: IrqfdState | null;
  readonly went: Went;
  /** Producer (VFIO's interrupt of that vector) and consumer (the irqfd) where the device is assigned; null: it is not. */
  readonly bypass: { readonly joined: boolean; readonly irte: Irte } | null;
}

const FUNCTION_MASK = 0x4000;
const ENABLE = 0x8000;
/** How far back the last signal is looked for, rows. */
const LOOK_BACK = 20_000;

function messageOf(view: MachineView, device: number, entry: number, msix: boolean): DeviceMessage {
  const word = (register: string, sub = 0): number => readWord(view, 'device', device, register, sub);
  const field = (at: number): number => word('msixTable', entry * 4 + at);
  const control = word('msixControl');
  return {
    device,
    entry,
    msix,
    addrLo: field(0),
    addrHi: field(1),
    data: field(2),
    enabled: (control & ENABLE) !== 0,
    masked: (field(3) & 1) === 1,
    functionMasked: (control & FUNCTION_MASK) !== 0,
    pending: ((word('msixPending') >>> entry) & 1) === 1,
  };
}

/** irqfds that are assigned, by GSI; of several on one the newest, which a signal uses. */
function irqfdsOf(view: MachineView): ReadonlyMap<number, IrqfdState> {
  const word = (slot: number, register: string): number => readWord(view, 'irqfd', slot, register) | 0;
  const found = new Map<number, IrqfdState>();
  for (let slot = 0; slot < IRQFD_SLOTS; slot++) {
    const gsi = word(slot, 'gsi');
    const before = found.get(gsi)?.slot;
    // `used` counts up, and is negative where a newer one has taken its place.
    if (word(slot, 'used') <= 0 || (before !== undefined && word(before, 'used') > word(slot, 'used'))) continue;
    found.set(gsi, {
      slot,
      cached: word(slot, 'msiRoute') === 1,
      seq: word(slot, 'entrySeq'),
      resampler: word(slot, 'resample') === 1,
      resampled: word(slot, 'resampleCount'),
    });
  }
  return found;
}

/** @param until rows from here on have not happened yet */
function wentAt(log: SceneLog, gsi: number, until: number): Went {
  let sent: Went = 'ahead';
  for (let seq = until - 1; seq >= Math.max(0, until - LOOK_BACK); seq--) {
    const name = EVENT_NAMES[cellOf(log, seq, COL.code)];
    if (name === 'irqfd_wakeup' && argsIn(log, seq, name).gsi === gsi) return sent;
    if (name === 'no_route' && argsIn(log, seq, name).gsi === gsi) sent = 'lost';
    else if (name === 'irqfd_inject' && argsIn(log, seq, name).gsi === gsi) sent = sent === 'lost' ? 'lost' : 'work';
    else if (name === 'kvm_msi_set_irq' && argsIn(log, seq, name).gsi === gsi && sent === 'ahead') sent = 'fast';
  }
  return 'never';
}

/** Ways in, messages first, then irqfds that no message of a device leads to. */
export function doorbellsOf(log: SceneLog, view: MachineView, until: number): Doorbell[] {
  const { byGsi } = routesOf(view);
  const irqfds = irqfdsOf(view);
  const of = (gsi: number, message: DeviceMessage | null, assigned: boolean): Doorbell => {
    const irqfd = irqfds.get(gsi) ?? null;
    const bypass =
      message === null || !assigned
        ? null
        : { joined: irqfd !== null, irte: irteOf(view, message.device, message.entry) };
    return {
      gsi,
      message,
      routes: byGsi[gsi] ?? [],
      irqfd,
      went: message?.pending ? 'never' : wentAt(log, gsi, until),
      bypass,
    };
  };
  const all = (view.config.devices ?? []).flatMap((device, slot) =>
    Array.from({ length: messagesOf(device) }, (_, entry) =>
      of(device.gsi + entry, messageOf(view, slot, entry, device.msix !== undefined), device.kind === 'nvme'),
    ),
  );
  const told = new Set(all.map(({ gsi }) => gsi));
  for (const gsi of irqfds.keys()) if (!told.has(gsi)) all.push(of(gsi, null, false));
  return all;
}

/** Does the guest's message stand in the route as it is? A masked entry may have been changed since. */
export function isRouted({ message, routes }: Doorbell): boolean {
  const [route] = routes;
  return (
    message !== null &&
    route?.chip === CHIP.msi &&
    route.addrLo >>> 0 === message.addrLo &&
    route.addrHi >>> 0 === message.addrHi &&
    route.data >>> 0 === message.data
  );
}

/** An ioeventfd and what it was asked for. */
export interface Bell {
  readonly bus: number;
  readonly range: Registered;
  /** null: whatever the data. */
  readonly datamatch: bigint | null;
  /** Signals since it was assigned. */
  readonly signals: number;
}

const big = (value: unknown): bigint | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : null;

/** ioeventfds that are assigned, and how often each was signalled by then. */
export function bellsAt(log: SceneLog, until: number): Bell[] {
  const bells = busesAt(log, until).flatMap((ranges, bus) =>
    ranges
      .filter(({ kind }) => kind === 'ioeventfd')
      .map((range) => ({ bus, range, datamatch: big(opAt(log, range.seq).datamatch), signals: 0 })),
  );
  if (bells.length === 0) return [];
  const first = bells.reduce((least, { range }) => Math.min(least, range.seq), until);
  for (let seq = Math.max(0, first); seq < until; seq++) {
    if (EVENT_NAMES[cellOf(log, seq, COL.code)] !== 'ioeventfd_hit') continue;
    const { addr, size } = argsIn(log, seq, 'ioeventfd_hit');
    const bell = bells.find(
      (b) =>
        b.range.seq < seq &&
        Number(BigInt.asUintN(32, b.range.addr)) === addr >>> 0 &&
        (b.bus === BUS.fastMmio) === (size === 0) &&
        (b.range.len === 0 || b.range.len === size) &&
        (b.datamatch === null || b.datamatch === written(log, seq, size)),
    );
    if (bell !== undefined) bell.signals++;
  }
  return bells;
}

const opAt = (log: SceneLog, seq: number): Readonly<Record<string, unknown>> =>
  log.commands[commandAt(log.commands, seq)]?.op ?? {};

/** What the access of a row wrote; null for an element of a string. */
function written(log: SceneLog, seq: number, size: number): bigint | null {
  const value = big(opAt(log, seq).value);
  return value === null ? null : BigInt.asUintN(size * 8, value);
}
