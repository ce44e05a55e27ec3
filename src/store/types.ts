/**
 * What the page knows. Only what cannot be derived is kept; the words at the playhead are kept too, because folding
 * them is the store's work (see log/fold.ts).
 */

import type { Problem } from '../base/problem.ts';
import type { ComponentKind } from '../engine/core/words.ts';
import type { MachineView, RegisterRef } from '../engine/view/machine-view.ts';
import type { Lang } from '../i18n/index.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import type { Playhead } from '../scene/advance.ts';
import type { Narration } from '../scenes/index.ts';
import type { Deed, Runs } from '../share/runs.ts';

export { ARRIVE, type Playhead } from '../scene/advance.ts';

export interface Selection {
  readonly kind: ComponentKind;
  readonly index: number;
  readonly register?: string;
  readonly sub?: number;
  readonly vector?: number;
  /** A row of the routing table. */
  readonly gsi?: number;
}

/** A thing to look at: at which step, and the key of its text. `step` is "name#n", the nth event of that name. */
export interface Look {
  readonly step: string;
  readonly key: string;
}

/** Where the scene comes from. */
export interface SceneId {
  /** Preset it began as; null: ops of its own. */
  readonly preset: string | null;
  readonly version: number;
  /** A link asked for this very version. */
  readonly pinned: boolean;
  /** Leading commands that are the preset's own. */
  readonly kept: number;
  /** Ops of the preset in all; kept === total and no more commands: the preset as it is. */
  readonly total: number;
  /** First command whose steps are shown. */
  readonly start: number;
  readonly look: readonly Look[];
  /** Hash of the state in which that version of the preset ended when it was made; null: no preset. */
  readonly end: string | null;
  /** What the narrator says of the preset; null: nothing was written for it. */
  readonly narration: Narration | null;
}

/** Ops of one's own, shown from the first after the create. */
export const NO_SCENE: SceneId = {
  preset: null,
  version: 0,
  pinned: false,
  kept: 0,
  total: 0,
  start: 1,
  look: [],
  end: null,
  narration: null,
};

export type Theme = 'auto' | 'light' | 'dark';

/** Parameters of an embedding page (embed contract v1). */
export interface EmbedOptions {
  readonly controls: 'full' | 'min' | 'none';
  readonly play: 'no' | 'yes' | 'visible';
  readonly panels: readonly string[];
  /** Arrow keys go to the parent page instead of the playhead. */
  readonly keys: 'self' | 'parent';
  /** Show a poster and start when clicked. */
  readonly clickToLoad: boolean;
  /** Step of that poster: an index, "name#n" or "end"; null: the link's own, or the first beat. */
  readonly poster: string | null;
}

export interface UiState {
  readonly theme: Theme;
  readonly lang: Lang;
  readonly selected: Selection | null;
  /** Panel in front where there is room for one only; null: none was asked for. */
  readonly panel: string | null;
  /** The comparison on screen instead of the scene, as its address has it (store/compare); null: none. */
  readonly compare: string | null;
  /** What the reader reads beside the scene: a chapter, or another page, by its address (store/chapter-address.ts); null: nothing. */
  readonly chapter: string | null;
  /** A file that the address names, `url=…` or `trace=…` (share/url-link.ts), until the reader has answered; null: none. */
  readonly url: string | null;
  readonly embed: EmbedOptions | null;
  readonly reducedMotion: boolean;
  /** What is offered under the sentence: what if, where the first scene has stopped; or to go on where somebody was. */
  readonly invite:
    | { readonly kind: 'stop'; readonly step: number }
    | { readonly kind: 'continue'; readonly link: string; readonly preset: string }
    | null;
  /** Exercise whose answer is on screen (scenes/case.ts); null: none. */
  readonly revealed: string | null;
  /** The scene's questions are asked. */
  readonly quiz: boolean;
}

/** One clear sentence: `error.<code>` with `params`, and where it went wrong. */
export type Notice = Problem;

/** How a request for a scene ended: it is on the stage, another request came after it, or what is wrong with it. */
export type SceneEnd = 'done' | 'overtaken' | Notice;

/** The engine threw; the scene before it was restored. */
export interface Fault {
  readonly seq: number;
  readonly stack: string;
}

/** A change that is under way: the run it makes, ops and all. */
export interface Asked {
  readonly deed: Deed;
  readonly step: number;
  readonly ops: readonly JsonOp[];
}

/** What was done by hand just now, to be told: `step` it was done at. */
export interface Said {
  readonly key: 'said.inFront' | 'said.after' | 'said.undone' | 'said.redone';
  readonly deed: Deed;
  readonly step: number;
}

export type StopKind = 'event' | 'vector' | 'gsi' | 'bit' | 'function' | 'vcpu' | 'finding';

/** Sizes of steps that a person can choose. */
export type StepUnit = 'effect' | 'function' | 'op' | 'beat' | 'journey';

/** A question to the reader. */
export interface Quiz {
  /** The same for everybody who is asked it. */
  readonly id: string;
  /** Who asks: a scene before a beat, or a chapter. */
  readonly by: 'guess' | 'check';
  /** Step at which it is asked. */
  readonly step: number;
  readonly question: string;
  readonly choices: readonly string[];
  /** Index of the right choice; null: not known yet, -1: could not be found out. */
  readonly right: number | null;
  /** What was chosen first. */
  readonly chosen: number | null;
}

export interface AppState {
  /** What the reader is asked; null: nothing. */
  readonly quiz: Quiz | null;
  /** Beats before which the reader may be asked what comes; none until that is known (scene/guess-beats.ts). */
  readonly guessBeats: readonly number[];
  /** Right answers of so many. */
  readonly score: { readonly right: number; readonly of: number };
  /** The tree of runs, once something was changed by hand: undo, redo and branches. */
  readonly runs: Runs | null;
  /** A change by hand that the engine has been asked for and has not answered yet: if either goes meanwhile, it is still there. */
  readonly asked: Asked | null;
  readonly said: Said | null;
  /** Breakpoints (explain/stops.ts), and the step one of them stopped at last. */
  readonly stops: readonly { readonly kind: StopKind; readonly what: string }[];
  readonly stoppedAt: number | null;
  /** What , and . step by. */
  readonly unit: StepUnit;
  /** Registers on the watch list, and the step to compare with. */
  readonly watched: readonly RegisterRef[];
  readonly mark: number | null;
  /** Runs are kept in the browser's storage; null: not known yet. */
  readonly kept: boolean | null;
  readonly scene: SceneLog | null;
  readonly sceneId: SceneId;
  /** Words at the playhead: after step `step` from phase ARRIVE on, else before it. `w` is never written again. */
  readonly view: MachineView | null;
  readonly playhead: Playhead;
  readonly ui: UiState;
  readonly notice: Notice | null;
  readonly fault: Fault | null;
}
