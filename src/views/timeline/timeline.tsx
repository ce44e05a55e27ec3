/** The bottom panel: transport, slider, time, and a lane for everything that changes. */
import type { ReactNode } from 'react';
import { nanoseconds } from '../../base/numbers.ts';
import { nowOf } from '../../engine/view/machine-view.ts';
import { useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { Lanes } from './lane-rows.tsx';
import { Scrubber } from './scrubber.tsx';
import './lane-texts.ts';
import './timeline.css';

function Time(): ReactNode {
  const t = useT();
  const now = useStore((s) => (s.view === null ? null : nowOf(s.view)));
  return now === null ? null : <output className="tl-time">{t('timeline.time', { time: nanoseconds(now) })}</output>;
}

export function Timeline(): ReactNode {
  const t = useT();
  return (
    <section className="tl" data-part="timeline" aria-label={t('timeline.title')}>
      <div className="tl-bar">
        <div className="tl-heading">
          <h2 className="caps tl-title">{t('timeline.title')}</h2>
          <Time />
        </div>
        <Scrubber />
      </div>
      <Lanes />
    </section>
  );
}
