/** What a reader sees of a theme that is left to the system. Apart from the drawing, which is a chunk of its own. */
import type { App } from '../../store/create-app.ts';

export function themeNow({ store }: App): 'light' | 'dark' {
  const { theme } = store.getState().ui;
  if (theme !== 'auto') return theme;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
