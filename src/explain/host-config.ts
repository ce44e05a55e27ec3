/** What a machine's configuration means for the controls. */

import type { JsonOp } from '../log/log.ts';
import type { CreateOp } from '../spec/ops/index.ts';

/** Physical CPUs the model host may have. */
export const MAX_PCPUS = 8;

/** A VMX host is modelled: run loop, VMCS, physical CPUs. */
export const hasHost = (config: CreateOp): boolean =>
  config.avic !== true &&
  (config.apicv !== undefined ||
    config.postedInterrupts !== undefined ||
    config.ipiVirtualization !== undefined ||
    config.pcpus !== undefined);

export const pcpusOf = (config: CreateOp): number => Math.min(MAX_PCPUS, config.pcpus ?? config.vcpus);

/** What the processor does for the guest, as one choice: each kind needs the one before it. */
export const VIRT = ['plain', 'vmx', 'apicv', 'ipiv', 'avic'] as const;
type Virt = (typeof VIRT)[number];

export function virtOf(config: CreateOp): Virt {
  if (config.avic === true) return 'avic';
  if (!hasHost(config)) return 'plain';
  if (config.apicv !== true) return 'vmx';
  return config.ipiVirtualization === true ? 'ipiv' : 'apicv';
}

/** Fields of create for it. */
export const VIRT_FIELDS: Readonly<Record<Virt, JsonOp>> = {
  plain: { apicv: undefined, postedInterrupts: undefined, ipiVirtualization: undefined, avic: undefined },
  vmx: { apicv: false, postedInterrupts: undefined, ipiVirtualization: undefined, avic: undefined },
  apicv: { apicv: true, postedInterrupts: true, ipiVirtualization: undefined, avic: undefined },
  ipiv: { apicv: true, postedInterrupts: true, ipiVirtualization: true, avic: undefined },
  avic: { apicv: undefined, postedInterrupts: undefined, ipiVirtualization: undefined, avic: true },
};
