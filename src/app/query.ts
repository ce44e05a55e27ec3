/** Parameters of the address' query: how the page shows itself. Unknown ones and wrong values are ignored. */
import { LANGS, type Lang } from '../i18n/index.ts';
import type { EmbedOptions, Theme } from '../store/types.ts';

export interface Query {
  readonly embed: EmbedOptions | null;
  /** Origin that may load scenes into an embedded page and read its state. */
  readonly origin: string | null;
  /** Tell the embedding page our size. */
  readonly autosize: boolean;
  readonly theme: Theme | null;
  readonly lang: Lang | null;
  readonly reducedMotion: boolean | null;
  readonly speed: number | null;
  /** Null: as usual, which is yes on a page and `visible` in a frame. */
  readonly play: EmbedOptions['play'] | null;
  /** A scene named here instead of behind the #, in the form of a link. */
  readonly link: string | null;
}

const PLAY: Readonly<Record<string, EmbedOptions['play']>> = { '0': 'no', '1': 'yes', visible: 'visible' };
const CONTROLS: Readonly<Record<string, EmbedOptions['controls']>> = { full: 'full', min: 'min', '0': 'none' };
const THEMES: readonly string[] = ['auto', 'light', 'dark'] satisfies Theme[];

function languageOf(text: string | null): Lang | null {
  if (text === null) return null;
  const wanted = text.toLowerCase();
  return LANGS.find((lang) => lang.toLowerCase() === wanted || lang.toLowerCase().startsWith(`${wanted}-`)) ?? null;
}

function originOf(text: string | null): string | null {
  if (text === null) return null;
  try {
    const { origin } = new URL(text);
    return origin === 'null' ? null : origin;
  } catch {
    return null;
  }
}

/** @param search the address from its ? on */
export function readQuery(search: string): Query {
  const q = new URLSearchParams(search);
  const play = PLAY[q.get('play') ?? ''] ?? null;
  const theme = q.get('theme');
  const motion = q.get('motion');
  const speed = Number(q.get('speed') ?? Number.NaN);
  const preset = q.get('p');
  const t = q.get('t');
  return {
    embed:
      q.get('embed') === '1'
        ? {
            controls: CONTROLS[q.get('controls') ?? ''] ?? 'full',
            play: play ?? 'visible',
            panels: (q.get('panels') ?? '').split(',').filter((name) => /^[a-z]{1,20}$/.test(name)),
            keys: q.get('keys') === 'parent' ? 'parent' : 'self',
            clickToLoad: q.get('ctl') === '1',
          }
        : null,
    origin: originOf(q.get('origin')),
    autosize: q.get('autosize') === '1',
    theme: theme !== null && THEMES.includes(theme) ? (theme as Theme) : null,
    lang: languageOf(q.get('lang')),
    reducedMotion: motion === 'reduce' ? true : motion === 'full' ? false : null,
    speed: speed >= 0.25 && speed <= 8 ? speed : null,
    play,
    link: preset === null ? null : `p=${encodeURIComponent(preset)}${t === null ? '' : `&t=${encodeURIComponent(t)}`}`,
  };
}
