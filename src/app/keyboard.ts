/** Keys of the whole page. A control that has a use for a key of its own keeps it. */
import { changeSpeed, seekEnd, seekStart, stepBy, toggle } from '../store/actions/playback.ts';
import type { AppStore } from '../store/create-store.ts';

/** Who gets keys before the page does. */
export interface KeyTaker {
  /** @returns whether it has taken the key */
  take(event: KeyboardEvent): boolean;
  /** Keys it gets even where a control, other than a field to type in, has a use for them. */
  readonly always: ReadonlySet<string>;
}

const KEYS: Readonly<Record<string, (store: AppStore) => void>> = {
  ' ': toggle,
  k: toggle,
  ArrowRight: (store) => stepBy(store, 1),
  ArrowLeft: (store) => stepBy(store, -1),
  PageDown: (store) => stepBy(store, 10),
  PageUp: (store) => stepBy(store, -10),
  Home: seekStart,
  End: seekEnd,
  '[': (store) => changeSpeed(store, -1),
  ']': (store) => changeSpeed(store, 1),
  '+': (store) => changeSpeed(store, 1),
  '=': (store) => changeSpeed(store, 1),
  '-': (store) => changeSpeed(store, -1),
  '?': () => document.getElementById('help-button')?.click(),
};

const SCROLLS: ReadonlySet<string> = new Set(['PageDown', 'PageUp', 'Home', 'End']);
const TYPING =
  'input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]';
const ARROWS =
  'input, [role=slider], [role=tablist], [role=grid], [role=listbox], [role=menu], [role=tree], [role=radiogroup], dialog';
const PRESSED_BY_SPACE =
  'button, summary, a, input:not([type=range]), [role=button], [role=tab], [role=gridcell], [role=option], dialog';

/** @returns whether the focused element has its own use for the key */
function belongsTo(target: Element | null, key: string): boolean {
  if (target === null) return false;
  if (target.closest(TYPING) !== null) return true;
  if (key === ' ') return target.closest(PRESSED_BY_SPACE) !== null;
  if (key.startsWith('Arrow') || SCROLLS.has(key)) return target.closest(ARROWS) !== null;
  return target.closest('dialog') !== null;
}

/** @returns how to stop */
export function listenToKeys(store: AppStore, first: KeyTaker): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const always = first.always.has(event.key) && target?.closest(TYPING) == null;
    if (!always && belongsTo(target, event.key)) return;
    if (first.take(event)) {
      event.preventDefault();
      return;
    }
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act(store);
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
