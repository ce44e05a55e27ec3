/** What a host changes in a running frame. Apart from the rest of the query, which the page reads before it moves. */
import { type Lang, languageOf } from '../i18n/langs.ts';
import type { EmbedOptions, Theme } from '../store/types.ts';
import { CONTROLS, panelsOf, themeOf } from './query.ts';

/** What a host changes while the frame runs, in the words of the query; '' is the usual one, a wrong value changes nothing. */
export interface ViewChange {
  readonly theme?: Theme;
  readonly lang?: Lang;
  readonly embed: Partial<EmbedOptions>;
}

/** @param usual language where none is asked for */
export function readView(change: Readonly<Record<string, string>>, usual: Lang): ViewChange {
  const { theme, lang, panels, controls } = change;
  const toTheme = theme === '' ? 'auto' : themeOf(theme ?? null);
  const toLang = lang === '' ? usual : languageOf(lang ?? '');
  const toControls = controls === '' ? 'full' : CONTROLS[controls ?? '-'];
  return {
    ...(toTheme === null ? {} : { theme: toTheme }),
    ...(toLang === null ? {} : { lang: toLang }),
    embed: {
      ...(panels === undefined ? {} : { panels: panelsOf(panels) }),
      ...(toControls === undefined ? {} : { controls: toControls }),
    },
  };
}
