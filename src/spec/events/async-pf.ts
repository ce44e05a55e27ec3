/** Asynchronous page faults, whose end KVM tells the guest by an interrupt (x86.c). */
import { defineEvents } from '../define/event.ts';

export const ASYNC_PF_EVENTS = defineEvents({
  kvm_async_pf_ready: {
    code: 330,
    since: 2,
    by: 'lapic',
    fn: 'kvm_arch_async_page_present',
    trace: 'kvm_async_pf_ready',
    cite: null,
    args: { vector: 'vector' },
    token: 'moves',
  },
});
