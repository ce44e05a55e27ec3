/** The wires of a machine with AVIC. */
import { PIT_CHIP } from '../chips/pit/pit.ts';
import type { Wires } from '../core/wires.ts';
import { avicWires } from '../svm/avic.ts';
import { VMM } from '../world/userspace.ts';
import { MODEL_WIRES, plainModelOps } from './model-ops.ts';
import { VMX_MODEL_OPS } from './vmx-ops.ts';

export const SVM_WIRES: Wires = avicWires(
  { ...MODEL_WIRES, pit: () => PIT_CHIP, vmm: () => VMM },
  plainModelOps(() => VMX_MODEL_OPS),
);
