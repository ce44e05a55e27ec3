/** What a machine's configuration means for the controls. */

import type { JsonOp } from '../log/log.ts';
import { MAX_PCPUS } from '../spec/limits.ts';
import type { CreateOp } from '../spec/ops/index.ts';

export const pcpusOf = (config: CreateOp): number => Math.min(MAX_PCPUS, config.pcpus ?? config.vcpus);

/** What the processor does for the guest, as one choice: each kind needs the one before it. */
export const VIRT = ['plain', 'vmx', 'apicv', 'ipiv', 'avic'] as const;
type Virt = (typeof VIRT)[number];

export function virtOf(config: CreateOp): Virt {
  if (config.runLoop === 'svm') return 'avic';
  if (config.runLoop === 'none') return 'plain';
  if (config.apicv !== true) return 'vmx';
  return config.ipiVirtualization === true ? 'ipiv' : 'apicv';
}

/** Fields of create for it. */
export const VIRT_FIELDS: Readonly<Record<Virt, JsonOp>> = {
  plain: {
    runLoop: 'none',
    apicv: undefined,
    postedInterrupts: undefined,
    ipiVirtualization: undefined,
    avic: undefined,
  },
  vmx: { runLoop: 'vmx', apicv: undefined, postedInterrupts: undefined, ipiVirtualization: undefined, avic: undefined },
  apicv: { runLoop: 'vmx', apicv: true, postedInterrupts: true, ipiVirtualization: undefined, avic: undefined },
  ipiv: { runLoop: 'vmx', apicv: true, postedInterrupts: true, ipiVirtualization: true, avic: undefined },
  avic: { runLoop: 'svm', apicv: undefined, postedInterrupts: undefined, ipiVirtualization: undefined, avic: true },
};
