/** What is said of every scene, in Simplified Chinese: comes with the language. */
import { sceneTexts } from './texts.ts';

export default sceneTexts(
  import.meta.glob<string>(['./*/zh-cn.json', './bugs/*/zh-cn.json'], {
    eager: true,
    import: 'default',
    query: '?raw',
  }),
  'zh-CN',
);
