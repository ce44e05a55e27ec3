/** The bottom panel: the time, what the chosen interrupt took at each stage, an overview, and a lane for everything that changes. */
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { nanoseconds } from '../../base/numbers.ts';
import { timeAt } from '../../log/clock-index.ts';
import type { AxisMode } from '../../scene/time-axis.ts';
import type { StepUnit } from '../../store/types.ts';
import { useApp, usePanelStep, useStore } from '../../store/use-app.ts';
import { Segmented } from '../kit/segmented.tsx';
import { STEP_UNITS, stepByUnit } from '../shared/step-by.ts';
import { useT } from '../shared/use-t.ts';
import { Lanes, type Zoom } from './lanes.tsx';
import { Latency } from './latency.tsx';
import { ZOOM_STEP } from './track.ts';
import '../kit/panel-texts.ts';
import '../runs/deed-texts.ts';
import './lane-texts.ts';
import './timeline.css';

const MODES = ['time', 'step'] as const satisfies readonly AxisMode[];

function Time(): ReactNode {
  const t = useT();
  // Of the step that is shown: what follows on it may have moved the clock on by now.
  const step = usePanelStep();
  const now = useStore(({ scene }) =>
    scene === null ? null : timeAt(scene, scene.steps.seqOf(Math.max(0, Math.min(step, scene.steps.length - 1)))),
  );
  return now === null ? null : <output className="tl-time">{t('timeline.time', { time: nanoseconds(now) })}</output>;
}

function Mini({ name, text, onClick }: { readonly name: string; readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" className="tl-mini" aria-label={name} title={name} onClick={onClick}>
      {text}
    </button>
  );
}

/** Steps of the chosen size, back and forth. */
function Units(): ReactNode {
  const t = useT();
  const app = useApp();
  const unit = useStore((s) => s.unit);
  const named = t(`stops.unit.${unit}`);
  return (
    <span className="tl-units">
      <span className="tl-unit-name" aria-hidden="true">
        {t('timeline.unit')}
      </span>
      <Mini name={t('timeline.unit.back', { unit: named })} text="‹" onClick={() => stepByUnit(app, unit, -1)} />
      <select
        aria-label={t('timeline.unit')}
        title={t('timeline.unit')}
        value={unit}
        onChange={(event) => app.store.setState({ unit: event.target.value as StepUnit })}
      >
        {STEP_UNITS.map((one) => (
          <option key={one} value={one}>
            {t(`stops.unit.${one}`)}
          </option>
        ))}
      </select>
      <Mini name={t('timeline.unit.next', { unit: named })} text="›" onClick={() => stepByUnit(app, unit, 1)} />
    </span>
  );
}

export function Timeline(): ReactNode {
  const t = useT();
  const scene = useStore((s) => s.scene);
  const [mode, setMode] = useState<AxisMode>('time');
  const [chosen, setChosen] = useState<{ readonly run: unknown; readonly journey: number } | null>(null);
  const track = useRef<Zoom | null>(null);
  const turn = useCallback(() => setMode((was) => (was === 'time' ? 'step' : 'time')), []);
  const run = scene?.readings;
  const choose = useCallback((journey: number) => setChosen({ run, journey }), [run]);
  const hold = useCallback((made: Zoom | null) => {
    track.current = made;
  }, []);
  const journey = chosen !== null && chosen.run === run ? chosen.journey : 0;
  return (
    <section className="tl" data-part="timeline" aria-label={t('timeline.title')}>
      <div className="tl-bar">
        <div className="tl-heading">
          <h2 className="caps tl-title">{t('timeline.title')}</h2>
          <Time />
        </div>
        {scene !== null && journey > 0 && <Latency scene={scene} journey={journey} onClose={() => setChosen(null)} />}
        <div className="tl-tools">
          <Units />
          <Segmented
            label={t('timeline.axis')}
            options={MODES}
            value={mode}
            onValue={setMode}
            nameOf={(one) => t(`timeline.axis.${one}`)}
          />
          <Mini name={t('timeline.zoomOut')} text="−" onClick={() => track.current?.zoomBy(1 / ZOOM_STEP)} />
          <Mini name={t('timeline.zoomIn')} text="+" onClick={() => track.current?.zoomBy(ZOOM_STEP)} />
          <Mini name={t('timeline.fitAll')} text="⤢" onClick={() => track.current?.whole()} />
        </div>
      </div>
      <Lanes mode={mode} onMode={turn} onJourney={choose} onTrack={hold} />
    </section>
  );
}
