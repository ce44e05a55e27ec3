/** The snippet that puts this scene into a slide or a page. */
import { type RefObject, useState } from 'react';
import { linkOf } from '../../store/actions/links.ts';
import type { AppState } from '../../store/types.ts';
import type { Translate } from '../shared/use-t.ts';

/** Text of an HTML attribute. */
const quote = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** An iframe that opens at what is on screen. */
export function embedSnippet(pageUrl: string, state: AppState): string {
  const { theme, lang } = state.ui;
  const query = `embed=1${theme === 'auto' ? '' : `&theme=${theme}`}${lang === 'en' ? '' : `&lang=${lang}`}`;
  const url = `${pageUrl}?${query}#${linkOf(state) ?? ''}`;
  return `<iframe src="${quote(url)}" width="480" height="360" style="border:0" loading="lazy" title="irqscope"></iframe>`;
}

interface Props {
  readonly ref: RefObject<HTMLDialogElement | null>;
  readonly snippet: string;
  readonly t: Translate;
}

export function EmbedDialog({ ref, snippet, t }: Props) {
  const [copied, setCopied] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(snippet).then(
      () => setCopied(snippet),
      () => setCopied(''),
    );
  };
  return (
    <dialog ref={ref} className="dialog" aria-labelledby="embed-title">
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
