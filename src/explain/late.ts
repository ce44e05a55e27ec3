/**
 * Loads the rows of parts that few scenes have (spec/events/late.ts) when a log first has one of their codes, and with them
 * whatever else a panel that is open needs for them.
 */
import { type LatePart, latePartOf } from '../spec/events/late.ts';

/** Rows of a part and their places, a chunk each. */
const ROWS: Readonly<Record<LatePart, () => Promise<unknown>>> = {
  irqfd: () => import('./locate/irqfd.ts'),
  timer: () => import('./locate/timer.ts'),
  pit: () => import('./locate/pit.ts'),
  pcpu: () => import('./locate/pcpu.ts'),
  'run-loop': () => import('./locate/run-loop.ts'),
  'pi-desc': () => import('./locate/pi-desc.ts'),
  apicv: () => import('./locate/apicv.ts'),
  vtd: () => import('./locate/vtd.ts'),
  avic: () => import('./locate/avic.ts'),
  'pv-eoi': () => import('./locate/pv-eoi.ts'),
  bus: () => import('./locate/bus.ts'),
};

type Loader = (part: LatePart) => Promise<unknown>;

const loaders: Loader[] = [(part) => ROWS[part]()];
const loading = new Map<LatePart, Promise<unknown>[]>();

/** Words of a log row, and its column for the code. */
const ROW = 8;

/** Parts that these rows have and that are not here yet. */
function partsIn(rows: Int32Array): LatePart[] {
  const found = new Set<LatePart>();
  for (let at = 0; at < rows.length; at += ROW) {
    const part = latePartOf(rows[at]);
    if (part !== undefined && !ready.has(part)) found.add(part);
  }
  return [...found];
}

const ready = new Set<LatePart>();

/** @returns null if everything these rows need is here; else when it is. Rejects if a chunk does not come. */
export function loadPartsOf(rows: Int32Array): Promise<void> | null {
  const missing = partsIn(rows);
  return missing.length === 0 ? null : Promise.all(missing.map(loadPart)).then(() => undefined);
}

async function loadPart(part: LatePart): Promise<void> {
  const begun = loading.get(part) ?? loaders.map((load) => load(part));
  loading.set(part, begun);
  try {
    await Promise.all(begun);
    ready.add(part);
  } catch (error) {
    // No network: the next log that needs it tries again.
    loading.delete(part);
    throw error;
  }
}

/** From now on this is loaded too for each part a log needs, and at once for the parts that are here. */
export function alsoLoad(load: Loader): void {
  loaders.push(load);
  for (const [part, begun] of loading) begun.push(load(part));
}

/** When all that was asked for is here: a panel that has just come waits for it before it shows. */
export async function partsLoaded(): Promise<void> {
  await Promise.all([...loading.values()].flat());
}
