/** A place of the page for one panel: loads it, and keeps its failure to itself. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { useT } from '../views/shared/use-t.ts';

const PANELS = import.meta.glob<Record<string, ComponentType>>(
  '../views/{header/{header,Header},board/{board,Board},now/{now,Now},callpath/{callpath,CallPath},inspector/{inspector,Inspector},controls/{controls,Controls},help/{help,Help}}.tsx',
);

export type PanelName = 'Header' | 'Board' | 'Now' | 'CallPath' | 'Inspector' | 'Controls' | 'Help';

function panel(name: PanelName): ComponentType | null {
  const load = Object.entries(PANELS).find(([path]) => path.toLowerCase().endsWith(`/${name.toLowerCase()}.tsx`))?.[1];
  if (load === undefined) return null;
  return lazy(() => load().then((module) => ({ default: module[name] as ComponentType })));
}

const LOADED: Readonly<Record<PanelName, ComponentType | null>> = {
  Header: panel('Header'),
  Board: panel('Board'),
  Now: panel('Now'),
  CallPath: panel('CallPath'),
  Inspector: panel('Inspector'),
  Controls: panel('Controls'),
  Help: panel('Help'),
};

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

const words = (name: 'Announcer' | 'StepSentence'): ComponentType =>
  lazy(() => import('../views/timeline/announcer.tsx').then((module) => ({ default: module[name] })));
const LazyAnnouncer = words('Announcer');
const LazySentence = words('StepSentence');

/** Each step for a screen reader; with `seen` also as a line to read. */
export function Words({ seen = false }: { readonly seen?: boolean }): ReactNode {
  return (
    <Fence>
      <Suspense fallback={null}>
        {seen && <LazySentence />}
        <LazyAnnouncer />
      </Suspense>
    </Fence>
  );
}

export function Slot({ name }: { readonly name: PanelName }): ReactNode {
  const Panel = LOADED[name];
  return (
    <Fence>
      <Suspense fallback={null}>{Panel === null ? null : <Panel />}</Suspense>
    </Fence>
  );
}
