/**
 * Figures for paper: black on white. Which interrupt something belongs to is said by the number on it, by grey, and by a
 * pattern where an area is filled, so that a copy of a copy still tells them apart.
 */

/** Grey of each journey; dark enough for text on white. */
const GREYS = ['#000000', '#3d3d3d', '#5c5c5c', '#2b2b2b'] as const;
/** Lines of each pattern, and of each wire. */
const HATCHES = ['', 'M-1 1l2 -2M0 6l6 -6M5 7l2 -2', 'M3 0V6', 'M0 3H6M3 0V6'] as const;
const DASHES = ['', '7 3', '2.5 2.5', '8 2 2 2'] as const;

/** Stands for a journey until every element has its looks; no other colour of the palette is like it. */
const mark = (journey: number): string => `#fe0${journey}fe`;

export function printPalette(light: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const palette = new Map(light);
  const paper: Readonly<Record<string, string>> = {
    '--page': '#ffffff',
    '--card': '#ffffff',
    '--card-2': '#f4f4f4',
    '--ink': '#000000',
    '--ink-2': '#404040',
    '--ink-3': '#5a5a5a',
    '--line': '#b0b0b0',
    '--line-2': '#d0d0d0',
    '--edge': '#707070',
    '--wire': '#909090',
    '--cell': '#ececec',
    '--cell-off': '#f7f7f7',
    '--accent': '#000000',
    '--on-accent': '#ffffff',
    '--accent-soft': '#f0f0f0',
    '--good': '#404040',
    '--good-soft': '#f0f0f0',
    '--wait': '#000000',
    '--wait-soft': '#ffffff',
    '--warn': '#404040',
    '--warn-soft': '#f4f4f4',
    '--on-j': '#ffffff',
  };
  for (const [name, value] of Object.entries(paper)) palette.set(name, value);
  for (let journey = 1; journey <= 4; journey++) {
    palette.set(`--j${journey}`, mark(journey));
    palette.set(`--j${journey}-soft`, '#f0f0f0');
  }
  return palette;
}

/** Gives what stands for a journey its grey, its pattern and its dashes. */
export function withPatterns(root: Element): void {
  const NS = 'http://www.w3.org/2000/svg';
  const used = new Set<number>();
  for (const element of [root, ...root.querySelectorAll('*')]) {
    const stroke = /^#fe0(\d)fe$/.exec(element.getAttribute('stroke') ?? '')?.[1];
    if (stroke !== undefined) {
      element.setAttribute('stroke', GREYS[Number(stroke) - 1] as string);
      const dash = DASHES[Number(stroke) - 1] as string;
      const isWire = element.localName === 'path' || element.localName === 'line';
      if (dash !== '' && isWire && !element.hasAttribute('stroke-dasharray'))
        element.setAttribute('stroke-dasharray', dash);
    }
    const fill = /^#fe0(\d)fe$/.exec(element.getAttribute('fill') ?? '')?.[1];
    if (fill === undefined) continue;
    const journey = Number(fill);
    // A small square is a bit of a grid; what text stands on stays plain.
    const isBit = element.localName === 'rect' && Number(element.getAttribute('width')) <= 16 && journey > 1;
    element.setAttribute('fill', isBit ? `url(#print-j${journey})` : (GREYS[journey - 1] as string));
    if (isBit) {
      element.setAttribute('stroke', '#000000');
      element.setAttribute('stroke-width', '0.8');
      used.add(journey);
    }
  }
  if (used.size === 0) return;
  const defs = root.ownerDocument.createElementNS(NS, 'defs');
  for (const journey of used) {
    const pattern = root.ownerDocument.createElementNS(NS, 'pattern');
    const attributes = { id: `print-j${journey}`, width: '6', height: '6', patternUnits: 'userSpaceOnUse' };
    for (const [name, value] of Object.entries(attributes)) pattern.setAttribute(name, value);
    const ground = root.ownerDocument.createElementNS(NS, 'rect');
    for (const [name, value] of Object.entries({ width: '6', height: '6', fill: '#ffffff' }))
      ground.setAttribute(name, value);
    const lines = root.ownerDocument.createElementNS(NS, 'path');
    const d = HATCHES[journey - 1] as string;
    for (const [name, value] of Object.entries({ d, stroke: '#000000', 'stroke-width': '1.3' }))
      lines.setAttribute(name, value);
    pattern.append(ground, lines);
    defs.append(pattern);
  }
  root.prepend(defs);
}
