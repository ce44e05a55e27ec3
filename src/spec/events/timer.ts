/** The local APIC's timer (lapic.c). */
import { defineEvents, reason } from '../define/event.ts';

export const TIMER_EVENTS = defineEvents({
  timer_start: {
    code: 120,
    by: 'lapic',
    fn: 'restart_apic_timer',
    cite: 'lapic.timer',
    args: { due: 'ns64', mode: reason('oneShot', 'periodic', 'deadline') },
    token: 'still',
  },
  timer_cancel: {
    code: 121,
    by: 'lapic',
    fn: 'cancel_apic_timer',
    cite: 'lapic.timer',
    args: {},
    minor: true,
  },
  timer_expired: {
    code: 122,
    by: 'lapic',
    fn: 'apic_timer_expired',
    cite: 'lapic.timer',
    args: { mode: reason('oneShot', 'periodic', 'deadline'), fromTimer: 'flag' },
    token: 'moves',
  },
  timer_inject: {
    code: 123,
    by: 'lapic',
    fn: 'kvm_apic_inject_pending_timer_irqs',
    cite: 'lapic.lvt',
    args: { vector: 'vector' },
    token: 'moves',
  },
  lvt_masked: {
    code: 124,
    by: 'lapic',
    fn: 'kvm_apic_local_deliver',
    cite: 'lapic.lvt',
    args: { lvt: 'dec' },
    token: 'ends',
  },
  /** A WRMSR that KVM drops: LVTT is in another mode, or the APIC is off. */
  deadline_dropped: {
    code: 125,
    by: 'lapic',
    fn: 'kvm_set_lapic_tscdeadline_msr',
    cite: 'lapic.timer',
    args: { mode: reason('oneShot', 'periodic', 'deadline'), enabled: 'flag' },
    token: 'ends',
    since: 2,
  },
});
