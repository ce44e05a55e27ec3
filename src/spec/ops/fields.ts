/** Fields that many ops have. */
import { int, number } from '../define/op.ts';
import { MAX_VCPUS } from '../limits.ts';

/** Index of a vCPU; that the machine has it is for the machine to say. */
export const vcpu = int('vcpu', MAX_VCPUS - 1, { fallback: 0 });
export const vector = int('vector', 255);
/** Bytes of an access to memory. */
export const size = number([1, 2, 4, 8], 4);
