/** What a register holds, as a key: under its title, and on the card of its name in a list. */
import type { MachineView, RegisterRef } from '../../engine/view/machine-view.ts';
import { reading } from '../shared/read-register.ts';

export function registerDoc(view: MachineView, ref: RegisterRef): string {
  const how = reading(view, ref);
  return `reg.${how.as === 'bits' ? how.layout.name : `${ref.kind}.${ref.register}`}`;
}
