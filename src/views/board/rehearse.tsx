/** Jumps on a stage that nobody sees, an app of its own at moments of the same run. A chunk of its own: only long runs are rehearsed. */
import { startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import type { SceneLog } from '../../log/log.ts';
import type { App } from '../../store/create-app.ts';
import { stillApp } from '../../store/still-app.ts';
import { AppProvider } from '../../store/use-app.ts';
import { whileIdle } from '../shared/late-step.ts';
import { StageSheet } from './Board.tsx';
import { extras } from './extras.tsx';

/** After so many a jump takes no longer than the hundredth. */
const JUMPS = 8;
const NOWHERE = { current: null };
/** All of the stage but what asks where the pointer is. */
const UNSEEN = { ...extras, Zoom: () => null };

/** Rehearses while nobody waits. @returns how to call it off */
export function rehearse(scene: SceneLog, { store }: App): () => void {
  const { sceneId, ui } = store.getState();
  const app = stillApp({ scene, sceneId, step: 0, phase: 1, lang: ui.lang });
  const root = createRoot(document.createElement('div'));
  startTransition(() =>
    root.render(
      <AppProvider value={app}>
        <StageSheet
          scene={scene}
          width={1000}
          height={700}
          embed={false}
          scroller={NOWHERE}
          extras={UNSEEN}
          quarter={undefined}
        />
      </AppProvider>,
    ),
  );
  const end = (): void => {
    root.unmount();
    app.close();
  };
  const stop = whileIdle(JUMPS + 1, (turn) => {
    if (turn === JUMPS) end();
    // Now from one half of the run, now from the other.
    else app.actions.seekStep(Math.floor(scene.steps.length * ((0.3 + turn * 0.618) % 1)));
  });
  return () => {
    stop();
    // Who calls this off may be drawing just now.
    queueMicrotask(end);
  };
}
