/** Strangers' names wherever they become text on the page: nothing in them is invisible, or turns what follows around. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { notices } from '../i18n/en/notices.ts';
import { addTexts, type MessageKey, type Params, translate } from '../i18n/index.ts';
import { stageModel } from '../scene/stage-model.ts';
import type { Run } from '../share/runs.ts';
import { runName, sayDeed } from '../views/runs/say-deed.ts';
import { visible, visibleLines } from './visible.ts';

addTexts('en', notices);

const SEED = Number(process.env.SEED ?? 20_261_130);
const STRANGE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u;
const EVIL = [
  '\u202e',
  '\u2066',
  '\u2069',
  '\u200b',
  '\u200f',
  '\ufeff',
  '\u0000',
  '\u001b',
  '\u0085',
  '\u2028',
  '\ue000',
];
/** Letters of any kind among such characters. */
const names = fc
  .array(fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const t = (key: MessageKey, params?: Params): string => translate('en', key, params);
const run = (over: Partial<Run>): Run => ({ parent: 0, name: null, deed: null, ...over }) as Run;

/** Each way by which a text from outside reaches the page. */
const DOORS: Readonly<Record<string, (name: string) => string>> = {
  visible,
  'a note, but for its lines': (text) => visibleLines(text).replaceAll('\n', ''),
  'the name of a run': (name) => runName(t, run({ name })),
  'a deed of a file that we do not have': (key) => sayDeed(t, { key: `x${key}`, params: {} } as never),
  'a parameter of a sentence': (id) => t('error.at', { place: id }),
  'one of a list in a sentence': (id) => t('error.at', { place: [id, id] }),
  'a handler of the stage': (name) => {
    const guest = { handlers: [{ vector: 0x41, name, ns: 1000 }] };
    const scene = sceneOf(
      [
        { op: 'create', vcpus: 1, irqchip: 'full' },
        { op: 'irq_line', gsi: 4, level: 1 },
      ],
      1,
    );
    const model = stageModel({ ...scene, config: { ...scene.config, guest: guest as never } });
    return model.handlers.map((one) => one.name).join(' ');
  },
};

for (const [what, door] of Object.entries(DOORS))
  test(`${what} (SEED=${SEED})`, () => {
    fc.assert(
      fc.property(names, (name) => {
        const said = door(name);
        expect(said).not.toMatch(STRANGE);
        // Nothing is dropped: what is said of it tells different names apart.
        for (const c of name) if (!STRANGE.test(c)) expect(said).toContain(c);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

test('a text with nothing strange in it is as it was', () => {
  for (const text of ['serial0', 'eth0 → vCPU 1', '串口 “一个字节”', 'é́ 🙂'])
    expect([visible(text), visibleLines(`${text}\n${text}`)]).toEqual([text, `${text}\n${text}`]);
});
