/** Name of the scene, for the window's title and an embedded page. */
import { hasText, translate } from '../i18n/index.ts';
import type { AppState } from '../store/types.ts';
import { useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';

/** The same, once; '' where the scene is none of ours. */
export function sceneTitle({ sceneId, ui }: AppState): string {
  const key = `preset.${sceneId.preset ?? ''}.title`;
  return hasText(key) ? translate(ui.lang, key) : '';
}

/** The preset's title; the program's name where the scene is none of ours. */
export function useSceneTitle(): string {
  const t = useT();
  const key = `preset.${useStore((s) => s.sceneId.preset ?? '')}.title`;
  return hasText(key) ? t(key) : 'irqscope';
}
