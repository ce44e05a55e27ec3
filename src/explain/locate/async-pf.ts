/** Places of events: asynchronous page faults, whose end KVM tells the guest by an interrupt (x86.c). */
import { ASYNC_PF_EVENTS } from '../../spec/events/async-pf.ts';
import { addEvents } from '../../spec/events/index.ts';
import { addLocators } from './index.ts';
import { lapic, vectorLabel } from './makers.ts';

addEvents(ASYNC_PF_EVENTS);
addLocators(ASYNC_PF_EVENTS, { kvm_async_pf_ready: { place: lapic, dock: 'in', label: vectorLabel } });
