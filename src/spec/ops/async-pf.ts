/** Asynchronous page faults. */
import { int, op } from '../define/op.ts';
import { vcpu } from './fields.ts';

export const ASYNC_PF_OPS = {
  /** The page that the vCPU waited for is there. @param vector that the guest put in MSR_KVM_ASYNC_PF_INT */
  async_page: op('model', { vcpu, vector: int('vector', 255, { min: 16 }) }, { short: false }),
};
