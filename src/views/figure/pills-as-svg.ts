/**
 * Tokens are elements of HTML on the page, so that a browser moves them without drawing the stage again. In a figure they are
 * SVG like everything else: read from what the token layer has made, in the looks of board.css.
 */
import { textWidth } from '../board/text-fit.ts';
import { STYLE } from './markup.ts';
import { wrap } from './wrap.ts';

const NS = 'http://www.w3.org/2000/svg';
const HIGH = 20;
const TEXT = 11;
/** How far the feet of a pulse and the points of a spark reach, and how far a pulse stands over its wire (marks.css). */
const FEET_OF: Readonly<Record<string, number>> = { edge: 7, spark: 7 };
const RISES = 8;
const edgeFeet = (w: number): string => `M0 8H8V12H0zM${w - 8} 8H${w}V12H${w - 8}z`;
const sparkPoints = (w: number): string =>
  `M8 0L2.8 0L4.8 4L0 6.6L4 10L0 13.4L4.8 16L2.8 20L8 20zM${w - 8} 0L${w - 2.8} 0L${w - 4.8} 4L${w} 6.6L${w - 4} 10L${w} 13.4L${w - 4.8} 16L${w - 2.8} 20L${w - 8} 20z`;
const CAUSE = { w: 90, away: 4, line: 14, pad: 5, ends: 7 } as const;

type Look = Readonly<Record<string, string | number>>;

/** How a pill of each kind looks; colours as on the page. */
function looksOf(
  classes: DOMTokenList,
  state: string | undefined,
): { fill: string; stroke: string; width: number; ink: string } {
  if (classes.contains('bd-cross-exit')) return { fill: 'var(--warn)', stroke: 'none', width: 0, ink: 'var(--card)' };
  if (classes.contains('bd-cross-entry')) return { fill: 'var(--good)', stroke: 'none', width: 0, ink: 'var(--card)' };
  if (state === 'waiting') return { fill: 'var(--c-soft)', stroke: 'var(--c)', width: 2, ink: 'var(--c)' };
  if (classes.contains('bd-ended')) return { fill: 'var(--card)', stroke: 'var(--c)', width: 1, ink: 'var(--c)' };
  return { fill: 'var(--c)', stroke: 'var(--page)', width: 1, ink: 'var(--on-j)' };
}

/** @param pills what the token layer has filled */
export function pillsAsSvg(pills: HTMLElement, document: Document): SVGElement {
  const make = (parent: Element | null, name: string, looks: Look, text?: string): SVGElement => {
    const element = document.createElementNS(NS, name) as SVGElement;
    const style: string[] = [];
    for (const [key, value] of Object.entries(looks)) {
      if (typeof value === 'string' && value.includes('var(')) style.push(`${key}:${value}`);
      else element.setAttribute(key, String(value));
    }
    if (style.length > 0) element.setAttribute(STYLE, style.join(';'));
    if (text !== undefined) element.textContent = text;
    parent?.append(element);
    return element;
  };
  const mono = { 'font-family': 'monospace', 'font-size': TEXT, 'font-weight': 600 } as const;

  const all = make(null, 'g', {});
  for (const token of pills.querySelectorAll<HTMLElement>('.bd-token')) {
    const at = /translate\((-?[\d.]+)px, (-?[\d.]+)px\)/.exec(token.style.transform);
    const opacity = token.style.opacity === '' ? 1 : Number(token.style.opacity);
    if (at === null || opacity === 0) continue;
    const { classList } = token;
    const [state, journey, shaped] = ['state', 'journey', 'shape'].map(
      (name) => token.getAttribute(`data-${name}`) ?? undefined,
    );
    const { fill, stroke, width, ink } = looksOf(classList, state);
    const words = classList.contains('bd-closed') ? '' : (token.querySelector('.bd-text')?.textContent ?? '');
    const crosses = classList.contains('bd-cross-exit') || classList.contains('bd-cross-entry');
    const w = Number.parseFloat(token.style.width) || textWidth(words, TEXT, 'mono') + 18;
    const pale = classList.contains('bd-pale') ? 0.85 : 1;
    const group = make(all, 'g', { transform: `translate(${at[1]} ${at[2]})`, opacity: opacity * pale });
    const own = ['--c', '--c-soft'].map((name) => `${name}:${token.style.getPropertyValue(name)}`);
    if (!crosses) group.setAttribute(STYLE, own.join(';'));
    if (journey !== undefined) group.setAttribute('data-journey', journey);
    if (state !== undefined) group.setAttribute('data-state', state);
    if (classList.contains('bd-signal')) {
      make(group, 'path', { d: `M6 0H${w - 6}L${w} 10L${w - 6} 20H6L0 10z`, fill });
      make(group, 'text', { x: w / 2, y: 14, 'text-anchor': 'middle', fill: ink, ...mono }, words);
      continue;
    }
    const shape = words === '' ? 'message' : (shaped ?? 'message');
    const inset = width / 2;
    const feet = FEET_OF[shape] ?? 0;
    const up = shape === 'edge' ? RISES : 0;
    if (feet > 0) make(group, 'path', { d: (shape === 'edge' ? edgeFeet : sparkPoints)(w), fill: 'var(--c)' });
    const round = crosses ? 4 : shape === 'message' ? HIGH / 2 - inset : shape === 'line' ? 3 : 1;
    const box = { x: feet + inset, y: inset - up, width: w - width - 2 * feet, height: HIGH - width, rx: round };
    make(group, 'rect', { ...box, fill, stroke, 'stroke-width': width });
    const inner = feet === 0 && up === 0 ? group : make(group, 'g', { transform: `translate(${feet} ${-up})` });
    const number = token.querySelector('.bd-badge')?.textContent ?? '';
    if (number !== '') {
      const middle = words === '' ? w / 2 : HIGH / 2;
      const solid = state === 'waiting' || classList.contains('bd-ended');
      make(inner, 'circle', { cx: middle, cy: HIGH / 2, r: 7, fill: solid ? 'var(--c)' : 'var(--on-j)' });
      const badge = { x: middle, y: 13.4, 'text-anchor': 'middle', ...mono, 'font-size': 9.5, 'font-weight': 700 };
      make(inner, 'text', { ...badge, fill: solid ? 'var(--on-j)' : 'var(--c)' }, number);
    }
    make(inner, 'text', { x: number === '' ? 9 : 22, y: 14, fill: ink, ...mono }, words);
    if (state === 'waiting' && words !== '') {
      for (const x of [w - 14 - 2 * feet, w - 8 - 2 * feet])
        make(inner, 'path', { d: `M${x} 5.5V14.5`, stroke: 'var(--c)', 'stroke-width': 3 });
    }
    if (!classList.contains('bd-closed') && !classList.contains('bd-mute')) cause(group, token, w, up);
  }
  for (const tag of pills.querySelectorAll<HTMLElement>('.bd-ask, .bd-lift')) {
    const at = /translate\((-?[\d.]+)px, (-?[\d.]+)px\)/.exec(tag.style.transform);
    const opacity = Number(tag.style.opacity);
    if (at === null || !(opacity > 0)) continue;
    const words = tag.textContent ?? '';
    const w = textWidth(words, TEXT, 'mono') + 14;
    const asks = tag.classList.contains('bd-ask');
    const group = make(all, 'g', { transform: `translate(${Number(at[1]) - w / 2} ${Number(at[2]) - 9})`, opacity });
    if (!asks) group.setAttribute(STYLE, `--c:${tag.style.getPropertyValue('--c')}`);
    make(group, 'rect', { width: w, height: 18, rx: 4, fill: asks ? 'var(--ink)' : 'var(--c)' });
    const text = { x: w / 2, y: 13, 'text-anchor': 'middle', fill: asks ? 'var(--page)' : 'var(--on-j)' };
    make(group, 'text', { ...text, ...mono }, words);
  }
  return all;

  /** Beside what waits: what for, and since when; where the page says it (board/settle.ts). */
  function cause(group: SVGElement, token: HTMLElement, w: number, up: number): void {
    const box = token.querySelector('.bd-cause');
    if (box === null) return;
    const length = (name: string, otherwise: number): number =>
      Number.parseFloat(token.style.getPropertyValue(name)) || otherwise;
    const wide = length('--room', CAUSE.w);
    const said = (part: string, face?: 'bold'): readonly string[] =>
      wrap(box.querySelector(part)?.textContent ?? '', wide - 2 * CAUSE.pad, TEXT, face);
    const what = said('.bd-cause-what', 'bold');
    const since = token.classList.contains('bd-brief') ? [] : said('.bd-cause-since');
    const x = w / 2 + length('--aside', 0) - wide / 2;
    const height = (what.length + since.length) * CAUSE.line + CAUSE.ends;
    const y = token.classList.contains('bd-lifted') ? -up - CAUSE.away - height : HIGH + CAUSE.away;
    make(group, 'rect', { x, y, width: wide, height, rx: 4, fill: 'var(--c-soft)' });
    [...what, ...since].forEach((text, i) => {
      const told = i < what.length;
      const face = { 'font-family': 'sans-serif', 'font-size': TEXT, 'font-weight': told ? 600 : 400 };
      const place = { x: x + CAUSE.pad, y: y + 3 + (i + 0.78) * CAUSE.line };
      make(group, 'text', { ...place, ...face, fill: told ? 'var(--c)' : 'var(--ink)' }, text);
    });
  }
}
