/** Ops on the model guest, its devices and virtual time, and the ports of the i8254. */

import { OpError } from '../../spec/define/op.ts';
import { messagesOf } from '../../spec/messages.ts';
import type { OpResult } from '../../spec/ops/index.ts';
import { resetIoapic } from '../chips/ioapic/ioapic.ts';
import { resetPics } from '../chips/pic/pic.ts';
import { pitAck, pitMaskNotify, resetPit } from '../chips/pit/pit.ts';
import type { Machine } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import type { ModelOps, Wires } from '../core/wires.ts';
import { VCPU } from '../core/words.ts';
import { countExit, MODE } from '../kvm/vcpu.ts';
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
import {
  modelsVmm,
  vmmEoi,
  vmmMmioRead,
  vmmMmioWrite,
  vmmPicOutput,
  vmmPioRead,
  vmmPioWrite,
  vmmWindow,
} from '../world/userspace.ts';
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

/** Wires of a machine with a model guest, devices and an i8254, without APICv. */
export const MODEL_WIRES: Omit<Wires, 'modelOps'> = {
  ...BASE_WIRES,
  pitAck,
  pitMaskNotify,
  resampled: deviceResampled,
  enterGuest,
  guestEoi(m, vcpu, kind) {
    if (kind !== 'none') countExit(m, vcpu);
    guestEoi(m, vcpu, kind);
  },
  serveVcpu,
  openWindow(m, vcpu) {
    vmmWindow(m, vcpu);
    openWindow(m, vcpu);
  },
  userMmioWrite: vmmMmioWrite,
  userMmioRead: vmmMmioRead,
  userPioWrite: vmmPioWrite,
  userPioRead: vmmPioRead,
  userEoi: vmmEoi,
  userPicOutput: vmmPicOutput,
  leaveRun(m, vcpu) {
    if (reg(m, vcpu, VCPU.at.mode) !== MODE.inGuest) return;
    set(m, vcpu, VCPU.at.mode, MODE.outside);
    countExit(m, vcpu);
  },
  guestHalt,
};

/** What a machine has beyond the irqchip, at power-on. */
export function resetModel(m: Machine): void {
  if (m.config.pit === true && m.irqchip === 'full') resetPit(m);
  if (modelsVmm(m)) {
    resetPics(m);
    resetIoapic(m);
  }
  resetSources(m);
  if (m.config.guest !== undefined) resetGuest(m);
}
