/**
 * What a drawn stage is, in lines that a person reads in a diff: each card with its box, each token with its place, what stands
 * on a card in words, and the paints of a theme. What a line does not say is in the short hash at its end, so nothing moves unseen.
 */
import { createHash } from 'node:crypto';

const hash = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 6);

/** Numbers are the same ones again and again: a stage has them in each theme, and much of the next moment. */
const shortened = new Map<string, string>();

/** Two decimals are enough to see, and the same on every machine. */
function short(value: string): string {
  // Most values are words or whole numbers.
  if (!value.includes('.')) return value;
  let known = shortened.get(value);
  if (known === undefined) {
    known = value.replace(/-?\d+\.\d+/g, (n) => String(Math.round(Number(n) * 100) / 100));
    shortened.set(value, known);
  }
  return known;
}

const attributes = (element: Element): string =>
  [...element.attributes]
    .map(({ name, value }) => `${name}=${short(value)}`)
    .sort()
    .join(' ');

/** Everything that is drawn below an element, whatever order its attributes came in. */
function drawn(element: Element): string {
  const inner = [...element.children].map(drawn).join('');
  const text = element.children.length === 0 ? (element.textContent ?? '') : '';
  return `<${element.localName} ${attributes(element)}>${inner}${text}`;
}

const words = (element: Element): string =>
  [...element.querySelectorAll('text')]
    .map((text) => text.textContent ?? '')
    .filter((text) => text !== '')
    .join(' ');

const at = (element: Element, ...names: readonly string[]): string =>
  names.map((name) => short(element.getAttribute(name) ?? '?')).join(',');

function cardLine(card: Element): string {
  const ground = card.querySelector('rect') ?? card;
  const size = `${at(ground, 'width')}x${at(ground, 'height')}`;
  return `  ${card.getAttribute('data-card')} at ${at(ground, 'x', 'y')} ${size} | ${words(card)} | ${hash(drawn(card))}`;
}

function tokenLine(token: Element): string {
  const place = /translate\(([^)]*)\)/.exec(token.getAttribute('transform') ?? '')?.[1] ?? '?';
  const name = [token.getAttribute('data-journey') ?? '-', token.getAttribute('data-state') ?? ''].join(' ').trim();
  return `  token ${name} at ${short(place).replace(' ', ',')} | ${words(token)} | ${hash(drawn(token))}`;
}

/**
 * @param root a stage with its tokens, before it is dressed
 * @returns a line for the sheet, a line a card, one for the ground with ways and trails, a line a token
 */
export function outlineOf(root: Element): readonly string[] {
  const parts = [...root.children];
  const tokens = parts.at(-1);
  const cards = parts.filter((part) => part.hasAttribute('data-card'));
  const ground = parts.filter((part) => part !== tokens && !part.hasAttribute('data-card'));
  return [
    `${root.getAttribute('data-form')} ${at(root, 'width')}x${at(root, 'height')} of ${short(root.getAttribute('viewBox') ?? '')}`,
    ...cards.map(cardLine),
    `  ground | ${ground.map(words).join(' ').trim()} | ${hash(ground.map(drawn).join(''))}`,
    ...[...(tokens?.children ?? [])].map(tokenLine),
  ];
}

/** @param root a dressed stage  @returns each colour with how often it is used, and a hash of the whole */
export function paintsOf(root: Element): string {
  const uses = new Map<string, number>();
  for (const element of [root, ...root.querySelectorAll('*')])
    for (const name of ['fill', 'stroke']) {
      const paint = element.getAttribute(name);
      if (paint !== null && paint !== 'none') uses.set(paint, (uses.get(paint) ?? 0) + 1);
    }
  const paints = [...uses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([paint, count]) => `${paint} ${count}`);
  return `${paints.join(', ')} | ${hash(drawn(root))}`;
}
