/** Colours of the page's tokens, resolved for a canvas; read again when the theme changes. */
export interface Ink {
  /** By journey's colour, 0 for none. */
  readonly journeys: readonly string[];
  /** Of spans, by the same: what is done, what is to come, and what waits. */
  readonly fills: readonly string[];
  readonly softs: readonly string[];
  readonly hatches: readonly (CanvasPattern | string)[];
  readonly band: string;
  readonly line: string;
  readonly heat: string;
  readonly cell: string;
  readonly wire: string;
}

const TOKENS = [
  ...['--ink-3', '--ink-2', '--card-2', '--line', '--cell', '--wire'],
  ...['--j1', '--j2', '--j3', '--j4', '--j1-soft', '--j2-soft', '--j3-soft', '--j4-soft'],
];

export function inkOf(node: HTMLElement): Ink {
  const probe = document.createElement('i');
  probe.hidden = true;
  node.append(probe);
  const [none = '', ink = '', soft = '', line = '', cell = '', wire = '', ...colours] = TOKENS.map((token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  const journeys = colours.slice(0, 4);
  const fills = [ink, ...journeys];
  return {
    journeys: [none, ...journeys],
    fills,
    softs: [soft, ...colours.slice(4)],
    hatches: fills.map(hatch),
    band: soft,
    line,
    heat: ink,
    cell,
    wire,
  };
}

/** Stripes 2 px wide, 6 px apart, from the lower left to the upper right. */
function hatch(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  const side = 8;
  tile.width = side;
  tile.height = side;
  const context = tile.getContext('2d');
  if (context === null) return colour;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  for (const at of [-side, 0, side]) {
    context.moveTo(at - 1, side + 1);
    context.lineTo(at + side + 1, -1);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}
