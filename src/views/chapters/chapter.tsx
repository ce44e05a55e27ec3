/** A chapter above the stage: its stops on running scenes, then questions whose answers the engine computes. */
import './chapter-texts.ts';
import './chapters.css';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { Problem } from '../../base/problem.ts';
import type { Chapter, ChapterCheck, ChapterText } from '../../chapters/chapter.ts';
import { sameValue } from '../../chapters/chapter.ts';
import { CHAPTER_IDS, loadChapter, loadChapterText } from '../../chapters/index.ts';
import { answerQuiz, askQuiz, dropQuiz, solveQuiz } from '../../store/actions/quiz.ts';
import { chapterAddress, HOW_TRUE, readChapterAddress } from '../../store/chapter-address.ts';
import { answerOf, goToStop, isAtStop } from '../../store/chapter-answer.ts';
import type { App } from '../../store/create-app.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { type Translate, useLang, useT } from '../shared/use-t.ts';
import { Contents } from './contents.tsx';

interface ChapterBarProps {
  /** Puts the chapter before the scene for the keys of a clicker. */
  readonly takeKeys: (take: ((key: string) => boolean) | null) => void;
}

const TruthPage = lazy(() => import('../help/truth.tsx').then((m) => ({ default: m.TruthPage })));

/** The bar, the list of chapters or the page that is read; nothing where none is open. */
export function ChapterBar({ takeKeys }: ChapterBarProps) {
  const address = useStore((state) => state.ui.chapter);
  if (address === null) return null;
  if (address === HOW_TRUE) {
    return (
      <Suspense fallback={null}>
        <TruthPage />
      </Suspense>
    );
  }
  const { id, stop } = readChapterAddress(address);
  return id === '' ? <Contents /> : <Opened key={id} id={id} page={stop} takeKeys={takeKeys} />;
}

/** A chapter's files: null while they come. What is not there closes the chapter and says so; the scene stays. */
function useChapter(id: string): { readonly chapter: Chapter; readonly text: ChapterText } | null {
  const { actions, store } = useApp();
  const lang = useLang();
  const [loaded, setLoaded] = useState<{ readonly chapter: Chapter; readonly text: ChapterText } | null>(null);
  useEffect(() => {
    let stale = false;
    void Promise.all([loadChapter(id), loadChapterText(id, lang)]).then(([chapter, text]) => {
      if (stale) return;
      if (chapter !== null && text !== null) setLoaded({ chapter, text });
      else void refuse(actions, store, { code: 'chapter-unknown', place: 'ch', params: { id } });
    });
    return () => {
      stale = true;
    };
  }, [id, lang, actions, store]);
  return loaded;
}

async function refuse(actions: App['actions'], store: App['store'], notice: Problem): Promise<void> {
  actions.setUi({ chapter: null });
  if (store.getState().scene === null && presetIds[0] !== undefined) await actions.loadPreset(presetIds[0]);
  store.setState({ notice });
}

interface OpenedProps extends ChapterBarProps {
  readonly id: string;
  /** From 1: stops, then checks. */
  readonly page: number;
}

function Opened({ id, page, takeKeys }: OpenedProps) {
  const { actions, store } = useApp();
  const t = useT();
  const loaded = useChapter(id);
  const stops = loaded?.chapter.stops.length ?? 0;
  const pages = stops + (loaded?.chapter.checks.length ?? 0);
  const wrong = loaded !== null && (page < 1 || page > pages);
  useEffect(() => {
    if (wrong) void refuse(actions, store, { code: 'chapter-stop', place: 'stop', params: { id, max: pages } });
  }, [wrong, actions, store, id, pages]);
  useEffect(() => {
    const turn = (by: number): boolean => {
      const to = page + by;
      if (to < 1 || to > pages) return false;
      actions.setUi({ chapter: chapterAddress(id, to) });
      return true;
    };
    takeKeys((key) => (key === 'PageDown' ? turn(1) : key === 'PageUp' && turn(-1)));
    return () => takeKeys(null);
  }, [takeKeys, actions, id, page, pages]);
  if (loaded === null || wrong) return null;
  const { chapter, text } = loaded;
  const number = CHAPTER_IDS.indexOf(id) + 1;
  const next = CHAPTER_IDS[number];
  const go = (to: number): void => actions.setUi({ chapter: chapterAddress(id, to) });
  const check = chapter.checks[page - 1 - stops];
  return (
    <section className="chapter" aria-label={t('chap.panel')}>
      <header className="chapter-head">
        <p className="chapter-number">{t('chap.number', { n: number, m: CHAPTER_IDS.length })}</p>
        <h2>{text.question}</h2>
        <button type="button" className="btn" onClick={() => actions.setUi({ chapter: chapterAddress('') })}>
          {t('chap.all')}
        </button>
        <button type="button" className="btn" onClick={() => actions.setUi({ chapter: null })}>
          {t('chap.close')}
        </button>
      </header>
      {check === undefined ? (
        <Stop key={page} chapter={chapter} text={text} index={page - 1} t={t} />
      ) : (
        <Check key={page} id={`${id}:${page - stops}`} check={check} text={text} index={page - 1 - stops} t={t} />
      )}
      <nav className="chapter-nav" aria-label={t('chap.panel')}>
        <button type="button" className="btn" disabled={page === 1} onClick={() => go(page - 1)}>
          {t('chap.back')}
        </button>
        <span className="chapter-count" aria-live="polite">
          {check === undefined
            ? t('chap.stop', { n: page, m: stops })
            : t('chap.check', { n: page - stops, m: pages - stops })}
        </span>
        {page < pages ? (
          <button type="button" className="btn btn-main" onClick={() => go(page + 1)}>
            {t('chap.next')}
          </button>
        ) : (
          <button
            type="button"
            className="btn btn-main"
            disabled={next === undefined}
            onClick={() => next !== undefined && actions.setUi({ chapter: chapterAddress(next) })}
          >
            {t('chap.nextChapter')}
          </button>
        )}
      </nav>
    </section>
  );
}

interface StopProps {
  readonly chapter: Chapter;
  readonly text: ChapterText;
  readonly index: number;
  readonly t: Translate;
}

function Stop({ chapter, text, index, t }: StopProps) {
  const app = useApp();
  const stop = chapter.stops[index];
  const [arrived, setArrived] = useState(false);
  // The reader may go on from here by other ways; the stop is kept for coming back.
  const here = useStore(() => stop !== undefined && isAtStop(app, stop));
  useEffect(() => {
    if (stop !== undefined) void goToStop(app, stop).then(setArrived);
  }, [app, stop]);
  if (stop === undefined) return null;
  return (
    <div className="chapter-stop">
      <p className="chapter-text">{text.stops[index]}</p>
      {arrived && !here && (
        <button type="button" className="btn" onClick={() => void goToStop(app, stop)}>
          {t('chap.return')}
        </button>
      )}
    </div>
  );
}

/** Paths whose numbers are vectors. */
const VECTORS = /(vector|rvi|irr|pir|eoi_exit)$/;

function valueText(value: unknown, check: ChapterCheck, t: Translate): string {
  const asVector = 'path' in check.ask && VECTORS.test(check.ask.path);
  const one = (v: unknown): string => (asVector && typeof v === 'number' ? `0x${v.toString(16)}` : String(v));
  if (value === null) return t('chap.none');
  if (Array.isArray(value)) return value.length === 0 ? t('chap.empty') : value.map(one).join(', ');
  return one(value).replace(/^-/, '−');
}

interface CheckProps {
  readonly id: string;
  readonly check: ChapterCheck;
  readonly text: ChapterText;
  readonly index: number;
  readonly t: Translate;
}

function Check({ id, check, text, index, t }: CheckProps) {
  const app = useApp();
  const [chosen, setChosen] = useState<number | null>(null);
  const [answer, setAnswer] = useState<{ readonly value: unknown } | null>(null);
  const said = text.checks[index];
  const quiz = useStore((state) => (state.quiz?.id === id ? state.quiz : null));
  const question = said?.ask ?? '';
  // Told to a page around, which may answer for its reader. The first choice counts; the reader may try the others.
  useEffect(() => {
    const choices = check.choices.map((choice) => valueText(choice, check, t));
    const { step } = app.store.getState().playhead;
    askQuiz(app.store, { id, by: 'check', step, question, choices, right: null });
  }, [app, id, check, question, t]);
  useEffect(() => () => dropQuiz(app.store, id), [app, id]);
  const first = quiz?.chosen ?? null;
  useEffect(() => {
    if (first === null) return;
    setChosen((before) => before ?? first);
    void answerOf(app, check).then((value) => {
      setAnswer({ value });
      solveQuiz(
        app.store,
        id,
        check.choices.findIndex((choice) => value !== undefined && sameValue(choice, value)),
      );
    });
  }, [app, id, check, first]);
  const choose = (choice: number): void => {
    setChosen(choice);
    answerQuiz(app.store, choice, id);
  };
  const right = answer !== null && chosen !== null && sameValue(check.choices[chosen], answer.value);
  const verdict = (): string => {
    if (answer === null) return t('chap.asking');
    if (answer.value === undefined) return t('chap.failed');
    return t(right ? 'chap.right' : 'chap.wrong', { value: valueText(answer.value, check, t) });
  };
  const told = (): string =>
    answer === null || said === undefined ? verdict() : t('chap.verdictWhy', { verdict: verdict(), why: said.why });
  return (
    <div className="chapter-stop">
      <p className="chapter-text">{said?.ask}</p>
      <fieldset className="chapter-choices">
        <legend className="visually-hidden">{t('chap.choose')}</legend>
        {check.choices.map((choice, i) => (
          <button
            key={JSON.stringify(choice)}
            type="button"
            className="btn chapter-choice"
            aria-pressed={chosen === i}
            onClick={() => choose(i)}
          >
            {valueText(choice, check, t)}
          </button>
        ))}
        <button type="button" className="btn" onClick={() => void app.actions.loadOps(check.ops, { play: true }, 1)}>
          {t('chap.show')}
        </button>
      </fieldset>
      <p className="chapter-verdict" role="status" data-right={chosen === null ? undefined : right}>
        {chosen !== null && told()}
      </p>
    </div>
  );
}
