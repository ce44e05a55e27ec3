/**
 * The ways a step did not take: each is one thing that would have been different, as the ops that make it so. The page tries one
 * by doing those ops just before the step's op and then the op again.
 */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import type { EventRows } from '../../spec/define/event.ts';
import { contextOf, type StepContext } from '../context.ts';
import { DEVICE_FORKS } from './device.ts';
import type { Fork, ForkRows } from './fork.ts';
import { IOAPIC_FORKS } from './ioapic.ts';
import { LAPIC_FORKS } from './lapic.ts';
import { PIC_FORKS } from './pic.ts';
import { ROUTING_FORKS } from './routing.ts';
import { USERSPACE_FORKS } from './userspace.ts';
import { VCPU_FORKS } from './vcpu.ts';

type Forks = (c: StepContext) => readonly Fork[];

const rows = new Map<string, Forks>();

/** Takes in the table of a part. */
export function addForks<T extends EventRows>(table: ForkRows<T>): void {
  for (const [name, row] of Object.entries(table)) rows.set(name, row as unknown as Forks);
}

/**
 * The ways not taken at a step.
 * @param view the machine just before it
 */
export function forksOf(run: SceneLog, step: Step, view: MachineView): readonly Fork[] {
  return rows.get(step.name)?.(contextOf(run, step, view)) ?? [];
}

for (const part of [USERSPACE_FORKS, DEVICE_FORKS, ROUTING_FORKS, PIC_FORKS, IOAPIC_FORKS, LAPIC_FORKS, VCPU_FORKS]) {
  addForks(part as ForkRows<EventRows>);
}
