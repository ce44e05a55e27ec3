/** The model guest, and the virtual time it lives in. */
import { bit, int, number, op, optional } from '../define/op.ts';
import { MAX_NS, MAX_SETTLE } from '../limits.ts';
import { vcpu } from './fields.ts';

export const GUEST_OPS = {
  /** Virtual time passes: timers expire, handlers run to their EOI, idle vCPUs take what is pending. */
  advance: op('model', { ns: int('ns', MAX_NS) }),
  /** Virtual time passes until nothing is left to happen soon (at most 1 s and this many events). */
  settle: op('model', { events: int('count', MAX_SETTLE, { fallback: MAX_SETTLE }) }),
  /** The guest changes its own flags. */
  guest: op(
    'model',
    {
      vcpu,
      rflagsIf: optional(bit()),
      shadow: optional(number([0, 1, 2])),
      halt: optional(bit()),
      /** It enters a guest of its own (L2), or is back in L1. Of L2 the model has no more than this. */
      nested: optional(bit()),
    },
    { short: false },
  ),
};
