/** Has the edits kept over a reload, and remembers in which run this tab was left. Comes after the first motion. */
import { isCase } from '../scenes/case.ts';
import type { App } from '../store/create-app.ts';
import { keepRuns, type LeftAt } from '../store/runs/keep.ts';
import { leaveAt, readLeftTrace } from '../views/traces/left.ts';

const KEY = 'irqscope.left';

interface Left extends LeftAt {
  /** Address it was left at: another one means another scene. */
  readonly hash: string;
}

/** Anything else that stands there is nothing. */
export function readLeft(hash: string): LeftAt | null {
  try {
    const left = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Left> | null;
    if (left?.hash !== hash) return null;
    const { tree, run, step } = left;
    return typeof tree === 'string' && Number.isInteger(run) && Number.isInteger(step)
      ? { tree, run: run as number, step: step as number }
      : null;
  } catch {
    // No storage, or not ours.
    return null;
  }
}

export function keepEdits(app: App): void {
  const left = readLeft(window.location.hash);
  window.addEventListener('pagehide', () => {
    leaveAt(window.location.hash);
    const { runs, playhead } = app.store.getState();
    try {
      if (runs === null || runs.list.length < 2) sessionStorage.removeItem(KEY);
      else {
        const { hash } = window.location;
        sessionStorage.setItem(KEY, JSON.stringify({ tree: runs.tree, run: runs.now, step: playhead.step, hash }));
      }
    } catch {
      // Not kept, then.
    }
  });
  // A trace was open, and its text is kept nowhere: its page says what to drop again.
  const trace = readLeftTrace(window.location.hash);
  const { sceneId, ui } = app.store.getState();
  if (trace !== null && ui.url === null) app.actions.setUi({ url: `trace=${trace}` });
  // An exercise is worked on there, also by who comes by its link.
  if (isCase(sceneId.preset) && ui.panel === null) app.actions.setPanel('where');
  void keepRuns(app, left);
}
