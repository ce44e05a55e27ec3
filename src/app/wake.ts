/** Whether anybody can see the page: an unseen one sleeps. */

/**
 * Calls back when the page comes into sight or goes out of it: another tab, a frame scrolled away, a slide not shown.
 * @returns `slide` for what a presentation says of itself, and `stop`
 */
export function watchSight(
  root: Element,
  onChange: (seen: boolean) => void,
): { slide(shown: boolean): void; stop(): void } {
  let inView = true;
  let slideShown = true;
  let last = true;
  const tell = (): void => {
    const seen = inView && slideShown && !document.hidden;
    if (seen === last) return;
    last = seen;
    onChange(seen);
  };
  const observer = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? true;
    tell();
  });
  observer.observe(root);
  document.addEventListener('visibilitychange', tell);
  tell();
  return {
    slide(shown) {
      slideShown = shown;
      tell();
    },
    stop() {
      observer.disconnect();
      document.removeEventListener('visibilitychange', tell);
    },
  };
}
