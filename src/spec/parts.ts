/**
 * The parts of what is modelled, named once: every floor that keeps something for each part has one file or folder of that
 * name for it. src/architecture.test.ts holds the floors to it: a part without a room and a room without a part are listed.
 */
export const PARTS = [
  'routing',
  'irqfd',
  'bus',
  'pic',
  'ioapic',
  'lapic',
  'timer',
  'pit',
  'vcpu',
  'run-loop',
  'apicv',
  'pi-desc',
  'vtd',
  'avic',
  'pv-eoi',
  'pcpu',
  'guest',
  'device',
  'userspace',
] as const;

export type Part = (typeof PARTS)[number];
