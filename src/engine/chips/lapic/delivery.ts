/**
 * From a message to the local APICs that take it (arch/x86/kvm/lapic.c, v6.18): destination matching, the optimised map,
 * lowest priority, acceptance.
 * @differs SDM (lowest-by-hash): LowPrio picks by vector hashing.
 */
import { shifts } from '../../../spec/define/registers.ts';
import { APIC_ID, LDR } from '../../../spec/registers/lapic.ts';
import { EV, REQ } from '../../core/events.ts';
import { atLapic, emit, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../../core/machine.ts';
import type { LapicIrq } from '../../core/wires.ts';
import { BASE, LAPIC, VCPU, VM } from '../../core/words.ts';
import { LOGICAL_MODE } from '../../kvm/apic-map.ts';
import { hwEnabled, inX2apic, swEnabled, testVector } from './priority.ts';

const R = LAPIC.at;
const { ID: ID_AT } = shifts(APIC_ID);
const { LOGICAL_ID: LOGICAL_AT } = shifts(LDR);
const BROADCAST = 0xff;
const X2APIC_BROADCAST = 0xffffffff;

/** Register values of the delivery mode field, bits 10:8. */
export const MODE = { fixed: 0, lowest: 1, smi: 2, remoteRead: 3, nmi: 4, init: 5, startup: 6, extint: 7 } as const;

const vcpuId = (m: Machine, vcpu: number): number => m.w[vcpuAt(m, vcpu) + VCPU.at.apicId];

/** @kvm lapic.c kvm_apic_match_physical_addr */
function matchPhysical(m: Machine, vcpu: number, mda: number): boolean {
  const x2 = inX2apic(m, vcpu);
  if (mda === (x2 ? X2APIC_BROADCAST : BROADCAST)) return true;
  if (x2 || mda > 0xff) return mda === vcpuId(m, vcpu);
  return mda === m.w[lapicAt(m, vcpu) + R.id] >>> ID_AT;
}

/** @kvm lapic.c kvm_apic_match_logical_addr */
function matchLogical(m: Machine, vcpu: number, mda: number): boolean {
  const at = lapicAt(m, vcpu);
  const x2 = inX2apic(m, vcpu);
  if (mda === (x2 ? X2APIC_BROADCAST : BROADCAST)) return true;
  const ldr = m.w[at + R.ldr] >>> 0;
  if (x2) return ldr >>> 16 === mda >>> 16 && (ldr & mda & 0xffff) !== 0;
  const logicalId = ldr >>> LOGICAL_AT;
  const dfr = m.w[at + R.dfr] >>> 0;
  if (dfr === 0xffffffff) return (logicalId & mda) !== 0;
  if (dfr === 0x0fffffff) return logicalId >>> 4 === mda >>> 4 && (logicalId & mda & 0xf) !== 0;
  return false;
}

/**
 * Does this vCPU's APIC answer to the destination? @param src sending APIC's vCPU, -1 for a device
 * @kvm lapic.c kvm_apic_match_dest, kvm_apic_mda (a device's 0xff means everyone in x2APIC mode too, unless the quirk is off)
 */
export function matchDest(
  m: Machine,
  vcpu: number,
  src: number,
  shorthand: number,
  dest: number,
  logical: boolean,
): boolean {
  if (shorthand === 1) return vcpu === src;
  if (shorthand === 2) return true;
  if (shorthand === 3) return vcpu !== src;
  const quirk = !m.broadcastQuirkDisabled && src === -1 && dest === BROADCAST && inX2apic(m, vcpu);
  const mda = quirk ? X2APIC_BROADCAST : dest >>> 0;
  return logical ? matchLogical(m, vcpu, mda) : matchPhysical(m, vcpu, mda);
}

/** @kvm lapic.c kvm_apic_is_broadcast_dest */
function isBroadcast(m: Machine, src: number, dest: number): boolean {
  if (m.broadcastQuirkDisabled) {
    if (dest === BROADCAST && m.map.mode !== LOGICAL_MODE.x2apic) return true;
    return dest === X2APIC_BROADCAST;
  }
  return dest === (src !== -1 && inX2apic(m, src) ? X2APIC_BROADCAST : BROADCAST);
}

const isLowestPrio = (irq: LapicIrq): boolean => irq.deliveryMode === MODE.lowest || irq.redirHint;

/** Bits set in a 16-bit mask. */
function weight16(mask: number): number {
  let n = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) n++;
  return n;
}

/** Position of the n-th set bit, counting from 0. */
function nthBit(mask: number, n: number): number {
  let rest = mask;
  for (let i = 0; i < n; i++) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

/** Where the map's answer lies: `table[base + i]` for each set bit i of `mask`. One object, reused. */
const found = { table: new Int8Array(0) as Int8Array | Int16Array, base: 0, mask: 0 };

/** @kvm lapic.c kvm_apic_map_get_logical_dest */
function mapLogical(m: Machine, dest: number): boolean {
  const map = m.map;
  found.base = 0;
  found.table = map.flat;
  switch (map.mode) {
    case LOGICAL_MODE.swDisabled:
      found.mask = 0;
      return true;
    case LOGICAL_MODE.x2apic: {
      const offset = (dest >>> 16) * 16;
      found.mask = 0;
      if (offset <= map.maxId) {
        found.table = map.phys;
        found.base = offset;
        found.mask = dest & (0xffff >> (16 - Math.min(map.maxId - offset + 1, 16)));
      }
      return true;
    }
    case LOGICAL_MODE.xapicFlat:
      found.mask = dest & 0xff;
      return true;
    case LOGICAL_MODE.xapicCluster:
      found.table = map.cluster;
      found.base = ((dest >>> 4) & 0xf) * 4;
      found.mask = dest & 0xf;
      return true;
    default:
      return false;
  }
}

/** Picks the one that gets a lowest-priority interrupt among `found`. @returns false when the pick is an empty slot */
function pickLowest(m: Machine, irq: LapicIrq): boolean {
  if (m.config.vectorHashing === false) {
    let lowest = -1;
    for (let i = 0; i < 16; i++) {
      const vcpu = (found.mask >> i) & 1 ? found.table[found.base + i] : -1;
      if (vcpu !== -1 && (lowest === -1 || arbPrio(m, vcpu) < arbPrio(m, found.table[found.base + lowest]))) lowest = i;
    }
    found.mask = lowest === -1 ? 0 : 1 << lowest;
    return true;
  }
  if (found.mask === 0) return true;
  const slot = nthBit(found.mask, irq.vector % weight16(found.mask));
  const vcpu = found.table[found.base + slot];
  if (vcpu === -1) {
    put(m, BASE.vm + VM.at.disabledLapicFound, 1);
    emit(m, EV.disabled_lapic, atLapic(0), irq.dest, irq.vector);
    found.mask = 0;
    return false;
  }
  emit(m, EV.lowest_prio, atLapic(vcpu), vcpu, irq.vector, found.mask);
  found.mask = 1 << slot;
  return true;
}

const arbPrio = (m: Machine, vcpu: number): number => m.w[lapicAt(m, vcpu) + R.arbPrio];

/** Fills `found` from the map. @returns false when the slow walk must decide @kvm lapic.c kvm_apic_map_get_dest_lapic */
function mapDestinations(m: Machine, src: number, irq: LapicIrq): boolean {
  if (irq.shorthand !== 0 || !m.map.valid) return false;
  const dest = irq.dest >>> 0;
  if (isBroadcast(m, src, dest)) return false;
  if (!irq.logical) {
    found.table = m.map.phys;
    found.base = dest > m.map.maxId ? 0 : dest;
    found.mask = dest > m.map.maxId ? 0 : 1;
    return true;
  }
  if (!mapLogical(m, dest)) return false;
  if (isLowestPrio(irq)) pickLowest(m, irq);
  return true;
}

/** Does the map answer for this message, so that no vCPU is walked? @kvm lapic.c kvm_irq_delivery_to_apic_fast */
function mapDecides(m: Machine, src: number, irq: LapicIrq): boolean {
  if (irq.shorthand !== 0) return irq.shorthand === 1;
  if (!m.map.valid || isBroadcast(m, src, irq.dest >>> 0)) return false;
  return !irq.logical || m.map.mode !== LOGICAL_MODE.disabled;
}

/** @returns CPUs reached, or null when the map cannot decide @kvm lapic.c kvm_irq_delivery_to_apic_fast */
export function deliverFast(m: Machine, src: number, irq: LapicIrq, trackRtc: boolean): number | null {
  if (irq.shorthand === 1) return acceptIrq(m, src, irq, trackRtc);
  if (!mapDestinations(m, src, irq)) return null;
  const { table, base, mask } = found;
  let reached = 0;
  let targets = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) {
    const vcpu = table[base + 31 - Math.clz32(rest & -rest)];
    if (vcpu === -1) continue;
    targets++;
    reached += acceptIrq(m, vcpu, irq, trackRtc);
  }
  if (targets === 0) emit(m, EV.no_destination, atLapic(0), irq.dest, irq.vector, irq.logical ? 1 : 0);
  return reached;
}

/** Walks every vCPU. @kvm lapic.c kvm_irq_delivery_to_apic */
function deliverSlow(m: Machine, src: number, message: LapicIrq, trackRtc: boolean): number {
  let irq = message;
  if (!irq.logical && irq.dest === 0xff && isLowestPrio(irq)) irq = { ...irq, deliveryMode: MODE.fixed };
  const lowestPrio = isLowestPrio(irq);
  const candidates: number[] = [];
  let result = -1;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (!hwEnabled(m, vcpu) || !matchDest(m, vcpu, src, irq.shorthand, irq.dest, irq.logical)) continue;
    if (!lowestPrio) result = Math.max(result, 0) + acceptIrq(m, vcpu, irq, trackRtc);
    else if (swEnabled(m, vcpu)) candidates.push(vcpu);
  }
  if (candidates.length > 0) {
    const pick =
      m.config.vectorHashing === false
        ? candidates.reduce((best, vcpu) => (arbPrio(m, vcpu) < arbPrio(m, best) ? vcpu : best))
        : candidates[irq.vector % candidates.length];
    let mask = 0;
    for (const vcpu of candidates) mask |= 1 << (vcpu & 31);
    emit(m, EV.lowest_prio, atLapic(pick), pick, irq.vector, mask);
    result = acceptIrq(m, pick, irq, trackRtc);
  }
  if (result === -1) emit(m, EV.no_destination, atLapic(0), irq.dest, irq.vector, irq.logical ? 1 : 0);
  return result;
}

/**
 * Delivers a message. @param src sending APIC's vCPU, -1 for a device @param trackRtc remember who owes pin 8's EOI
 * @returns CPUs reached; -1 when the slow walk found nobody, 0 when the map did not
 * @kvm lapic.c kvm_irq_delivery_to_apic
 */
export function deliverToApic(m: Machine, src: number, irq: LapicIrq, trackRtc: boolean): number {
  const mode = irq.deliveryMode | (irq.logical ? 8 : 0) | (irq.shorthand << 4) | (irq.redirHint ? 0x40 : 0);
  const fastPossible = mapDecides(m, src, irq);
  const where = atLapic(Math.max(src, 0));
  const outer = enter(m, EV.kvm_irq_delivery_to_apic, where, irq.dest, irq.vector, mode, fastPossible ? 1 : 0);
  const fast = deliverFast(m, src, irq, trackRtc);
  const result = fast === null ? deliverSlow(m, src, irq, trackRtc) : fast;
  leave(m, outer);
  return result;
}

/** Visits every vCPU a message would go to, without sending it. @kvm lapic.c kvm_bitmap_or_dest_vcpus */
export function forEachDestination(m: Machine, irq: LapicIrq, visit: (vcpu: number) => void): void {
  if (mapDestinations(m, -1, irq)) {
    for (let i = 0; i < 16; i++) {
      const vcpu = (found.mask >> i) & 1 ? found.table[found.base + i] : -1;
      if (vcpu !== -1) visit(vcpu);
    }
    return;
  }
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (hwEnabled(m, vcpu) && matchDest(m, vcpu, -1, irq.shorthand, irq.dest, irq.logical)) visit(vcpu);
  }
}

/**
 * The one vCPU a message is for, -1 if there is not exactly one. The map's answer counts if it is one APIC, so a lowest
 * priority message has the APIC it would go to now; else all that match are counted, software-disabled ones too.
 * @kvm irq.c kvm_intr_is_single_vcpu, lapic.c kvm_intr_is_single_vcpu_fast
 */
export function singleVcpu(m: Machine, irq: LapicIrq): number {
  if (mapDestinations(m, -1, irq) && weight16(found.mask) === 1) {
    const vcpu = found.table[found.base + 31 - Math.clz32(found.mask)];
    if (vcpu !== -1) return vcpu;
  }
  let only = -1;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (!hwEnabled(m, vcpu) || !matchDest(m, vcpu, -1, irq.shorthand, irq.dest, irq.logical)) continue;
    if (only !== -1) return -1;
    only = vcpu;
  }
  return only;
}

/** A local APIC is handed an interrupt. @returns 1 taken, 0 dropped @kvm lapic.c __apic_accept_irq */
export function acceptIrq(m: Machine, vcpu: number, irq: LapicIrq, trackRtc: boolean): number {
  const where = atLapic(vcpu);
  const outer = enter(m, EV.kvm_apic_accept_irq, where, irq.vector, irq.deliveryMode, irq.trigMode ? 1 : 0);
  const result =
    irq.deliveryMode === MODE.fixed ? acceptVector(m, vcpu, irq, trackRtc) : acceptByMode(m, vcpu, irq, trackRtc);
  leave(m, outer);
  return result;
}

/** Every mode but fixed, which goes to acceptVector at once. */
function acceptByMode(m: Machine, vcpu: number, irq: LapicIrq, trackRtc: boolean): number {
  const at = lapicAt(m, vcpu);
  const where = atLapic(vcpu);
  switch (irq.deliveryMode) {
    case MODE.lowest:
      put(m, at + R.arbPrio, m.w[at + R.arbPrio] + 1);
      return acceptVector(m, vcpu, irq, trackRtc);
    case MODE.remoteRead:
      put(m, vcpuAt(m, vcpu) + VCPU.at.pvUnhalted, 1);
      m.wires.request(m, vcpu, REQ.event);
      m.wires.kick(m, vcpu);
      return 1;
    case MODE.nmi:
      m.wires.injectNmi(m, vcpu);
      m.wires.kick(m, vcpu);
      return 1;
    case MODE.init:
      if (irq.trigMode && !irq.level) {
        emit(m, EV.accept_deassert, where, irq.vector);
        return 0;
      }
      return acceptEvent(m, vcpu, EV.init_pending, 0, 1);
    case MODE.startup:
      put(m, at + R.sipiVector, irq.vector);
      return acceptEvent(m, vcpu, EV.sipi_pending, irq.vector, m.w[at + R.pendingEvents] | 2);
    default:
      // SMI: KVM without CONFIG_KVM_SMM (as recorded) drops it. ExtINT: sampled at LVT0, never accepted here.
      emit(m, EV.accept_ignored, where, irq.vector, irq.deliveryMode);
      return 0;
  }
}

/** INIT (which drops a pending SIPI) or SIPI waits for the vCPU to look. */
function acceptEvent(m: Machine, vcpu: number, code: number, vector: number, pendingEvents: number): number {
  const outer = enter(m, code, atLapic(vcpu), vector);
  put(m, lapicAt(m, vcpu) + R.pendingEvents, pendingEvents);
  m.wires.request(m, vcpu, REQ.event);
  m.wires.kick(m, vcpu);
  leave(m, outer);
  return 1;
}

/** Fixed or lowest priority: into TMR and IRR (or PIR). */
function acceptVector(m: Machine, vcpu: number, irq: LapicIrq, trackRtc: boolean): number {
  const at = lapicAt(m, vcpu);
  if (irq.trigMode && !irq.level) {
    emit(m, EV.accept_deassert, atLapic(vcpu), irq.vector);
    return 0;
  }
  if (!hwEnabled(m, vcpu) || !swEnabled(m, vcpu)) {
    emit(m, EV.accept_disabled, atLapic(vcpu), irq.vector);
    return 0;
  }
  if (trackRtc) m.wires.rtcTrack(m, vcpu, irq.vector);
  if (testVector(m.w, at + R.tmr, irq.vector) !== irq.trigMode) {
    const word = at + R.tmr + (irq.vector >> 5);
    put(m, word, m.w[word] ^ (1 << (irq.vector & 31)));
  }
  m.wires.deliverInterrupt(m, vcpu, irq.vector);
  return 1;
}
