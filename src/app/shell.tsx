/** The page: which panel stands where. */
import { type ReactNode, useId, useMemo, useState, useSyncExternalStore } from 'react';
import { useApp, useStore } from '../store/use-app.ts';
import { Board } from '../views/board/Board.tsx';
import { Narrator } from '../views/narrator/narrator.tsx';
import { useT } from '../views/shared/use-t.ts';
import type { TakeKeys } from './keyboard.ts';
import { NoticeBar } from './notice-bar.tsx';
import { useSceneTitle } from './scene-title.ts';
import { ChapterSlot, ComparisonSlot, Fenced, QuizSlot, Slot } from './slot.tsx';

const TABS = ['now', 'inspector', 'controls', 'callbacks', 'roads', 'where'] as const;
type Tab = (typeof TABS)[number];

/** What scrolls must be reachable by keyboard, whatever is in it. */
const REACHABLE = { tabIndex: 0 };

function SidePanels({ callPath }: { readonly callPath: boolean }): ReactNode {
  const t = useT();
  const { actions } = useApp();
  const id = useId();
  const panel = useStore((s) => s.ui.panel);
  const tab: Tab = TABS.find((name) => name === panel) ?? 'now';
  const turn = (by: number): void => {
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] as Tab;
    actions.setPanel(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <aside className="side" aria-label={t('shell.panels')}>
      <Slot name="UnderWay" />
      <div
        className="side-tabs"
        role="tablist"
        aria-label={t('shell.panels')}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') turn(1);
          else if (event.key === 'ArrowLeft') turn(-1);
        }}
      >
        {TABS.map((name) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            aria-selected={name === tab}
            aria-controls={`${id}-panel`}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => actions.setPanel(name)}
          >
            {t(`shell.tab.${name}`)}
            {name === 'where' && <Slot name="FindingsBadge" />}
          </button>
        ))}
      </div>
      <div className="side-panel" id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tab}`} {...REACHABLE}>
        {tab === 'now' && (
          <>
            <Slot name="Now" />
            {callPath && <Slot name="CallPath" />}
          </>
        )}
        {tab === 'where' && <Slot name="Where" />}
        {tab === 'inspector' && <Slot name="Inspector" />}
        {tab === 'controls' && <Slot name="Controls" />}
        {tab === 'callbacks' && <Slot name="Callbacks" />}
        {tab === 'roads' && <Slot name="Roads" />}
      </div>
    </aside>
  );
}

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
    <div className="app">
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
      <SidePanels callPath={!(wide && free)} />
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
