/**
 * `npm run -s figure -- '<fragment>' --format svg|png|text [...] -o FILE`: a figure of the moment a link names, and
 * `--reopen FILE`: what a figure carries. One sentence on standard error and exit 2 where the link or the file is no good,
 * exit 3 where a format needs a browser and there is none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Lang } from '../i18n/index.ts';
import { findStep } from '../log/steps.ts';
import { carriedBy, withCarried } from '../share/carried.ts';
import { type FigureTheme, renderFigure, storyOf } from '../views/figure/figure.ts';
import type { Moment } from '../views/figure/still.tsx';
import { dom, open, Refused } from './figure-scene.ts';

/** @throws Refused */
function choice<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new Refused(`--${name} is one of ${allowed.join(', ')}, not “${value}”.`);
  return found;
}

function numberIn(name: string, text: string, least: number, most: number): number {
  const n = Number(text);
  if (!Number.isFinite(n) || n < least || n > most)
    throw new Refused(`--${name} is a number from ${least} to ${most}.`);
  return n;
}

/** Index of a step as a person writes it. @throws Refused */
function stepIn({ scene }: Moment, text: string): number {
  const last = scene.steps.length - 1;
  if (text === 'end') return last;
  const at = /^-?\d+$/.test(text) ? Number(text) : findStep(scene.steps, text);
  if (at < -1 || at > last || (at === -1 && text !== '-1'))
    throw new Refused(`The scene has no step “${text}”; the last one is ${last}.`);
  return at;
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'svg' },
      theme: { type: 'string', default: 'light' },
      lang: { type: 'string', default: 'en' },
      scale: { type: 'string', default: '1' },
      width: { type: 'string', default: '960' },
      step: { type: 'string' },
      'no-caption': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      out: { type: 'string', short: 'o' },
      reopen: { type: 'string' },
    },
  });
  const home = process.env.INIT_CWD ?? process.cwd();
  if (values.reopen !== undefined) {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(resolve(home, values.reopen));
    } catch {
      throw new Refused(`${values.reopen} cannot be read.`);
    }
    const carried = carriedBy(bytes);
    if (carried === null)
      throw new Refused(`${values.reopen} is no figure of irqscope, or what it carried was taken out of it.`);
    process.stdout.write(`${JSON.stringify(carried)}\n`);
    return;
  }
  const [fragment] = positionals;
  if (fragment === undefined || positionals.length > 1) {
    throw new Refused(
      `Usage: npm run -s figure -- '<fragment>' [--format svg|png|text] [--theme light|dark|print] [--lang en|zh] [--step n|name#n|end] [--scale 1..4] [--width px] [--no-caption] [--json] -o FILE, or --reopen FILE.`,
    );
  }
  const format = choice('format', values.format, ['svg', 'png', 'text'] as const);
  const theme: FigureTheme = choice('theme', values.theme, ['light', 'dark', 'print'] as const);
  const lang: Lang = choice('lang', values.lang, ['en', 'zh', 'zh-CN'] as const) === 'en' ? 'en' : 'zh-CN';
  const scale = numberIn('scale', values.scale, 1, 4);
  const width = Math.round(numberIn('width', values.width, 320, 4_000));
  const { moment, factsAt } = await open(fragment, lang);
  const at: Moment = values.step === undefined ? moment : { ...moment, step: stepIn(moment, values.step) };
  const here = factsAt(at.step);

  let data: string | Uint8Array;
  let facing: { width: number; height: number; title: string } = { width: 0, height: 0, title: '' };
  if (format === 'text') data = storyOf(moment, factsAt(-1));
  else {
    const figure = await renderFigure(dom, at, here, { theme, width, caption: !values['no-caption'] });
    facing = figure;
    data = figure.svg;
    if (format === 'png') {
      const { pngOf } = await import('./figure-browser.ts');
      const carried = {
        type: 'irqscope',
        v: 1,
        ...here,
        step: at.step,
        count: at.scene.steps.length,
        title: figure.title,
      } as const;
      const png = await pngOf(figure, scale);
      if (png === null) throw new Refused('PNG needs a Chromium: install one, or name it in CHROMIUM.', 3);
      data = withCarried(png, carried);
    }
  }
  if (values.out === undefined) process.stdout.write(data);
  else {
    try {
      writeFileSync(resolve(home, values.out), data);
    } catch (e) {
      throw new Refused(`${values.out} cannot be written: ${(e as Error).message}.`);
    }
  }
  if (values.json) {
    const { step } = at;
    const said = {
      format,
      theme,
      lang,
      width: facing.width * scale,
      height: facing.height * scale,
      step,
      count: at.scene.steps.length,
      title: facing.title,
      link: here.link,
    };
    (values.out === undefined ? process.stderr : process.stdout).write(`${JSON.stringify(said)}\n`);
  }
}

try {
  await run();
} catch (e) {
  const refused = e instanceof Refused || (e as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  process.stderr.write(`irqscope: ${refused ? (e as Error).message : (e as Error).stack}\n`);
  process.exitCode = e instanceof Refused ? e.exit : refused ? 2 : 1;
}
