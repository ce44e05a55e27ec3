/**
 * Keeps the tree of runs in step with the scene. A change announces itself before it is made; what the scene has become is looked
 * at once the engine is done, so that what was refused makes no branch.
 */
import type { JsonOp, SceneLog } from '../../log/log.ts';
import { stepNow } from '../../log/step-sets.ts';
import {
  findRun,
  growRun,
  keptOf,
  moveTo,
  opsOf,
  plantRuns,
  type Runs,
  runOf,
  sameOps,
  startOf,
} from '../../share/runs.ts';
import type { AppCore, AppStore } from '../create-app.ts';
import { type AppState, type Asked, NO_SCENE, type Said, type SceneId } from '../types.ts';

/** What was announced: a change, or going to another run of the tree. */
type Announced =
  /** `machine`: it makes another machine, so nothing of the run before it goes on. */
  (Asked & { readonly amid: boolean; readonly machine: boolean }) | { readonly to: number; readonly step: number };

interface Tracker {
  /** @returns what says that it does not come */
  announce(what: Announced): () => void;
  /** The run that will be on screen once the engine is done; null: the one that is. */
  heading(): number | null;
}

const trackers = new WeakMap<AppStore, Tracker>();

const opsNow = (scene: SceneLog): readonly JsonOp[] => scene.commands.map(({ op }) => op);

const newName = (): string => `t${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;

/** A tree of the scene on screen. */
function planted({ sceneId, playhead }: AppState, ops: readonly JsonOp[]): Runs {
  const { preset, version, pinned, start, total, kept } = sceneId;
  const isWhole = preset !== null && kept === total && ops.length === total;
  const root = { preset, version, pinned, start, kept: preset === null || isWhole ? null : kept };
  return plantRuns(newName(), root, ops, playhead.step);
}

/** What the scene of a run is called. */
export function sceneIdOf(runs: Runs, id: number, first: SceneId): SceneId {
  const kept = keptOf(runs, id, first.total);
  const start = startOf(runs, id);
  if (first.preset === null || (kept > 0 && first.kept > 0))
    return { ...first, start, kept: Math.min(first.kept, kept) };
  // Another machine: it is the preset no more.
  return { ...NO_SCENE, start };
}

/** The scene's name at the root of the tree, from which those of its runs follow. */
const roots = new WeakMap<AppStore, { readonly tree: string; readonly id: SceneId }>();

/** A tree in which a change that is under way is one that was undone: to be done again when it did not come to its end. */
export const withAsked = (runs: Runs, { deed, step, ops }: Asked): Runs => ({
  ...growRun(runs, ops, deed, step),
  now: runs.now,
});

/** What is told of going from the run on screen to a neighbour of it. */
function saidOf(runs: Runs, to: number): Said | null {
  const [from, target] = [runOf(runs, runs.now), runOf(runs, to)];
  if (from?.parent === to && from.deed !== null) return { key: 'said.undone', deed: from.deed, step: -1 };
  if (target?.parent === runs.now && target.deed !== null) return { key: 'said.redone', deed: target.deed, step: -1 };
  return null;
}

/** Begins to watch an app's scene; once is enough. */
export function track({ store }: AppCore): Tracker {
  const known = trackers.get(store);
  if (known !== undefined) return known;
  let announced: Announced[] = [];
  let seen: SceneLog | null = null;
  let first: unknown = null;

  function plant(ops: readonly JsonOp[]): void {
    const state = store.getState();
    const runs = planted(state, ops);
    roots.set(store, { tree: runs.tree, id: state.sceneId });
    store.setState({ runs, said: null });
  }

  function settle(scene: SceneLog): void {
    const { asked, fault, runs } = store.getState();
    look(scene);
    if (asked === null || (fault === null && announced.some((one) => 'ops' in one))) return;
    // The engine has answered, or is gone: then the change is there to be done again.
    const isLost = fault !== null && runs !== null && runs === store.getState().runs;
    store.setState({ asked: null, ...(isLost ? { runs: withAsked(runs, asked) } : {}) });
  }

  function look(scene: SceneLog): void {
    const ops = opsNow(scene);
    const { runs, playhead, sceneId } = store.getState();
    // The same records up to the change: it went on from what was there.
    const goesOn = first === scene.commands[0];
    first = scene.commands[0];
    if (runs === null) {
      plant(ops);
      return;
    }
    const { now } = runs;
    const to = announced.find((what) => 'to' in what && sameOps(ops, opsOf(runs, what.to)));
    if (to !== undefined && 'to' in to) {
      announced = [];
      store.setState({ runs: moveTo(runs, to.to, to.step), said: saidOf(runs, to.to) });
      return;
    }
    const what = announced.shift();
    if (sameOps(ops, opsOf(runs, now))) return;
    if (
      what !== undefined &&
      'deed' in what &&
      (goesOn || sameOps(ops.slice(0, 1), opsOf(runs, now).slice(0, 1)) || what.machine)
    ) {
      const grown = growRun(
        runs,
        ops,
        what.deed,
        what.step,
        sceneId.start === startOf(runs, now) ? null : sceneId.start,
      );
      const said = { key: what.amid ? 'said.inFront' : 'said.after', deed: what.deed, step: what.step } as const;
      store.setState({ runs: grown, said });
      return;
    }
    announced = [];
    const found = findRun(runs, ops);
    if (found !== null) store.setState({ runs: moveTo(runs, found.id, playhead.step), said: null });
    else if (goesOn) store.setState({ runs: growRun(runs, ops, null, playhead.step), said: null });
    else plant(ops);
  }

  const state = store.getState();
  if (state.scene?.complete) {
    seen = state.scene;
    settle(state.scene);
  }
  store.subscribe(({ scene }, before) => {
    // The same one again where a change was refused, or its engine died.
    if (scene === null || !scene.complete || (scene === seen && scene === before.scene)) return;
    seen = scene;
    settle(scene);
  });
  const tracker: Tracker = {
    announce(what) {
      announced.push(what);
      if ('ops' in what) store.setState({ asked: what });
      return () => {
        announced = announced.filter((one) => one !== what);
        if (store.getState().asked === what) store.setState({ asked: null });
      };
    },
    heading() {
      const last = announced.at(-1);
      return last !== undefined && 'to' in last ? last.to : null;
    },
  };
  trackers.set(store, tracker);
  return tracker;
}

/** The scene's name as the tree began; what the tree knows of it where that scene was never on screen. */
function rootIdOf({ store }: AppCore, runs: Runs): SceneId {
  const known = roots.get(store);
  if (known?.tree === runs.tree) return known.id;
  const { preset, version, pinned, start, kept } = runs.root;
  const total = runs.list[0]?.splice.put.length ?? 0;
  return { ...NO_SCENE, preset, version, pinned, start, kept: kept ?? total, total };
}

/** A tree from elsewhere takes the place of the one there is. @param id name of its first scene */
export function adopt(app: AppCore, runs: Runs, id: SceneId): void {
  track(app);
  roots.set(app.store, { tree: runs.tree, id });
  app.store.setState({ runs, said: null });
}

/**
 * Shows another run of the tree.
 * @param step where to stand in it; absent: where it was left
 * @param whenDone called once, whatever comes of it
 */
export function showRun(app: AppCore, id: number, step?: number, whenDone: () => void = () => {}): void {
  const { store, feed } = app;
  const tracker = track(app);
  const { runs, playhead } = store.getState();
  const run = runs === null ? undefined : runOf(runs, id);
  if (runs === null || run === undefined || id === (tracker.heading() ?? runs.now)) {
    whenDone();
    return;
  }
  const callOff = tracker.announce({ to: id, step: playhead.step });
  const stand = step ?? run.step;
  feed.ask();
  feed.run(opsOf(runs, id), sceneIdOf(runs, id, rootIdOf(app, runs)), {
    step: stand < 0 ? null : stepNow(stand),
    play: false,
    whenDone: (end) => {
      if (end !== 'done') callOff();
      whenDone();
    },
  });
}

/** The run that undo and redo count from: on screen, or about to be. */
export const runAhead = (app: AppCore, runs: Runs): Runs => {
  const to = track(app).heading();
  return to === null ? runs : { ...runs, now: to };
};
