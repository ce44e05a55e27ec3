/** Playback buttons, speed, and the slider over the steps. */
import { type CSSProperties, memo, type ReactNode, useMemo } from 'react';
import { SPEEDS } from '../../store/actions/playback.ts';
import { lookSteps } from '../../store/look.ts';
import { useApp, usePanelStep, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';

interface ButtonProps {
  readonly name: string;
  readonly onClick: () => void;
  readonly path: string;
  readonly main?: boolean;
  readonly disabled?: boolean;
}

/** An icon of our own: one path on a 24 x 24 field. */
export function IconButton({ name, onClick, path, main = false, disabled = false }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      className={main ? 'tl-button tl-main' : 'tl-button'}
      aria-label={name}
      title={name}
      onClick={onClick}
      aria-disabled={disabled}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

export const ICON = {
  first: 'M6 5h2.5v14H6zM20 5v14L9.5 12z',
  back: 'M17 5v14L6 12z',
  play: 'M7 4.5v15l12.5-7.5z',
  pause: 'M6.5 5H10v14H6.5zM14 5h3.5v14H14z',
  step: 'M6 5v14l9.5-7zM16.5 5H19v14h-2.5z',
  last: 'M4 5v14l10.5-7zM15.5 5H18v14h-2.5z',
} as const;

/** First, back, play or pause, step, last. @param few back, play and step only */
export function PlayButtons({ few = false }: { readonly few?: boolean }): ReactNode {
  const { actions } = useApp();
  const t = useT();
  const playing = useStore((s) => s.playhead.playing);
  return (
    <fieldset className="tl-buttons" aria-label={t('timeline.transport')}>
      {!few && <IconButton name={t('timeline.first')} onClick={() => actions.seekStart()} path={ICON.first} />}
      <IconButton name={t('timeline.back')} onClick={() => actions.stepBy(-1)} path={ICON.back} />
      <IconButton
        name={t(playing ? 'timeline.pause' : 'timeline.play')}
        onClick={() => actions.toggle()}
        path={playing ? ICON.pause : ICON.play}
        main
      />
      <IconButton name={t('timeline.step')} onClick={() => actions.stepBy(1)} path={ICON.step} />
      {!few && <IconButton name={t('timeline.last')} onClick={() => actions.seekEnd()} path={ICON.last} />}
    </fieldset>
  );
}

export function SpeedChoice(): ReactNode {
  const { actions } = useApp();
  const t = useT();
  const speed = useStore((s) => s.playhead.speed);
  const known = (SPEEDS as readonly number[]).includes(speed);
  return (
    <select
      className="tl-speed"
      aria-label={t('timeline.speed')}
      title={t('timeline.speed')}
      value={speed}
      onChange={(event) => actions.setSpeed(Number(event.target.value))}
    >
      {!known && <option value={speed}>{speed}×</option>}
      {SPEEDS.map((s) => (
        <option key={s} value={s}>
          {s}×
        </option>
      ))}
    </select>
  );
}

/** More marks than this are a grey line that says nothing. */
const MOST_MARKS = 60;

const NOTHING: ReadonlyMap<number, string> = new Map();

/** Where step k ends on the track. */
const at = (k: number, count: number): string => `${((k + 1) / Math.max(1, count)) * 100}%`;

const Mark = memo(function Mark({ kind, past, left }: { kind: string; past: boolean; left: string }): ReactNode {
  return <i className={past ? `${kind} tl-past` : kind} style={{ left }} />;
});

/** The slider over all steps, with a mark for each step of a short scene and for what there is to look at. */
export function Scrubber(): ReactNode {
  const { actions } = useApp();
  const t = useT();
  const steps = useStore((s) => s.scene?.steps);
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  const look = useStore((s) => s.sceneId.look);
  const step = usePanelStep();
  // The array grows in place: its length says that it has grown.
  const marked = useMemo(
    () => (steps === undefined || count === 0 ? NOTHING : lookSteps(steps, look)),
    [steps, count, look],
  );
  const valueText = step < 0 ? t('timeline.before') : t('timeline.position', { step: step + 1, count });
  const plain = count <= MOST_MARKS ? Array.from({ length: count }, (_, k) => k) : [];
  return (
    <div className="tl-scrub" style={{ '--tl-done': at(step, count) } as CSSProperties}>
      <div className="tl-track" aria-hidden="true">
        {plain.map((k) => (
          <Mark key={k} kind="tl-mark" past={k <= step} left={at(k, count)} />
        ))}
        {[...marked.keys()].map((k) => (
          <Mark key={`look ${k}`} kind="tl-look" past={k <= step} left={at(k, count)} />
        ))}
      </div>
      <input
        type="range"
        min={-1}
        max={Math.max(0, count - 1)}
        value={step}
        aria-label={t('timeline.scrub')}
        aria-valuetext={valueText}
        onChange={(event) => actions.seekStep(Number(event.target.value))}
      />
    </div>
  );
}

/** "5 / 8" */
export function StepCount(): ReactNode {
  const t = useT();
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  const step = usePanelStep();
  return <output className="tl-count">{t('timeline.count', { step: step + 1, count })}</output>;
}
