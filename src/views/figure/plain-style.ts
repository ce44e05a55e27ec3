/**
 * From the stage's style sheets to plain attributes. A figure is opened by programs that know no variables, so each
 * element gets what it looks like as attributes, and its classes go: the sheets stay the only place where looks are said.
 * Rules within @media and the like are left out, and so are those of a pointer or a keyboard.
 */

import { compile, type Element as Parsed } from 'stylis';
import { textWidth } from '../board/text-fit.ts';
import { STYLE } from './markup.ts';

/** Properties that SVG knows as attributes of the same name. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'dominant-baseline',
  'fill',
  'fill-opacity',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'letter-spacing',
  'opacity',
  'paint-order',
  'stroke',
  'stroke-dasharray',
  'stroke-dashoffset',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-opacity',
  'stroke-width',
  'text-anchor',
  'visibility',
]);
/** Of a hand, or of what is no element. */
const OF_A_HAND = /:(hover|focus|focus-visible|active|disabled)\b|::/;
/** Attributes that mean something to a page only. */
const OF_THE_PAGE = /^(class|style|data-style|data-layer|data-stop|tabindex|role|focusable|aria-.*)$/;
const REM = 16;

interface Rule {
  readonly selector: string;
  /** Classes that what it is for must have. Most rules are turned away by them, at a hundredth of the cost of a match. */
  readonly needs: readonly string[];
  /** And that stand on what it is within. */
  readonly within: readonly string[];
  /** It asks for nothing else. */
  readonly plain: boolean;
  readonly weight: number;
  readonly order: number;
  readonly properties: readonly (readonly [string, string])[];
}

/** Classes, attributes and pseudo-classes count a thousand times what a bare element name does; the sheets have no ids. */
function weightOf(selector: string): number {
  const strong = selector.match(/[.[]|:(?!not|is|where)[a-z]/g)?.length ?? 0;
  const weak = selector.replace(/\[[^\]]*\]|[.:][\w-]+/g, ' ').match(/[a-z]+/gi)?.length ?? 0;
  return strong * 1_000 + weak;
}

const classesIn = (compound: string): readonly string[] =>
  [...compound.matchAll(/\.([\w-]+)/g)].map((found) => found[1] as string);

/** Classes that must be there for a selector to fit, on the element and above it; the selector itself says the rest. */
function neededBy(selector: string): Pick<Rule, 'needs' | 'within' | 'plain'> {
  const compounds = selector.replace(/:(?:not|is|where|has)\([^)]*\)|\[[^\]]*\]/g, '').split(/[\s>+~]+/);
  const needs = classesIn(compounds.at(-1) ?? '');
  // A sibling is not above it.
  const within = /[+~]/.test(selector) ? [] : compounds.slice(0, -1).flatMap(classesIn);
  return { needs, within, plain: selector === needs.map((name) => `.${name}`).join('') };
}

const read = new Map<string, readonly Rule[]>();

/** The rules of style sheets, in the order in which they win. */
function rulesOf(css: string): readonly Rule[] {
  const known = read.get(css);
  if (known !== undefined) return known;
  const rules = readRules(css);
  read.set(css, rules);
  return rules;
}

function readRules(css: string): readonly Rule[] {
  const rules: Rule[] = [];
  const visit = (parsed: Parsed): void => {
    if (parsed.type !== 'rule' || typeof parsed.children === 'string') return;
    const properties = parsed.children
      .filter((child) => child.type === 'decl')
      .map((child) => [String(child.props), String(child.children)] as const);
    for (const selector of Array.isArray(parsed.props) ? parsed.props : [parsed.props]) {
      if (OF_A_HAND.test(selector)) continue;
      const weight = weightOf(selector);
      rules.push({ selector, ...neededBy(selector), weight, order: rules.length, properties });
    }
  };
  for (const parsed of compile(css)) visit(parsed);
  return rules.sort((a, b) => a.weight - b.weight || a.order - b.order);
}

/** Replaces `var(--name, fallback)` until none is left; an unknown one without fallback makes the value invalid. */
function withoutVars(value: string, look: (name: string) => string | null): string | null {
  let text = value;
  for (let rounds = 0; text.includes('var('); rounds++) {
    if (rounds > 20) return null;
    const found = /var\(\s*(--[\w-]+)\s*(?:,\s*((?:[^()]|\([^()]*\))*))?\)/.exec(text);
    if (found === null) return null;
    const known = look(found[1] as string) ?? found[2];
    if (known === undefined) return null;
    text = text.slice(0, found.index) + known + text.slice(found.index + found[0].length);
  }
  return text;
}

/** Of `light-dark(a, b)` the one that is meant. */
function forTheme(value: string, dark: boolean): string {
  return value.replace(
    /light-dark\(\s*((?:[^(),]|\([^()]*\))+),\s*((?:[^()]|\([^()]*\))+)\)/g,
    (_, light: string, other: string) => (dark ? other : light).trim(),
  );
}

const inPixels = (value: string): string =>
  value
    .replace(/(\d*\.?\d+)rem\b/g, (_, n: string) => String(Math.round(Number(n) * REM * 100) / 100))
    .replace(/(\d)px\b/g, '$1');

/** Families every program has; named ones differ from machine to machine, and so would the figure. */
const generic = (family: string): string => (/mono/i.test(family) ? 'monospace' : 'sans-serif');

/**
 * The custom properties of the document's root, for a theme.
 * @param css theme.css
 */
export function paletteOf(css: string, dark: boolean): ReadonlyMap<string, string> {
  const palette = new Map<string, string>();
  for (const { selector, properties } of rulesOf(css)) {
    if (selector !== ':root') continue;
    for (const [name, value] of properties) if (name.startsWith('--')) palette.set(name, forTheme(value, dark));
  }
  return palette;
}

/**
 * Share of their size in which proportional letters are written: the stage was measured with narrow ones, and what stands behind
 * `sans-serif` elsewhere (DejaVu Sans in rsvg and Inkscape on many a Linux) is an eighth wider.
 */
const SPARE = 0.92;

/** A text pressed into a length, which few programs but browsers do, is written in smaller letters instead. */
function unpress(text: Element): void {
  const length = Number(text.getAttribute('textLength'));
  const said = (name: string): number => Number(text.closest(`[${name}]`)?.getAttribute(name) ?? Number.NaN);
  const size = said('font-size');
  const face = said('font-weight') >= 600 ? 'bold' : 'sans';
  const share = length / textWidth(text.textContent ?? '', size, face);
  if (share < 1) text.setAttribute('font-size', String(Math.round(size * share * 100) / 100));
  text.removeAttribute('textLength');
}

/** What programs read in different ways is said in the one way that all of them read. */
function tidy(root: Element): void {
  for (const element of [...root.querySelectorAll('*')]) {
    for (const name of ['fill', 'stroke']) {
      if (element.getAttribute(name) === 'transparent') element.setAttribute(name, 'none');
    }
    const unseen = element.getAttribute('fill') === 'none' && (element.getAttribute('stroke') ?? 'none') === 'none';
    // A place for the pointer.
    if (unseen && element.localName === 'rect') element.remove();
    if (element.hasAttribute('textLength')) unpress(element);
    element.removeAttribute('lengthAdjust');
    const size = element.getAttribute('font-size');
    if (size !== null && element.closest('[font-family]')?.getAttribute('font-family') === 'sans-serif')
      element.setAttribute('font-size', String(Math.round(Number(size) * SPARE * 100) / 100));
    // A space at a piece's end is dropped by some.
    const text = element.localName === 'tspan' && element.children.length === 0 ? (element.textContent ?? '') : '';
    if (/^ | $/.test(text)) element.textContent = text.replace(/^ | $/g, '\u00a0');
    for (const { name, value } of [...element.attributes]) {
      if (/\d\.\d{3}/.test(value)) {
        const short = value.replace(/-?\d+\.\d{3,}/g, (n) => String(Math.round(Number(n) * 100) / 100));
        element.setAttribute(name, short);
      }
    }
  }
}

/**
 * Gives every element below `root` its looks as attributes, and takes its classes and styles away.
 * @param css style sheets of what is drawn  @param palette custom properties of the document's root
 */
export function makePlain(root: Element, css: string, palette: ReadonlyMap<string, string>, dark: boolean): void {
  const rules = rulesOf(css);
  const visit = (element: Element, outer: ReadonlyMap<string, string>, above: ReadonlySet<string>): void => {
    const own = new Map<string, string>();
    let variables = outer;
    const take = (name: string, value: string): void => {
      if (!name.startsWith('--')) own.set(name, value);
      else if (variables.get(name) !== value) variables = new Map(variables).set(name, value);
    };
    const classes = new Set((element.getAttribute('class') ?? '').split(/\s+/));
    const has = (name: string): boolean => classes.has(name);
    for (const rule of rules) {
      if (!rule.needs.every(has) || !rule.within.every((name) => above.has(name))) continue;
      if (!rule.plain && !element.matches(rule.selector)) continue;
      for (const [name, value] of rule.properties) take(name, value);
    }
    for (const part of (element.getAttribute(STYLE) ?? element.getAttribute('style') ?? '').split(';')) {
      const colon = part.indexOf(':');
      if (colon > 0) take(part.slice(0, colon).trim(), part.slice(colon + 1).trim());
    }
    const hidden = own.get('display') === 'none';
    if (hidden) {
      element.remove();
      return;
    }
    const look = (name: string): string | null => variables.get(name) ?? palette.get(name) ?? null;
    for (const [name, raw] of own) {
      if (name === 'font') {
        const value = withoutVars(raw, look);
        const parts =
          value === null
            ? null
            : /^(?:(\d{3}|bold|normal)\s+)?([\d.]+(?:px|rem))(?:\/\S+|\s*\/\s*\S+)?\s+(.+)$/.exec(value);
        if (parts === null) continue;
        if (parts[1] !== undefined) element.setAttribute('font-weight', parts[1]);
        element.setAttribute('font-size', inPixels(parts[2] as string));
        element.setAttribute('font-family', generic(parts[3] as string));
        continue;
      }
      if (!ATTRIBUTES.has(name)) continue;
      const value = withoutVars(raw, look);
      if (value === null) continue;
      const plain = inPixels(forTheme(value, dark)).trim();
      element.setAttribute(name, name === 'font-family' ? generic(plain) : plain);
    }
    const here = new Set([...above, ...classes]);
    for (const child of [...element.children]) visit(child, variables, here);
  };
  visit(root, new Map(), new Set());
  tidy(root);
  // Only now: a rule for what is inside an element asks for its class.
  for (const element of [root, ...root.querySelectorAll('*')]) {
    for (const { name } of [...element.attributes]) if (OF_THE_PAGE.test(name)) element.removeAttribute(name);
  }
}
