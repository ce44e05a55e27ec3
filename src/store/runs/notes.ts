/** Notes and names: what a person writes on a tree of runs. */
import { MAX_NOTE, MAX_NOTES, type Note, nameRun } from '../../share/runs.ts';
import type { AppCore } from '../create-app.ts';
import { nameOfStep } from '../step-name.ts';
import { track } from './track.ts';

/** Pins a note to the moment that is shown and to what is selected. */
export function addNote(app: AppCore, text: string): void {
  track(app);
  const { runs, scene, playhead, ui } = app.store.getState();
  if (runs === null || scene === null) return;
  const { selected } = ui;
  const note: Note = {
    at: nameOfStep(scene.steps, playhead.step),
    sel:
      selected === null
        ? null
        : `${selected.kind}:${selected.index}${selected.register === undefined ? '' : `.${selected.register}`}`,
    text: text.slice(0, MAX_NOTE),
  };
  app.store.setState({ runs: { ...runs, notes: [...runs.notes, note].slice(-MAX_NOTES) } });
}

export function dropNote({ store }: AppCore, index: number): void {
  const { runs } = store.getState();
  if (runs !== null) store.setState({ runs: { ...runs, notes: runs.notes.filter((_, i) => i !== index) } });
}

/** @param name empty: what made it is its name again */
export function giveName({ store }: AppCore, id: number, name: string): void {
  const { runs } = store.getState();
  if (runs !== null) store.setState({ runs: nameRun(runs, id, name.trim() === '' ? null : name.trim()) });
}
