/** Places as the answers name them, "ioapic:0.redirLo[11]", and what is selected on the stage. */
import type { ComponentKind } from '../../engine/core/words.ts';
import { type MachineView, routesOf } from '../../engine/view/machine-view.ts';
import { COMPONENTS } from '../../engine/view/tables.ts';
import { CHIP } from '../../spec/names.ts';
import type { Selection } from '../../store/types.ts';
import type { Ask } from '../../worker/reason-client.ts';

const PLACE = /^([a-zA-Z]+):(\d+)(?:\.(\w+))?(?:\[(\d+)\])?/;
const GRIDS = ['irr', 'isr', 'tmr', 'pir'];
const PINS = 24;

/** @param bits what was read there: "irr.5" is a vector's bit */
export function selectionOf(at: string, bits = ''): Selection | null {
  const [, kind, index, register, sub] = PLACE.exec(at) ?? [];
  if (kind === undefined || !COMPONENTS.includes(kind as ComponentKind)) return null;
  const selection: Selection = { kind: kind as ComponentKind, index: Number(index) };
  if (register === undefined || register === 'routes') return selection;
  const bit = Number(/\.(\d+)$/.exec(bits)?.[1] ?? Number.NaN);
  const vector = GRIDS.includes(register) && Number.isFinite(bit) ? Number(sub ?? 0) * 32 + bit : undefined;
  return {
    ...selection,
    register,
    ...(sub !== undefined && { sub: Number(sub) }),
    ...(vector !== undefined && { vector }),
  };
}

export const samePlace = (a: Selection | null, b: Selection | null): boolean =>
  a !== null &&
  b !== null &&
  a.kind === b.kind &&
  a.index === b.index &&
  a.register === b.register &&
  (a.sub ?? 0) === (b.sub ?? 0) &&
  a.vector === b.vector;

/** What a selected thing is asked about; null where it stands for no interrupt. */
export function askOf({ kind, index, register, sub, vector }: Selection, view: MachineView): Ask | null {
  if (vector !== undefined && (kind === 'lapic' || kind === 'piDesc' || kind === 'vcpu' || kind === 'vmcs'))
    return { vcpu: index, vector };
  if (kind === 'device') {
    const gsi = view.config.devices?.[index]?.gsi;
    return gsi === undefined ? null : { gsi };
  }
  if (
    kind === 'ioapic' &&
    sub !== undefined &&
    (register === 'redirLo' || register === 'redirHi' || register === 'lines')
  ) {
    const gsi = routesOf(view).pinToGsi[CHIP.ioapic * PINS + sub] ?? -1;
    return gsi < 0 ? null : { gsi };
  }
  return null;
}
