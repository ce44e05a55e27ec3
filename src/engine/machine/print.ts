/** Prints a machine as the conformance files do: what KVM_GET_LAPIC, KVM_GET_IRQCHIP and friends would show. */

import { hex64 } from '../../base/numbers.ts';
import { IOAPIC_BASE, IOAPIC_PINS, ioapicVisibleIrr } from '../chips/ioapic/ioapic.ts';
import { inX2apic } from '../chips/lapic/priority.ts';
import { icrHighWord } from '../chips/lapic/registers.ts';
import { lapicAt, type Machine, vcpuAt } from '../core/machine.ts';
import { IOAPIC, LAPIC, PIC, VCPU } from '../core/words.ts';
import { acceptEvents, processNmi } from '../kvm/vcpu.ts';
import { vectorsIn } from '../view/machine-view.ts';
import { hex } from './hex.ts';

const L = LAPIC.at;
const V = VCPU.at;
const P = PIC.at;

const wide = (lo: number, hi: number): string => (hi === 0 ? hex(lo) : hex64(lo, hi));

/** @returns null for a vCPU without a local APIC in the kernel */
function printLapic(m: Machine, vcpu: number): Record<string, unknown> | null {
  if (m.irqchip === 'none') return null;
  const w = m.w;
  const at = lapicAt(m, vcpu);
  const v = vcpuAt(m, vcpu);
  const reg = (offset: number): number => w[at + offset];
  const x2 = inX2apic(m, vcpu);
  return {
    id: hex(x2 && !m.x2apicFormat ? reg(L.id) << 24 : reg(L.id)),
    version: hex(reg(L.version)),
    tpr: hex(reg(L.tpr)),
    apr: '0x0',
    ppr: hex(reg(L.ppr)),
    ldr: hex(reg(L.ldr)),
    dfr: hex(reg(L.dfr)),
    svr: hex(reg(L.svr)),
    esr: hex(reg(L.esr)),
    icr: wide(reg(L.icr), x2 ? reg(icrHighWord(m)) : reg(L.icr2)),
    lvt: {
      cmci: hex(reg(L.lvtCmci)),
      timer: hex(reg(L.lvtTimer)),
      thermal: hex(reg(L.lvtThermal)),
      perf: hex(reg(L.lvtPerf)),
      lint0: hex(reg(L.lvtLint0)),
      lint1: hex(reg(L.lvtLint1)),
      error: hex(reg(L.lvtError)),
    },
    tmict: hex(reg(L.tmict)),
    tdcr: hex(reg(L.tdcr)),
    isr: vectorsIn(w, at + L.isr),
    irr: vectorsIn(w, at + L.irr),
    tmr: vectorsIn(w, at + L.tmr),
    apic_base: wide(reg(L.baseLo), reg(L.baseHi)),
    cr8: (reg(L.tpr) >> 4) & 0xf,
    mp_state: w[v + V.mpState],
    nmi: {
      injected: w[v + V.nmiInjected],
      pending: w[v + V.nmiPending],
      masked: w[v + V.nmiMasked],
    },
    intr_injected: w[v + V.intrInjected] === 1 ? w[v + V.intrNr] : -1,
  };
}

function printPic(m: Machine, chip: number): Record<string, string> {
  const at = m.wordMap.pic + chip * PIC.size;
  const reg = (offset: number): string => hex(m.w[at + offset]);
  return {
    last_irr: reg(P.lastIrr),
    irr: reg(P.irr),
    imr: reg(P.imr),
    isr: reg(P.isr),
    priority_add: reg(P.priorityAdd),
    irq_base: reg(P.irqBase),
    read_reg_select: reg(P.readRegSelect),
    poll: reg(P.poll),
    special_mask: reg(P.specialMask),
    init_state: reg(P.initState),
    auto_eoi: reg(P.autoEoi),
    rotate_on_auto_eoi: reg(P.rotateOnAutoEoi),
    special_fully_nested_mode: reg(P.specialFullyNested),
    init4: reg(P.init4),
    elcr: reg(P.elcr),
    elcr_mask: reg(P.elcrMask),
  };
}

/**
 * The `get` op. As on real KVM, asking is not free of effects: KVM_GET_MP_STATE looks at INIT and SIPI, and
 * KVM_GET_VCPU_EVENTS makes queued NMIs pending.
 */
export function printMachine(m: Machine): Record<string, unknown> {
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    acceptEvents(m, vcpu);
    processNmi(m, vcpu);
  }
  const out: Record<string, unknown> = { lapic: Array.from({ length: m.vcpus }, (_, vcpu) => printLapic(m, vcpu)) };
  if (m.irqchip !== 'full') return out;
  const at = m.wordMap.ioapic;
  const rte = (pin: number): string => wide(m.w[at + IOAPIC.at.redirLo + pin], m.w[at + IOAPIC.at.redirHi + pin]);
  out.ioapic = {
    base: hex(IOAPIC_BASE),
    ioregsel: hex(m.w[at + IOAPIC.at.ioregsel]),
    id: hex(m.w[at + IOAPIC.at.id]),
    irr: hex(ioapicVisibleIrr(m)),
    redirtbl: Array.from({ length: IOAPIC_PINS }, (_, pin) => rte(pin)),
  };
  out.pic0 = printPic(m, 0);
  out.pic1 = printPic(m, 1);
  return out;
}

/** The `cpu` op. */
export function printCpu(m: Machine, vcpu: number): Record<string, unknown> {
  acceptEvents(m, vcpu);
  const at = vcpuAt(m, vcpu);
  const reg = (offset: number): string => hex(m.w[at + offset]);
  return {
    cs: reg(V.cs),
    cs_base: reg(V.csBaseLo),
    rip: reg(V.rip),
    cr0: reg(V.cr0),
    mp_state: m.w[at + V.mpState],
  };
}
