/** In words: The IOAPIC (ioapic.c). */

import { hex } from '../../base/numbers.ts';
import { rteView } from '../../engine/view/machine-view.ts';
import type { IOAPIC_EVENTS } from '../../spec/events/ioapic.ts';
import type { Descriptions } from './index.ts';
import {
  chipText,
  destModeName,
  destText,
  gsiParams,
  lineMove,
  modeName,
  resultText,
  rteWhy,
  trigName,
} from './words.ts';

export const IOAPIC: Descriptions<typeof IOAPIC_EVENTS> = {
  ioapic_line: (c) => {
    const { variant, sources } = lineMove(c, 'ioapic');
    const pin = c.args.pin;
    return {
      params: { pin, ...gsiParams(c, c.args.gsi), sources },
      variant,
      why: variant === 'low' ? [] : variant === 'held' ? [true] : rteWhy(c, pin),
    };
  },
  ioapic_service: (c) => {
    const { pin, vector, dest, mode } = c.args;
    const logical = (mode & 8) !== 0;
    return {
      params: {
        pin,
        vec: hex(vector),
        dest: destText(dest, logical),
        mode: modeName(mode),
        destMode: destModeName(logical),
      },
      why: rteWhy(c, pin),
    };
  },
  kvm_ioapic_set_irq: (c) => ({ params: { pin: c.args.pin, meaning: resultText(c.args.result, c.args.level) } }),
  ioapic_masked: (c) => ({ params: { pin: c.args.pin }, why: rteWhy(c, c.args.pin) }),
  ioapic_remote_irr: (c) => ({
    params: { pin: c.args.pin, vec: hex(rteView(c.view, c.args.pin).vector) },
    why: rteWhy(c, c.args.pin),
  }),
  ioapic_coalesced: (c) => ({ params: { pin: c.args.pin } }),
  rtc_coalesced: (c) => ({ params: { pending: c.args.pendingEoi } }),
  ioapic_write: (c) => ({
    params: { register: hex(c.args.register), value: hex(c.args.value), index: hex(c.args.index) },
    variant: c.args.register === 0x10 ? 'window' : c.args.register !== 0 && 'other',
  }),
  ioapic_read: (c) => ({
    params: { register: hex(c.args.register), value: hex(c.args.value), index: hex(c.args.index) },
  }),
  rte_write: (c) => {
    const { pin, half, value } = c.args;
    return {
      params: {
        pin,
        vec: hex(value & 0xff),
        mode: modeName(value >> 8),
        trig: trigName((value & 0x8000) !== 0),
        mask: (value >> 16) & 1,
        dest: destText(value >>> 24, rteView(c.view, pin).logical),
      },
      variant: half === 1 && 'high',
      why: [true],
    };
  },
  mask_notifier: (c) => ({
    params: { pin: c.args.pin, chip: chipText(c.args.chip) },
    variant: c.args.mask === 0 && 'off',
  }),
  ioapic_update_eoi: (c) => ({
    params: { pin: c.args.pin, vec: hex(c.args.vector) },
    variant: c.args.level === 0 && 'edge',
    why: [true],
  }),
  ioapic_redeliver: (c) => ({ params: { pin: c.args.pin, vec: hex(c.args.vector) }, why: rteWhy(c, c.args.pin) }),
  eoi_suppressed: (c) => ({ params: { pin: c.args.pin } }),
  kvm_ioapic_delayed_eoi_inj: (c) => ({ params: { pin: c.args.pin } }),
  irqfd_resample_unmask: (c) => ({ params: { pin: c.args.pin, gsi: c.args.gsi } }),
};
