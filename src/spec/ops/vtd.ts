/** The IOMMU's interrupt remapping. */
import { flag, op, record } from '../define/op.ts';
import { vcpu, vector } from './fields.ts';

export const VTD_OPS = {
  /** An interrupt request that meets this IRTE: with `posted` the descriptor's PIR bit, and a notification where it is due. */
  vtd_msi: op('model', {
    irte: record({ posted: flag(true), pda_vcpu: vcpu, vector, urgent: flag(false) }),
  }),
};
