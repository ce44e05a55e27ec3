/** Parameters of the address' query: how the page shows itself. Unknown ones and wrong values are ignored. */
import { type Lang, languageOf } from '../i18n/langs.ts';
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
  /** Ask the scene's questions. */
  readonly quiz: boolean;
  /** Null: as usual, which is yes on a page and `visible` in a frame. */
  readonly play: EmbedOptions['play'] | null;
  /** A scene named here instead of behind the #, in the form of a link. */
  readonly link: string | null;
}

const PLAY: Readonly<Record<string, EmbedOptions['play']>> = { '0': 'no', '1': 'yes', visible: 'visible' };
export const CONTROLS: Readonly<Record<string, EmbedOptions['controls']>> = { full: 'full', min: 'min', '0': 'none' };
const THEMES: readonly string[] = ['auto', 'light', 'dark'] satisfies Theme[];

/** @param fromDisk the page itself comes from a file: so may its host, which has no origin to name */
function originOf(text: string | null, fromDisk: boolean): string | null {
  if (text === null) return null;
  if (text === 'null') return fromDisk ? 'null' : null;
  try {
    const { origin } = new URL(text);
    return origin === 'null' ? null : origin;
  } catch {
    return null;
  }
}

const stepOf = (text: string | null): string | null =>
  text !== null && /^(-?\d{1,7}|end|\w{1,60}#\d{1,7})$/.test(text) ? text : null;
export const panelsOf = (text: string | null): readonly string[] =>
  (text ?? '').split(',').filter((name) => /^[a-z]{1,20}$/.test(name));
export const themeOf = (text: string | null): Theme | null =>
  text !== null && THEMES.includes(text) ? (text as Theme) : null;

/** @param search the address from its ? on  @param fromDisk the page comes from a file: */
export function readQuery(search: string, fromDisk = false): Query {
  const q = new URLSearchParams(search);
  const play = PLAY[q.get('play') ?? ''] ?? null;
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
            panels: panelsOf(q.get('panels')),
            keys: q.get('keys') === 'parent' ? 'parent' : 'self',
            clickToLoad: q.get('ctl') === '1',
            poster: stepOf(q.get('poster')),
          }
        : null,
    origin: originOf(q.get('origin'), fromDisk),
    autosize: q.get('autosize') === '1',
    theme: themeOf(q.get('theme')),
    lang: languageOf(q.get('lang') ?? ''),
    quiz: q.get('quiz') === '1',
    reducedMotion: motion === 'reduce' ? true : motion === 'full' ? false : null,
    speed: speed >= 0.25 && speed <= 8 ? speed : null,
    play,
    link: preset === null ? null : `p=${encodeURIComponent(preset)}${t === null ? '' : `&t=${encodeURIComponent(t)}`}`,
  };
}
