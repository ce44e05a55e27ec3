/** What somebody pastes elsewhere to have the scene there, as text. */
import { type Lang, shortName } from '../../i18n/langs.ts';
import { presetRef } from '../../share/preset-link.ts';

/** What of the page goes into a snippet. */
export interface Shared {
  /** Address of the page, without query and fragment. */
  readonly pageUrl: string;
  /** Whole text of the link, without `#`. */
  readonly link: string;
  /** Title of the scene. */
  readonly title: string;
  /** "ioapic_remote_irr#1": a step by a name that outlives every new kind of step; null: before the first. */
  readonly step: string | null;
  /** Reader's own choice; null: as it comes. */
  readonly theme: 'light' | 'dark' | null;
  readonly lang: Lang | null;
}

/** Text of an HTML attribute. */
const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Text between the brackets of Markdown. */
const markdown = (text: string): string => text.replace(/[\\[\]`*_<>!|]/g, '\\$&');

const beside = (pageUrl: string, path: string): string => new URL(path, pageUrl).href;

/** The preset a link is to as it is; null for a scene that was changed. */
function presetOf(link: string): string | null {
  const text = new URLSearchParams(link).get('p');
  return text === null ? null : (presetRef(text)?.id ?? null);
}

export const linkAddress = ({ pageUrl, link }: Shared): string => `${pageUrl}#${link}`;

/** Name of the picture that stands for a changed scene: the person saves it beside the text. */
export const PICTURE_NAME = 'irqscope.svg';

/** Address of the picture in Markdown, and whether the person has to put it there. */
export function posterOf({ pageUrl, link }: Shared): { readonly address: string; readonly toSave: boolean } {
  const preset = presetOf(link);
  return preset === null
    ? { address: PICTURE_NAME, toSave: true }
    : { address: beside(pageUrl, `posters/${preset}.svg`), toSave: false };
}

export function markdownSnippet(shared: Shared): string {
  return `[![${markdown(shared.title)}](${posterOf(shared).address})](${linkAddress(shared)})`;
}

/** A frame that stands still at what is on screen, and can do nothing to the page around it. */
export function iframeSnippet({ pageUrl, link, title, theme, lang }: Shared): string {
  const query = new URLSearchParams({ embed: '1', play: '0' });
  if (theme !== null) query.set('theme', theme);
  if (lang !== null) query.set('lang', shortName(lang));
  const src = attribute(`${pageUrl}?${query}#${link}`);
  return [
    `<iframe src="${src}"`,
    `  title="${attribute(title)}" width="480" height="360" style="border:0" loading="lazy"`,
    `  sandbox="allow-scripts allow-popups allow-downloads"></iframe>`,
  ].join('\n');
}

/** Attributes of the element that say which scene. */
function sceneAttributes({ link, step, title, theme, lang }: Shared): string {
  const preset = presetOf(link);
  const version = new URLSearchParams(link).get('p')?.includes('@') === true;
  const scene =
    preset === null || version
      ? [`state="${attribute(link)}"`]
      : [`preset="${preset}"`, ...(step === null ? [] : [`step="${attribute(step)}"`])];
  return [
    ...scene,
    ...(theme === null ? [] : [`theme="${theme}"`]),
    ...(lang === null ? [] : [`lang="${shortName(lang)}"`]),
    `title="${attribute(title)}"`,
  ].join(' ');
}

export function elementSnippet(shared: Shared): string {
  return [
    `<script type="module" src="${attribute(beside(shared.pageUrl, 'embed/irq-scope.js'))}"></script>`,
    `<irq-scope ${sceneAttributes(shared)}></irq-scope>`,
  ].join('\n');
}

/** The scene in a reveal.js deck; the clicker steps it by beats. */
export function revealSnippet(shared: Shared): string {
  return [
    `<section>`,
    `  <irq-scope ${sceneAttributes({ ...shared, step: null })} steps="beats" height="560"></irq-scope>`,
    `</section>`,
    ``,
    `<script src="${attribute(beside(shared.pageUrl, 'embed/reveal-irqscope.js'))}"></script>`,
    `<script>Reveal.initialize({ plugins: [RevealIrqscope] })</script>`,
  ].join('\n');
}
