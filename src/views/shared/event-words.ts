/** Sentences of events, for panels that say them. A part whose rows come with a log brings its sentences then. */
import { alsoLoad } from '../../explain/late.ts';
import { events } from '../../i18n/en/events/index.ts';
import { words } from '../../i18n/en/words.ts';
import { addTexts } from '../../i18n/index.ts';
import type { LatePart } from '../../spec/events/late.ts';

addTexts('en', { ...events, ...words });

const LATE: Readonly<Record<LatePart, () => Promise<Readonly<Record<string, string>>>>> = {
  irqfd: async () => (await import('../../i18n/en/events/irqfd.ts')).irqfd,
  timer: async () => (await import('../../i18n/en/events/timer.ts')).timer,
  pit: async () => (await import('../../i18n/en/events/pit.ts')).pit,
  pcpu: async () => (await import('../../i18n/en/events/pcpu.ts')).pcpu,
  'run-loop': async () => (await import('../../i18n/en/events/run-loop.ts')).runLoop,
  'pi-desc': async () => (await import('../../i18n/en/events/pi-desc.ts')).piDesc,
  apicv: async () => (await import('../../i18n/en/events/apicv.ts')).apicv,
  vtd: async () => (await import('../../i18n/en/events/vtd.ts')).vtd,
  avic: async () => (await import('../../i18n/en/events/avic.ts')).avic,
  'pv-eoi': async () => (await import('../../i18n/en/events/pv-eoi.ts')).pvEoi,
  bus: async () => (await import('../../i18n/en/events/bus.ts')).bus,
};

alsoLoad(async (part) => addTexts('en', await LATE[part]()));
