/** What is said of the scenes that have it in French: comes with the language. */
import { sceneTexts } from './texts.ts';

export default sceneTexts(
  import.meta.glob<string>(['./*/fr.json', './bugs/*/fr.json'], { eager: true, import: 'default', query: '?raw' }),
  'fr',
);
