/** Sentences of every event, for a test. */
import { apicv } from './apicv.ts';
import { avic } from './avic.ts';
import { bus } from './bus.ts';
import { events } from './index.ts';
import { irqfd } from './irqfd.ts';
import { pcpu } from './pcpu.ts';
import { piDesc } from './pi-desc.ts';
import { pit } from './pit.ts';
import { pvEoi } from './pv-eoi.ts';
import { runLoop } from './run-loop.ts';
import { timer } from './timer.ts';
import { vtd } from './vtd.ts';

export const allEvents = {
  ...events,
  ...irqfd,
  ...timer,
  ...pit,
  ...pcpu,
  ...runLoop,
  ...piDesc,
  ...apicv,
  ...vtd,
  ...avic,
  ...pvEoi,
  ...bus,
};
