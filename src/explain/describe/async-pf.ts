/** In words: asynchronous page faults, whose end KVM tells the guest by an interrupt (x86.c). */
import type { ASYNC_PF_EVENTS } from '../../spec/events/async-pf.ts';
import { addDescriptions } from './index.ts';

addDescriptions<typeof ASYNC_PF_EVENTS>({
  kvm_async_pf_ready: (c) => ({ params: { vcpu: c.index } }),
});
