/** The strip at the foot of the stage: playback, one sentence a beat, and the beats themselves. The same in every size. */

import { memo, type ReactNode, Suspense, useMemo } from 'react';
import { inLang, saidIn } from '../../i18n/langs.ts';
import type { Steps } from '../../log/steps.ts';
import { type Beat, beatAt, beatsOf } from '../../scene/beats.ts';
import { colourOf } from '../../scene/flights.ts';
import { useApp, usePanelStep, useStore } from '../../store/use-app.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { useT } from '../shared/use-t.ts';
import { whereItComes } from '../shared/where-it-comes.ts';
import { PlayButtons, SpeedChoice } from '../timeline/transport.tsx';
import './narrator.css';

/** What stands under the last sentence of a scene. */
const Ending = whereItComes(() => import('./ending.tsx').then((m) => m.Ending));

/** Whether to be asked what comes. */
const GuessSwitch = whereItComes(() => import('../quiz/guess-switch.tsx').then((m) => m.GuessSwitch));

/** The sentence of a step, for beats that nobody wrote one for. */
const StepSentence = whereItComes(() => import('../timeline/announcer.tsx').then((m) => m.StepSentence));

const NONE: readonly Beat[] = [];

/** Beats of the scene, and the one that is shown (-1: before the first). */
function useBeats(): { readonly beats: readonly Beat[]; readonly now: number } {
  const scene = useShownScene();
  const sceneId = useStore((s) => s.sceneId);
  const step = usePanelStep();
  const beats = useMemo(() => (scene === null ? NONE : beatsOf(scene, sceneId)), [scene, sceneId]);
  return { beats, now: beatAt(beats, step) };
}

/** Journey a beat tells of at a step: that step's, else that of the last before it that had one. */
function journeyOf(steps: Steps, beat: Beat, step: number): number {
  for (let at = step; at >= beat.from; at--) {
    const journey = steps.get(at)?.journey ?? 0;
    if (journey !== 0) return journey;
  }
  return 0;
}

function Sentence({ beat }: { readonly beat: Beat | undefined }): ReactNode {
  const t = useT();
  const lang = useStore((s) => s.ui.lang);
  const steps = useStore((s) => s.scene?.steps);
  const narration = useStore((s) => s.sceneId.narration);
  const rests = useStore((s) => !s.playhead.playing);
  const step = usePanelStep();
  if (beat === undefined) {
    return (
      <p className="nr-line nr-question" data-part="sentence">
        {narration === null ? t('shell.about') : inLang(narration.question, lang)}
      </p>
    );
  }
  // A beat by rule may begin with another op, as an edit is that was made in front of it: who stands there is told that.
  const isBefore =
    rests && beat.told === null && step < beat.hold && steps?.get(step)?.command !== steps?.get(beat.hold)?.command;
  const told = isBefore ? step : beat.hold;
  const journey = steps === undefined ? 0 : journeyOf(steps, beat, told);
  const style = journey === 0 ? undefined : { backgroundColor: `var(--j${colourOf(journey)})` };
  return (
    <p className="nr-line" data-part="sentence" lang={beat.told === null ? undefined : saidIn(beat.told, lang)}>
      {journey !== 0 && (
        <b className="nr-journey" style={style} title={t('narrator.journey', { journey })}>
          {journey}
        </b>
      )}
      {beat.told === null ? (
        <Suspense fallback={null}>
          <StepSentence step={told} />
        </Suspense>
      ) : (
        inLang(beat.told, lang)
      )}
    </p>
  );
}

/** More beats than this are a bar, not dots. */
const MOST_DOTS = 16;

const Dots = memo(function Dots({ beats, now }: { readonly beats: readonly Beat[]; readonly now: number }): ReactNode {
  const { actions } = useApp();
  const t = useT();
  const guesses = useStore((s) => s.guessBeats);
  const bar = <progress className="nr-bar" value={now + 1} max={beats.length} aria-hidden="true" />;
  if (beats.length > MOST_DOTS) return bar;
  return (
    <span className="nr-dots">
      {beats.map((beat) => (
        <button
          key={beat.from}
          type="button"
          className={beat.index < now ? 'nr-dot nr-past' : beat.index === now ? 'nr-dot nr-now' : 'nr-dot'}
          aria-label={t('narrator.beat', { beat: beat.index + 1, count: beats.length })}
          data-guess={guesses.includes(beat.index) ? '' : undefined}
          aria-current={beat.index === now ? 'step' : undefined}
          onClick={() => {
            actions.pause();
            actions.seekStep(beat.hold);
          }}
        />
      ))}
      {bar}
    </span>
  );
});

/** "beat 6 of 10 · step 31 of 54" */
function Count({ beats, now }: { readonly beats: readonly Beat[]; readonly now: number }): ReactNode {
  const t = useT();
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  const step = usePanelStep();
  return (
    <span className="nr-count">
      <span className="nr-beat">{t('narrator.beat', { beat: now + 1, count: beats.length })} · </span>
      <output className="tl-count">{t('timeline.count', { step: step + 1, count })}</output>
    </span>
  );
}

interface NarratorProps {
  /** Without speed and jumps to the ends. */
  readonly few?: boolean;
  /** The sentence alone. */
  readonly bare?: boolean;
  /** In a page that frames us. */
  readonly framed?: boolean;
}

export function Narrator({ few = false, bare = false, framed = false }: NarratorProps): ReactNode {
  const t = useT();
  const { beats, now } = useBeats();
  // Asked for once something has moved, as everything that is not the stage.
  const moved = useStore(({ scene, playhead }) => scene !== null && (playhead.step > 0 || !playhead.playing));
  return (
    <section className={framed ? 'nr nr-few' : 'nr'} data-part="narrator" aria-label={t('narrator.title')}>
      {!bare && <PlayButtons few={few} />}
      <div className="nr-told">
        <Sentence beat={beats[now]} />
        {moved && (
          <Suspense fallback={null}>
            <Ending framed={framed} />
          </Suspense>
        )}
      </div>
      {!bare && (
        <div className="nr-side">
          <Dots beats={beats} now={now} />
          <Count beats={beats} now={now} />
          {!few && <SpeedChoice />}
          {!few && moved && (
            <Suspense fallback={null}>
              <GuessSwitch />
            </Suspense>
          )}
        </div>
      )}
    </section>
  );
}
