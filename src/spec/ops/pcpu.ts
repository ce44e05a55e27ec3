/** The host's scheduler. */
import { int, op, orNull } from '../define/op.ts';
import { MAX_PCPUS } from '../limits.ts';
import { vcpu } from './fields.ts';

export const PCPU_OPS = {
  /** This vCPU runs on that physical CPU now (who ran there is preempted), or on none (null). */
  schedule: op('model', { vcpu, pcpu: orNull(int('pcpu', MAX_PCPUS - 1)) }, { short: false }),
};
