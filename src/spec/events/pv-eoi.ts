/** PV EOI: a byte of the guest's memory spares it the EOI exit (lapic.c). */
import { defineEvents } from '../define/event.ts';

export const PV_EOI_EVENTS = defineEvents({
  pv_eoi_enable: {
    code: 320,
    by: 'lapic',
    fn: 'kvm_lapic_set_pv_eoi',
    cite: null,
    args: { enabled: 'flag' },
    token: 'still',
  },
  pv_eoi_arm: {
    code: 321,
    by: 'lapic',
    fn: 'apic_sync_pv_eoi_to_guest',
    cite: null,
    args: { vector: 'vector' },
    token: 'still',
  },
  pv_eoi_guest: { code: 322, by: 'vcpu', fn: null, cite: null, args: { vector: 'vector' }, token: 'still' },
  kvm_pv_eoi: {
    code: 323,
    by: 'lapic',
    fn: 'apic_sync_pv_eoi_from_guest',
    trace: 'kvm_pv_eoi',
    cite: null,
    args: { vector: 'vector' },
    token: 'moves',
  },
  pv_eoi_disarm: {
    code: 324,
    by: 'lapic',
    fn: 'apic_sync_pv_eoi_from_guest',
    cite: null,
    args: {},
    token: 'still',
  },
});
