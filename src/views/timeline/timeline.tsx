/** The bottom panel: transport, slider, time, and a lane for everything that changes. */
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { nowOf } from '../../engine/view/machine-view.ts';
import { useStore } from '../../store/use-app.ts';
import { nanoseconds } from '../shared/format.ts';
import { useT } from '../shared/use-t.ts';
import { PlayButtons, Scrubber, SpeedChoice, StepCount } from './transport.tsx';
import './timeline.css';

/** Comes after the stage moves. */
const Lanes = lazy(() => import('./lane-rows.tsx').then((m) => ({ default: m.Lanes })));

function Time(): ReactNode {
  const t = useT();
  const now = useStore((s) => (s.view === null ? null : nowOf(s.view)));
  return now === null ? null : <output className="tl-time">{t('timeline.time', { time: nanoseconds(now) })}</output>;
}

export function Timeline(): ReactNode {
  const t = useT();
  const moving = useStore((s) => s.scene !== null && (s.playhead.step >= 0 || !s.playhead.playing));
  const [seen, setSeen] = useState(moving);
  if (moving && !seen) setSeen(true);
  return (
    <section className="tl" data-part="timeline" aria-label={t('timeline.title')}>
      <div className="tl-bar">
        <h2 className="tl-title">{t('timeline.title')}</h2>
        <PlayButtons />
        <SpeedChoice />
        <Scrubber />
        <StepCount />
        <Time />
      </div>
      <Suspense fallback={null}>{seen && <Lanes />}</Suspense>
    </section>
  );
}

/** The transport alone, for an embedded page. @param few without speed and jumps to the ends */
export function TransportBar({ few }: { readonly few: boolean }): ReactNode {
  const t = useT();
  return (
    <section className="tl tl-only" aria-label={t('timeline.transport')}>
      <div className="tl-bar">
        <PlayButtons few />
        <Scrubber />
        <StepCount />
        {!few && <SpeedChoice />}
      </div>
    </section>
  );
}
