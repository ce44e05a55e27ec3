/**
 * Portions for tests. Where a loop holds one rule against very many instances, each run of `npm test` draws some of them, others
 * each time, and says by which number: PORTION=n draws the same again. `npm run deep` (DEEP=1) leaves none out.
 */
import { fnv1a } from '../base/fnv.ts';
import { createRng, nextBelow } from '../base/rng.ts';

/** Is everything tried? */
export const DEEP = process.env.DEEP !== undefined;
/** What is drawn goes by this number, which vite.config.ts gives to a run. */
const PORTION = Number(process.env.PORTION ?? 0);
/** For a test's name, so that a report says what it left out. */
export const by = (of: number): string => (DEEP ? 'all' : `one in ${of}, PORTION=${PORTION}`);

/**
 * One of each `of` neighbours, in their order, so that a portion is spread over the whole.
 * @param key tells this draw from others, which draw other places
 * @param least is never undercut: of a short list there are more, of one as long as that all
 */
export function portion<T>(all: Iterable<T>, of: number, key: string, least = 6): readonly T[] {
  const list = [...all];
  const step = Math.min(of, Math.floor(list.length / least));
  if (DEEP || step <= 1) return list;
  const rng = createRng(fnv1a(`${PORTION} ${key}`));
  let next = 0;
  return list.filter((_, i) => {
    if (i % step === 0) next = i + nextBelow(rng, Math.min(step, list.length - i));
    return i === next;
  });
}
