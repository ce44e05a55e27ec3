/**
 * Keeps trees of runs in the browser's own storage, and brings the one back that the opened scene is a run of. Where there is no
 * storage (a frame without an origin, a private window) the page says so.
 */

import { loadPresetFile } from '../../scenes/index.ts';
import { packOp, unpackOp } from '../../share/op-codec.ts';
import { baseOf, findRun, type Runs, readRuns, runOf, writeRuns } from '../../share/runs.ts';
import type { AppCore } from '../create-app.ts';
import { type AppState, NO_SCENE, type SceneId } from '../types.ts';
import { adopt, showRun, track, withAsked } from './track.ts';

const DATABASE = 'irqscope';
const STORE = 'runs';
/** Trees kept: of so many scenes the edits come back. */
const MOST_TREES = 20;

const PACKER = { pack: packOp, unpack: (packed: unknown) => unpackOp(packed, 'runs', []) };

interface Kept {
  readonly tree: string;
  /** When it was changed last, ms. */
  readonly at: number;
  readonly json: unknown;
}

/** A request's answer. */
const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @throws where there is no storage */
async function openStore(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'tree' });
  return answer(request);
}

const all = (db: IDBDatabase): Promise<Kept[]> =>
  answer(db.transaction(STORE).objectStore(STORE).getAll() as IDBRequest<Kept[]>);

async function write(db: IDBDatabase, kept: Kept): Promise<void> {
  // Sealed at once: a page that goes undoes what is still open.
  const putting = db.transaction(STORE, 'readwrite');
  const put = answer(putting.objectStore(STORE).put(kept));
  putting.commit();
  await put;
  const rest = (await all(db)).sort((a, b) => b.at - a.at).slice(MOST_TREES);
  if (rest.length === 0) return;
  const store = db.transaction(STORE, 'readwrite').objectStore(STORE);
  for (const old of rest) store.delete(old.tree);
}

/** A tree from its JSON, with the name of its first scene. @returns null where it is none, or its preset is gone */
export async function treeOf(json: unknown): Promise<{ readonly runs: Runs; readonly id: SceneId } | null> {
  const base = baseOf(json);
  const file = base === null ? null : await loadPresetFile(base.preset, base.version);
  if (file !== null && !file.ok) return null;
  const runs = readRuns(json, file === null ? null : file.preset.ops, PACKER);
  if (runs === null) return null;
  const { pinned, start, kept } = runs.root;
  if (file === null) return { runs, id: { ...NO_SCENE, start } };
  const { id, version, ops, look, end, narration } = file.preset;
  const total = ops.length;
  return { runs, id: { preset: id, version, pinned, kept: kept ?? total, total, start, look, end, narration } };
}

export const treeJson = (runs: Runs): unknown => writeRuns(runs, PACKER);

/** A tree from a link, where the scene on screen is one of its runs. @returns whether it was */
export async function bringRuns(app: AppCore, json: unknown): Promise<boolean> {
  const { scene } = app.store.getState();
  const found = await treeOf(json);
  const run =
    found === null || scene === null
      ? null
      : findRun(
          found.runs,
          scene.commands.map(({ op }) => op),
        );
  if (found === null || run === null) return false;
  adopt(app, { ...found.runs, now: run.id }, found.id);
  return true;
}

/** What the address could not say when the page was left: which run was on screen, and where in it. */
export interface LeftAt {
  readonly tree: string;
  readonly run: number;
  readonly step: number;
}

/** The whole of a scene is here. */
const complete = ({ store }: AppCore): Promise<void> =>
  new Promise((resolve) => {
    const isHere = (): boolean => store.getState().scene?.complete === true;
    if (isHere()) {
      resolve();
      return;
    }
    const stop = store.subscribe(() => {
      if (!isHere()) return;
      stop();
      resolve();
    });
  });

/** The newest tree that has the scene on screen among its runs, or the one the page was left in. */
async function bringBack(app: AppCore, db: IDBDatabase, left: LeftAt | null): Promise<void> {
  const trees = (await all(db)).sort((a, b) => b.at - a.at);
  await complete(app);
  const { scene } = app.store.getState();
  if (scene === null) return;
  const ops = scene.commands.map(({ op }) => op);
  for (const { tree, json } of trees) {
    const found = await treeOf(json);
    if (found === null) continue;
    const run = findRun(found.runs, ops);
    const wasLeft = left !== null && left.tree === tree && runOf(found.runs, left.run) !== undefined;
    if (run === null && !wasLeft) continue;
    const now = app.store.getState();
    // Changed meanwhile: that is the reader's own work already.
    if ((now.runs?.list.length ?? 0) > 1) return;
    // Another scene meanwhile: it may have a tree of its own.
    if (now.scene?.commands !== scene.commands) return bringBack(app, db, null);
    adopt(app, { ...found.runs, now: run?.id ?? found.runs.now }, found.id);
    if (wasLeft && run?.id !== left.run) showRun(app, left.run, left.step);
    return;
  }
  if (app.store.getState().scene?.commands !== scene.commands) await bringBack(app, db, null);
}

/**
 * From now on each change is kept.
 * @param left where a page that is loaded again was left; null: it is opened anew
 */
export async function keepRuns(app: AppCore, left: LeftAt | null): Promise<void> {
  const { store } = app;
  let db: IDBDatabase;
  try {
    db = await openStore();
  } catch {
    store.setState({ kept: false });
    return;
  }
  store.setState({ kept: true });
  track(app);
  await bringBack(app, db, left).catch(() => {});
  let isKept = false;
  const keep = ({ runs, asked }: AppState): void => {
    if (runs === null || (!isKept && asked === null && runs.list.length < 2 && runs.notes.length === 0)) return;
    isKept = true;
    // Before the engine has done it: whatever ends this page now, the change is not lost.
    const json = treeJson(asked === null ? runs : withAsked(runs, asked));
    write(db, { tree: runs.tree, at: Date.now(), json }).catch(() => store.setState({ kept: false }));
  };
  keep(store.getState());
  store.subscribe((state, before) => {
    if (state.runs !== before.runs || state.asked !== before.asked) keep(state);
  });
}
