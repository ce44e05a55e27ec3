/** The list of chapters, with every stop's text: to choose from, and to print as an outline. */
import { useEffect, useState } from 'react';
import type { ChapterText } from '../../chapters/chapter.ts';
import { CHAPTER_IDS, loadChapterText } from '../../chapters/index.ts';
import { chapterAddress } from '../../store/chapter-address.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { useApp } from '../../store/use-app.ts';
import { useLang, useT } from '../shared/use-t.ts';

export function Contents() {
  const t = useT();
  const lang = useLang();
  const { actions, store } = useApp();
  const [texts, setTexts] = useState<readonly (ChapterText | null)[]>([]);
  useEffect(() => {
    let stale = false;
    void Promise.all(CHAPTER_IDS.map((id) => loadChapterText(id, lang))).then((all) => {
      if (!stale) setTexts(all);
    });
    return () => {
      stale = true;
    };
  }, [lang]);
  useEffect(() => {
    // The list was the first thing asked for: the stage below it gets the first scene.
    if (store.getState().scene === null && presetIds[0] !== undefined) void actions.loadPreset(presetIds[0]);
  }, [actions, store]);
  return (
    <section className="chapter chapter-contents" aria-label={t('chap.contents')}>
      <header className="chapter-head">
        <h2>{t('chap.contentsAbout')}</h2>
        <button type="button" className="btn" onClick={() => window.print()}>
          {t('chap.print')}
        </button>
        <button type="button" className="btn" onClick={() => actions.setUi({ chapter: null })}>
          {t('chap.close')}
        </button>
      </header>
      <ol className="chapter-list">
        {CHAPTER_IDS.map((id, i) => {
          const text = texts[i];
          if (text === undefined || text === null) return <li key={id} />;
          return (
            <li key={id}>
              <button type="button" onClick={() => actions.setUi({ chapter: chapterAddress(id) })}>
                <b>{text.title}</b> <span>{text.question}</span>
              </button>
              <ol className="chapter-outline">
                {text.stops.map((stop) => (
                  <li key={stop}>{stop}</li>
                ))}
                {text.checks.map(({ ask }) => (
                  <li key={ask}>{ask}</li>
                ))}
              </ol>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
