/** The posted-interrupt descriptor. */
import { op } from '../define/op.ts';
import { vcpu, vector } from './fields.ts';

export const PI_DESC_OPS = {
  /** KVM's posted delivery to that vCPU. */
  post: op('model', { vcpu, vector }),
};
