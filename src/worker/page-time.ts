/** The page's time for who waits for a worker, in the hands of tests. */
export interface PageTime {
  /** ms */
  now(): number;
  /** Calls back after so many ms. @returns how to call it off */
  after(ms: number, call: () => void): () => void;
}

export const PAGE_TIME: PageTime = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
