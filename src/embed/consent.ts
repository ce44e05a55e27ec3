/**
 * What the reader of a frame made there is the reader's: changes by hand, a machine of their own, a file. The page around the
 * frame gets it only after the reader has said yes. A preset as it is, and what the host itself brought about, are nobody's
 * secret: the scene of the address or of a `load`, and the ops of its own `set` on top of that.
 */
import type { JsonOp, SceneLog } from '../log/log.ts';
import { sameOps } from '../share/runs.ts';
import type { AppStore } from '../store/create-app.ts';
import type { AppState } from '../store/types.ts';

/** `once`: what is asked for now; `always`: whatever this frame comes to show, while it lives. */
export type Yes = 'once' | 'always' | 'no';

export interface Consent {
  /** Whether the host asks and waits for the reader. */
  asks(): boolean;
  /** Calls back when that changes. @returns how to stop */
  subscribe(listener: () => void): () => void;
  /** The reader's word. */
  answer(yes: Yes): void;
  /** The reader opens something of their own: what comes next is not the host's, whatever it asked for before. */
  readerOpens(): void;
}

export interface Guard extends Consent {
  /** The host has another scene opened. */
  opens(): void;
  /** What the host had opened is on screen. */
  opened(): void;
  /** The host has an op done to the scene that is shown. @returns how to say that it was not done */
  sets(op: JsonOp): () => void;
  /** @param quiet ask nobody @returns whether the host may have the scene on screen */
  mayGive(quiet: boolean): Promise<boolean>;
  stop(): void;
}

const opsOf = ({ commands }: SceneLog): readonly JsonOp[] => commands.map(({ op }) => op);

function isPreset({ scene, sceneId: { preset, kept, total } }: AppState): boolean {
  return scene !== null && preset !== null && kept === total && scene.commands.length === total;
}

/** How many first ops are the same. */
function common(a: readonly JsonOp[], b: readonly JsonOp[]): number {
  let n = 0;
  while (n < a.length && n < b.length && sameOps(a.slice(n, n + 1), b.slice(n, n + 1))) n++;
  return n;
}

export function createGuard(store: AppStore): Guard {
  const listeners = new Set<() => void>();
  /** Ops of the scene that the host brought about; null: none yet. */
  let given: readonly JsonOp[] | null = null;
  /** Ops that the host had done and that have not been seen in a scene yet. */
  let pending: JsonOp[] = [];
  /** The next scene that begins anew is the host's: at first that of its address. */
  let awaited = true;
  let seen: SceneLog | null = null;
  let always = false;
  /** What the reader refused to give. */
  let refused: SceneLog | null = null;
  let asking: ((yes: boolean) => void)[] = [];
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const isGiven = (state: AppState): boolean =>
    isPreset(state) || (state.scene !== null && given !== null && sameOps(given, opsOf(state.scene)));

  /** Whether ops went on from the host's scene with what the host had done, which then is no longer pending. */
  function isHosts(ops: readonly JsonOp[]): boolean {
    if (given === null || pending.length === 0) return false;
    // What follows an op by itself is no more than time for the guest.
    const added = ops.slice(common(ops, given)).filter(({ op }) => op !== 'settle');
    // And that may be all the host had done.
    if (added.length === 0) {
      const settles = pending.findIndex(({ op }) => op === 'settle');
      pending = pending.slice(settles + 1);
      return settles >= 0;
    }
    for (let from = 0; from < pending.length; from++) {
      if (!sameOps(added, pending.slice(from, from + added.length))) continue;
      pending = pending.slice(from + added.length);
      return true;
    }
    return false;
  }

  const look = ({ scene, notice, fault }: AppState, before: Partial<AppState>): void => {
    if (scene === null) return;
    if (!scene.complete || scene === seen) {
      // The scene of the address may not come: then what does is not the host's. Its commands have ends of their own.
      if ((notice !== null && notice !== before.notice) || (fault !== null && fault !== before.fault)) awaited = false;
      return;
    }
    const goesOn = seen !== null && seen.commands[0] === scene.commands[0];
    seen = scene;
    if (awaited && !goesOn) {
      awaited = false;
      pending = [];
      given = opsOf(scene);
    } else if (isHosts(opsOf(scene))) given = opsOf(scene);
  };
  const stopLooking = store.subscribe(look);
  look(store.getState(), {});

  return {
    asks: () => asking.length > 0,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    answer(yes) {
      const waiting = asking;
      asking = [];
      if (yes === 'always') always = true;
      if (yes === 'no') refused = store.getState().scene;
      tell();
      for (const done of waiting) done(yes !== 'no');
    },
    readerOpens() {
      awaited = false;
      pending = [];
    },
    opens() {
      awaited = true;
    },
    opened() {
      const { scene } = store.getState();
      if (scene?.complete === true) given = opsOf(scene);
    },
    sets(op) {
      // A preset that the reader chose is known to everybody.
      const state = store.getState();
      if (isPreset(state)) given = opsOf(state.scene as SceneLog);
      pending.push(op);
      return () => {
        pending = pending.filter((one) => one !== op);
      };
    },
    mayGive(quiet) {
      const state = store.getState();
      if (always || state.scene === null || isGiven(state)) return Promise.resolve(true);
      if (quiet || state.scene === refused) return Promise.resolve(false);
      return new Promise((done) => {
        asking.push(done);
        if (asking.length === 1) tell();
      });
    },
    stop: stopLooking,
  };
}
