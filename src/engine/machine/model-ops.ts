/** Ops on the model guest, its devices and virtual time, and the ports of the i8254. */

import { OpError } from '../../spec/define/op.ts';
import { messagesOf } from '../../spec/messages.ts';
import type { OpResult } from '../../spec/ops/index.ts';
import { resetIoapic } from '../chips/ioapic/ioapic.ts';
import { injectPendingTimer } from '../chips/lapic/timer.ts';
import { resetPics } from '../chips/pic/pic.ts';
import { modelsVmm } from '../core/has.ts';
import { lapicAt, type Machine } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import type { ModelOps, Wires } from '../core/wires.ts';
import { LAPIC, VCPU } from '../core/words.ts';
import { countExit, MODE, MP_STATE } from '../kvm/vcpu.ts';
import { advance, settle } from '../world/clock.ts';
import {
  deviceConfig,
  deviceQuiet,
  deviceResampled,
  deviceSlot,
  deviceWork,
  msiWrite,
  msixWrite,
  resetSources,
} from '../world/device.ts';
import { enterGuest, guestEoi, guestFlags, guestHalt, openWindow, resetGuest, serveVcpu } from '../world/guest.ts';
import { BASE_WIRES } from './plain.ts';

const OK: OpResult = { ok: true };

function slotOf(m: Machine, id: string): number {
  const slot = deviceSlot(m, id);
  if (slot === -1) throw new OpError('op.noDevice', 'id', { id });
  return slot;
}

/** Time, devices and the guest's flags: alike on every machine. */
export const MODEL_OPS = {
  advance: (m, op) => ({ ok: true, events: advance(m, op.ns) }),
  settle: (m, op) => ({ ok: true, events: settle(m, op.events) }),
  device(m, op) {
    const slot = slotOf(m, op.id);
    const device = m.config.devices?.[slot];
    if (device?.kind === 'pit') throw new OpError('op.pitDevice', 'id', { id: op.id });
    const vector = op.vector ?? 0;
    const max = Math.max(1, device === undefined ? 1 : messagesOf(device)) - 1;
    if (vector > max) throw new OpError('op.range', 'vector', { max });
    if (op.event === 'quiet') deviceQuiet(m, slot);
    else if (op.event === 'config') {
      if (!deviceConfig(m, slot)) throw new OpError('op.noVirtio', 'id', { id: op.id });
    } else deviceWork(m, slot, vector);
    return OK;
  },
  msix(m, op) {
    const slot = slotOf(m, op.id);
    const count = m.config.devices?.[slot]?.msix ?? 0;
    if (op.entry >= count) throw new OpError('op.range', 'entry', { max: count - 1 });
    msixWrite(m, slot, op.entry, op.field, op.value);
    return OK;
  },
  msi_cap(m, op) {
    const slot = slotOf(m, op.id);
    if (m.config.devices?.[slot]?.msi === undefined) throw new OpError('op.noMsi', 'id', { id: op.id });
    const cap = m.config.devices?.[slot]?.msiCap ?? '64-mask';
    const lacks = op.field === 'addr_hi' ? !cap.startsWith('64') : op.field === 'mask' && !cap.endsWith('mask');
    if (lacks) throw new OpError('op.noMsiField', 'field', { id: op.id, field: op.field });
    msiWrite(m, slot, op.field, op.value);
    return OK;
  },
  guest(m, op) {
    guestFlags(m, op.vcpu, op);
    return OK;
  },
} satisfies Partial<ModelOps>;

/**
 * The ops of a machine whose host is not modelled: a vCPU is nowhere in particular, and only injection leaves a trace.
 * @param host the same ops where it is
 */
export const plainModelOps = (host: () => ModelOps): ModelOps => ({
  ...MODEL_OPS,
  vcpu_state: () => OK,
  vmentry: () => OK,
  vmexit: () => OK,
  schedule: () => OK,
  apicv_inhibit: () => OK,
  race: () => OK,
  post: (m, op) => host().post(m, op),
  get_vmx: (m, op) => host().get_vmx(m, op),
  vtd_msi: (m, op) => host().vtd_msi(m, { ...op, irte: { ...op.irte, posted: false } }),
});

/** Wires of a machine with a model guest, devices and an i8254, without APICv. */
export const MODEL_WIRES: Omit<Wires, 'modelOps' | 'pit' | 'vmm'> = {
  ...BASE_WIRES,
  resampled: deviceResampled,
  enterGuest,
  guestEoi(m, vcpu, kind) {
    if (kind !== 'none') countExit(m, vcpu);
    guestEoi(m, vcpu, kind);
  },
  serveVcpu,
  openWindow(m, vcpu) {
    if (modelsVmm(m)) m.wires.vmm().window(m, vcpu);
    openWindow(m, vcpu);
  },
  userMmioWrite(m, addr, len, data) {
    if (modelsVmm(m)) m.wires.vmm().mmioWrite(m, addr, len, data);
  },
  userMmioRead: (m, addr, len) => (modelsVmm(m) ? m.wires.vmm().mmioRead(m, addr, len) : 0n),
  userPioWrite(m, port, value) {
    if (modelsVmm(m)) m.wires.vmm().pioWrite(m, port, value);
  },
  userPioRead: (m, port) => (modelsVmm(m) ? m.wires.vmm().pioRead(m, port) : 0),
  userEoi(m, vector) {
    if (modelsVmm(m)) m.wires.vmm().eoi(m, vector);
  },
  userPicOutput(m) {
    if (modelsVmm(m)) m.wires.vmm().picOutput(m);
  },
  leaveRun(m, vcpu) {
    if (reg(m, vcpu, VCPU.at.mode) !== MODE.inGuest) return;
    set(m, vcpu, VCPU.at.mode, MODE.outside);
    countExit(m, vcpu);
  },
  backToRun(m, vcpu) {
    if (m.config.guest === undefined) return;
    injectPendingTimer(m, vcpu);
    m.wires.openWindow(m, vcpu);
    const waits = reg(m, vcpu, VCPU.at.halted) === 1 || reg(m, vcpu, VCPU.at.mpState) !== MP_STATE.runnable;
    // What has something to do enters with that, and AVIC's entry is its own.
    if (waits || reg(m, vcpu, VCPU.at.requests) !== 0 || m.w[lapicAt(m, vcpu) + LAPIC.at.apicvActive] === 1) return;
    set(m, vcpu, VCPU.at.mode, MODE.inGuest);
  },
  guestHalt,
};

/** What a machine has beyond the irqchip, at power-on. */
export function resetModel(m: Machine): void {
  if (m.config.pit === true && m.irqchip === 'full') m.wires.pit().reset(m);
  if (modelsVmm(m)) {
    resetPics(m);
    resetIoapic(m);
  }
  resetSources(m);
  if (m.config.guest !== undefined) resetGuest(m);
}
