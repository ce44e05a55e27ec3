/** From what is on screen to the text of a link, and back. Reading and writing the address bar is the app's. */

import type { ComponentKind } from '../../engine/core/words.ts';
import { COMPONENTS, nameWord } from '../../engine/view/tables.ts';
import { wordsAt } from '../../log/fold.ts';
import type { SceneLog } from '../../log/log.ts';
import { type LogReader, read } from '../../log/reader.ts';
import { findRef, stepNow } from '../../log/step-sets.ts';
import type { Link, LinkAnswer, LinkView } from '../../share/link.ts';
import { decodePresetLink, encodePresetLink } from '../../share/preset-link.ts';
import type { NamedWord } from '../../share/state-hash.ts';
import type { AppCore, AppStore } from '../create-app.ts';
import type { AppState, Notice, SceneEnd, Selection } from '../types.ts';
import { loadChanged, loadOps, loadPreset } from './scene.ts';
import { notify, select, setPanel } from './ui.ts';

type Codec = typeof import('../../share/link.ts');
let codec: Codec | null = null;

/** Loads what reads and writes links of changed scenes; the page does so after its first motion. */
export async function loadLinkCodec(): Promise<Codec> {
  codec ??= await import('../../share/link.ts');
  return codec;
}

/** The words at the end of a scene, by name. */
function namedWords(scene: SceneLog): NamedWord[] {
  return Array.from(wordsAt(scene, scene.used), (value, address): NamedWord => {
    const { kind, index, register, sub } = nameWord(scene.wordMap, address);
    return [kind, index, register, sub, value];
  });
}

/** Hash of the state at the end of a scene. */
export const finalHash = (scene: SceneLog, { hashState }: Codec): string => hashState(namedWords(scene));

/** The hash of as much of a log as it is of. */
const HASH: LogReader<{ used: number; hash: string }> = {
  begin: () => ({ used: -1, hash: '' }),
  take() {},
  rewind(known) {
    known.used = -1;
  },
};

/** finalHash, computed once for each state of a scene. */
function knownHash(scene: SceneLog, codecIsHere: Codec): string {
  const known = read(HASH, scene);
  if (known.used !== scene.used) {
    known.hash = finalHash(scene, codecIsHere);
    known.used = scene.used;
  }
  return known.hash;
}

/** "ioapic:0.redirLo" */
function selectionText(selected: Selection): string {
  return `${selected.kind}:${selected.index}${selected.register === undefined ? '' : `.${selected.register}`}`;
}

/** A component as links and messages name it, "ioapic:0" or "ioapic:0.redirLo". @returns null for none */
export function selectionOf(text: string): Selection | null {
  const parts = /^([a-zA-Z]+):(\d{1,3})(?:\.(\w+))?$/.exec(text);
  const kind = parts?.[1] as ComponentKind | undefined;
  if (!parts || kind === undefined || !COMPONENTS.includes(kind)) return null;
  const selection = { kind, index: Number(parts[2]) };
  return parts[3] === undefined ? selection : { ...selection, register: parts[3] };
}

/**
 * Text of a link, without `#`, to what is on screen.
 * @param carry `all`: with every run of the tree; else the tree comes along only where it has notes
 * @returns null while the scene (or the codec) is still coming, and when it is too long for a link
 */
export function linkOf(state: AppState, carry: 'notes' | 'all' = 'notes'): string | null {
  const { scene, sceneId, playhead, ui, runs } = state;
  if (scene === null || !scene.complete) return null;
  const step = playhead.step < 0 ? null : stepNow(playhead.step);
  const { preset, version, kept, total } = sceneId;
  const tree = runs !== null && (carry === 'all' || runs.notes.length > 0) ? runs : null;
  if (preset !== null && kept === total && scene.commands.length === total && tree === null) {
    return encodePresetLink({ id: preset, version: sceneId.pinned ? version : null }, step);
  }
  const view: LinkView = {
    ...(ui.selected === null ? {} : { sel: selectionText(ui.selected) }),
    ...(ui.panel === null ? {} : { panel: ui.panel }),
  };
  if (codec === null) {
    loadLinkCodec().catch(() => {});
    return null;
  }
  const here = codec;
  const made: Link = {
    kind: 'ops',
    base: preset === null ? null : { id: preset, version },
    keep: preset === null || kept === total ? null : kept,
    start: preset === null && sceneId.start !== 1 ? sceneId.start : null,
    log: scene.commands.slice(preset === null ? 0 : kept).map((command) => command.op),
    step,
    view,
    hash: knownHash(scene, codec),
    runs:
      tree === null
        ? null
        : here.writeRuns(carry === 'all' ? tree : here.aloneWithNotes(tree), { pack: here.packOp, unpack: () => null }),
  };
  const text = here.encodeLink(made);
  // Too long with what hangs on it: the scene alone may still be short enough, unless all was asked for.
  return text === null && carry === 'notes' && tree !== null ? here.encodeLink({ ...made, runs: null }) : text;
}

/** What came of opening a link. */
export type Opened = 'nothing' | 'opened' | 'overtaken' | Notice;

/**
 * Opens the scene a link names. What is wrong becomes a notice; the scene before it stays then.
 * @param fragment what stands after the # of an address
 */
export async function openLink(app: AppCore, fragment: string, opening: { play: boolean }): Promise<Opened> {
  const { store } = app;
  const isNewest = app.feed.ask();
  const quick = decodePresetLink(fragment);
  let answer: LinkAnswer | null;
  try {
    answer = quick === 'state' ? (await loadLinkCodec()).decodeLink(fragment) : quick;
  } catch {
    // The codec is a file of its own, and that did not come.
    answer = { ok: false, problem: { code: 'part-not-loaded', place: 's', params: {} } };
  }
  if (!isNewest()) return 'overtaken';
  if (answer === null) return 'nothing';
  if (!answer.ok) {
    notify(store, answer.problem);
    return answer.problem;
  }
  const { link, dropped } = answer;
  const end = await openScene(app, link, opening);
  if (end !== 'done') return end;
  const drift = link.kind === 'ops' && codec !== null ? driftOf(store.getState().scene, link.hash, 's.h', codec) : null;
  const lost = link.kind === 'ops' && link.runs !== undefined && !(await takeRuns(app, link.runs)) ? ['runs'] : [];
  const missing = isMissing(store, link) ? ['t'] : [];
  const notice = drift ?? droppedNotice([...dropped, ...missing, ...lost]);
  if (notice !== null) notify(store, notice);
  if (link.kind === 'preset' && link.preset.version !== null) lookForDrift(store);
  if (link.kind === 'ops') {
    if (link.view.sel !== undefined) select(store, selectionOf(link.view.sel));
    if (link.view.panel !== undefined) setPanel(store, link.view.panel);
  }
  return 'opened';
}

/** The tree of runs that came with a link, where the scene is one of its runs. @returns whether it was */
async function takeRuns(app: AppCore, json: unknown): Promise<boolean> {
  const { bringRuns } = await import('../runs/keep.ts');
  return bringRuns(app, json);
}

function openScene(app: AppCore, link: Link, { play }: { play: boolean }): Promise<SceneEnd> {
  const opening = { step: link.step, play };
  if (link.kind === 'preset') return loadPreset(app, link.preset.id, opening, link.preset.version ?? undefined);
  const { base, keep, log } = link;
  if (base === null) return loadOps(app, log, opening, link.start ?? 1);
  return loadChanged(app, { preset: base.id, version: base.version ?? undefined, keep, ops: log }, opening);
}

/**
 * The engine's rules have changed since a link was made, if its scene ends in another state now.
 * @param made hash of the end when it was made; null: nobody knows
 */
export function driftOf(scene: SceneLog | null, made: string | null, place: 's.h' | 'p', codec: Codec): Notice | null {
  if (made === null || scene === null || finalHash(scene, codec) === made) return null;
  return { code: 'link-drift', place, params: {} };
}

/**
 * A preset as it is opens without the codec: whether an asked version still ends as it did is looked at once that has come. The
 * newest does, by a test.
 */
function lookForDrift(store: AppStore): void {
  const { scene, sceneId } = store.getState();
  loadLinkCodec().then(
    (here) => {
      const now = store.getState();
      if (now.scene?.commands !== scene?.commands || now.scene?.used !== scene?.used || now.notice !== null) return;
      const notice = driftOf(scene, sceneId.end, 'p', here);
      if (notice !== null) notify(store, notice);
    },
    () => {},
  );
}

/** Does a link name an event that its scene has not? */
function isMissing(store: AppStore, { step }: Link): boolean {
  const { scene } = store.getState();
  return scene !== null && step !== null && step !== 'end' && 'name' in step && findRef(scene.steps, step) === null;
}

function droppedNotice(dropped: readonly string[]): Notice | null {
  if (dropped.length === 0) return null;
  const places = dropped.slice(0, 8).join(', ') + (dropped.length > 8 ? ', …' : '');
  return { code: 'link-dropped', place: places, params: { places, count: dropped.length } };
}
