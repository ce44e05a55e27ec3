/** The scene as a file, `.irqscope.json`: what a link says, for what a link is too long to be pasted into. */
import { linkText } from './link-text.ts';
import { LINK_TEXT_MAX } from './preset-link.ts';

/** Ending of such a file. */
export const STATE_FILE = '.irqscope.json';

/** Larger files are none of ours: the link in it has a cap, the rest is a line. */
export const STATE_FILE_MAX = LINK_TEXT_MAX + 65_536;

/**
 * @param source "intx-shared@1"; null for a scene of one's own
 * @param link whole text of the link, without `#`
 */
export function stateFile(source: string | null, link: string): string {
  return `${JSON.stringify({ type: 'irqscope', version: 1, source, link }, null, 2)}\n`;
}

/** What is wrong with a file, as `error.<code>`: it is none of ours, of a newer kind, or has no link in it. */
export type StateFileProblem = 'file-foreign' | 'file-newer' | 'file-no-link';

/** The link in a file's text. Nothing in it is trusted: the link is read as any other. */
export function readStateFile(
  text: string,
): { readonly ok: true; readonly link: string } | { readonly ok: false; readonly code: StateFileProblem } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, code: 'file-foreign' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { ok: false, code: 'file-foreign' };
  const { type, version, link } = json as Readonly<Record<string, unknown>>;
  if (type !== 'irqscope') return { ok: false, code: 'file-foreign' };
  if (!Number.isInteger(version) || (version as number) < 1) return { ok: false, code: 'file-foreign' };
  if ((version as number) > 1) return { ok: false, code: 'file-newer' };
  if (typeof link !== 'string' || link === '') return { ok: false, code: 'file-no-link' };
  return { ok: true, link: linkText(link) };
}
