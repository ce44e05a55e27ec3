/** Where the model host keeps the posted-interrupt descriptors: 64 bytes each, above 4 GiB so that both halves of an address show. */

const FIRST = 0x0020_0000;

/** Physical address of a vCPU's descriptor. */
export const piDescAddress = (vcpu: number): { low: number; high: number } => ({ low: FIRST + vcpu * 0x40, high: 1 });

/** The vCPU whose descriptor begins there. */
export const ownerOfPiDesc = (low: number): number => (low - FIRST) >> 6;
