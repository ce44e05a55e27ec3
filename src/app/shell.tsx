/** The page: which panel stands where. */
import { type ReactNode, useMemo, useState, useSyncExternalStore } from 'react';
import { useStore } from '../store/use-app.ts';
import { Board } from '../views/board/Board.tsx';
import { Narrator } from '../views/narrator/narrator.tsx';
import { useT } from '../views/shared/use-t.ts';
import type { TakeKeys } from './keyboard.ts';
import { NoticeBar } from './notice-bar.tsx';
import { useSceneTitle } from './scene-title.ts';
import { ChapterSlot, ComparisonSlot, Fenced, QuizSlot, SideSlot, Slot } from './slot.tsx';

/** What scrolls must be reachable by keyboard, whatever is in it. */
const REACHABLE = { tabIndex: 0 };

/** From this width on the call path stands in the free quarter of the stage. */
const WIDE = '(min-width: 1600px)';

function useWide(): boolean {
  return useSyncExternalStore(
    (tell) => {
      const query = window.matchMedia(WIDE);
      query.addEventListener('change', tell);
      return () => query.removeEventListener('change', tell);
    },
    () => window.matchMedia(WIDE).matches,
  );
}

/** The scene, or a comparison in its place. */
export function Page({ takeKeys }: { readonly takeKeys: TakeKeys }): ReactNode {
  return useStore((s) => s.ui.compare) === null ? (
    <Shell takeKeys={takeKeys} />
  ) : (
    <ComparisonSlot takeKeys={takeKeys} />
  );
}

function Shell({ takeKeys }: { readonly takeKeys: TakeKeys }): ReactNode {
  const t = useT();
  const title = useSceneTitle();
  const wide = useWide();
  const [free, setFree] = useState(false);
  const quarter = useMemo(() => (wide ? { panel: <Slot name="CallPath" />, onFits: setFree } : undefined), [wide]);
  const roads = useStore((s) => s.scene?.config.roads === true);
  const waiting = useStore((s) => s.scene === null && s.notice === null && s.fault === null);
  return (
    <div className="app" data-roads={roads || undefined}>
      <title>{title === 'irqscope' ? title : `${title} · irqscope`}</title>
      <header className="app-head">
        <Slot name="Header" />
      </header>
      <NoticeBar />
      <main className="app-main" aria-label={t('shell.stage')}>
        <ChapterSlot takeKeys={takeKeys} />
        <div className="app-stage" data-part="stage">
          {waiting ? (
            <p className="app-waiting">{t('shell.loading')}</p>
          ) : (
            <Fenced>
              <Board quarter={quarter} />
            </Fenced>
          )}
          <QuizSlot />
        </div>
        {roads && (
          <div className="app-roads" {...REACHABLE}>
            <Slot name="Roads" />
          </div>
        )}
      </main>
      <aside className="side" aria-label={t('shell.panels')}>
        <SideSlot callPath={!(wide && free)} />
      </aside>
      <Narrator />
      <div className="app-time">
        <Slot name="Timeline" />
      </div>
      <Slot name="Verbs" />
      <Slot name="Workbench" />
      <Slot name="Announcer" />
      <Slot name="Glossary" />
    </div>
  );
}
