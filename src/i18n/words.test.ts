/**
 * Words that must not stand on screen: what the glossary says not to write for a term, and what the voice of the page does
 * without (pictures, "somebody", contractions). Every catalogue, scene, bug and chapter, the lecture and the README, both languages.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { TERMS } from './terms.ts';

const SRC = join(import.meta.dirname, '..');

/** Texts by key: the catalogue's areas, and the folders of scenes and chapters. */
async function textsOf(lang: 'en' | 'zh-cn'): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const take = (value: unknown, key: string): void => {
    if (typeof value === 'string') texts.set(key, value);
    else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) take(inner, key === '' ? name : `${key}.${name}`);
    }
  };
  const dir = join(SRC, 'i18n', lang);
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const areas: Record<string, unknown> = await import(pathToFileURL(join(dir, file)).href);
    for (const area of Object.values(areas)) take(area, '');
  }
  for (const room of ['scenes', 'scenes/bugs', 'chapters']) {
    for (const entry of readdirSync(join(SRC, room), { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name === 'bugs') continue;
      const read = (file: string): unknown => JSON.parse(readFileSync(join(SRC, room, entry.name, file), 'utf8'));
      take(read(`${lang}.json`), `${room}/${entry.name}`);
      if (room !== 'chapters') take(told(read('scene.json'), lang), `${room}/${entry.name}`);
    }
  }
  for (const file of ['public/lecture.html', 'public/lecture/embeds.html', 'index.html'])
    take(pageTexts(readFileSync(join(SRC, '..', file), 'utf8'), lang), file);
  for (const file of [
    'public/disk.js',
    'public/lecture/lecture.js',
    'public/lecture/drive.js',
    'public/lecture/language.js',
  ])
    take(saidBy(readFileSync(join(SRC, '..', file), 'utf8'), lang), file);
  if (lang === 'en')
    for (const file of ['README.md', 'public/recipes/README.md'])
      take(prose(readFileSync(join(SRC, '..', file), 'utf8')), file);
  return texts;
}

/** Texts of a page in a language: elements that say so by `lang`, and what says nothing counts as English. */
function pageTexts(html: string, lang: 'en' | 'zh-cn'): string[] {
  const page = parseHTML(html).document;
  const own = [...page.querySelectorAll('[lang]')].filter(
    (e) => e.localName !== 'html' && e.getAttribute('lang')?.toLowerCase() === lang,
  );
  const plain = lang === 'zh-cn' ? [] : [...page.querySelectorAll('title, [alt], [title], th:not([lang])')];
  return [...own, ...plain].map((e) =>
    `${e.textContent} ${e.getAttribute('alt') ?? ''} ${e.getAttribute('title') ?? ''}`.trim(),
  );
}

/** What a plain script says: its literals in Chinese, or those that are some words of English. */
const saidBy = (script: string, lang: 'en' | 'zh-cn'): string[] =>
  [...script.replaceAll(/^\s*\/\/.*$/gm, '').matchAll(/'([^'\n]*)'|`([^`]*)`/g)]
    .map(([, plain, filled]) => plain ?? filled ?? '')
    .filter((text) => (lang === 'zh-cn' ? /[\u4e00-\u9fff]/.test(text) : /[A-Za-z]+ [a-z]+ [a-z]+[^;{}]*$/.test(text)));

/** Paragraphs of a README without its code and marks; it has the typewriter’s apostrophe. */
const prose = (text: string): string[] =>
  text
    .split(/\n{2,}/)
    .filter((part) => !/^( {4}|```)/m.test(part))
    .map((part) =>
      part
        .replaceAll(/`[^`]*`/g, 'x')
        .replaceAll('![', '[')
        .replaceAll("'", '’'),
    );

/** The narration of a scene in one language. */
function told(value: unknown, lang: 'en' | 'zh-cn'): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  const own = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, inner]) =>
    typeof inner === 'string' && name.toLowerCase() === lang ? ['said', inner] : [name, told(inner, lang)],
  );
  return Object.fromEntries(own);
}

/** What a text may not have, and what stands for it. */
interface Refused {
  readonly pattern: RegExp;
  readonly use: string;
  /** Keys that may. */
  readonly except?: RegExp;
}

const EN: readonly Refused[] = [
  {
    pattern: /\b(?:some|any|no)body\b|\b(?:some|any)one\b|\bwhoever\b/i,
    use: 'the actor: the device, KVM, the guest …',
  },
  { pattern: /\b(?:is|are) (?:not |never )?told\b|\bhears?\b|\bheard\b/i, use: 'what arrives where' },
  { pattern: /\b(?:device|disk|card|pin|line) speaks\b|\bnothing to say\b/i, use: 'raises, sends, requests' },
  { pattern: /\b(?:line|pin|INTR)\b[^.]* (?:stays?|keeps?) up\b/i, use: 'stays high' },
  { pattern: /\bow(?:e|es|ed)\b/i, use: 'is due' },
  { pattern: /\bfl(?:y|ies|ew|own)\b|\bgoes its way\b|\blets? go\b/i, use: 'sends, goes, lowers' },
  { pattern: /\b(?:is|are) (?:up|down)\b|\bf(?:alls?|ell|allen)\b/i, use: 'is high, is low, goes low, goes below' },
  { pattern: /\b(?:is|are) done\b/i, use: 'has ended, has finished, KVM does' },
  { pattern: /\w(?:n[’']t|[’'](?:re|ll|ve|d))\b|\b(?:it|that|there|what|here)[’']s\b/i, use: 'no contractions' },
  { pattern: /\(s\)/, use: 'a text for one and a text for many' },
  { pattern: /!(?!=)|[a-z]'[a-z]|\. \.|\.\.\./i, use: '’ … and no exclamation' },
  {
    pattern: /\b\w+(?:virtuali|recogni|prioriti|initiali|seriali)s(?:e|ed|es|ing)\b|\backnowledgement\b/i,
    use: 'the spelling of the SDM',
  },
  {
    pattern:
      /\b(?:behavior|color|neighbor|favor)s?\b|\b(?:signal|model|cancel|label)(?:ed|ing)\b|\b(?:center|gray|license)d?\b/,
    use: 'the one spelling of all texts: behaviour, colour, signalled, modelled, cancelled',
  },
  { pattern: /\bde-assert/i, use: 'deassert' },
  { pattern: /\bplease\b|\bsimply\b/i, use: 'nothing' },
  { pattern: /\bGSI (?:\d+|\{gsi\}) (?:is|are) (?:high and )?masked\b/, use: 'its pin is masked: a GSI has no mask' },
  { pattern: /\bISR (?:says|tells)\b/, use: 'virtio’s ISR status: ISR is a register of an APIC or an 8259' },
  { pattern: /\bAPIC IDs?\b(?! table)/, use: 'APIC id' },
  { pattern: /\ball excluding self\b/i, use: 'all but self' },
  { pattern: /\bfor ever\b/i, use: 'forever' },
  { pattern: /(?<![\w-])INT\b(?! ?\d)/, use: 'INTR, the output of the 8259s' },
  { pattern: /\bmisconfiguration\b/i, use: 'EPT misconfig, as KVM’s exit reason' },
  { pattern: /\b[KMG]iB\b/, use: 'kB, MB' },
  // A trace has KVM’s name of the register, the stage the SDM’s.
  { pattern: /\bSPIV\b/, use: 'SVR', except: /^trace\./ },
  { pattern: /\bboot (?:CPU|processor)\b/i, use: 'bootstrap processor' },
  { pattern: /\bst(?:ands?|ood) behind\b|\bcomes? of\b/i, use: 'backs; comes from' },
];

/** Words of the glossary that only in the term's sense are wrong: no pattern can tell, or one that knows its surroundings. */
const ZH_OTHERWISE: Readonly<Record<string, RegExp | null>> = {
  // The pairs that must not mix: each is right for the other.
  投递: null,
  post: null,
  阻塞: null,
  关闭: null,
  禁用: null,
  // kvm_x86_ops, atomic operations, operands.
  操作: null,
  阶段: null,
  // A type of event and an exit reason have this name.
  外部中断: null,
  线: null,
  PID: /PID(?! 指针表)/,
  拍: /(?<!节)拍/,
  // The PIT's tick.
  节拍: null,
  沿: /(?<!边)沿/,
  门: /(?<!专|部)门(?!铃|控)/,
  服务中: /(?<!正在)服务中(?!寄存器)/,
  处理中: /(?<!待)处理中(?!断)/,
  水位: /水位(?!线)/,
  主机: /(?<!宿)主机/,
  宿主: /宿主(?!机)/,
  重定向表: /重定向表(?!项)/,
  '虚拟 APIC 页': null,
  中断结束: /中断结束(?!时|：)/,
  // Whoever gets a notification receives it; a LAPIC accepts.
  接收: /接收(?!者|方|通知|它)/,
  联合: /联合(?!体)/,
  理由: null,
  发布: /发布(?!版)/,
};

const ZH: readonly Refused[] = [
  ...TERMS.flatMap(({ 'zh-CN': zh, not = [] }) =>
    not.flatMap((word) => {
      const pattern = ZH_OTHERWISE[word] === undefined ? new RegExp(word) : ZH_OTHERWISE[word];
      return pattern === null ? [] : [{ pattern, use: zh.join('、') }];
    }),
  ),
  { pattern: /local APIC/, use: '本地 APIC' },
  { pattern: /(?<!_)\bdoorbell\b(?!-)/, use: '门铃' },
  { pattern: /de-assert/i, use: 'deassert' },
  { pattern: /您/, use: '不用' },
  // A part of the machine does it, or does not.
  { pattern: /没有?人|有人|任何人|没有谁|谁也/, use: '机器里的部件' },
  { pattern: /取消屏蔽/, use: '解除屏蔽' },
  { pattern: /关口/, use: '关卡' },
  { pattern: /中断影子/, use: '中断阴影' },
  { pattern: /滴答|\btick\b/, use: '节拍' },
  { pattern: /EOI-exit bitmap/, use: 'EOI-exit 位图' },
  { pattern: /IOMMU 投递|已投递到|设备投递/, use: 'post' },
  { pattern: /APICv (?:被|已)?禁止|禁止 APICv|禁止原因/, use: '抑制' },
  { pattern: /刷新(?:页面|。)/, use: '重新加载' },
  // What asks for an action may.
  {
    pattern: /请(?!求)/,
    use: '不用',
    except: /^(?:error|public\/disk|trace\.(?:error|limit|page)|shell\.broken|share|roads\.error)/,
  },
  { pattern: /的一方|的人|被置/, use: '机器里的部件；置、为 1' },
  { pattern: /置位/, use: '置 1、为 1' },
  { pattern: /使能/, use: '启用' },
  { pattern: /类别|第 ?\d+ 类/, use: '类 n（优先级类）' },
  { pattern: /virtual-APIC page/, use: '虚拟 APIC 页' },
  { pattern: /(?<!\{)\bthreshold\b/, use: '阈值' },
  // What a driver registers with the host's kernel is a function of the kernel; the guest's is its program.
  { pattern: /宿主机的?处理程序/, use: '处理函数' },
  { pattern: /INTR (?:不会)?拉高/, use: 'INTR 变高，或 8259 拉高 INTR' },
  { pattern: /[\u4e00-\u9fff] [\u4e00-\u9fff]/, use: '汉字之间没有空格' },
  { pattern: /\}[,;:?!]/, use: '，、；：？' },
  { pattern: /第 ?\d+ ?位/, use: '位 n' },
  { pattern: /[\u4e00-\u9fff][,;:?!]|！/, use: '，；：？' },
  { pattern: /[\u4e00-\u9fff] ?\(|\([^()]*[\u4e00-\u9fff][^()]*\)/, use: '（）' },
  { pattern: /译码/, use: '解码' },
  { pattern: /\bposted 中断/, use: 'posted interrupt' },
  { pattern: /MSI(?:-X)? (?:能力(?!结构)|capability)/, use: 'MSI 能力结构' },
  { pattern: /\bone-shot\b/i, use: '单次' },
  { pattern: /exit qualification/i, use: '退出限定' },
  { pattern: /\bISR status\b/, use: 'ISR 状态' },
  { pattern: /写门铃/, use: '敲门铃' },
  { pattern: /尝试/, use: '试' },
  { pattern: /TSC 截止/, use: 'TSC deadline' },
  { pattern: /\bAPIC ID(?! 表)/, use: 'APIC id' },
];

function refusals(texts: ReadonlyMap<string, string>, list: readonly Refused[]): string[] {
  return [...texts].flatMap(([key, text]) =>
    list.flatMap(({ pattern, use, except }) => {
      const found = except?.test(key) === true ? null : pattern.exec(text);
      return found === null ? [] : [`${key}: “${found[0]}” (${use}): ${text}`];
    }),
  );
}

test('English says nothing of what its voice does without', async () => {
  const texts = await textsOf('en');
  expect(texts.size).toBeGreaterThan(1_500);
  expect(refusals(texts, EN)).toEqual([]);
});

test('Chinese has one word for a thing, the glossary’s', async () => {
  const texts = await textsOf('zh-cn');
  expect(texts.size).toBeGreaterThan(1_500);
  expect(refusals(texts, ZH)).toEqual([]);
});

test('the plain scripts are among them', async () => {
  for (const lang of ['en', 'zh-cn'] as const) {
    const keys = [...(await textsOf(lang)).keys()];
    expect(keys.filter((key) => key.startsWith('public/disk.js')).length, lang).toBeGreaterThan(1);
  }
});

test('the lists bite', () => {
  const of = (text: string, list: readonly Refused[]): number => refusals(new Map([['x', text]]), list).length;
  for (const text of [
    'Nobody hears it.',
    'The line falls.',
    'It doesn’t',
    'Command(s)',
    'The write is done',
    'Go!',
    'It is not told.',
    'The line stays up.',
    'The irqfd is signaled.',
    'GSI 17 is high and masked.',
    'On a line the ISR says why.',
    'APIC IDs to 255',
    'The IPI goes to all excluding self.',
    'INT goes high.',
    'An EPT misconfiguration',
    '4 KiB',
    'The boot CPU',
  ]) {
    expect(of(text, EN), text).toBeGreaterThan(0);
  }
  for (const text of [
    '中断号 4',
    '主机',
    '踢醒',
    '被置位',
    '向量,位',
    '引脚的边缘',
    '用户空间',
    '递交',
    '请按键',
    '没人应答',
    '取消屏蔽',
    'APIC 使能',
    '属于第 6 类',
    '位图 中的向量',
    '发送 MSI {addr}, {data}',
    '译码地址',
    'posted 中断',
    'MSI-X 能力',
    '控制字(功能屏蔽)',
    'APIC ID 3',
    'one-shot 模式',
  ]) {
    expect(of(text, ZH), text).toBeGreaterThan(0);
  }
  for (const text of ['宿主机', '向量 0x41', '水位线', '边沿', '请求', '门铃', '物理 APIC ID 表', 'MSI-X 能力结构'])
    expect(of(text, ZH), text).toBe(0);
});
