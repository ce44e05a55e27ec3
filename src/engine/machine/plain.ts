/**
 * Connects the devices: the one place where the ends of the wires meet. Each is a kernel call from one part of KVM
 * into another.
 */

import { masks } from '../../spec/define/registers.ts';
import { MSI_ADDR } from '../../spec/registers/routing.ts';
import { ioapicScanEntry, ioapicSetIrq, ioapicUpdateEoi, rtcRestoreOne, rtcTrack } from '../chips/ioapic/ioapic.ts';
import { acceptIrq, deliverFast, deliverToApic, forEachDestination, matchDest } from '../chips/lapic/delivery.ts';
import { findHighestIrr, pendingEoi, setIrr } from '../chips/lapic/priority.ts';
import { picSetIrq } from '../chips/pic/pic.ts';
import { CHIP, EV, REQ } from '../core/events.ts';
import { hasPit } from '../core/has.ts';
import { AT_VM, emit, enter, lapicAt, leave, type Machine, put, type RouteEntry, vcpuAt } from '../core/machine.ts';
import type { Wires } from '../core/wires.ts';
import { BASE, LAPIC, VCPU, VM } from '../core/words.ts';
import { APICV_INHIBIT, VMX_INHIBITS } from '../kvm/inhibits.ts';
import { hasResampler, irqfdRoutingUpdate, notifyResampler, resamplerAck } from '../kvm/irqfd.ts';
import { gsiOfPin, kvmSetIrq, msiMessage, type RouteEnds, routesOfGsi, routeTable } from '../kvm/routing.ts';
import { injectNmi, kick, MODE, makeRequest } from '../kvm/vcpu.ts';
import { writeEntryInfo } from '../vmx/entry-info.ts';
import { iodevRead, iodevWrite } from './iodevs.ts';

const { ZERO } = masks(MSI_ADDR);

/** An MSI route, or KVM_SIGNAL_MSI. @returns CPUs reached; -1 nobody or level low; -22 invalid @kvm irq.c kvm_set_msi */
export function kvmSetMsi(
  m: Machine,
  addrLo: number,
  addrHi: number,
  data: number,
  level: number,
  gsi: number,
): number {
  if (m.x2apicFormat && (addrHi & ZERO) !== 0) {
    emit(m, EV.msi_invalid, AT_VM, addrHi);
    return -22;
  }
  if (!level) {
    emit(m, EV.msi_level_low, AT_VM, gsi);
    return -1;
  }
  const irq = msiMessage(m, addrLo, addrHi, data);
  const outer = enter(m, EV.kvm_msi_set_irq, AT_VM, addrLo, data, irq.dest, gsi);
  const result = deliverToApic(m, -1, irq, false);
  leave(m, outer);
  return result;
}

const ENDS: RouteEnds = {
  pic: picSetIrq,
  ioapic: ioapicSetIrq,
  msi: (m, entry, level) => kvmSetMsi(m, entry.addrLo, entry.addrHi, entry.data, level, entry.gsi),
};

/** kvm_set_irq over this machine's chips. */
const setIrq: Wires['setIrq'] = (m, source, gsi, level, lineStatus) =>
  kvmSetIrq(m, ENDS, source, gsi, level, lineStatus);

/** A lone MSI route needs no work queue if the map can decide. @kvm irq.c kvm_arch_set_irq_inatomic */
function setIrqInatomic(m: Machine, gsi: number): boolean {
  const entry = routesOfGsi(m, gsi)[0] as RouteEntry;
  if (m.x2apicFormat && (entry.addrHi & ZERO) !== 0) return true;
  const irq = msiMessage(m, entry.addrLo, entry.addrHi, entry.data);
  const outer = enter(m, EV.kvm_msi_set_irq, AT_VM, entry.addrLo, entry.data, irq.dest, gsi);
  const handled = deliverFast(m, -1, irq, false) !== null;
  leave(m, outer);
  return handled;
}

/** @kvm eventfd.c kvm_notify_acked_irq */
function notifyAcked(m: Machine, chip: number, pin: number): void {
  const gsi = gsiOfPin(m, chip, pin);
  const outer = enter(m, EV.kvm_ack_irq, AT_VM, chip, pin, gsi);
  if (gsi !== -1) {
    resamplerAck(m, gsi);
    if (gsi === 0 && hasPit(m)) m.wires.pit().ack(m);
  }
  leave(m, outer);
}

/** Sources whose EOI may matter. @kvm ioapic.c kvm_ioapic_scan_entry, irq.c kvm_scan_ioapic_routes */
const scanEntries: Wires['scanEntries'] = (m, vcpu, visit) => {
  if (!m.split) {
    ioapicScanEntry(m, vcpu, visit);
    return;
  }
  const table = routeTable(m);
  for (let gsi = 0; gsi < Math.min(table.byGsi.length, m.reservedPins); gsi++) {
    for (const entry of table.byGsi[gsi] ?? []) {
      if (entry.chip !== CHIP.msi) continue;
      const irq = msiMessage(m, entry.addrLo, entry.addrHi, entry.data);
      if (irq.trigMode) visit(irq.dest, irq.logical, irq.vector);
    }
  }
};
/** Without APICv: IRR, KVM_REQ_EVENT, kick. @kvm vmx.c vmx_deliver_interrupt (the path where posting is refused) */
export function deliverByIrr(m: Machine, vcpu: number, vector: number): void {
  setIrr(m, vcpu, vector);
  makeRequest(m, vcpu, REQ.event);
  kick(m, vcpu);
}

/** Reasons that a machine without APICv keeps a note of: those of the APIC's ids and page. */
const NOTED = VMX_INHIBITS | (1 << APICV_INHIBIT.logicalIdAliased);

/** @kvm x86.c __kvm_set_or_clear_apicv_inhibit */
const setApicvInhibit: Wires['setApicvInhibit'] = (m, reason, set) => {
  if ((NOTED & (1 << reason)) === 0) return;
  const at = BASE.vm + VM.at.apicvInhibits;
  const before = m.w[at];
  const after = set ? before | (1 << reason) : before & ~(1 << reason);
  if (before === after) return;
  put(m, at, after);
  const flips = ((before & VMX_INHIBITS) === 0) !== ((after & VMX_INHIBITS) === 0);
  if (flips && m.config.apicv === true)
    for (let vcpu = 0; vcpu < m.vcpus; vcpu++) makeRequest(m, vcpu, REQ.apicvUpdate);
};

/** Wires of a machine whose CPUs have no APICv and whose host runs nothing else. */
export const BASE_WIRES: Omit<Wires, 'modelOps' | 'pit' | 'vmm'> = {
  modelsCpus: false,
  apicAccessPage: false,
  setIrq,
  setIrqInatomic,
  deliverToApic,
  acceptIrq: (m, vcpu, irq) => acceptIrq(m, vcpu, irq, false),
  routingChanged(m) {
    irqfdRoutingUpdate(m);
    if (m.split) m.wires.scanIoapic(m);
  },
  notifyAcked,
  hasAckNotifier(m, chip, pin) {
    const gsi = gsiOfPin(m, chip, pin);
    return gsi !== -1 && (hasResampler(m, gsi) || (gsi === 0 && hasPit(m) && m.wires.pit().listens(m)));
  },
  notifyResampler,
  fireMaskNotifiers(m, chip, pin, masked) {
    const gsi = gsiOfPin(m, chip, pin);
    emit(m, EV.mask_notifier, AT_VM, chip, pin, masked ? 1 : 0);
    if (gsi === 0 && hasPit(m)) m.wires.pit().maskNotify(m, masked);
  },
  ioapicUpdateEoi,
  scanIoapic(m) {
    for (let vcpu = 0; vcpu < m.vcpus; vcpu++) makeRequest(m, vcpu, REQ.scanIoapic);
  },
  forEachDestination,
  matchDest: (m, vcpu, dest, logical) => matchDest(m, vcpu, -1, 0, dest, logical),
  pendingEoi,
  rtcTrack,
  rtcRestoreOne,
  apicvActivated: (m) => m.config.apicv === true && (m.w[BASE.vm + VM.at.apicvInhibits] & VMX_INHIBITS) === 0,
  timerInterrupt: (m, vcpu) => m.w[vcpuAt(m, vcpu) + VCPU.at.mode] === MODE.inGuest,
  requestMany(m, vcpus, request) {
    for (const vcpu of vcpus) makeRequest(m, vcpu, request);
  },
  request: makeRequest,
  kick,
  deliverInterrupt: deliverByIrr,
  injectNmi,
  syncPirToIrr: findHighestIrr,
  hwapicIsrUpdate() {},
  setApicvInhibit,
  resampled() {},
  scanEntries,
  loadEoiExitmap() {},
  apicvUpdate(m, vcpu) {
    put(m, lapicAt(m, vcpu) + LAPIC.at.apicvActive, 0);
  },
  enterGuest: () => false,
  guestEoi() {},
  serveVcpu: () => false,
  openWindow() {},
  leaveRun() {},
  backToRun() {},
  guestHalt() {},
  createVcpu() {},
  apicvPreStateRestore() {},
  apicvPostStateRestore() {},
  setVirtualApicMode() {},
  writeEntryInfo,
  deviceMessage: () => false,
  bypassChanged() {},
  hostIpi() {},
  userMmioWrite() {},
  userMmioRead: () => 0n,
  userPioWrite() {},
  userPioRead: () => 0,
  userEoi() {},
  userPicOutput() {},
  iodevWrite,
  iodevRead,
};
