/** A file that a person gives the page, wherever it comes from: a figure, a scene, or what a machine recorded. */
import { CARRIERS, carriedBy, FIGURE_MAX, isPicture } from '../../share/carried.ts';
import { readStateFile, STATE_FILE, STATE_FILE_MAX } from '../../share/state-file.ts';
import type { App } from '../../store/create-app.ts';

/** Bytes that say what kind of file it is. */
const HEAD = 4_096;

/** What is in a file: the text of a link, something else for who reads recordings, or what is wrong with it, as `error.<code>`. */
type Found = { readonly link: string } | { readonly problem: string } | 'recording';

/** @param name of the file; '' where it has none */
async function look(file: Blob, name: string): Promise<Found> {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  if (CARRIERS.some((is) => is(head))) {
    if (file.size > FIGURE_MAX) return { problem: 'file-picture' };
    const carried = carriedBy(new Uint8Array(await file.arrayBuffer()));
    if (carried === null) return { problem: 'file-picture' };
    return carried.link === null ? { problem: 'file-no-link' } : { link: carried.link };
  }
  if (isPicture(head) || /^(image|video|audio|font)\//.test(file.type)) return { problem: 'file-picture' };
  const isNamed = name.toLowerCase().endsWith(STATE_FILE);
  const isJson = /^\s*\{/.test(new TextDecoder().decode(head));
  if (!isNamed && (!isJson || file.size > STATE_FILE_MAX)) return 'recording';
  if (file.size > STATE_FILE_MAX) return { problem: 'file-foreign' };
  const read = readStateFile(await file.text());
  if (read.ok) return { link: read.link };
  return isNamed || read.code !== 'file-foreign' ? { problem: read.code } : 'recording';
}

/** What came of a file: its scene is open, or is no longer wanted; it is a recording; what is wrong with it, as `error.<code>`. */
export type Taken = 'opened' | 'overtaken' | 'recording' | { readonly problem: string };

/** Opens the scene in what a person gave. What is wrong with a link in it is on the page as a notice already. */
export async function takeFile(app: App, file: File): Promise<Taken> {
  const { actions } = app;
  const found: Found = await look(file, file.name).catch(() => ({ problem: 'file-unread' }));
  if (found === 'recording' || 'problem' in found) return found;
  const opened = await actions.openLink(found.link, { play: false });
  if (opened === 'nothing') return { problem: 'file-no-link' };
  if (opened === 'opened') actions.setUi({ compare: null, chapter: null });
  return typeof opened === 'object' ? { problem: opened.code } : opened;
}
