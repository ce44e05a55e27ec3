/** What of a machine a scene shows, to choose scenes by: read from its configuration, and from its stage once it has been run. */

import { irqchipOf } from '../../log/irqchip.ts';
import type { SceneLog } from '../../log/log.ts';
import type { StageModel } from '../../scene/stage-model.ts';

/** The chips of the gallery, in their order; the last two are no parts of a machine. */
export const PARTS = ['pic', 'ioapic', 'msi', 'apicv', 'avic', 'split', 'bugs', 'chapters'] as const;
export type Part = (typeof PARTS)[number];

/** Parts in which something happens. */
export function partsOf(scene: SceneLog, { folds, irqchip, msi }: StageModel): ReadonlySet<Part> {
  const { apicv, avic } = scene.config;
  const uses = (chip: 'pic' | 'ioapic'): boolean => irqchip && !folds.includes(chip);
  const all: readonly (readonly [Part, boolean])[] = [
    ['pic', uses('pic')],
    ['ioapic', uses('ioapic')],
    ['msi', msi],
    ['apicv', apicv === true],
    ['avic', avic === true],
    ['split', irqchipOf(scene) === 'split'],
  ];
  return new Set(all.filter(([, is]) => is).map(([part]) => part));
}
