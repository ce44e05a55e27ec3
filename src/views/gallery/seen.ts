/** Scenes the reader has opened, in this browser. Where nothing may be stored, none. */
const KEY = 'irqscope.seen';

export function seenScenes(): ReadonlySet<string> {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(list) ? list.filter((id) => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

export function markSeen(id: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...seenScenes(), id].slice(-200)));
  } catch {
    // Full, or not allowed: then it is not remembered.
  }
}
