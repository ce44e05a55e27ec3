/**
 * The VMCS fields an interrupt meets, and KVM's writes to them (arch/x86/kvm/vmx/vmx.c, v6.18). Control words start as
 * KVM has them on a machine with EPT, TPR shadow and virtual NMIs; only bits an interrupt cares about ever change.
 */

import { masks } from '../../spec/define/registers.ts';
import {
  PIN_CONTROLS,
  PRIMARY_CONTROLS,
  SECONDARY_CONTROLS,
  TERTIARY_CONTROLS,
} from '../../spec/registers/run-loop.ts';
import { hwEnabled, inX2apic } from '../chips/lapic/priority.ts';
import { EV } from '../core/events.ts';
import { emit, enter, lapicAt, leave, type Machine, put, vmcsAt, whereOf } from '../core/machine.ts';
import { LAPIC, VMCS } from '../core/words.ts';

const F = VMCS.at;

/** Vectors of the host: VM entry event bits are in INFO. */
export const HOST_VECTOR = {
  reschedule: 0xfd,
  callFunction: 0xfc,
  callFunctionSingle: 0xfb,
  postedIntr: 0xf2,
  postedWakeup: 0xf1,
  localTimer: 0xec,
} as const;

const pin = masks(PIN_CONTROLS);
const primary = masks(PRIMARY_CONTROLS);
const secondary = masks(SECONDARY_CONTROLS);

export const PIN = { virtualNmis: pin.VIRTUAL_NMIS, postedInterrupts: pin.POSTED_INTERRUPTS } as const;
export const PRIMARY = {
  interruptWindow: primary.INTERRUPT_WINDOW_EXITING,
  tprShadow: primary.TPR_SHADOW,
  nmiWindow: primary.NMI_WINDOW_EXITING,
  tertiary: primary.TERTIARY_CONTROLS,
} as const;
export const SECONDARY = {
  virtualizeApicAccesses: secondary.VIRTUALIZE_APIC_ACCESSES,
  virtualizeX2apic: secondary.VIRTUALIZE_X2APIC_MODE,
  apicRegisterVirtualization: secondary.APIC_REGISTER_VIRTUALIZATION,
  virtualInterruptDelivery: secondary.VIRTUAL_INTERRUPT_DELIVERY,
} as const;
export const TERTIARY = { ipiVirtualization: masks(TERTIARY_CONTROLS).IPI_VIRTUALIZATION } as const;
const PIN_BASE = 0x3f;
const PRIMARY_BASE = 0xb5a06dfa | 0;
/** EPT, RDTSCP, VPID, unrestricted guest, INVPCID. */
const SECONDARY_BASE = 0x10aa;

/** Basic exit reasons. @sdm "VMX Basic Exit Reasons" */
export const EXIT = {
  externalInterrupt: 1,
  interruptWindow: 7,
  nmiWindow: 8,
  hlt: 12,
  io: 30,
  rdmsr: 31,
  wrmsr: 32,
  tprBelowThreshold: 43,
  apicAccess: 44,
  eoiInduced: 45,
  eptViolation: 48,
  eptMisconfig: 49,
  preemptionTimer: 52,
  apicWrite: 56,
} as const;

export const atVmcs = (vcpu: number): number => whereOf('vmcs', vcpu);
export const vmcs = (m: Machine, vcpu: number, field: number): number => m.w[vmcsAt(m, vcpu) + field];
export const setVmcs = (m: Machine, vcpu: number, field: number, value: number): void =>
  put(m, vmcsAt(m, vcpu) + field, value);

export const apicvActive = (m: Machine, vcpu: number): boolean => m.w[lapicAt(m, vcpu) + LAPIC.at.apicvActive] === 1;
export const hasControl = (m: Machine, vcpu: number, field: number, bit: number): boolean =>
  (vmcs(m, vcpu, field) & bit) !== 0;

/** @kvm vmx.c init_vmcs */
export function resetVmcs(m: Machine, vcpu: number): void {
  setVmcs(m, vcpu, F.pinControls, PIN_BASE);
  setVmcs(m, vcpu, F.primaryControls, PRIMARY_BASE);
  setVmcs(m, vcpu, F.secondaryControls, SECONDARY_BASE);
  refreshControls(m, vcpu);
  setVirtualApicMode(m, vcpu);
}

const bitSet = (word: number, bit: number, on: boolean): number => (on ? word | bit : word & ~bit);

/** @kvm vmx.c vmx_refresh_apicv_exec_ctrl */
export function refreshControls(m: Machine, vcpu: number): void {
  const active = apicvActive(m, vcpu);
  const pin = bitSet(vmcs(m, vcpu, F.pinControls), PIN.postedInterrupts, active);
  const both = SECONDARY.apicRegisterVirtualization | SECONDARY.virtualInterruptDelivery;
  const secondary = bitSet(vmcs(m, vcpu, F.secondaryControls), both, active);
  const ipiv = active && m.config.ipiVirtualization === true;
  const tertiary = bitSet(vmcs(m, vcpu, F.tertiaryControls), TERTIARY.ipiVirtualization, ipiv);
  const outer = enter(m, EV.apicv_controls, atVmcs(vcpu), pin, secondary, tertiary);
  setVmcs(m, vcpu, F.pinControls, pin);
  setVmcs(m, vcpu, F.secondaryControls, secondary);
  setVmcs(m, vcpu, F.tertiaryControls, tertiary);
  const primary = vmcs(m, vcpu, F.primaryControls);
  setVmcs(m, vcpu, F.primaryControls, bitSet(primary, PRIMARY.tertiary, m.config.ipiVirtualization === true));
  leave(m, outer);
}

/** @kvm vmx.c vmx_set_virtual_apic_mode */
export function setVirtualApicMode(m: Machine, vcpu: number): void {
  const enabled = hwEnabled(m, vcpu);
  const x2 = enabled && inX2apic(m, vcpu);
  let secondary = vmcs(m, vcpu, F.secondaryControls);
  secondary = bitSet(secondary, SECONDARY.virtualizeApicAccesses, enabled && !x2);
  secondary = bitSet(secondary, SECONDARY.virtualizeX2apic, x2);
  if (secondary === vmcs(m, vcpu, F.secondaryControls)) return;
  const outer = enter(m, EV.virtual_apic_mode, atVmcs(vcpu), secondary);
  setVmcs(m, vcpu, F.secondaryControls, secondary);
  leave(m, outer);
}

/** @kvm vmx.c vmx_set_rvi */
export function setRvi(m: Machine, vcpu: number, vector: number): void {
  const after = Math.max(vector, 0);
  const before = vmcs(m, vcpu, F.rvi);
  if (before === after) return;
  const outer = enter(m, EV.set_rvi, atVmcs(vcpu), before, after);
  setVmcs(m, vcpu, F.rvi, after);
  leave(m, outer);
}

/** SVI follows the highest ISR vector (-1: none). @kvm vmx.c vmx_hwapic_isr_update */
export function hwapicIsrUpdate(m: Machine, vcpu: number, vector: number): void {
  const after = Math.max(vector, 0);
  const before = vmcs(m, vcpu, F.svi);
  if (before === after) return;
  const outer = enter(m, EV.set_svi, atVmcs(vcpu), before, after);
  setVmcs(m, vcpu, F.svi, after);
  leave(m, outer);
}

/** The vectors whose EOI must reach KVM. Nothing is loaded while APICv is off. @kvm vmx.c vmx_load_eoi_exitmap */
export function loadEoiExitmap(m: Machine, vcpu: number): void {
  if (!apicvActive(m, vcpu)) return;
  const handled = lapicAt(m, vcpu) + LAPIC.at.handled;
  let count = 0;
  for (let i = 0; i < 8; i++) for (let rest = m.w[handled + i]; rest !== 0; rest &= rest - 1) count++;
  const outer = enter(m, EV.eoi_exitmap, atVmcs(vcpu), count);
  for (let i = 0; i < 8; i++) setVmcs(m, vcpu, F.eoiExitBitmap + i, m.w[handled + i]);
  leave(m, outer);
}

/** @kvm vmx.c vmx_enable_irq_window */
export function enableIrqWindow(m: Machine, vcpu: number): void {
  const primary = vmcs(m, vcpu, F.primaryControls);
  if ((primary & PRIMARY.interruptWindow) !== 0) return;
  const outer = enter(m, EV.irq_window_request, atVmcs(vcpu));
  setVmcs(m, vcpu, F.primaryControls, primary | PRIMARY.interruptWindow);
  leave(m, outer);
}

/** An STI shadow ends by the interrupt window. @param sti the shadow is STI's @kvm vmx.c vmx_enable_nmi_window */
export function enableNmiWindow(m: Machine, vcpu: number, sti: boolean): void {
  emit(m, EV.nmi_window_request, atVmcs(vcpu), sti ? 1 : 0);
  if (sti) enableIrqWindow(m, vcpu);
  else setVmcs(m, vcpu, F.primaryControls, vmcs(m, vcpu, F.primaryControls) | PRIMARY.nmiWindow);
}

/** @kvm vmx.c vmx_update_cr8_intercept @param tpr TPR class @param irr class of the highest IRR vector, -1 none */
export function updateCr8Intercept(m: Machine, vcpu: number, tpr: number, irr: number): void {
  const threshold = irr === -1 || tpr < irr ? 0 : irr;
  if (threshold === vmcs(m, vcpu, F.tprThreshold)) return;
  const outer = enter(m, EV.tpr_threshold, atVmcs(vcpu), threshold, tpr, irr);
  setVmcs(m, vcpu, F.tprThreshold, threshold);
  leave(m, outer);
}
