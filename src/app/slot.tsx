/** A place of the page for one panel: loads it, and keeps its failure to itself. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { partsLoaded } from '../explain/late.ts';
import type { AppState } from '../store/types.ts';
import { useStore } from '../store/use-app.ts';
import { Board } from '../views/board/Board.tsx';
import { useT } from '../views/shared/use-t.ts';
import type { TakeKeys } from './keyboard.ts';

/** A chunk that did not come: no network, or another version of the page is on the server by now. */
class NotLoaded extends Error {}

/** A component in a chunk of its own. */
export function part<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return lazy(() =>
    load()
      .then(async (component) => {
        // With what it knows of the parts that the log has (explain/late.ts).
        await partsLoaded();
        return { default: component };
      })
      .catch(() => {
        throw new NotLoaded();
      }),
  );
}

/** Panels beside the stage. Each is a chunk of its own, so that nothing but the stage is loaded before the first motion. */
const LOADED = {
  Header: part(() => import('../views/header/header.tsx').then((m) => m.Header as ComponentType)),
  UnderWay: part(() => import('../views/under-way/under-way.tsx').then((m) => m.UnderWay)),
  Now: part(() => import('../views/now/now.tsx').then((m) => m.Now)),
  CallPath: part(() => import('../views/callpath/callpath.tsx').then((m) => m.CallPath)),
  Where: part(() => import('../views/where/where.tsx').then((m) => m.Where)),
  FindingsBadge: part(() => import('../views/where/badge.tsx').then((m) => m.FindingsBadge)),
  Inspector: part(() => import('../views/inspector/inspector.tsx').then((m) => m.Inspector)),
  Controls: part(() => import('../views/controls/controls.tsx').then((m) => m.Controls)),
  Callbacks: part(() => import('../views/callbacks/callbacks.tsx').then((m) => m.Callbacks)),
  Roads: part(() => import('../views/roads/roads.tsx').then((m) => m.Roads)),
  Timeline: part(() => import('../views/timeline/timeline.tsx').then((m) => m.Timeline)),
  Workbench: part(() => import('../views/runs/workbench.tsx').then((m) => m.Workbench)),
  Verbs: part(() => import('../views/verbs/verbs.tsx').then((m) => m.Verbs)),
  Glossary: part(() => import('../views/glossary/glossary.tsx').then((m) => m.Glossary)),
  Announcer: part(() => import('../views/timeline/announcer.tsx').then((m) => m.Announcer)),
} as const satisfies Record<string, ComponentType>;

export type PanelName = keyof typeof LOADED;

function Broken({ notLoaded }: { readonly notLoaded: boolean }): ReactNode {
  const t = useT();
  return (
    <div className="app-broken">
      <p>{t(notLoaded ? 'error.part-not-loaded' : 'shell.broken')}</p>
      <button type="button" className="btn" onClick={() => window.location.reload()}>
        {t('shell.reload')}
      </button>
    </div>
  );
}

interface FenceProps {
  readonly children: ReactNode;
  /** Stands there when what is below has failed; absent: a sentence. */
  readonly instead?: ReactNode;
}

/** Keeps a failure below it to itself. */
export class Fenced extends Component<FenceProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return this.props.instead === undefined ? <Broken notLoaded={error instanceof NotLoaded} /> : this.props.instead;
  }
}

/** A part where it stands: nothing until it is there, and its failure is its own. */
export function Late({ instead, children }: FenceProps): ReactNode {
  return (
    <Fenced instead={instead}>
      <Suspense fallback={null}>{children}</Suspense>
    </Fenced>
  );
}

/** Share of the first flight that is over before anything else is asked for: what has begun to move is in nobody's way. */
const UNDER_WAY = 0.2;

/** Whether the scene has begun to move, or will not: then there is time to load what stands around the stage. */
export const isUnderWay = ({ scene, playhead: { step, phase, playing } }: AppState): boolean =>
  scene !== null && (!playing || step > 0 || (step === 0 && phase > UNDER_WAY));

/** Whether what is not the stage may be asked for; once it may, it stays so. */
function useDue(): boolean {
  const due = useStore(isUnderWay);
  const [asked, setAsked] = useState(due);
  if (due && !asked) setAsked(true);
  return asked;
}

/** The place of a panel. Once it is there it stays. */
export function Slot({ name }: { readonly name: PanelName }): ReactNode {
  const Panel = LOADED[name];
  const due = useDue();
  return <Late>{due && <Panel />}</Late>;
}

const SidePanels = part(() => import('./side-panels.tsx').then((m) => m.SidePanels));

/** The place of the panels beside the stage. */
export function SideSlot(props: { readonly callPath: boolean }): ReactNode {
  const due = useDue();
  return <Late>{due && <SidePanels {...props} />}</Late>;
}

const ChapterBar = part(() => import('../views/chapters/chapter.tsx').then((m) => m.ChapterBar));

/** The chapter the reader is in; its chunk comes with the first one opened. */
export function ChapterSlot({ takeKeys }: { readonly takeKeys: TakeKeys }): ReactNode {
  const open = useStore((s) => s.ui.chapter !== null);
  return <Late>{open && <ChapterBar takeKeys={takeKeys} />}</Late>;
}

const QuizCard = part(() => import('../views/quiz/quiz-card.tsx').then((m) => m.QuizCard));

/** The scene's questions, where they are wanted. */
export function QuizSlot(): ReactNode {
  const wanted = useStore((s) => s.ui.quiz);
  return <Late instead={null}>{wanted && <QuizCard />}</Late>;
}

const ComparePage = part(() => import('./compare-page.tsx').then((m) => m.ComparePage));

/** The comparison: there is no stage to wait for. */
export function ComparisonSlot({ takeKeys }: { readonly takeKeys: TakeKeys }): ReactNode {
  return (
    <Late>
      <ComparePage Stage={Board} takeKeys={takeKeys} />
    </Late>
  );
}
