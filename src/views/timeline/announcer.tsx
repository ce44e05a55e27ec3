/** Says each step to a screen reader, politely; in fast playback only where it comes to rest. */
import { type ReactNode, useMemo } from 'react';
import { useStore } from '../../store/use-store.ts';
import { viewAt } from '../../store/view-at.ts';
import { describeStep } from '../now/describe.ts';

export function Announcer(): ReactNode {
  const scene = useStore((s) => s.scene);
  const step = useStore((s) => s.playhead.step);
  const quiet = useStore((s) => s.playhead.playing && s.playhead.speed > 1);
  const lang = useStore((s) => s.ui.lang);
  const text = useMemo(() => {
    const at = scene?.steps[step];
    if (scene === null || at === undefined || quiet) return '';
    const { title, sentence } = describeStep(lang, scene, at, viewAt(scene, { step, phase: 0 }));
    return `${title}. ${sentence}`;
  }, [scene, step, quiet, lang]);
  return (
    <p className="sr-only" aria-live="polite">
      {text}
    </p>
  );
}
