/** The wires of a machine with AVIC. */
import type { Wires } from '../core/wires.ts';
import { avicWires } from '../svm/avic.ts';
import { MODEL_WIRES } from './model-ops.ts';
import { PLAIN_MODEL_OPS } from './vmx-ops.ts';

export const SVM_WIRES: Wires = avicWires(MODEL_WIRES, PLAIN_MODEL_OPS);
