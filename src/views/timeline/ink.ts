/** Colours of the page's tokens, resolved for a canvas; read again when the theme changes. */
export interface Ink {
  /** By journey's colour, 0 for none. */
  readonly journeys: readonly string[];
  readonly band: string;
  readonly line: string;
  readonly heat: string;
}

const TOKENS = ['--ink-3', '--j1', '--j2', '--j3', '--j4', '--card-2', '--line', '--ink-2'] as const;

export function inkOf(node: HTMLElement): Ink {
  const probe = document.createElement('i');
  probe.hidden = true;
  node.append(probe);
  const [none = '', j1 = '', j2 = '', j3 = '', j4 = '', band = '', line = '', heat = ''] = TOKENS.map((token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return { journeys: [none, j1, j2, j3, j4], band, line, heat };
}
