/** The slider over the steps. */
import { type CSSProperties, memo, type ReactNode, useMemo } from 'react';
import type { Steps } from '../../log/steps.ts';
import { lookSteps } from '../../store/look.ts';
import { useApp, usePanelStep, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { useFindings } from '../where/reasoning.ts';

/** More marks than this are a grey line that says nothing. */
const MOST_MARKS = 60;

const NOTHING: ReadonlyMap<number, string> = new Map();

/** Where step k ends on the track. */
const at = (k: number, count: number): string => `${((k + 1) / Math.max(1, count)) * 100}%`;

const Mark = memo(function Mark({ kind, past, left }: { kind: string; past: boolean; left: string }): ReactNode {
  return <i className={past ? `${kind} tl-past` : kind} style={{ left }} />;
});

/** First step of each of these commands. */
function foundSteps(steps: Steps | undefined, commands: ReadonlySet<number>): readonly number[] {
  if (steps === undefined) return [];
  return [...commands].map((command) => steps.findIndex((step) => step.command === command)).filter((k) => k >= 0);
}

/** The slider over all steps, with a mark for each step of a short scene and for what there is to look at. */
export function Scrubber(): ReactNode {
  const { actions } = useApp();
  const t = useT();
  const steps = useStore((s) => s.scene?.steps);
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  const look = useStore((s) => s.sceneId.look);
  const step = usePanelStep();
  const { all } = useFindings();
  // The array grows in place: its length says that it has grown.
  const marked = useMemo(
    () => (steps === undefined || count === 0 ? NOTHING : lookSteps(steps, look)),
    [steps, count, look],
  );
  // Where each finding began; set-up has no step.
  const found = useMemo(
    () => (count === 0 ? [] : foundSteps(steps, new Set(all.map(({ since }) => since.command)))),
    [steps, count, all],
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
        {found.map((k) => (
          <Mark key={`found ${k}`} kind="tl-found" past={k <= step} left={at(k, count)} />
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
