/** Places of events: the model's guest: its handlers, flags and HLT. */
import type { GUEST_EVENTS } from '../../spec/events/guest.ts';
import type { Locators } from './locator.ts';
import { says, vcpu, vec, vectorLabel } from './makers.ts';

export const GUEST_LOCATORS: Locators<typeof GUEST_EVENTS> = {
  handler_enter: {
    place: vcpu('handler'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IDT ${vec(args.vector)}`,
    lit: ['vcpu.handler', 'idt'],
  },
  handler_exit: { place: vcpu('handler'), dock: 'in', label: says('iret'), lit: ['vcpu.handler'] },
  guest_flags: { place: vcpu('flags'), dock: 'in', label: says('flags'), lit: ['vcpu.if', 'vcpu.shadow'] },
  guest_nested: { place: vcpu('state'), dock: 'in', label: says('state'), lit: ['vcpu.state'] },
  guest_halt: { place: vcpu('state'), dock: 'in', label: says('hlt'), lit: ['vcpu.state'] },
  guest_wake: { place: vcpu('state'), dock: 'in', label: says('wake'), lit: ['vcpu.state'] },
};
