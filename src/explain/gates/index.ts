/** Every gate in the order of the way: up to the local APIC's acceptance, and past it. */
import { DEVICE_GATES } from './device.ts';
import type { Gate } from './gate.ts';
import { IOAPIC_GATES } from './ioapic.ts';
import { IRQFD_GATES } from './irqfd.ts';
import { EOI_GATE, LAPIC_GATES, PRIORITY_GATE } from './lapic.ts';
import { PI_DESC_GATES } from './pi-desc.ts';
import { PIC_GATES } from './pic.ts';
import { ROUTING_GATES } from './routing.ts';
import { RUN_LOOP_GATES } from './run-loop.ts';
import { VCPU_GATES } from './vcpu.ts';
import { VTD_GATES } from './vtd.ts';

export const BEFORE_APIC: readonly Gate[] = [
  ...DEVICE_GATES,
  ...IRQFD_GATES,
  ...ROUTING_GATES,
  ...PIC_GATES,
  ...IOAPIC_GATES,
  ...VTD_GATES,
  ...LAPIC_GATES,
];
export const AFTER_APIC: readonly Gate[] = [
  ...PI_DESC_GATES,
  PRIORITY_GATE,
  ...VCPU_GATES,
  ...RUN_LOOP_GATES,
  EOI_GATE,
];
export const GATES: readonly Gate[] = [...BEFORE_APIC, ...AFTER_APIC];

/** The gate that an event says held one back, before the local APIC. */
export const gateOf = (id: string): Gate => {
  const found = GATES.find((gate) => gate.id === id);
  if (found === undefined) throw new Error(`no gate ${id}`);
  return found;
};
