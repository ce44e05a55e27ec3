/**
 * `npm run gallery [-- DIR [SCENE...] [--lang zh]]`: a page of every scene at its marked moments, in each form and theme, to
 * look at after a change of the stage. `--outline` prints the same cases in lines instead; they are the stage's snapshot
 * tests, gallery/gallery.test.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LANGS, type Lang, languageOf, shortName } from '../i18n/langs.ts';
import { dom } from './figure-scene.ts';
import { draw, dressed, FORM_NAMES, markedIn, SCENES, THEMES } from './gallery/cases.ts';
import { outlineOf, paintsOf } from './gallery/outline.ts';
import { galleryPage, type Hung } from './gallery/page.ts';

async function outlineOfScene(id: string): Promise<string> {
  const { marked } = await markedIn(id, 'en');
  const lines: string[] = [];
  for (const { name, moment } of marked) {
    lines.push(`${name}: step ${moment.step}`);
    for (const form of FORM_NAMES) {
      const root = await draw(moment, form);
      lines.push(...outlineOf(root));
      // Where cards stand is the same in every theme; one moment has all of a theme's paints that the others have.
      if (name === 'end') for (const theme of THEMES) lines.push(`  ${theme} | ${paintsOf(dressed(root, theme))}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

async function hang(id: string, lang: Lang, dir: string): Promise<Hung> {
  const { title, marked } = await markedIn(id, lang);
  const pictures: Hung['pictures'][number][] = [];
  for (const { name, moment, facts } of marked)
    for (const form of FORM_NAMES) {
      const root = await draw(moment, form);
      for (const theme of THEMES) {
        const file = `${id}.${name}.${form}.${theme}.svg`;
        const sheet = dressed(root, theme);
        sheet.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
        writeFileSync(join(dir, file), dom.serialize(sheet));
        const [width, height] = ['width', 'height'].map((side) => Number(root.getAttribute(side)));
        pictures.push({
          file,
          name,
          form,
          theme,
          step: moment.step,
          link: facts.link,
          width: width ?? 0,
          height: height ?? 0,
        });
      }
    }
  return { id, title, pictures };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    outline: { type: 'boolean', default: false },
    lang: { type: 'string', default: 'en' },
  },
});
const [folder = 'gallery', ...named] = values.outline ? ['', ...positionals] : positionals;
const scenes = named.length > 0 ? named : SCENES;
const unknown = scenes.find((id) => !SCENES.includes(id));
const lang = languageOf(values.lang);
if (unknown !== undefined) {
  process.stderr.write(`irqscope: no scene is called “${unknown}”.\n`);
  process.exitCode = 2;
} else if (lang === null) {
  process.stderr.write(`irqscope: --lang is one of ${LANGS.map(shortName).join(', ')}, not “${values.lang}”.\n`);
  process.exitCode = 2;
} else if (values.outline) {
  for (const id of scenes) process.stdout.write(`${JSON.stringify([id, await outlineOfScene(id)])}\n`);
} else {
  const dir = resolve(process.env.INIT_CWD ?? '.', folder);
  mkdirSync(dir, { recursive: true });
  const hung: Hung[] = [];
  for (const id of scenes) hung.push(await hang(id, lang, dir));
  writeFileSync(join(dir, 'index.html'), galleryPage(hung, lang));
  process.stdout.write(`${join(dir, 'index.html')}\n`);
}
