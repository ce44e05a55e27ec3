/** Playback buttons and speed. */
import { memo, type ReactNode } from 'react';
import { SPEEDS } from '../../store/actions/playback.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import './timeline.css';

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
export const PlayButtons = memo(({ few = false }: { readonly few?: boolean }): ReactNode => {
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
});

export const SpeedChoice = memo((): ReactNode => {
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
          {s < 0.25 ? `1/${1 / s}` : s}×
        </option>
      ))}
    </select>
  );
});
