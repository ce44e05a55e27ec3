/** The bottom panel: transport, slider, time, and a lane for everything that changes. */
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { nowOf } from '../../engine/view/machine-view.ts';
import { useStore } from '../../store/use-app.ts';
import { nanoseconds } from '../shared/format.ts';
import { useT } from '../shared/use-t.ts';
import { Scrubber } from './transport.tsx';
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
        <div className="tl-heading">
          <h2 className="tl-title">{t('timeline.title')}</h2>
          <Time />
        </div>
        <Scrubber />
      </div>
      <Suspense fallback={null}>{seen && <Lanes />}</Suspense>
    </section>
  );
}
