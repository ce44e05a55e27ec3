/** All terms, with a search. */
import { useEffect, useId, useRef, useState } from 'react';
import { inLang, LANGS } from '../../i18n/langs.ts';
import type { Term } from '../../i18n/terms.ts';
import type { Translate } from '../shared/use-t.ts';

interface Props {
  readonly terms: readonly Term[];
  readonly t: Translate;
  readonly onClose: () => void;
}

export function GlossaryList({ terms, t, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [text, setText] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const wanted = text.trim().toLowerCase();
  const shown = terms
    .map((term) => ({
      id: term.id,
      name: t(`term.${term.id}` as 'term.gsi'),
      is: t(`term.${term.id}.is` as 'term.gsi.is'),
      words: LANGS.flatMap((lang) => inLang(term, lang)).join(' '),
    }))
    .filter(({ name, is, words }) => `${name} ${words} ${is}`.toLowerCase().includes(wanted));
  return (
    <dialog ref={dialog} className="dialog glossary" aria-labelledby={id} onClose={onClose}>
      <div className="glossary-head">
        <h2 id={id}>{t('glossary.title')}</h2>
        <input
          type="search"
          value={text}
          aria-label={t('glossary.search')}
          placeholder={t('glossary.search')}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          {t('dialog.close')}
        </button>
      </div>
      {shown.length === 0 && <p>{t('glossary.none', { text })}</p>}
      <dl>
        {shown.map((term) => (
          <div key={term.id} data-term={term.id}>
            <dt>{term.name}</dt>
            <dd>{term.is}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
