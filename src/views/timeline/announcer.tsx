/** Each step in words, beside the stage: for a screen reader, and as one line in an embedded page. Comes in a chunk of its own. */
import '../now/now-texts.ts';
import { type ReactNode, useMemo } from 'react';
import { describeStep } from '../../explain/describe/index.ts';
import type { AppState } from '../../store/types.ts';
import { usePanelStep, useStore } from '../../store/use-app.ts';
import { viewAt } from '../../store/view-at.ts';
import { AFTER_STAGE, useLateStep } from '../shared/late-step.ts';
import { type StepText, sayStep } from '../shared/say.ts';
import { useShownScene } from '../shared/use-shown-scene.ts';
import { useT } from '../shared/use-t.ts';

/** @param step null: nobody asks now */
function useStepText(step: number | null): StepText | null {
  const scene = useShownScene();
  const at = step === null ? undefined : scene?.steps.get(step);
  const lang = useStore((s) => s.ui.lang);
  // A new `t` says that texts have come.
  const t = useT();
  return useMemo(() => {
    void t;
    return scene === null || at === undefined
      ? null
      : sayStep(lang, describeStep(scene, at, viewAt(scene, { step: at.index, phase: 0 })));
  }, [scene, at, lang, t]);
}

/** Says each step, politely; in fast playback only where it comes to rest. */
export function Announcer(): ReactNode {
  const quiet = useStore((s) => s.playhead.playing && s.playhead.speed > 1);
  const step = useLateStep(4, AFTER_STAGE + 1);
  const text = useStepText(quiet ? null : step);
  const t = useT();
  return (
    <p className="visually-hidden" aria-live="polite">
      {text === null ? '' : t('timeline.says', { title: text.title, sentence: text.sentence })}
    </p>
  );
}

/** The sentence of a step, to be seen. */
export function StepSentence({ step }: { readonly step: number }): ReactNode {
  return useStepText(step)?.sentence ?? null;
}

/** The sentence of the step that is shown. */
export function ShownSentence(): ReactNode {
  const text = useStepText(usePanelStep());
  return text === null ? null : (
    <p className="step-sentence" data-part="sentence">
      {text.sentence}
    </p>
  );
}

/** Sentence of a step in the reader's language, for a page that frames us; null where there is no such step. */
export function sentenceOf({ scene, ui }: AppState, step: number): string | null {
  const at = scene?.steps.get(step);
  if (scene === null || at === undefined) return null;
  return sayStep(ui.lang, describeStep(scene, at, viewAt(scene, { step: at.index, phase: 0 }))).sentence;
}
