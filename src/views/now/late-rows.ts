/** What the panel knows of the parts whose rows come with a log: descriptions and ways not taken. */
import { alsoLoad } from '../../explain/late.ts';
import type { LatePart } from '../../spec/events/late.ts';

const LATE: Readonly<Record<LatePart, () => readonly Promise<unknown>[]>> = {
  irqfd: () => [import('../../explain/describe/irqfd.ts')],
  timer: () => [import('../../explain/describe/timer.ts')],
  pit: () => [import('../../explain/describe/pit.ts')],
  pcpu: () => [import('../../explain/describe/pcpu.ts'), import('../../explain/forks/pcpu.ts')],
  'run-loop': () => [import('../../explain/describe/run-loop.ts'), import('../../explain/forks/run-loop.ts')],
  'pi-desc': () => [import('../../explain/describe/pi-desc.ts'), import('../../explain/forks/pi-desc.ts')],
  apicv: () => [import('../../explain/describe/apicv.ts'), import('../../explain/forks/apicv.ts')],
  vtd: () => [import('../../explain/describe/vtd.ts'), import('../../explain/forks/vtd.ts')],
  avic: () => [import('../../explain/describe/avic.ts'), import('../../explain/forks/avic.ts')],
  'pv-eoi': () => [import('../../explain/describe/pv-eoi.ts')],
  bus: () => [import('../../explain/describe/bus.ts')],
};

alsoLoad((part) => Promise.all(LATE[part]()));
