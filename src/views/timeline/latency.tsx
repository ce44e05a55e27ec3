/** The way of one interrupt, stage by stage, with the time each took; a stage is a way to its step. */
import type { ReactNode } from 'react';
import { nanoseconds } from '../../base/numbers.ts';
import { instantsSoFar, timeOfStep } from '../../log/instants.ts';
import type { SceneLog } from '../../log/log.ts';
import { movesOf } from '../../log/ways.ts';
import { colourOf } from '../../scene/flights.ts';
import { placeWhereBegun } from '../../scene/under-way.ts';
import { useApp } from '../../store/use-app.ts';
import { sourceName } from '../shared/source-name.ts';
import { useT } from '../shared/use-t.ts';

/** Stages shown, the last ones: a storm on one line is one interrupt of ten thousands of them. */
const MOST = 40;

interface Props {
  readonly scene: SceneLog;
  readonly journey: number;
  readonly onClose: () => void;
}

export function Latency({ scene, journey, onClose }: Props): ReactNode {
  const t = useT();
  const { actions } = useApp();
  const all = movesOf(scene, journey, MOST + 1);
  const isCut = all.length > MOST + 1;
  const moves = isCut ? [...all.slice(0, 1), ...all.slice(2)] : all;
  const instants = instantsSoFar(scene);
  const times = moves.map(({ step }) => timeOfStep(instants, step));
  const first = times[0];
  if (first === undefined) return null;
  const total = (times.at(-1) ?? first) - first;
  const last = moves.at(-1)?.stage;
  const ended = last === 'eoi' || last === 'lost';
  return (
    <section className="tl-latency" aria-label={t('timeline.latency', { journey })} data-journey={journey}>
      <b className="tl-number" style={{ backgroundColor: `var(--j${colourOf(journey)})` }}>
        {journey}
      </b>
      <ol>
        {moves.map(({ stage, step }, i) => (
          <li key={`${stage} ${step}`} data-cut={isCut && i === 1}>
            <button type="button" onClick={() => actions.seekStep(step)}>
              {stage === 'source'
                ? sourceName(scene, placeWhereBegun(scene, journey), t)
                : t(`timeline.stage.${stage}`)}
              <small>{i === 0 ? nanoseconds(first) : `+${nanoseconds(times[i] - times[i - 1])}`}</small>
            </button>
          </li>
        ))}
      </ol>
      <span className="tl-total">
        {t(ended ? 'timeline.latency.all' : 'timeline.latency.open', { time: nanoseconds(total) })}
      </span>
      <button type="button" className="tl-mini" aria-label={t('dialog.close')} onClick={onClose}>
        ×
      </button>
    </section>
  );
}
