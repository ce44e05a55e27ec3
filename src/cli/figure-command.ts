/** What `npm run figure` does, for figure.ts and for tests, which need no process for each figure. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LANGS, type Lang, languageOf, shortName } from '../i18n/langs.ts';
import { findStep } from '../log/steps.ts';
import { type Carried, carriedBy, withCarried } from '../share/carried.ts';
import type { Moment } from '../store/still-app.ts';
import {
  type FigureFacts,
  type FigureOptions,
  type FigureTheme,
  renderFigure,
  storyOf,
} from '../views/figure/figure.ts';
import { type FilmFormat, type FilmRange, planFilm } from '../views/figure/film.ts';
import { LONGEST_FILM_S } from '../views/figure/film-limits.ts';
import { dom, open, Refused } from './figure-scene.ts';

const LANGUAGE_NAMES = [...new Set(LANGS.flatMap((lang) => [shortName(lang), lang]))];

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

/** What is said of a file beside it. */
interface Facing {
  /** px of the figure. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Pixels of the file for each of them. */
  readonly scale?: number;
  readonly mime?: string;
  readonly durationMs?: number;
  readonly frames?: number;
  readonly range?: FilmRange;
}

/** First and last step as a person writes them: `4:14`, `route#2:end`. @throws Refused */
function rangeIn(moment: Moment, text: string | undefined): FilmRange {
  const last = moment.scene.steps.length - 1;
  if (text === undefined) return { from: 0, to: last };
  const ends = /^([^:]+):([^:]+)$/.exec(text);
  const from = ends === null ? -1 : stepIn(moment, ends[1] as string);
  const to = ends === null ? -1 : stepIn(moment, ends[2] as string);
  if (from < 0 || to < from) throw new Refused(`--steps is two steps, A:B, the first before the last, not “${text}”.`);
  return { from, to };
}

/** A film of some steps. @throws Refused */
async function film(
  moment: Moment,
  factsAt: (step: number) => FigureFacts,
  format: FilmFormat,
  options: FigureOptions,
  scale: number,
  steps: string | undefined,
): Promise<Facing & { readonly data: Uint8Array; readonly mime: string }> {
  const range = rangeIn(moment, steps);
  const planned = await planFilm(dom, moment, factsAt, options, range, format);
  if (planned === null)
    throw new Refused(`The film would be longer than ${LONGEST_FILM_S} s; --steps A:B takes a part of the scene.`);
  const { frames, durationMs, title } = planned;
  const carried: Carried = {
    type: 'irqscope',
    v: 1,
    ...factsAt(range.from),
    step: range.from,
    count: moment.scene.steps.length,
    title,
  };
  const { filmOf } = await import('./figure-browser.ts');
  const shows = process.stderr.isTTY === true;
  const coded = await filmOf(planned, format, scale, carried, (done) => {
    if (shows) process.stderr.write(`\r${done} / ${frames}${done === frames ? '\n' : ''}`);
  });
  if (coded === null) throw new Refused('A film needs a Chromium: install one, or name it in CHROMIUM.', 3);
  if (coded === 'format') throw new Refused('This browser codes no film.', 3);
  return { ...coded, title, frames, durationMs, scale: 1, range };
}

async function make(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'svg' },
      theme: { type: 'string', default: 'light' },
      lang: { type: 'string', default: 'en' },
      scale: { type: 'string', default: '1' },
      width: { type: 'string', default: '960' },
      step: { type: 'string' },
      steps: { type: 'string' },
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
      `Usage: npm run -s figure -- '<fragment>' [--format svg|png|gif|mp4|text] [--theme light|dark|print] [--lang ${LANGS.map(shortName).join('|')}] [--step n|name#n|end] [--steps A:B] [--scale 1..4] [--width px] [--no-caption] [--json] -o FILE, or --reopen FILE.`,
    );
  }
  const format = choice('format', values.format, ['svg', 'png', 'gif', 'mp4', 'text'] as const);
  const theme: FigureTheme = choice('theme', values.theme, ['light', 'dark', 'print'] as const);
  const lang: Lang = languageOf(choice('lang', values.lang, LANGUAGE_NAMES)) ?? 'en';
  const scale = numberIn('scale', values.scale, 1, 4);
  const width = Math.round(numberIn('width', values.width, 320, 4_000));
  const { moment, factsAt } = await open(fragment, lang);
  const at: Moment = values.step === undefined ? moment : { ...moment, step: stepIn(moment, values.step) };
  const here = factsAt(at.step);

  let data: string | Uint8Array;
  let facing: Facing = { width: 0, height: 0, title: '' };
  let { out } = values;
  if (format === 'text') data = storyOf(moment, factsAt(-1));
  else if (format === 'gif' || format === 'mp4') {
    const { mime, ...made } = await film(
      at,
      factsAt,
      format,
      { theme, width, caption: !values['no-caption'] },
      scale,
      values.steps,
    );
    data = made.data;
    facing = made;
    if (mime === 'video/webm') {
      // A player goes by the name.
      out = out?.replace(/\.mp4$/i, '.webm');
      process.stderr.write(
        `irqscope: this browser codes no H.264, so the film is WebM${out === undefined ? '' : `: ${out}`}.\n`,
      );
    }
  } else {
    const figure = await renderFigure(dom, at, here, { theme, width, caption: !values['no-caption'] });
    facing = { ...figure, scale };
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
  if (out === undefined) process.stdout.write(data);
  else {
    try {
      writeFileSync(resolve(home, out), data);
    } catch (e) {
      throw new Refused(`${out} cannot be written: ${(e as Error).message}.`);
    }
  }
  if (values.json) {
    const { step } = facing.range === undefined ? at : { step: facing.range.from };
    const pixels = format === 'svg' ? 1 : (facing.scale ?? 1);
    const said = {
      format,
      theme,
      lang,
      width: facing.width * pixels,
      height: facing.height * pixels,
      step,
      count: at.scene.steps.length,
      title: facing.title,
      link: step === at.step ? here.link : factsAt(step).link,
      ...(facing.durationMs === undefined
        ? {}
        : { mime: facing.mime, duration_ms: Math.round(facing.durationMs), frames: facing.frames }),
    };
    (values.out === undefined ? process.stderr : process.stdout).write(`${JSON.stringify(said)}\n`);
  }
}

/**
 * Makes what the arguments ask for; files lie where INIT_CWD says, or where the process is.
 * @returns the status to exit with
 */
export async function figureCommand(args: readonly string[]): Promise<number> {
  try {
    await make(args);
    return 0;
  } catch (e) {
    const refused = e instanceof Refused || (e as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
    process.stderr.write(`irqscope: ${refused ? (e as Error).message : (e as Error).stack}\n`);
    return e instanceof Refused ? e.exit : refused ? 2 : 1;
  }
}
