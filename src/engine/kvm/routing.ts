/**
 * GSI routing (virt/kvm/irqchip.c and the table part of arch/x86/kvm/irq.c, v6.18): a GSI is the VM's handle for a
 * line or a message; the table says which chip pins or which MSI it stands for.
 * @differs SDM (msi-assert): the level bit of a message is not read; every message is an assert.
 */

import { highWord, lowWord } from '../../base/u64.ts';
import { masks, shifts } from '../../spec/define/registers.ts';
import type { RoutingEntrySpec } from '../../spec/ops/index.ts';
import { MSI_ADDR, MSI_DATA } from '../../spec/registers/routing.ts';
import { CHIP, EV } from '../core/events.ts';
import { AT_VM, emit, enter, leave, type Machine, put, type RouteEntry, type RouteTable } from '../core/machine.ts';
import type { LapicIrq } from '../core/wires.ts';
import { BASE, VM } from '../core/words.ts';

const { VECTOR, DELIVERY_MODE, TRIG_MODE } = masks(MSI_DATA);
const { DELIVERY_MODE: MODE_AT } = shifts(MSI_DATA);
/** ZERO: bits that must be zero where KVM takes a 32-bit destination. */
const { DEST_MODE, REDIR_HINT, DEST_ID, ZERO, DEST_ID_HIGH } = masks(MSI_ADDR);
const { DEST_ID: DEST_AT } = shifts(MSI_ADDR);

/** An MSI as a message to the local APICs. @kvm irq.c kvm_msi_to_lapic_irq */
export function msiMessage(m: Machine, addrLo: number, addrHi: number, data: number): LapicIrq {
  return {
    vector: data & VECTOR,
    deliveryMode: (data & DELIVERY_MODE) >>> MODE_AT,
    logical: (addrLo & DEST_MODE) !== 0,
    level: true,
    trigMode: (data & TRIG_MODE) !== 0,
    shorthand: 0,
    dest: ((addrLo & DEST_ID) >>> DEST_AT) | (m.x2apicFormat ? addrHi & DEST_ID_HIGH : 0),
    redirHint: (addrLo & REDIR_HINT) !== 0,
  };
}

/** KVM_MAX_IRQ_ROUTES */
export const MAX_GSI = 4096;
const PINS = 24;

const EMPTY: RouteTable = { entries: [], byGsi: [], pinToGsi: new Int32Array(3 * PINS).fill(-1) };

/** Where each kind of route ends; machine/plain.ts connects these to the chips. */
export interface RouteEnds {
  pic(m: Machine, gsi: number, pin: number, source: number, level: number): number;
  ioapic(m: Machine, gsi: number, pin: number, source: number, level: number, lineStatus: boolean): number;
  msi(m: Machine, entry: RouteEntry, level: number): number;
}

function toEntry(spec: RoutingEntrySpec): RouteEntry {
  if ('chip' in spec) {
    const chip = spec.chip === 'pic0' ? CHIP.picMaster : spec.chip === 'pic1' ? CHIP.picSlave : CHIP.ioapic;
    const pin = chip === CHIP.picSlave ? spec.pin + 8 : spec.pin;
    return { gsi: spec.gsi, chip, pin, addrLo: 0, addrHi: 0, data: 0 };
  }
  const addrLo = lowWord(spec.msi_addr);
  const addrHi = highWord(spec.msi_addr);
  return { gsi: spec.gsi, chip: CHIP.msi, pin: 0, addrLo, addrHi, data: spec.msi_data | 0 };
}

/** An entry as KVM_SET_GSI_ROUTING would be given it. */
export function toSpec(e: RouteEntry): RoutingEntrySpec {
  if (e.chip === CHIP.msi) {
    return { gsi: e.gsi, msi_addr: (BigInt(e.addrHi >>> 0) << 32n) | BigInt(e.addrLo >>> 0), msi_data: e.data >>> 0 };
  }
  if (e.chip === CHIP.ioapic) return { gsi: e.gsi, chip: 'ioapic', pin: e.pin };
  return { gsi: e.gsi, chip: e.chip === CHIP.picMaster ? 'pic0' : 'pic1', pin: e.pin & 7 };
}

/** A table from its entries, or null where the kernel answers EINVAL. @kvm irqchip.c setup_routing_entry */
function buildTable(m: Machine, specs: readonly RoutingEntrySpec[]): RouteTable | null {
  if (specs.some((spec) => spec.gsi >= MAX_GSI)) return null;
  const byGsi: RouteEntry[][] = [];
  const pinToGsi = new Int32Array(3 * PINS).fill(-1);
  const entries: RouteEntry[] = [];
  for (const spec of specs) {
    const entry = toEntry(spec);
    byGsi[entry.gsi] ??= [];
    const same = byGsi[entry.gsi] as RouteEntry[];
    if (same.some((other) => other.chip === CHIP.msi || entry.chip === CHIP.msi || other.chip === entry.chip))
      return null;
    if (!routeIsValid(m, entry, spec)) return null;
    if (entry.chip !== CHIP.msi) pinToGsi[entry.chip * PINS + entry.pin] = entry.gsi;
    same.push(entry);
    entries.push(entry);
  }
  return { entries, byGsi, pinToGsi };
}

/** @kvm irq.c kvm_set_routing_entry, kvm_msi_route_invalid */
function routeIsValid(m: Machine, entry: RouteEntry, spec: RoutingEntrySpec): boolean {
  if (entry.chip === CHIP.msi) return !(m.x2apicFormat && (entry.addrHi & ZERO) !== 0);
  if (m.split || !('chip' in spec)) return false;
  return spec.pin >= 0 && spec.pin < (entry.chip === CHIP.ioapic ? PINS : 8);
}

function install(m: Machine, table: RouteTable): void {
  m.routeTables.push(table);
  put(m, BASE.vm + VM.at.routes, m.routeTables.length - 1);
}

/** The table in force. */
export function routeTable(m: Machine): RouteTable {
  return m.routeTables[m.w[BASE.vm + VM.at.routes]] as RouteTable;
}

/** GSI of a chip's pin, -1 none. @kvm irqchip.c kvm_irq_map_chip_pin */
export function gsiOfPin(m: Machine, chip: number, pin: number): number {
  return routeTable(m).pinToGsi[chip * PINS + pin];
}

/** Routes of a GSI in table order. */
export function routesOfGsi(m: Machine, gsi: number): readonly RouteEntry[] {
  return routeTable(m).byGsi[gsi] ?? [];
}

/** The table KVM_CREATE_IRQCHIP installs: IOAPIC before PIC. @kvm irq.c kvm_setup_default_ioapic_and_pic_routing */
function kernelDefault(): RoutingEntrySpec[] {
  const specs: RoutingEntrySpec[] = [];
  for (let gsi = 0; gsi < PINS; gsi++) {
    specs.push({ gsi, chip: 'ioapic', pin: gsi });
    if (gsi < 16) specs.push({ gsi, chip: gsi < 8 ? 'pic0' : 'pic1', pin: gsi & 7 });
  }
  return specs;
}

/**
 * The table QEMU's pc machines install: PIC before IOAPIC, GSI 0 on IOAPIC pin 2 and no GSI on pin 0, GSI 2 not on the
 * PIC (its pin 2 is the cascade). Fact from QEMU hw/i386/kvm/ioapic.c kvm_pc_setup_irq_routing and a live trace.
 */
function qemuTable(): RoutingEntrySpec[] {
  const specs: RoutingEntrySpec[] = [];
  for (let gsi = 0; gsi < 8; gsi++) if (gsi !== 2) specs.push({ gsi, chip: 'pic0', pin: gsi });
  for (let gsi = 8; gsi < 16; gsi++) specs.push({ gsi, chip: 'pic1', pin: gsi - 8 });
  for (let gsi = 0; gsi < PINS; gsi++) {
    if (gsi === 0) specs.push({ gsi, chip: 'ioapic', pin: 2 });
    else if (gsi !== 2) specs.push({ gsi, chip: 'ioapic', pin: gsi });
  }
  return specs;
}

/** The table at creation: empty without a full irqchip, KVM's default or QEMU's with a full one. */
export function resetRouting(m: Machine): void {
  const specs = m.irqchip !== 'full' ? null : m.config.routing === 'qemu' ? qemuTable() : kernelDefault();
  install(m, specs === null ? EMPTY : (buildTable(m, specs) ?? EMPTY));
}

/** KVM_SET_GSI_ROUTING: replaces the whole table or nothing. @returns false for EINVAL @kvm irqchip.c kvm_set_irq_routing */
export function setRouting(m: Machine, specs: readonly RoutingEntrySpec[]): boolean {
  const table = buildTable(m, specs);
  const outer = enter(m, EV.ioctl_set_routing, AT_VM, specs.length, table === null ? 0 : 1);
  if (table !== null) {
    const before = routeTable(m);
    install(m, table);
    m.wires.routingChanged(m, before);
  }
  leave(m, outer);
  return table !== null;
}

/**
 * Sets a GSI's level on each of its routes, in the order the table lists them.
 * @param source irq source id @param lineStatus the caller is KVM_IRQ_LINE_STATUS
 * @returns sum of the non-negative results; -1 when there is none
 * @kvm irqchip.c kvm_set_irq (it walks a list built by adding at the head, backwards: table order)
 */
export function kvmSetIrq(
  m: Machine,
  ends: RouteEnds,
  source: number,
  gsi: number,
  level: number,
  lineStatus: boolean,
): number {
  const outer = enter(m, EV.kvm_set_irq, AT_VM, gsi, level, source);
  const routes = routeTable(m).byGsi[gsi];
  let sum = -1;
  if (routes === undefined || routes.length === 0) {
    emit(m, EV.no_route, AT_VM, gsi);
  } else {
    for (let i = 0; i < routes.length; i++) {
      const entry = routes[i] as RouteEntry;
      const routed = enter(m, EV.route, AT_VM, gsi, entry.chip, entry.pin, i);
      let result: number;
      if (entry.chip === CHIP.ioapic) result = ends.ioapic(m, gsi, entry.pin, source, level, lineStatus);
      else if (entry.chip === CHIP.msi) result = ends.msi(m, entry, level);
      else result = ends.pic(m, gsi, entry.pin, source, level);
      leave(m, routed);
      if (result >= 0) sum = result + Math.max(sum, 0);
    }
  }
  emit(m, EV.set_irq_result, AT_VM, gsi, sum);
  leave(m, outer);
  return sum;
}
