/** Calls back when the screen's density changes: another screen, or the browser's zoom. @returns ends it */
export function onDensity(changed: () => void): () => void {
  let query: MediaQueryList;
  const watch = (): void => {
    query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener('change', told, { once: true });
  };
  const told = (): void => {
    changed();
    watch();
  };
  watch();
  return () => query.removeEventListener('change', told);
}
