/** A tree of runs on its way: as a link, as a file, and two runs of it side by side. */
import { opsOf, runOf, startOf } from '../../share/runs.ts';
import { STATE_FILE, stateFile } from '../../share/state-file.ts';
import { STEP_SET } from '../../spec/define/event.ts';
import { linkOf, loadLinkCodec } from '../actions/links.ts';
import type { AppCore } from '../create-app.ts';

/** Text of a link that has every run and note. @returns null where that is too long */
export async function linkOfRuns({ store }: AppCore): Promise<string | null> {
  await loadLinkCodec();
  return linkOf(store.getState(), 'all');
}

/** The same as a file. */
export async function fileOfRuns(app: AppCore): Promise<{ readonly name: string; readonly text: string } | null> {
  const link = await linkOfRuns(app);
  if (link === null) return null;
  const { root } = app.store.getState().runs ?? {};
  const source = root?.preset == null ? null : `${root.preset}@${root.version}`;
  return { name: `${root?.preset ?? 'machine'}${STATE_FILE}`, text: stateFile(source, link) };
}

/** Shows a run beside the one on screen, where they part. */
export async function beside({ store }: AppCore, id: number): Promise<void> {
  const { encodeLink } = await loadLinkCodec();
  const { runs } = store.getState();
  if (runs === null || runOf(runs, id) === undefined) return;
  const text = (run: number): string | null =>
    encodeLink({
      kind: 'ops',
      base: null,
      keep: null,
      start: startOf(runs, run),
      log: opsOf(runs, run),
      step: null,
      view: {},
      hash: null,
    });
  const [left, right] = [text(runs.now), text(id)];
  if (left === null || right === null) return;
  const { playhead, ui } = store.getState();
  store.setState({
    playhead: { ...playhead, playing: false, until: null },
    ui: { ...ui, compare: `c=&${left}&w=${right.slice(2)}&g=${STEP_SET}` },
  });
}
