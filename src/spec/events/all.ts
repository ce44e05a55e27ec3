/** Every event at once: what the engine emits, and what a terminal or a test reads. */
import { APICV_EVENTS } from './apicv.ts';
import { AVIC_EVENTS } from './avic.ts';
import { BUS_EVENTS } from './bus.ts';
import { addEvents, FIRST_EVENTS } from './index.ts';
import { IRQFD_EVENTS } from './irqfd.ts';
import type { LatePart } from './late.ts';
import { PCPU_EVENTS } from './pcpu.ts';
import { PI_DESC_EVENTS } from './pi-desc.ts';
import { PIT_EVENTS } from './pit.ts';
import { PV_EOI_EVENTS } from './pv-eoi.ts';
import { RUN_LOOP_EVENTS } from './run-loop.ts';
import { TIMER_EVENTS } from './timer.ts';
import { VTD_EVENTS } from './vtd.ts';

export const LATE_EVENTS = {
  irqfd: IRQFD_EVENTS,
  timer: TIMER_EVENTS,
  pit: PIT_EVENTS,
  pcpu: PCPU_EVENTS,
  'run-loop': RUN_LOOP_EVENTS,
  'pi-desc': PI_DESC_EVENTS,
  apicv: APICV_EVENTS,
  vtd: VTD_EVENTS,
  avic: AVIC_EVENTS,
  'pv-eoi': PV_EOI_EVENTS,
  bus: BUS_EVENTS,
} satisfies Record<LatePart, object>;

export const ALL_EVENTS = {
  ...FIRST_EVENTS,
  ...IRQFD_EVENTS,
  ...TIMER_EVENTS,
  ...PIT_EVENTS,
  ...PCPU_EVENTS,
  ...RUN_LOOP_EVENTS,
  ...PI_DESC_EVENTS,
  ...APICV_EVENTS,
  ...VTD_EVENTS,
  ...AVIC_EVENTS,
  ...PV_EOI_EVENTS,
  ...BUS_EVENTS,
};

for (const part of Object.values(LATE_EVENTS)) addEvents(part);
