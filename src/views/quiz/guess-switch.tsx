/** Whether the reader is asked what comes: a switch beside the beats, which then show where. Comes after the first motion. */
import './guess-switch.css';
import '../shared/preset-texts.ts';
import { useEffect, useMemo } from 'react';
import { beatsOf } from '../../scene/beats.ts';
import { guessBeats } from '../../scene/guess-beats.ts';
import { markGuesses } from '../../store/actions/quiz.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { useT } from '../shared/use-t.ts';

const NONE: readonly number[] = [];

export function GuessSwitch() {
  const t = useT();
  const { store, actions } = useApp();
  const scene = useShownScene();
  const sceneId = useStore((state) => state.sceneId);
  const wanted = useStore((state) => state.ui.quiz);
  const marks = useMemo(
    () => (scene?.complete === true ? guessBeats(scene, beatsOf(scene, sceneId)) : NONE),
    [scene, sceneId],
  );
  useEffect(() => markGuesses(store, marks), [store, marks]);
  if (marks.length === 0) return null;
  return (
    <button
      type="button"
      className="nr-guess-switch"
      aria-pressed={wanted}
      title={t('quiz.switchIs')}
      onClick={() => actions.setUi({ quiz: !wanted })}
    >
      {t('quiz.switch')}
    </button>
  );
}
