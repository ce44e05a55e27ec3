/**
 * A first look at a large trace: pieces at equal distances, read before the passes, so that what was raised when is on screen at
 * once. The counts are those of the pieces; the whole takes their place when it was read.
 */
import { detectFormat, foreignFile, HEAD, isGzip, isTraceDat } from './detect.ts';
import { Overview, type OverviewData } from './overview.ts';
import type { TraceRecord } from './record.ts';
import { TextScanner } from './scanner.ts';
import { type ByteSource, SLICE } from './source.ts';
import { createTables } from './text-tables.ts';

/** Pieces looked at, and how long each is. */
export const PIECES = 120;
const PIECE = 32_768;
/** A smaller file is read as a whole as soon. */
const LARGE = 4 * SLICE;
const NEWLINE = 10;

/** @returns null for a file that is small, or can only be read from its start */
export async function glance(source: ByteSource): Promise<OverviewData | null> {
  if (source.size < LARGE) return null;
  const head = await source.read(0, HEAD);
  if (isGzip(head) || isTraceDat(head) || foreignFile(head) !== null || detectFormat(head) === null) return null;
  const tables = createTables();
  const scan = (bytes: Uint8Array, event: (r: TraceRecord) => void): void =>
    new TextScanner(tables, { event, lost: () => {} }).push(bytes);
  // All at once: a file answers each question late, and many as soon as one.
  const places = Array.from({ length: PIECES }, (_, i) => Math.floor((i * (source.size - PIECE)) / (PIECES - 1)));
  const pieces = await Promise.all(places.map((at) => piece(source, at)));
  let from = Number.NaN;
  let to = Number.NaN;
  scan(pieces[0] as Uint8Array, (r) => {
    if (Number.isNaN(from)) from = r.ts;
  });
  scan(pieces.at(-1) as Uint8Array, (r) => {
    to = r.ts;
  });
  const byPlace = !(to > from);
  const overview = byPlace ? new Overview(0, source.size, true) : new Overview(from, to, false);
  for (const [i, bytes] of pieces.entries()) {
    scan(bytes, (r) => {
      // Without a clock a line's place in the file stands for its time.
      if (byPlace) r.line = places[i];
      overview.event(r);
    });
  }
  return overview.data();
}

/** The whole lines of a piece. */
async function piece(source: ByteSource, at: number): Promise<Uint8Array> {
  const bytes = (await source.read(Math.max(0, at), PIECE)).slice();
  const first = at <= 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  return bytes.subarray(first, bytes.lastIndexOf(NEWLINE) + 1);
}
