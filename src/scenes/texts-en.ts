/** What is said of every scene, in English: comes with the panel that says it. */
import { sceneTexts } from './texts.ts';

export const SCENES_EN = sceneTexts(
  import.meta.glob<string>(['./*/en.json', './bugs/*/en.json'], { eager: true, import: 'default', query: '?raw' }),
);
