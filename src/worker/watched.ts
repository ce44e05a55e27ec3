/**
 * Watches a worker that something is asked of: one that died, or is at something without end, says nothing, and whoever waits for it must
 * hear so. As with the engine (client.ts), a page that was busy, hidden or asleep itself blames nobody.
 */

import { PAGE_TIME, type PageTime } from './page-time.ts';

/** Between two looks, ms. */
const EVERY_MS = 500;

export interface Watch {
  /** Something is asked of it from now on. */
  asked(): void;
  /** It said something. @param rests it owes no answer any more */
  heard(rests: boolean): void;
  stop(): void;
}

/** @param silentMs how long it may say nothing @param lost called once when it was silent for longer */
export function watchWorker(silentMs: number, lost: () => void, time: PageTime = PAGE_TIME): Watch {
  let owes = false;
  let heardAt = 0;
  let lookedAt = 0;
  let callOff: (() => void) | null = null;

  function look(): void {
    callOff = null;
    if (!owes) return;
    const now = time.now();
    if (now - lookedAt > 4 * EVERY_MS) heardAt = now;
    if (now - heardAt > silentMs) {
      owes = false;
      lost();
    } else watch();
  }
  function watch(): void {
    lookedAt = time.now();
    callOff ??= time.after(EVERY_MS, look);
  }
  return {
    asked() {
      if (!owes) heardAt = time.now();
      owes = true;
      watch();
    },
    heard(rests) {
      heardAt = time.now();
      if (rests) owes = false;
    },
    stop() {
      owes = false;
      callOff?.();
      callOff = null;
    },
  };
}
