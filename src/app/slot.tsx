/** A place of the page for one panel: loads it, and keeps its failure to itself. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { useStore } from '../store/use-app.ts';
import { Board } from '../views/board/Board.tsx';
import { useT } from '../views/shared/use-t.ts';
import type { TakeKeys } from './keyboard.ts';

/** Panels beside the stage. Each is a chunk of its own, so that nothing but the stage is loaded before the first motion. */
const LOADED = {
  Header: lazy(() => import('../views/header/header.tsx').then((m) => ({ default: m.Header as ComponentType }))),
  Now: lazy(() => import('../views/now/now.tsx').then((m) => ({ default: m.Now }))),
  CallPath: lazy(() => import('../views/callpath/callpath.tsx').then((m) => ({ default: m.CallPath }))),
  Inspector: lazy(() => import('../views/inspector/inspector.tsx').then((m) => ({ default: m.Inspector }))),
  Controls: lazy(() => import('../views/controls/controls.tsx').then((m) => ({ default: m.Controls }))),
  Ops: lazy(() => import('../views/ops/ops.tsx').then((m) => ({ default: m.Ops }))),
  Timeline: lazy(() => import('../views/timeline/timeline.tsx').then((m) => ({ default: m.Timeline }))),
  Announcer: lazy(() => import('../views/timeline/announcer.tsx').then((m) => ({ default: m.Announcer }))),
} as const satisfies Record<string, ComponentType>;

export type PanelName = keyof typeof LOADED;

function Broken(): ReactNode {
  const t = useT();
  return <p className="app-broken">{t('shell.broken')}</p>;
}

class Fence extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

/** Keeps a failure below it to itself. */
export function Fenced({ children }: { readonly children: ReactNode }): ReactNode {
  return <Fence>{children}</Fence>;
}

/** Whether the scene has begun to move, or will not: then there is time to load what stands around the stage. */
function useAfterFirstMotion(): boolean {
  return useStore((s) => s.scene !== null && (s.playhead.step >= 0 || !s.playhead.playing));
}

/** The place of a panel. Once it is there it stays. */
export function Slot({ name }: { readonly name: PanelName }): ReactNode {
  const Panel = LOADED[name];
  const due = useAfterFirstMotion();
  const [asked, setAsked] = useState(due);
  if (due && !asked) setAsked(true);
  return (
    <Fence>
      <Suspense fallback={null}>{asked && <Panel />}</Suspense>
    </Fence>
  );
}

const ComparePage = lazy(() => import('./compare-page.tsx').then((m) => ({ default: m.ComparePage })));

/** The comparison: there is no stage to wait for. */
export function ComparisonSlot({ takeKeys }: { readonly takeKeys: TakeKeys }): ReactNode {
  return (
    <Fence>
      <Suspense fallback={null}>
        <ComparePage Stage={Board} takeKeys={takeKeys} />
      </Suspense>
    </Fence>
  );
}
