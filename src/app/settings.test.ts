import { afterEach, describe, expect, test, vi } from 'vitest';
import { COUNT, each, SEED, SLOWEST_MS } from '../cli/fuzz/each.ts';
import { anyStored } from '../cli/fuzz/inputs.ts';
import { saveSettings } from './save-settings.ts';
import { loadSettings } from './settings.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('whatever stands in the browser’s storage is settings or none', { timeout: 0 }, async () => {
  let stored = '';
  vi.stubGlobal('localStorage', { getItem: () => stored });
  const slowest = await each(COUNT, 4, (c) => {
    stored = anyStored(c);
    const { theme, lang } = loadSettings();
    expect(['auto', 'light', 'dark']).toContain(theme);
    expect([null, 'en', 'zh-CN']).toContain(lang);
  });
  expect(slowest, `SEED=${SEED}`).toBeLessThan(SLOWEST_MS);
});

describe('without storage', () => {
  test.each([
    ['none', undefined],
    ['full', { getItem: () => null, setItem: () => expect.fail('QuotaExceededError') }],
  ])('%s: the usual settings, and nothing is thrown', (_, storage) => {
    vi.stubGlobal('localStorage', storage);
    expect(loadSettings()).toEqual({ theme: 'auto', lang: null });
    expect(() => saveSettings({ theme: 'dark', lang: 'en' })).not.toThrow();
  });
});
