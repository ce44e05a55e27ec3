/** The panels beside the stage. */
import { type ReactNode, useEffect, useId } from 'react';
import { useApp, useStore } from '../store/use-app.ts';
import '../views/kit/panel-texts.ts';
import { keepPresses } from '../views/shared/steady-press.ts';
import { useT } from '../views/shared/use-t.ts';
import './side-panels.css';
import { Slot } from './slot.tsx';

/** What scrolls must be reachable by keyboard, whatever is in it. */
const REACHABLE = { tabIndex: 0 };

const TABS = ['now', 'inspector', 'controls', 'callbacks', 'roads', 'where'] as const;
type Tab = (typeof TABS)[number];

/** What stands beside the stage: tabs, and the panel of the one that is chosen. Late: its panels are. */
export function SidePanels({ callPath }: { readonly callPath: boolean }): ReactNode {
  const t = useT();
  const { actions } = useApp();
  const id = useId();
  const panel = useStore((s) => s.ui.panel);
  // What comes above moves tabs, lists and answers while a scene plays.
  useEffect(() => keepPresses(document), []);
  const tab: Tab = TABS.find((name) => name === panel) ?? 'now';
  const turn = (by: number): void => {
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] as Tab;
    actions.setPanel(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
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
      <div className="side-room">
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
      </div>
    </>
  );
}
