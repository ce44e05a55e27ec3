/** The page in a frame: stage, one sentence, playback. It takes no focus and has nothing else around it. */
import { type ReactNode, useState } from 'react';
import { linkOf } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import type { EmbedOptions } from '../store/types.ts';
import { useApp } from '../store/use-app.ts';
import { Board } from '../views/board/Board.tsx';
import { useT } from '../views/shared/use-t.ts';
import { TransportBar } from '../views/timeline/timeline.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { useSceneTitle } from './scene-title.ts';
import { Fenced, type PanelName, Slot } from './slot.tsx';

export { createHostLink } from '../embed/host-link.ts';

/** Panels that `panels=` may ask for. */
const MAY_SHOW: Readonly<Record<string, PanelName>> = {
  now: 'Now',
  callpath: 'CallPath',
  inspector: 'Inspector',
  controls: 'Controls',
};

/** The same moment in a page of its own. */
function wholePage({ store }: App): string {
  const link = linkOf(store.getState());
  return `${window.location.origin === 'null' ? '' : window.location.pathname}${link === null ? '' : `#${link}`}`;
}

interface EmbedShellProps {
  readonly options: EmbedOptions;
  /** Begins the scene; called at once, or by the reader with click-to-load. */
  readonly onStart: () => void;
}

export function EmbedShell({ options, onStart }: EmbedShellProps): ReactNode {
  const t = useT();
  const app = useApp();
  const title = useSceneTitle();
  const [started, setStarted] = useState(!options.clickToLoad);
  const [href, setHref] = useState('');
  if (!started) {
    return (
      <div className="app embed">
        <button
          type="button"
          className="embed-poster"
          onClick={() => {
            setStarted(true);
            onStart();
          }}
        >
          {t('shell.start')}
        </button>
      </div>
    );
  }
  const panels = options.panels.flatMap((name) => MAY_SHOW[name] ?? []);
  return (
    <div className="app embed">
      <header className="embed-head">
        {/* A scene of one's own has no name but the program's, which the link beside it says. */}
        <h1 className={title === 'irqscope' ? 'sr-only' : undefined}>{title}</h1>
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
      <NoticeBar />
      <main className="embed-main" aria-label={t('shell.stage')}>
        <div className="app-stage">
          <Fenced>
            <Board />
          </Fenced>
        </div>
        <Slot name="StepSentence" />
        <Slot name="Announcer" />
      </main>
      {panels.map((name) => (
        <Slot key={name} name={name} />
      ))}
      {options.controls !== 'none' && <TransportBar few={options.controls === 'min'} />}
    </div>
  );
}
