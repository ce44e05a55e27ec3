/**
 * kvm_io_bus (virt/kvm/kvm_main.c, v6.18): who of KVM's devices answers at which addresses. Each bus is one array of
 * ranges in address order; a new one makes a new array, as RCU has it, so every table there has been is kept and word
 * VM.buses says which is in force.
 *
 * An access is offered to the ranges that hold all of it, from the first of them that a binary search leads to, until
 * one takes it. A range between two of them that does not hold it ends the walk, so who wins can depend on the others.
 */
import { IODEV_KINDS, type IodevKind, type IoRange } from '../../spec/iodevs.ts';
import { EV } from '../core/events.ts';
import { AT_VM, emit, type Machine, put } from '../core/machine.ts';
import { BASE, VM } from '../core/words.ts';
import { compareRange, firstRange, insertRange } from '../view/io-ranges.ts';

/** The four buses at one moment. */
export type BusTable = readonly (readonly IoRange[])[];

const EMPTY: BusTable = [[], [], [], []];
/** NR_IOBUS_DEVS, ioeventfds not counted: their number is limited by file descriptors. */
const MOST_DEVICES = 1000;
const ENOSPC = 28;

/** The buses in force. */
export function buses(m: Machine): BusTable {
  return m.busTables[m.w[BASE.vm + VM.at.buses]] ?? EMPTY;
}

function install(m: Machine, table: BusTable): void {
  m.busTables.push(table);
  put(m, BASE.vm + VM.at.buses, m.busTables.length - 1);
}

/** Says that a range came or went. */
function tellRange(m: Machine, event: number, bus: number, { addr, len, kind }: IoRange): void {
  emit(m, event, AT_VM, bus, Number(BigInt.asUintN(32, addr)), len, IODEV_KINDS.indexOf(kind));
}

/** The bus is searched, where the scene is about the ways in. */
function tellLookup(m: Machine, bus: number, addr: number, len: number, first: number): void {
  if (m.config.roads === true) emit(m, EV.bus_lookup, AT_VM, bus, addr, len, first);
}

/** Puts a device on a bus. @returns 0, or -28 when the bus is full @kvm kvm_main.c kvm_io_bus_register_dev */
export function registerDevice(m: Machine, bus: number, range: IoRange): number {
  const table = buses(m);
  const ranges = table[bus] ?? [];
  if (ranges.filter(({ kind }) => kind !== 'ioeventfd').length >= MOST_DEVICES) return -ENOSPC;
  install(m, table.with(bus, insertRange(ranges, range)));
  tellRange(m, EV.iodev_register, bus, range);
  return 0;
}

/** Takes a device off a bus. @kvm kvm_main.c kvm_io_bus_unregister_dev */
export function unregisterDevice(m: Machine, bus: number, kind: IodevKind, id: number): void {
  const table = buses(m);
  const ranges = table[bus] ?? [];
  const at = ranges.findIndex((range) => range.kind === kind && range.id === id);
  if (at === -1) return;
  install(m, table.with(bus, ranges.toSpliced(at, 1)));
  tellRange(m, EV.iodev_unregister, bus, ranges[at] as IoRange);
}

/** The table of a machine that comes ready-made: all of its chips at once, none of the steps between. */
export function resetBuses(m: Machine, chips: readonly (readonly [bus: number, range: IoRange])[]): void {
  let table = EMPTY;
  for (const [bus, range] of chips) table = table.with(bus, insertRange(table[bus] ?? [], range));
  install(m, table);
}

/**
 * Offers a write to the bus. @param addr guest-physical address or port @param len bytes, 0 on the fast bus
 * @returns whether a device took it @kvm kvm_main.c kvm_io_bus_write
 */
export function busWrite(m: Machine, bus: number, addr: number, len: number, value: bigint): boolean {
  const ranges = buses(m)[bus] ?? [];
  let at = firstRange(ranges, addr, len);
  tellLookup(m, bus, addr, len, at);
  if (at === -1) return false;
  for (; at < ranges.length && compareRange(addr, len, ranges[at] as IoRange) === 0; at++)
    if (m.wires.iodevWrite(m, ranges[at] as IoRange, addr, len, value)) return true;
  return false;
}

/** Offers a read. @returns the value, null when nobody answers @kvm kvm_main.c kvm_io_bus_read */
export function busRead(m: Machine, bus: number, addr: number, len: number): bigint | null {
  const ranges = buses(m)[bus] ?? [];
  let at = firstRange(ranges, addr, len);
  tellLookup(m, bus, addr, len, at);
  if (at === -1) return null;
  for (; at < ranges.length && compareRange(addr, len, ranges[at] as IoRange) === 0; at++) {
    const value = m.wires.iodevRead(m, ranges[at] as IoRange, addr, len);
    if (value !== null) return value;
  }
  return null;
}
