/** Reading a long log in slices, so that no frame waits for it. */
import { useEffect, useReducer } from 'react';
import { SLICE_ROWS } from '../../log/reader.ts';

/**
 * Reads on with each turn until all is read.
 * @param more takes in at most so many further rows; whether that was all there is
 * @returns whether all is read
 */
export function useSlices(more: (most: number) => boolean): boolean {
  const [, turn] = useReducer((turns: number) => turns + 1, 0);
  const done = more(SLICE_ROWS);
  useEffect(() => {
    if (done) return;
    const timer = setTimeout(turn, 0);
    return () => clearTimeout(timer);
  });
  return done;
}
