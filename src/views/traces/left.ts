/** Which trace is open, for a page that is loaded anew: never its text. What it was is asked for again, as an address of a line does. */

const KEY = 'irqscope.trace';
/** Address the tab was left at: another one means a scene, not this trace. */
const AT = 'irqscope.traceAt';
/** Stands for a text that was pasted: there is no file to ask for. */
export const PASTED = 'pasted';

/** @param what of an address behind `trace=` (line-address.ts, or a recording of ours), or PASTED; null: nothing is open */
export function leaveTrace(what: string | null): void {
  try {
    if (what === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, what);
  } catch {
    // Nothing may be kept: it is not asked for, then.
  }
}

/** The page goes. @param hash of its address */
export function leaveAt(hash: string): void {
  try {
    sessionStorage.setItem(AT, hash);
  } catch {
    // As above.
  }
}

/** @param hash of the address that is opened @returns null too where it is another than that the tab was left at */
export function readLeftTrace(hash: string): string | null {
  try {
    if ((sessionStorage.getItem(AT) ?? hash) !== hash) return null;
    const what = sessionStorage.getItem(KEY);
    return what !== null && /^[\w.,-]{1,80}$/.test(what) ? what : null;
  } catch {
    return null;
  }
}
