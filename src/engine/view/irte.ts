/** A VT-d interrupt remapping table entry of an assigned device's vector. */
import { type MachineView, readWord } from './machine-view.ts';

export interface Irte {
  readonly present: boolean;
  readonly posted: boolean;
  readonly urgent: boolean;
  /** Posted: the guest's vector; remapped: the host's. */
  readonly vector: number;
  /** vCPU whose descriptor a posted entry points to. */
  readonly vcpu: number;
}

/** Distance of two descriptors in the model host's memory. */
const PDA_SHIFT = 6;

export function irteOf(view: MachineView, device: number, entry: number): Irte {
  const word = (sub: number): number => readWord(view, 'device', device, 'irte', entry * 4 + sub);
  const low = word(0);
  return {
    present: (low & 1) === 1,
    posted: ((low >>> 15) & 1) === 1,
    urgent: ((low >>> 14) & 1) === 1,
    vector: (low >>> 16) & 0xff,
    vcpu: (word(1) & 0xfffff) >>> PDA_SHIFT,
  };
}
