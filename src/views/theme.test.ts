/** The tokens keep what theme.css promises: contrast, and journeys that stay apart for colour-blind eyes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8');
const light: Record<string, string> = {};
const dark: Record<string, string> = {};
for (const [, name = '', one = '', other = ''] of css.matchAll(
  /--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
)) {
  light[name] = one;
  dark[name] = other;
}

const linear = (hex: string): number[] =>
  [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};

/** Machado et al. 2009, full severity. */
const EYES = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const oklab = (hex: string, eye: readonly number[]): number[] => {
  const c = linear(hex);
  const see = (row: number): number =>
    Math.min(
      1,
      Math.max(
        0,
        [0, 1, 2].reduce((sum, i) => sum + (eye[row * 3 + i] ?? 0) * (c[i] ?? 0), 0),
      ),
    );
  const [r, g, b] = [see(0), see(1), see(2)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

test('every colour stands once, with its light and its dark', () => {
  const bare = css.replace(/light-dark\([^;]*\)/g, '').match(/#[0-9a-f]{3,8}\b|\brgb\(/g);
  expect(bare).toBeNull();
  expect(css.match(/#[0-9a-f]{6}/g)?.length).toBe(2 * Object.keys(light).length);
});

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, theme) => {
  const colour = (name: string): string => theme[name] ?? '#000000';
  const journeys = [1, 2, 3, 4].map((n) => colour(`j${n}`));

  test.each(['card', 'card-2', 'page'])('text can be read on %s', (ground) => {
    expect(contrast(colour('ink'), colour(ground))).toBeGreaterThan(7);
    expect(contrast(colour('ink-2'), colour(ground))).toBeGreaterThan(4.5);
    for (const name of ['accent', 'good', 'wait', 'warn']) {
      expect(contrast(colour(name), colour(ground)), name).toBeGreaterThan(4.5);
    }
  });

  test('journeys can be read as text, and text on them', () => {
    for (const j of journeys) {
      expect(contrast(j, colour('card')), j).toBeGreaterThan(4.5);
      expect(contrast(j, colour('on-j')), j).toBeGreaterThan(4.5);
    }
  });

  test('a journey can be read on its own tint', () => {
    journeys.forEach((j, i) => {
      expect(contrast(j, colour(`j${i + 1}-soft`)), j).toBeGreaterThan(4.5);
      expect(contrast(colour('ink'), colour(`j${i + 1}-soft`)), j).toBeGreaterThan(7);
    });
  });

  test('the accent is ink: colour is left to the journeys', () => {
    expect(colour('accent')).toBe(colour('ink'));
  });

  test.each(Object.entries(EYES))('journeys stay apart for %s eyes', (_name, eye) => {
    const labs = journeys.map((hex) => oklab(hex, eye));
    const apart = labs.flatMap((a, i) => labs.slice(i + 1).map((b) => Math.hypot(...a.map((x, k) => x - (b[k] ?? 0)))));
    expect(Math.min(...apart)).toBeGreaterThan(0.06);
  });
});

describe('what the kit says is said once', () => {
  const root = join(import.meta.dirname, '..');
  const sheets = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css'))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '') }));
  const rules = sheets.flatMap(({ file, text }) =>
    [...text.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
      at: `${file} ${selector.trim()}`,
      body: body.replace(/\s+/g, ' ').trim(),
    })),
  );

  test('the ring of the focus', () => {
    const rings = rules.filter(
      ({ at, body }) => /:focus-visible$/.test(at) && /outline: 2px solid var\(--focus\)/.test(body),
    );
    expect(rings.map(({ at }) => at)).toEqual(['views/kit/kit.css :focus-visible']);
  });

  test('no long rule stands twice: what is alike is a class of the kit', () => {
    const first = new Map<string, string>();
    const again = rules.flatMap(({ at, body }) => {
      if (body.split(';').length <= 8) return [];
      const before = first.get(body);
      first.set(body, at);
      return before === undefined ? [] : [`${at}, as ${before}`];
    });
    expect(again).toEqual([]);
  });
});
