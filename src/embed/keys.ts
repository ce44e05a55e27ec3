/** Keys of a presentation around an embedded page. Apart from the messages, for every page asks about them. */

/** Keys that a presentation wants for itself; with keys=parent they are passed on. */
export const PARENT_KEYS: ReadonlySet<string> = new Set([
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'PageUp',
  'PageDown',
  'Home',
  'End',
  'Escape',
  'F1',
  ' ',
  ...'.?bvofspn',
]);

/** Of these, what a remote control sends: the presentation gets them even from a slider or a button of the frame. */
export const REMOTE_KEYS: ReadonlySet<string> = new Set(['PageUp', 'PageDown', '.', 'b']);
