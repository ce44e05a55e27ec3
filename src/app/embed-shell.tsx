/** The page in a frame: stage, one sentence, playback. It takes no focus and has nothing else around it. */
import { lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import '../views/shared/preset-texts.ts';
import type { Consent } from '../embed/consent.ts';
import { linkOf } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import type { AppState, EmbedOptions } from '../store/types.ts';
import { useApp, useStore } from '../store/use-app.ts';
import { Board } from '../views/board/Board.tsx';
import { useFilesInFrame } from '../views/header/use-files.ts';
import { Narrator } from '../views/narrator/narrator.tsx';
import { useT } from '../views/shared/use-t.ts';
import { ConsentBar } from './consent-bar.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { useSceneTitle } from './scene-title.ts';
import { preferredLanguage } from './settings.ts';
import { ChapterSlot, Fenced, type PanelName, QuizSlot, Slot } from './slot.tsx';
import { readView } from './view-change.ts';

/** A framed chapter has no clicker of its own: the page around it has it. */
const NO_KEYS = (): void => {};

/** What scrolls must be reachable by keyboard, whatever is in it. */
const REACHABLE = { tabIndex: 0 };

/** Panels that `panels=` may ask for. */
const MAY_SHOW: Readonly<Record<string, PanelName>> = {
  now: 'Now',
  callpath: 'CallPath',
  where: 'Where',
  inspector: 'Inspector',
  controls: 'Controls',
  roads: 'Roads',
  timeline: 'Timeline',
};

let say: ((state: AppState, step: number) => string | null) | null = null;

/** Sentence of a step; null while the texts are still coming. */
export function sentenceOf({ store }: App, step: number): string | null {
  if (say === null) {
    void import('../views/timeline/announcer.tsx').then(({ sentenceOf: loaded }) => {
      say = loaded;
    });
  }
  return say?.(store.getState(), step) ?? null;
}

/** The host wants to see it otherwise. */
export function changeView({ store, actions }: App, change: Readonly<Record<string, string>>): void {
  const { theme, lang, embed } = readView(change, preferredLanguage(navigator.languages));
  const now = store.getState().ui.embed;
  if (now !== null) actions.setUi({ embed: { ...now, ...embed } });
  if (theme !== undefined) actions.setUi({ theme });
  if (lang !== undefined) actions.setLang(lang);
}

/** The same moment in a page of its own. */
function wholePage({ store }: App): string {
  const link = linkOf(store.getState());
  return `${window.location.origin === 'null' ? '' : window.location.pathname}${link === null ? '' : `#${link}`}`;
}

const Poster = lazy(() => import('./poster.tsx').then((m) => ({ default: m.Poster })));

interface EmbedShellProps {
  readonly options: EmbedOptions;
  /** Text of the link that the frame opens. */
  readonly link: string;
  /** Begins the scene, where it waits for the reader. */
  readonly onStart: () => void;
  /** Asks the reader for what the reader made; null: nobody is there who might want it. */
  readonly consent: Consent | null;
}

export function EmbedShell({ options: first, link, onStart, consent }: EmbedShellProps): ReactNode {
  const options = useStore((state) => state.ui.embed) ?? first;
  const t = useT();
  const app = useApp();
  const title = useSceneTitle();
  const lang = useStore((state) => state.ui.lang);
  const theme = useStore((state) => state.ui.theme);
  const [href, setHref] = useState('');
  const mine = useCallback(() => consent?.readerOpens(), [consent]);
  useFilesInFrame(app, options.clickToLoad ? null : mine);
  if (options.clickToLoad) {
    return (
      <Fenced>
        <Suspense fallback={null}>
          {/* The picture is in a language and in a theme. */}
          <Poster key={`${lang} ${theme}`} options={options} link={link} onPlay={onStart} />
        </Suspense>
      </Fenced>
    );
  }
  const panels = [...new Set(options.panels)].flatMap((name) => {
    const slot = MAY_SHOW[name];
    return slot === undefined ? [] : [[name, slot] as const];
  });
  return (
    <div className="app embed">
      <header className="embed-head">
        {/* A scene of one's own has no name but the program's, which the link beside it says. */}
        <h1 className={title === 'irqscope' ? 'visually-hidden' : undefined}>{title}</h1>
        <a
          href={href === '' ? './' : href}
          target="_blank"
          rel="noopener"
          title={t('shell.open')}
          // Named when it is about to be used: the moment changes with every step.
          onPointerEnter={() => setHref(wholePage(app))}
          onFocus={() => setHref(wholePage(app))}
        >
          irqscope ↗
        </a>
      </header>
      <div className="embed-notices">
        <NoticeBar />
        {consent !== null && <ConsentBar consent={consent} />}
      </div>
      <main className="embed-main" aria-label={t('shell.stage')}>
        <ChapterSlot takeKeys={NO_KEYS} />
        <div className="app-stage" data-part="stage">
          <Fenced>
            <Board />
          </Fenced>
          <QuizSlot />
        </div>
        <Slot name="Announcer" />
      </main>
      {panels.length > 0 && (
        <div className="embed-panels">
          {panels.map(([name, slot]) => (
            <div key={name} className="embed-panel" data-panel={name} {...REACHABLE}>
              <Slot name={slot} />
            </div>
          ))}
        </div>
      )}
      <Narrator framed few={options.controls === 'min'} bare={options.controls === 'none'} />
      <Slot name="Glossary" />
    </div>
  );
}
