/**
 * Size of an element and how far it is scrolled, as of the last frame. Asking the element itself in the middle of a frame lays out the
 * whole page there and then, and once more when the frame is drawn: with 64 vCPUs that was most of a jump's script.
 */
export interface Room {
  /** Of its inside, px. */
  width: number;
  height: number;
  top: number;
  left: number;
  /** The page itself is longer than the window. */
  pageScrolls: boolean;
}

const known = new WeakMap<Element, Room>();

/** Follows an element from its first asking on, as long as it lives. */
export function roomOf(element: HTMLElement): Room {
  const before = known.get(element);
  if (before !== undefined) return before;
  const room: Room = { width: 0, height: 0, top: 0, left: 0, pageScrolls: false };
  const look = (): void => {
    room.width = element.clientWidth;
    room.height = element.clientHeight;
    room.top = element.scrollTop;
    room.left = element.scrollLeft;
    room.pageScrolls = document.documentElement.scrollHeight > window.innerHeight;
  };
  look();
  known.set(element, room);
  // Both are told right after the page has been laid out, where asking costs nothing.
  const sizes = new ResizeObserver(look);
  for (const one of [element, document.body]) sizes.observe(one);
  element.addEventListener(
    'scroll',
    () => {
      room.top = element.scrollTop;
      room.left = element.scrollLeft;
    },
    { passive: true },
  );
  return room;
}
