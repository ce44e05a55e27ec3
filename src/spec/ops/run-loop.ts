/** Where a vCPU is, which no ioctl shows: in the guest, in the host, asleep. */
import { choice, op } from '../define/op.ts';
import { vcpu } from './fields.ts';

export const RUN_LOOP_OPS = {
  vcpu_state: op('model', { vcpu, state: choice(['host', 'guest', 'blocked', 'preempted']) }),
  vmentry: op('model', { vcpu }),
  vmexit: op('model', { vcpu }),
  /** What the vCPU's next entry will meet after events were put in: a kick, an NMI, or a fault while one is delivered. */
  race: op('model', { vcpu, with: choice(['kick', 'nmi', 'fault']) }, { short: false }),
};
