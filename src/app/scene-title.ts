/** Name of the scene, for the window's title and an embedded page. */
import { hasText } from '../i18n/index.ts';
import { useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';

/** The preset's title; the program's name where the scene is none of ours. */
export function useSceneTitle(): string {
  const t = useT();
  const key = `preset.${useStore((s) => s.sceneId.preset ?? '')}.title`;
  return hasText(key) ? t(key) : 'irqscope';
}
