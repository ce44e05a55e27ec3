import { afterEach, expect, test, vi } from 'vitest';
import { onDensity } from './on-density.ts';

afterEach(() => vi.unstubAllGlobals());

test('each change of density is told, from whatever it was last, until it is ended', () => {
  const queries = new Map<string, EventTarget>();
  const screen = {
    devicePixelRatio: 1,
    matchMedia: (query: string) => {
      const target = new EventTarget();
      queries.set(query, target);
      return target;
    },
  };
  vi.stubGlobal('window', screen);
  let told = 0;
  const stop = onDensity(() => told++);
  const to = (ratio: number): void => {
    const before = queries.get(`(resolution: ${screen.devicePixelRatio}dppx)`);
    screen.devicePixelRatio = ratio;
    before?.dispatchEvent(new Event('change'));
  };
  to(2);
  to(1.25);
  expect(told).toBe(2);
  stop();
  to(1);
  expect(told).toBe(2);
});
