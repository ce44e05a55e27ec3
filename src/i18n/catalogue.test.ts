import { describe, expect, test, vi } from 'vitest';
import { BLOCK_OF, type ComponentKind } from '../engine/view/tables.ts';
import { fieldDoc } from '../spec/define/registers.ts';
import { ALL_EVENTS } from '../spec/events/all.ts';
import { KERNEL_CALLBACKS } from '../spec/kernel/callbacks.ts';
import { LAYOUTS } from '../spec/registers/index.ts';
import { isQuiet, readingOf, registersOf } from '../views/shared/register-table.ts';
import { app } from './en/app.ts';
import { callbacks } from './en/callbacks.ts';
import { chapters } from './en/chapters.ts';
import { compare } from './en/compare.ts';
import { deeds } from './en/deeds.ts';
import { differs } from './en/differs.ts';
import { errors } from './en/errors.ts';
import { allEvents as events } from './en/events/all.ts';
import { forks } from './en/forks.ts';
import { frame } from './en/frame.ts';
import { glossary } from './en/glossary.ts';
import { header } from './en/header.ts';
import { lanes } from './en/lanes.ts';
import { machine } from './en/machine.ts';
import { notices } from './en/notices.ts';
import { panels } from './en/panels.ts';
import { pills } from './en/pills.ts';
import { registers } from './en/registers.ts';
import { roads } from './en/roads.ts';
import { share } from './en/share.ts';
import { stage } from './en/stage.ts';
import { timeline } from './en/timeline.ts';
import { traces } from './en/traces.ts';
import { verbs } from './en/verbs.ts';
import { where } from './en/where.ts';
import { words } from './en/words.ts';

import { addTexts, loadLanguage, translate } from './index.ts';
import { isBegun, LANGS, type Lang } from './langs.ts';
import { texts as zhCn } from './zh-cn/index.ts';

const areas: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  app,
  chapters,
  compare,
  deeds,
  differs,
  errors,
  events,
  forks,
  frame,
  glossary,
  header,
  lanes,
  callbacks,
  where,
  machine,
  notices,
  panels,
  pills,
  registers,
  roads,
  share,
  stage,
  timeline,
  verbs,
  words,
  traces,
};
const en = new Map(Object.values(areas).flatMap((area) => Object.entries(area)));
const zh = new Map(Object.entries<string>(zhCn));
const others = LANGS.filter((lang) => lang !== 'en');
const CATALOGUES = import.meta.glob<{ readonly texts: Readonly<Record<string, string>> }>('./*/index.ts');
async function textsOf(lang: Lang): Promise<ReadonlyMap<string, string>> {
  const catalogue = await CATALOGUES[`./${lang.toLowerCase()}/index.ts`]?.();
  return new Map(Object.entries(catalogue?.texts ?? {}));
}
const paramsOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? ''))].sort();

describe('catalogues', () => {
  test('no key is in two areas', () => {
    const all = Object.values(areas).flatMap((area) => Object.keys(area));
    expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual([]);
  });
  test.each(others)('%s has the keys of English, a language that was begun some of them', async (lang) => {
    const keys = [...(await textsOf(lang)).keys()].sort();
    const wanted = isBegun(lang) ? keys.filter((key) => en.has(key)) : [...en.keys()].sort();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys).toEqual(wanted);
  });
  test.each(others)('a text has the same parameters in English and %s', async (lang) => {
    const differ = [...(await textsOf(lang))].filter(
      ([key, text]) => paramsOf(text).join() !== paramsOf(en.get(key) ?? '').join(),
    );
    expect(differ.map(([key, text]) => `${key}: ${paramsOf(text)} / ${paramsOf(en.get(key) ?? '')}`)).toEqual([]);
  });
  test.each(LANGS)('no text is empty, padded for no reason, or markup: %s', async (lang) => {
    const texts = lang === 'en' ? en : await textsOf(lang);
    expect([...texts].filter(([, text]) => text.trim() === '' || /<[a-z/]|&[a-z]+;/i.test(text))).toEqual([]);
  });
  test('a Chinese text is Chinese, or has no English words to translate', () => {
    const same = [...en].filter(([key, text]) => zh.get(key) === text && /[a-z]{4,} [a-z]{3,}/.test(text));
    // The glossary keeps some names in English, and says so.
    expect(same.map(([key]) => key).filter((key) => !/^term\.[\w-]+$/.test(key))).toEqual([]);
  });
});

/** Counts that stand before a plural noun and are never one: what they count begins with two, or is many by its nature. */
const NEVER_ONE: ReadonlySet<string> = new Set([
  ...['error.link-too-long', 'error.link-too-big', 'error.too-many-vcpus', 'error.op-cut', 'error.run-cut'],
  ...['error.url-big', 'share.length', 'share.filming', 'stage.map.title', 'trace.page.again', 'trace.page.firstLook'],
  // Rules with a threshold, and what several of something led to.
  ...['trace.finding.storm', 'trace.finding.merged-heavily', 'trace.finding.reinjected-always', 'finding.level-storm'],
  ...['trace.finding.two-vms', 'trace.finding.not-predicted', 'why.matched.several'],
  // It has a key of its own for one, with no number in it.
  'word.routes',
  // An ordinal, before a verb.
  'event.op',
]);
const COUNTED =
  /\{(?:n|m|of|max|count|lines|times|given|size|vcpus|accepted|injected|acting|total)\} (?:other |more )?[a-z]*[A-Za-z]s\b/;

describe('counts', () => {
  test('a number before a plural has a text for one, or is never one', () => {
    const bare = [...en].filter(
      ([key, text]) =>
        COUNTED.test(text.replaceAll(/\} (?:n|µ|m)?s\b/g, '')) &&
        !key.endsWith('.one') &&
        !en.has(`${key}.one`) &&
        !NEVER_ONE.has(key),
    );
    expect(bare.map(([key, text]) => `${key}: ${text}`)).toEqual([]);
  });
  test('a text for one is chosen by `n`, and speaks of one', () => {
    const odd = [...en].filter(([key]) => {
      // An event's `.one` is a variant of its own, which the step's description chooses.
      const many = key.endsWith('.one') && !key.startsWith('event.') ? en.get(key.slice(0, -4)) : undefined;
      return many !== undefined && !many.includes('{n}');
    });
    expect(odd.map(([key]) => key)).toEqual([]);
    for (const key of NEVER_ONE) expect(en.has(key), key).toBe(true);
  });
});

describe('what the engine and the registers need', () => {
  test('every event has a title and a sentence', () => {
    const missing = Object.keys(ALL_EVENTS).flatMap((name) =>
      [`event.${name}`, `event.${name}.title`].filter((key) => !en.has(key)),
    );
    expect(missing).toEqual([]);
  });
  test('every layout and each of its fields is described', () => {
    const wanted = LAYOUTS.flatMap((layout) => [
      `reg.${layout.name}`,
      ...Object.keys(layout.fields).map((name) => fieldDoc(layout, name)),
    ]);
    expect([...new Set(wanted)].filter((key) => !en.has(key))).toEqual([]);
  });
  test('every fact about an operation has a sentence, and every sentence its fact', () => {
    const wanted = KERNEL_CALLBACKS.flatMap(({ facts }) =>
      Object.values(facts).flatMap((list) => list.map(({ key }) => key)),
    );
    expect([...en.keys()].filter((key) => key.startsWith('op.')).sort()).toEqual(wanted.sort());
  });
  test('every plain register a reader sees is described', () => {
    const missing = (Object.keys(BLOCK_OF) as ComponentKind[]).flatMap((kind) =>
      registersOf(kind)
        .filter((register) => !isQuiet(kind, register) && !['bits', 'high'].includes(readingOf(kind, 0, register).as))
        .map((register) => `reg.${kind}.${register}`)
        .filter((key) => !en.has(key)),
    );
    expect(missing).toEqual([]);
  });
});

/** A catalogue nobody has added to: the one that is imported above is that of all tests of this process. */
const fresh = (): Promise<typeof import('./index.ts')> => {
  vi.resetModules();
  return import('./index.ts');
};

describe('translate', () => {
  test('fills parameters and leaves unknown ones visible', () => {
    addTexts('en', panels);
    expect(translate('en', 'now.step', { n: 2, m: 7 })).toBe('Step 2 of 7');
    expect(translate('en', 'now.step', { n: 2 })).toBe('Step 2 of {m}');
    expect(translate('en', 'now.step', { n: '<b>', m: '$&' })).toBe('Step <b> of $&');
  });
  test('English stands in until the Chinese chunk has come', async () => {
    const { loadLanguage, textsVersion, translate } = await fresh();
    expect(translate('zh-CN', 'dialog.close')).toBe('Close');
    const before = textsVersion();
    await loadLanguage('zh-CN');
    expect(textsVersion()).toBeGreaterThan(before);
    expect(translate('zh-CN', 'dialog.close')).toBe('关闭');
  });
  test('what a language does not have is said in English, and counted and joined as English does', async () => {
    const { addTexts, translate } = await fresh();
    addTexts('en', { ...words, ...events });
    addTexts('zh-CN', { 'dialog.close': '关闭' });
    expect(translate('zh-CN', 'dialog.close')).toBe('关闭');
    expect(translate('zh-CN', 'word.result.delivered', { n: 1 })).toBe('delivered to 1 vCPU');
    expect(translate('zh-CN', 'event.no_destination.why', { ids: [0, 1] })).toBe('APIC ids in this VM: 0, 1.');
  });
  test('a language that has a text for many and none for one says that for one', async () => {
    const { addTexts, translate } = await fresh();
    addTexts('en', { 'preset.x.title': '{n} pins', 'preset.x.title.one': '{n} pin' });
    addTexts('zh-CN', { 'preset.x.title': '{n} 个引脚' });
    expect(translate('zh-CN', 'preset.x.title', { n: 1 })).toBe('1 个引脚');
  });
  test('late areas arrive by addTexts; a key made at run time is asked for', async () => {
    const { addTexts, hasText } = await fresh();
    expect(hasText('event.kvm_eoi')).toBe(false);
    addTexts('en', events);
    expect(hasText('event.kvm_eoi')).toBe(true);
    expect(hasText('error.no-such-code')).toBe(false);
  });
  test('counts one thing as the language does', async () => {
    addTexts('en', words);
    await loadLanguage('zh-CN');
    const said = (n: number): string => translate('en', 'word.result.delivered', { n });
    expect([said(0), said(1), said(2)]).toEqual([
      'delivered to 0 vCPUs',
      'delivered to 1 vCPU',
      'delivered to 2 vCPUs',
    ]);
    expect(translate('zh-CN', 'word.result.delivered', { n: 1 })).toBe('投递给 1 个 vCPU');
  });
  test('joins a list as the language does', async () => {
    await loadLanguage('zh-CN');
    addTexts('en', events);
    const ids = [0, 1, 'x'];
    expect(translate('en', 'event.no_destination.why', { ids })).toBe('APIC ids in this VM: 0, 1, x.');
    expect(translate('zh-CN', 'event.no_destination.why', { ids })).toBe('本虚拟机的 APIC id：0、1、x。');
  });
  test('Chinese has one space beside Latin letters and digits, and none beside its own kind', async () => {
    await loadLanguage('zh-CN');
    const said = (source: string, dev: string): string =>
      translate('zh-CN', 'event.kvm_set_irq', { source, gsi: 4, dev });
    expect(said('irqfd resampler', '')).toBe('kvm_set_irq：irqfd resampler 拉高 GSI 4，KVM 查找它的路由。');
    expect(said('用户态', '')).toBe('kvm_set_irq：用户态拉高 GSI 4，KVM 查找它的路由。');
    expect(said(' 用户态 ', '（net0） ')).toBe('kvm_set_irq：用户态拉高 GSI 4（net0），KVM 查找它的路由。');
  });
  test('what is invisible or turns text around stands there as its number', () => {
    const said = translate('en', 'error.op.noDevice', { id: 'a\u202eb\u0007\u200bc\u2069' });
    addTexts('en', errors);
    expect(translate('en', 'error.op.noDevice', { id: 'a\u202eb\u0007\u200bc\u2069' })).toContain(
      'a\\u{202e}b\\u{7}\\u{200b}c\\u{2069}',
    );
    expect(said).not.toContain('\u202e');
  });
});
