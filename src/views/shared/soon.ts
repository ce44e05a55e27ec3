/** Searches in a long run, in slices: no frame waits for one, and one that is overtaken by anything else is given up. */
import type { App } from '../../store/create-app.ts';

/** A slice, ms. */
const SLICE_MS = 8;

/**
 * Goes on with a search until it has its answer, which is at once in all but the longest runs.
 * @param then gets the answer; not called where the run or the playhead has moved on meanwhile
 */
export function soon<Found>(store: App['store'], search: Iterator<unknown, Found>, then: (found: Found) => void): void {
  const { scene, playhead } = store.getState();
  const on = (): void => {
    const until = performance.now() + SLICE_MS;
    do {
      const { done, value } = search.next();
      if (done === true) {
        then(value);
        return;
      }
    } while (performance.now() < until);
    setTimeout(() => {
      const now = store.getState();
      if (now.scene === scene && now.playhead.step === playhead.step && !now.playhead.playing) on();
    }, 0);
  };
  on();
}
