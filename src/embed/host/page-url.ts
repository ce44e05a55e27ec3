/** Where the page is that an element frames, and the address of a frame. */
import { linkText } from '../../share/link-text.ts';
import { STEP_SET } from '../../spec/define/event.ts';

/** Attributes that are the frame's query parameter of the same name. */
export const QUERY_ATTRIBUTES = ['controls', 'panels', 'theme', 'lang', 'speed', 'motion', 'quiz', 'keys'] as const;

/** An address that a frame or a picture may have, null for one that is none: no script's, no document's own. */
function addressOf(text: string, document: string): URL | null {
  const url = URL.canParse(text, document) ? new URL(text, document) : null;
  return url !== null && /^(https?|file):$/.test(url.protocol) ? url : null;
}

/**
 * The page beside a script: `../index.html`, or the one file where scripts come from a disk, since a browser opens no
 * modules there.
 * @param script address of the script; null where it is not known
 * @param base of the author's own choosing: a folder, or the page itself; what is no address of either is as none
 */
export function pageUrl(script: string | null, base: string | null, document: string): string {
  const url = base === null || base === '' ? null : addressOf(base, document);
  if (url !== null) {
    if (url.pathname.endsWith('.html')) return url.href;
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return new URL(url.protocol === 'file:' ? 'irqscope.html' : 'index.html', url).href;
  }
  // A script out of a blob or an inlined one stands beside nothing.
  const from = [script ?? '', document].find((place) => URL.canParse('../', place));
  if (from === undefined) return 'index.html';
  const beside = new URL('../', from);
  return new URL(beside.protocol === 'file:' ? 'irqscope.html' : 'index.html', beside).href;
}

export interface FrameScene {
  readonly preset: string | null;
  /** A link's text, as behind the # of an address; wins over `preset`. */
  readonly state: string | null;
  /** Index, `name#n` or `end`. */
  readonly step: string | null;
}

/** What stands behind the # of a frame's address. A step of the element's own wins over the one in the link. */
export function fragmentOf({ preset, state, step }: FrameScene): string {
  const text = state !== null && state !== '' ? linkText(state) : `p=${encodeURIComponent(preset ?? '')}`;
  if (step === null || step === '' || !/^p=/.test(text)) return text;
  // An index counts what the page beside this script counts.
  const set = /^\d+$/.test(step) && STEP_SET > 1 ? `&g=${STEP_SET}` : '';
  return `${text.replace(/&[tg]=[^&]*/g, '')}&t=${encodeURIComponent(step)}${set}`;
}

/** @param query parameters beside `embed=1`; null and '' are left out */
export function frameUrl(page: string, query: Readonly<Record<string, string | null>>, scene: FrameScene): string {
  const params = new URLSearchParams({ embed: '1' });
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== '') params.set(name, value);
  const fragment = scene.preset === null && scene.state === null ? '' : `#${fragmentOf(scene)}`;
  return `${page}?${params}${fragment}`;
}
