/** Sentences of every event, for a test. */
import { apicv } from './apicv.ts';
import { avic } from './avic.ts';
import { events } from './index.ts';
import { pcpu } from './pcpu.ts';
import { piDesc } from './pi-desc.ts';
import { pvEoi } from './pv-eoi.ts';
import { runLoop } from './run-loop.ts';
import { vtd } from './vtd.ts';

export const allEvents = {
  ...events,
  ...pcpu,
  ...runLoop,
  ...piDesc,
  ...apicv,
  ...vtd,
  ...avic,
  ...pvEoi,
};
