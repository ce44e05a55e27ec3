/** In words: What came from outside the kernel: the VMM's ioctls, its exits, and time. */

import { hex, hex64, nanoseconds } from '../../base/numbers.ts';
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { nameWord } from '../../engine/view/tables.ts';
import type { USERSPACE_EVENTS } from '../../spec/events/userspace.ts';
import { USER_EXITS } from '../../spec/name-lists.ts';
import { placeText } from '../../spec/raw.ts';
import type { StepContext } from '../context.ts';
import type { Descriptions } from './index.ts';
import { deviceName, gsiParams, msiParams } from './words.ts';

/** KVM_EXIT_IRQ_WINDOW_OPEN */
const IRQ_WINDOW_OPEN = 7;

/** Ioctls by the code of `state_restore`. */
const RESTORES = [
  'KVM_SET_LAPIC',
  'KVM_SET_MSRS',
  'KVM_SET_VCPU_EVENTS',
  'KVM_SET_MP_STATE',
  'KVM_SET_IRQCHIP',
  'KVM_SET_PIT2',
];

/** KVM_X2APIC_API_USE_32BIT_IDS */
const takesWideIds = (view: MachineView): boolean => ((view.config.x2apicApi ?? 0) & 1) !== 0;

/** Upper half of the address that a device's entry for this GSI holds. */
function addressHigh(c: StepContext, gsi: number): number {
  const entry = gsi - (c.view.config.devices?.[c.index]?.gsi ?? 0);
  return readWord(c.view, 'device', c.index, 'msixTable', entry * 4 + 1);
}

export const USERSPACE: Descriptions<typeof USERSPACE_EVENTS> = {
  op: (c) => ({ params: { n: c.args.command } }),
  time: (c) => ({ params: { now: nanoseconds(c.args.now) } }),
  ioctl_irq_line: (c) => ({
    params: gsiParams(c, c.args.gsi),
    variant: c.args.level === 0 && 'low',
    why: c.args.level === 0 ? [] : [true],
  }),
  ioctl_signal_msi: ({ view, args: { addrLo, data, addrHi } }) => ({
    params: msiParams(addrLo, data, ((addrLo >> 12) & 0xff) | (takesWideIds(view) ? addrHi & ~0xff : 0), addrHi),
    why: [true],
  }),
  userspace_exit: (c) => ({
    params: { vcpu: c.index, reason: USER_EXITS[c.args.reason] ?? c.args.reason, addr: hex(c.args.addrLo) },
    variant: c.args.reason === IRQ_WINDOW_OPEN && 'window',
  }),
  vmm_route: (c) => ({
    params: {
      device: deviceName(c, c.index),
      gsi: c.args.gsi,
      addr: hex64(c.args.addrLo, addressHigh(c, c.args.gsi)),
      data: hex(c.args.data),
    },
  }),
  state_restore: (c) => ({
    params: { call: RESTORES[c.args.what] ?? '', vcpu: c.args.vcpu },
    variant: c.args.what > 3 && 'machine',
  }),
  state_written: (c) => ({
    params: { what: placeText(nameWord(c.view.wordMap, c.args.address)), value: hex(c.args.value) },
  }),
};
