/** The page's texts in the language of the moment, drawn again when a chunk of texts arrives. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import {
  type Lang,
  loadLanguage,
  type MessageKey,
  onTexts,
  type Params,
  textsVersion,
  translate,
} from '../../i18n/index.ts';
import { useStore } from '../../store/use-app.ts';

export type Translate = (key: MessageKey, params?: Params) => string;

/** The reader's language, once its texts are being loaded. */
export function useLang(): Lang {
  const lang = useStore((state) => state.ui.lang);
  useEffect(() => {
    void loadLanguage(lang);
  }, [lang]);
  return lang;
}

/** `t(key, params)`; a new function when its answers may differ. */
export function useT(): Translate {
  const lang = useLang();
  const version = useSyncExternalStore(onTexts, textsVersion, textsVersion);
  return useMemo<Translate>(() => {
    void version;
    return (key, params) => translate(lang, key, params);
  }, [lang, version]);
}
