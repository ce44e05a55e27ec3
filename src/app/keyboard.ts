/** Keys of the whole page. A control that has a use for a key of its own keeps it. */
import { beatsOf, nextHold } from '../scene/beats.ts';
import type { Actions } from '../store/actions/actions.ts';
import type { App } from '../store/create-app.ts';

/** Who gets keys before the page does. */
export interface KeyTaker {
  /** @returns whether it has taken the key */
  take(event: KeyboardEvent): boolean;
  /** Keys it gets even where a control, other than a field to type in, has a use for them. */
  readonly always: ReadonlySet<string>;
}

const KEYS: Readonly<Record<string, (actions: Actions) => void>> = {
  ' ': (actions) => actions.toggle(),
  k: (actions) => actions.toggle(),
  ArrowRight: (actions) => actions.stepBy(1),
  ArrowLeft: (actions) => actions.stepBy(-1),
  PageDown: (actions) => actions.stepBy(10),
  PageUp: (actions) => actions.stepBy(-10),
  Home: (actions) => actions.seekStart(),
  End: (actions) => actions.seekEnd(),
  '[': (actions) => actions.changeSpeed(-1),
  ']': (actions) => actions.changeSpeed(1),
  '+': (actions) => actions.changeSpeed(1),
  '=': (actions) => actions.changeSpeed(1),
  '-': (actions) => actions.changeSpeed(-1),
  '?': () => document.getElementById('help-button')?.click(),
};

/** Ctrl+Z, and with Shift forward again; not where somebody types. */
function isUndo({ key, ctrlKey, metaKey, target }: KeyboardEvent): boolean {
  if (!(ctrlKey || metaKey) || key.toLowerCase() !== 'z') return false;
  return !(target instanceof Element) || target.closest(TYPING) === null;
}

/** With Shift the arrows go by beats. */
function stepBeat({ store, actions }: App, direction: 1 | -1): void {
  const { scene, sceneId, playhead } = store.getState();
  if (scene === null) return;
  // Pressed again on the way: one beat further.
  const hold = nextHold(beatsOf(scene, sceneId), playhead.until ?? playhead.step, direction);
  if (hold === null) actions.seekEnd();
  else actions.runTo(hold);
}

const SCROLLS: ReadonlySet<string> = new Set(['PageDown', 'PageUp', 'Home', 'End']);
const TYPING = 'input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, [contenteditable]';
const ARROWS =
  'input, [role=slider], [role=tablist], [role=grid], [role=listbox], [role=menu], [role=tree], [role=radiogroup], dialog';
const PRESSED_BY_SPACE =
  'button, summary, a, input:not([type=range]), [role=button], [role=tab], [role=gridcell], [role=option], dialog';

/** @returns whether the focused element has its own use for the key */
function belongsTo(target: Element | null, key: string): boolean {
  if (target === null) return false;
  if (target.closest(TYPING) !== null) return true;
  // A list is walked up and down: left and right after a choice are the scene's, and not the next choice.
  if (target.closest('select') !== null && !/^Arrow[LR]/.test(key)) return true;
  if (key === ' ') return target.closest(PRESSED_BY_SPACE) !== null;
  if (key.startsWith('Arrow') || SCROLLS.has(key)) return target.closest(ARROWS) !== null;
  return target.closest('dialog') !== null;
}

/** Puts somebody in front of the scene for the page's keys; null: the scene gets them again. */
export type TakeKeys = (take: ((key: string) => boolean) | null) => void;

/**
 * @param outer gets each key before the scene does
 * @returns how to put somebody before both, and how to stop
 */
export function listenToKeys(app: App, outer: KeyTaker): { readonly takeKeys: TakeKeys; readonly stop: () => void } {
  let first: ((key: string) => boolean) | null = null;
  const onKey = (event: KeyboardEvent): void => {
    if (isUndo(event)) {
      event.preventDefault();
      void import('../store/actions/edits.ts').then((edits) => (event.shiftKey ? edits.redo(app) : edits.undo(app)));
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const always = outer.always.has(event.key) && target?.closest(TYPING) == null;
    if (!always && belongsTo(target, event.key)) return;
    if (first?.(event.key) ?? outer.take(event)) {
      event.preventDefault();
      return;
    }
    if (event.shiftKey && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      event.preventDefault();
      stepBeat(app, event.key === 'ArrowRight' ? 1 : -1);
      return;
    }
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act(app.actions);
  };
  window.addEventListener('keydown', onKey);
  return {
    takeKeys: (take) => {
      first = take;
    },
    stop: () => window.removeEventListener('keydown', onKey),
  };
}
