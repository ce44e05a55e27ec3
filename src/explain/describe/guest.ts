/** In words: The model's guest: its handlers, flags and HLT. */
import { hex } from '../../base/numbers.ts';
import type { GUEST_EVENTS } from '../../spec/events/guest.ts';
import type { Descriptions } from './index.ts';
import { handlerName, shadowName } from './words.ts';

export const GUEST: Descriptions<typeof GUEST_EVENTS> = {
  handler_enter: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector), handler: handlerName(c, c.args.vector), depth: c.args.depth },
    variant: c.args.depth > 1 && 'nested',
  }),
  handler_exit: (c) => ({ params: { vcpu: c.index, vec: hex(c.args.vector), handler: handlerName(c, c.args.vector) } }),
  guest_nested: (c) => ({ variant: c.args.nested !== 0 && 'in' }),
  guest_flags: (c) => ({ params: { vcpu: c.index, if: c.args.rflagsIf, shadow: shadowName(c.args.shadow) } }),
};
