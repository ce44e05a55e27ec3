/** AVIC (avic.c). `fn: null` is what the processor does by itself. */
import { defineEvents, reason } from '../define/event.ts';

export const AVIC_EVENTS = defineEvents({
  avic_deliver: {
    code: 300,
    by: 'vcpu',
    fn: 'svm_complete_interrupt_delivery',
    cite: null,
    args: { vector: 'vector', running: 'flag' },
    token: 'moves',
  },
  /** by: KVM writes the doorbell MSR, or the processor of the sender rings by itself. */
  avic_doorbell: {
    code: 301,
    by: 'pcpu',
    fn: 'avic_ring_doorbell',
    cite: null,
    args: { vcpu: 'vcpu', by: reason('kvm', 'cpu') },
    fnBy: { arg: 'by', fns: { 1: null } },
    token: 'side',
  },
  avic_evaluate: {
    code: 302,
    by: 'vcpu',
    fn: null,
    cite: null,
    args: { vector: 'vector', ppr: 'hex', taken: 'flag' },
    token: 'still',
  },
  avic_ipi: {
    code: 303,
    by: 'lapic',
    fn: null,
    cite: null,
    args: { vector: 'vector', dest: 'dec', vcpu: 'vcpu' },
    token: 'moves',
  },
  /** id: invalid interrupt type, target not running, invalid target, and 4, a vector below 16. */
  avic_incomplete_ipi: {
    code: 304,
    by: 'vcpu',
    fn: 'avic_incomplete_ipi_interception',
    trace: 'kvm_avic_incomplete_ipi',
    cite: null,
    args: { id: reason('invalidType', 'notRunning', 'invalidTarget', '', 'invalidVector'), icrLow: 'hex', dest: 'dec' },
    token: 'still',
  },
  avic_kick: {
    code: 305,
    by: 'vcpu',
    fn: 'avic_kick_vcpu',
    cite: null,
    args: { vcpu: 'vcpu', vector: 'vector' },
    token: 'side',
  },
  avic_load: {
    code: 306,
    by: 'vcpu',
    fn: '__avic_vcpu_load',
    cite: null,
    args: { pcpu: 'pcpu' },
    token: 'still',
  },
  avic_put: { code: 307, by: 'vcpu', fn: '__avic_vcpu_put', cite: null, args: {}, token: 'still' },
  avic_unaccelerated: {
    code: 308,
    by: 'vcpu',
    fn: 'avic_unaccelerated_access_interception',
    cite: null,
    args: { register: 'register', trap: 'flag' },
    token: 'still',
  },
});
