/** Rows of parts that come with a log. Nothing here loads the engine, so that only what is asked for is there. */
import { expect, test, vi } from 'vitest';

// Modules of their own: another test of this process may have loaded parts already.
vi.resetModules();
const { EVENT_NAMES } = await import('../spec/events/index.ts');
const { alsoLoad, loadPartsOf, partsLoaded } = await import('./late.ts');
const { locatorOf } = await import('./locate/index.ts');

const row = (code: number): Int32Array => new Int32Array([code, 0, 0, 0, 0, 0, 0, 0]);

test('a log without late codes loads nothing; one with them loads their part, once, and what panels add', async () => {
  const asked: string[] = [];
  expect(loadPartsOf(row(98))).toBeNull();
  expect(EVENT_NAMES[251]).toBeUndefined();
  const loading = loadPartsOf(row(251));
  expect(loading).not.toBeNull();
  alsoLoad(async (part) => asked.push(part));
  await loading;
  expect(EVENT_NAMES[251]).toBe('eoi_virtualization');
  expect(locatorOf('eoi_virtualization')?.dock).toBe('out');
  expect(EVENT_NAMES[300], 'AVIC was not asked for').toBeUndefined();
  await partsLoaded();
  expect(asked).toEqual(['apicv']);
  expect(loadPartsOf(row(251))).toBeNull();
  await loadPartsOf(row(300));
  expect(asked).toEqual(['apicv', 'avic']);
});
