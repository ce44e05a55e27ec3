/** The snippet that puts this scene into a slide or a page. */
import { type RefObject, useState } from 'react';
import { linkOf } from '../../store/actions/links.ts';
import { store } from '../../store/app-store.ts';
import { useStore } from '../../store/use-store.ts';
import type { Translate } from '../shared/use-t.ts';

interface Props {
  readonly ref: RefObject<HTMLDialogElement | null>;
  readonly pageUrl: string;
  readonly t: Translate;
}

/** HTML attribute text. */
const quote = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

export function EmbedDialog({ ref, pageUrl, t }: Props) {
  const theme = useStore((state) => state.ui.theme);
  const lang = useStore((state) => state.ui.lang);
  const [snippet, setSnippet] = useState('');
  const [copied, setCopied] = useState(false);
  const make = (): void => {
    const query = `embed=1${theme === 'auto' ? '' : `&theme=${theme}`}${lang === 'en' ? '' : `&lang=${lang}`}`;
    const url = `${pageUrl}?${query}#${linkOf(store.getState()) ?? ''}`;
    setCopied(false);
    setSnippet(
      `<iframe src="${quote(url)}" width="480" height="360" style="border:0" loading="lazy" title="irqscope" allow="clipboard-write"></iframe>`,
    );
  };
  const copy = (): void => {
    navigator.clipboard.writeText(snippet).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby="embed-title"
      onToggle={(e) => e.newState === 'open' && make()}
    >
      <form method="dialog">
        <h2 id="embed-title">{t('embed.title')}</h2>
        <p>{t('embed.about')}</p>
        <textarea
          readOnly
          rows={5}
          value={snippet}
          aria-label={t('embed.snippet')}
          onFocus={(e) => e.currentTarget.select()}
        />
        <div className="dialog-buttons">
          <button type="button" className="btn btn-main" onClick={copy}>
            {t(copied ? 'hdr.copied' : 'embed.copy')}
          </button>
          <button type="submit" className="btn">
            {t('dialog.close')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
