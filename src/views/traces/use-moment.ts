/** The trace at the playhead: its raw lines, the machine before the line, and the lines around it as a scene on a stage. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { lastStepUpTo } from '../../log/op-steps.ts';
import type { App } from '../../store/create-app.ts';
import { NO_SCENE } from '../../store/types.ts';
import { useApp } from '../../store/use-app.ts';
import type { Answers, TraceJob } from '../../worker/trace-client.ts';

/** Lines shown around the playhead, and lines that make the stage's scene. */
export const AROUND = 6;
const BEFORE = 60;
const AFTER = 30;
/** Ops that the machine may refuse: what began before the window has its end in it. */
const MOST_REFUSED = 200;

export interface Moment {
  readonly line: number;
  readonly lines: Answers['lines'];
  readonly state: Answers['state'] | null;
  readonly hasStage: boolean;
  /** The lines around as ops; null until they were read. */
  readonly scene: Answers['scene'];
}

/** Another stage of the page; it lives as long as who asked. */
function useStage(): App {
  const app = useApp();
  const stage = useMemo(() => app.another(), [app]);
  useEffect(() => () => stage.close(), [stage]);
  return stage;
}

/** Shows a scene's moment: after the last op of the lines up to `line`. */
function show(stage: App, scene: NonNullable<Answers['scene']>, line: number): Promise<boolean> {
  return new Promise((resolve) => {
    stage.feed.run(
      scene.ops,
      { ...NO_SCENE, start: scene.start },
      {
        step: null,
        play: false,
        leaveOut: MOST_REFUSED,
        whenDone: (end, leftOut) => {
          const log = stage.store.getState().scene;
          if (end !== 'done' || log === null) {
            resolve(false);
            return;
          }
          const out = new Set(leftOut);
          const kept = scene.lines.filter((_, i) => !out.has(i));
          const last = kept.findLastIndex((one) => one <= line);
          const step = lastStepUpTo(log, last);
          if (step >= 0) stage.actions.seekStep(step);
          else stage.actions.seekStart();
          resolve(log.steps.length > 0);
        },
      },
    );
  });
}

/** What the trace shows at a line. While it is being read again, what was shown stays. */
export function useMoment(job: TraceJob, line: number, last: number, hasStates: boolean): [Moment | null, App] {
  const stage = useStage();
  const [moment, setMoment] = useState<Moment | null>(null);
  const wanted = useRef(line);
  const busy = useRef(false);
  useEffect(() => {
    wanted.current = line;
    if (busy.current) return;
    let isHere = true;
    const read = async (): Promise<void> => {
      busy.current = true;
      try {
        for (let at = 0; at !== wanted.current && isHere; ) {
          at = wanted.current;
          const lines = await job.ask({
            what: 'lines',
            from: Math.max(1, at - AROUND),
            to: Math.min(last, at + AROUND),
          });
          if (!isHere) return;
          setMoment((old) => ({
            line: at,
            lines,
            state: old?.state ?? null,
            hasStage: old?.hasStage ?? false,
            scene: old?.scene ?? null,
          }));
          if (!hasStates || at !== wanted.current) continue;
          const state = await job.ask({ what: 'state', line: at });
          const scene = await job.ask({
            what: 'scene',
            from: Math.max(1, at - BEFORE),
            to: Math.min(last, at + AFTER),
          });
          if (!isHere) return;
          const hasStage = scene !== null && (await show(stage, scene, at));
          if (isHere) setMoment({ line: at, lines, state, hasStage, scene });
        }
      } catch {
        // The file is gone, or was changed under us: the lines stay as they were.
      } finally {
        busy.current = false;
      }
    };
    void read();
    return () => {
      isHere = false;
      busy.current = false;
    };
  }, [job, line, last, hasStates, stage]);
  return [moment, stage];
}
