/** APICv: what inhibits it, and what it keeps that no ioctl shows. */
import { bit, int, op } from '../define/op.ts';
import { vcpu } from './fields.ts';

export const APICV_OPS = {
  /** PIR, ON, SN, NV, NDST, RVI, SVI, the EOI-exit bitmap and the VM-entry event field. */
  get_vmx: op('model', { vcpu }),
  /** Something in the VM turns an inhibit reason on or off. @param reason bit of enum kvm_apicv_inhibit */
  apicv_inhibit: op('model', { reason: int('dec', 12), set: bit(1) }, { short: false }),
};
