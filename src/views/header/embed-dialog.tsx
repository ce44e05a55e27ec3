/** The snippet that puts this scene into a slide or a page. Comes when it is asked for. */
import '../kit/panel-texts.ts';
import { useEffect, useRef, useState } from 'react';
import { linkOf } from '../../store/actions/links.ts';
import type { AppState } from '../../store/types.ts';
import { useApp } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';

/** Text of an HTML attribute. */
const quote = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** An iframe that opens at what is on screen. */
function embedSnippet(pageUrl: string, state: AppState): string {
  const { theme, lang } = state.ui;
  const query = `embed=1${theme === 'auto' ? '' : `&theme=${theme}`}${lang === 'en' ? '' : `&lang=${lang}`}`;
  const url = `${pageUrl}?${query}#${linkOf(state) ?? ''}`;
  return `<iframe src="${quote(url)}" width="480" height="360" style="border:0" loading="lazy" title="irqscope"></iframe>`;
}

interface Props {
  /** This page's address, without query and fragment. */
  readonly pageUrl: string;
  /** It has been shut. */
  readonly onClose: () => void;
}

/** The dialog: open as long as it is there. */
export function EmbedDialog({ pageUrl, onClose }: Props) {
  const t = useT();
  const { store } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const [snippet] = useState(() => embedSnippet(pageUrl, store.getState()));
  const [copied, setCopied] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(snippet).then(
      () => setCopied(snippet),
      () => setCopied(''),
    );
  };
  return (
    <dialog ref={dialog} onClose={onClose} className="dialog" aria-labelledby="embed-title">
      <form method="dialog">
        <h2 id="embed-title">{t('embed.title')}</h2>
        <p>{t('embed.about')}</p>
        <textarea
          readOnly
          rows={6}
          value={snippet}
          aria-label={t('embed.snippet')}
          onFocus={(e) => e.currentTarget.select()}
        />
        <div className="dialog-buttons">
          <button type="button" className="btn btn-main" onClick={copy}>
            {t(copied === snippet && snippet !== '' ? 'embed.copied' : 'embed.copy')}
          </button>
          <button type="submit" className="btn">
            {t('dialog.close')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
