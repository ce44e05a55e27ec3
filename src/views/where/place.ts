/** Places as the answers name them, "ioapic:0.redirLo[11]", and what is selected on the stage. */
import type { ComponentKind } from '../../engine/core/words.ts';
import { type MachineView, routesOf } from '../../engine/view/machine-view.ts';
import { COMPONENTS } from '../../engine/view/tables.ts';
import type { Lang } from '../../i18n/index.ts';
import { CHIP } from '../../spec/names.ts';
import type { Selection } from '../../store/types.ts';
import type { Ask } from '../../worker/reason-client.ts';
import { componentName } from '../shared/component-name.ts';

const PLACE = /^([a-zA-Z]+):(\d+)(?:\.(\w+))?(?:\[(\d+)\])?/;
const GRIDS = ['irr', 'isr', 'tmr', 'pir'];
const PINS = 24;
/** Who asks for it at a vCPU means the NMI. */
const NMI_VECTOR = 2;

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

/** What a selected thing is asked about; null where it stands for no interrupt. */
export function askOf({ kind, index, register, sub, vector, gsi: row }: Selection, view: MachineView): Ask | null {
  if (row !== undefined) return { gsi: row };
  if (kind === 'vcpu' && register?.startsWith('nmi') === true) return { vcpu: index, vector: NMI_VECTOR };
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

/** What the component of a place is called. */
export function nameAt(lang: Lang, config: Parameters<typeof componentName>[1], at: string): string {
  const [kind, index] = at.split(':');
  return componentName(lang, config, kind as ComponentKind, Number(index));
}
