/** KVM_GET_LAPIC and KVM_SET_LAPIC (arch/x86/kvm/lapic.c, v6.18). */
import { REQ } from '../../core/events.ts';
import { lapicAt, type Machine, put, vcpuAt } from '../../core/machine.ts';
import type { SavedLapic } from '../../core/saved.ts';
import { LAPIC, VCPU } from '../../core/words.ts';
import { markMapDirty, recalculateApicMap } from '../../kvm/apic-map.ts';
import { findHighestIsr, inX2apic, updatePpr } from './priority.ts';
import { followLvt0, icrHighWord, setSvr, setVersion, updateApicvCaches, x2apicLdr } from './registers.ts';
import { cancelTimer, currentCount, startTimer, updateDivideCount, updateTimerMode } from './timer.ts';

const R = LAPIC.at;
const EINVAL = 22;

/** The words that lie in the register page, in its order. */
const PAGE_WORDS: readonly number[] = [
  ...[R.id, R.version, R.tpr, R.ppr, R.ldr, R.dfr, R.svr, R.esr, R.icr, R.icr2, R.icrHi],
  ...[R.lvtTimer, R.lvtThermal, R.lvtPerf, R.lvtLint0, R.lvtLint1, R.lvtError, R.lvtCmci, R.tmict, R.tdcr],
  ...[R.isr, R.tmr, R.irr].flatMap((base) => Array.from({ length: 8 }, (_, i) => base + i)),
];

const idOf = (m: Machine, vcpu: number): number => m.w[vcpuAt(m, vcpu) + VCPU.at.apicId];

/** @kvm lapic.c kvm_apic_get_state, kvm_apic_state_fixup */
export function saveLapic(m: Machine, vcpu: number): SavedLapic {
  m.wires.syncPirToIrr(m, vcpu);
  const at = lapicAt(m, vcpu);
  const page = new Map(PAGE_WORDS.map((word) => [word, m.w[at + word]]));
  if (inX2apic(m, vcpu)) {
    if (!m.x2apicFormat) page.set(R.id, idOf(m, vcpu) << 24);
    page.set(R.icr2, m.w[at + icrHighWord(m)]);
  }
  return { what: 'lapic', page, currentCount: currentCount(m, vcpu) };
}

/**
 * The whole page is replaced, then everything KVM derives from it; the stored PPR is worked out before the highest vector
 * in service is looked up again. @returns 0, or EINVAL for a foreign id in x2APIC mode, SVR being taken over by then
 * @kvm lapic.c kvm_apic_set_state, kvm_apic_state_fixup
 */
export function restoreLapic(m: Machine, vcpu: number, saved: SavedLapic): number {
  const at = lapicAt(m, vcpu);
  const x2 = inX2apic(m, vcpu);
  const word = (register: number): number => saved.page.get(register) ?? 0;
  m.wires.apicvPreStateRestore(m, vcpu);
  setSvr(m, vcpu, word(R.svr));
  if (x2 && m.x2apicFormat && word(R.id) !== idOf(m, vcpu)) {
    recalculateApicMap(m);
    return EINVAL;
  }
  for (const register of PAGE_WORDS) put(m, at + register, word(register));
  if (x2) {
    put(m, at + R.id, idOf(m, vcpu));
    put(m, at + R.ldr, x2apicLdr(idOf(m, vcpu)));
    put(m, at + icrHighWord(m), word(R.icr2));
  }
  markMapDirty(m);
  recalculateApicMap(m);
  setVersion(m, vcpu);
  updatePpr(m, vcpu);
  cancelTimer(m, vcpu);
  updateTimerMode(m, vcpu);
  followLvt0(m, vcpu);
  updateDivideCount(m, vcpu);
  startTimer(m, vcpu, saved.currentCount);
  updateApicvCaches(m, vcpu);
  if (m.w[at + R.apicvActive] === 1) {
    m.wires.apicvPostStateRestore(m, vcpu);
    m.wires.hwapicIsrUpdate(m, vcpu, findHighestIsr(m, vcpu));
  }
  m.wires.request(m, vcpu, REQ.event);
  if (!m.split) m.wires.rtcRestoreOne(m, vcpu);
  put(m, at + R.arbPrio, 0);
  return 0;
}
