/** Keys of a remote control. A file of its own: the page listens to keys before anything of a frame is loaded. */

/** What a remote control sends: the presentation gets them even from a slider or a button of the frame. */
export const REMOTE_KEYS: ReadonlySet<string> = new Set(['PageUp', 'PageDown', '.', 'b']);
