/** Every event at once: what the engine emits, and what a terminal or a test reads. */
import { APICV_EVENTS } from './apicv.ts';
import { AVIC_EVENTS } from './avic.ts';
import { addEvents, FIRST_EVENTS } from './index.ts';
import type { LatePart } from './late.ts';
import { PCPU_EVENTS } from './pcpu.ts';
import { PI_DESC_EVENTS } from './pi-desc.ts';
import { PV_EOI_EVENTS } from './pv-eoi.ts';
import { RUN_LOOP_EVENTS } from './run-loop.ts';
import { VTD_EVENTS } from './vtd.ts';

export const LATE_EVENTS = {
  pcpu: PCPU_EVENTS,
  'run-loop': RUN_LOOP_EVENTS,
  'pi-desc': PI_DESC_EVENTS,
  apicv: APICV_EVENTS,
  vtd: VTD_EVENTS,
  avic: AVIC_EVENTS,
  'pv-eoi': PV_EOI_EVENTS,
} satisfies Record<LatePart, object>;

export const ALL_EVENTS = {
  ...FIRST_EVENTS,
  ...PCPU_EVENTS,
  ...RUN_LOOP_EVENTS,
  ...PI_DESC_EVENTS,
  ...APICV_EVENTS,
  ...VTD_EVENTS,
  ...AVIC_EVENTS,
  ...PV_EOI_EVENTS,
};

for (const part of Object.values(LATE_EVENTS)) addEvents(part);
