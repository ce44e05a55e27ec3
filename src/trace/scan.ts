/** One pass over a trace, whatever its format: slices in, records out. */
import { Gunzip } from 'fflate';
import { detectFormat, foreignFile, HEAD, isGzip, isTraceDat, type TraceFormat } from './detect.ts';
import type { LineIndex } from './line-index.ts';
import { plain } from './pastes/plain.ts';
import { type ScanTotals, type Sink, TextScanner } from './scanner.ts';
import { type ByteSource, bytesSource, SLICE, TraceError } from './source.ts';
import type { TextTables } from './text-tables.ts';
import { scanDat } from './trace-dat/scan.ts';
import { asUtf8, utf8Stream } from './utf16.ts';

export interface Opened {
  readonly format: TraceFormat;
  readonly source: ByteSource;
  readonly gzip: boolean;
  /** A short piece of a trace, as people paste it: all of it is in `head`. */
  readonly excerpt: boolean;
  /** The first 64 KiB, unpacked. */
  readonly head: Uint8Array;
}

/** Called between slices: reports progress, gives way, and throws to cancel. */
export type Pause = (bytes: number, lines?: number) => Promise<void>;

/** So many packed bytes are unpacked at once. */
const PACKED = 16_384;
const FARTHER = 1 << 20;
const EXCERPT_LINES = 200;

/** @returns the first 64 KiB of the text, unpacked */
export async function readHead(source: ByteSource): Promise<{ head: Uint8Array; gzip: boolean }> {
  const raw = await source.read(0, HEAD);
  if (!isGzip(raw)) return { head: raw, gzip: false };
  const parts: Uint8Array[] = [];
  let size = 0;
  await gunzip(source, (part) => {
    parts.push(part);
    size += part.length;
    return size < HEAD;
  });
  const head = new Uint8Array(Math.min(size, HEAD));
  let at = 0;
  for (const part of parts) {
    head.set(part.subarray(0, head.length - at), at);
    at += Math.min(part.length, head.length - at);
  }
  return { head, gzip: true };
}

/**
 * What the file is.
 * @throws TraceError, one sentence, for a file that is empty, in a form another program must unpack, or without KVM
 */
export async function openTrace(given: ByteSource): Promise<Opened> {
  if (given.size === 0) throw new TraceError('empty');
  const source = await asPasted(await asUtf8(given));
  const { head, gzip } = await readHead(source);
  const foreign = foreignFile(head);
  if (foreign !== null) throw new TraceError('foreign', { what: foreign.what, run: foreign.run });
  if (isTraceDat(head)) {
    if (!gzip) return { format: 'trace.dat', source, gzip, head, excerpt: false };
    const parts: Uint8Array[] = [];
    await gunzip(source, (part) => parts.push(part) > 0);
    return { format: 'trace.dat', source: joined(parts), gzip, head, excerpt: false };
  }
  // A first line without end hides what comes after it: look once more, farther.
  const format = detectFormat(head) ?? (gzip ? null : detectFormat(await source.read(0, FARTHER), FARTHER));
  if (format === null) throw new TraceError('no-kvm');
  const excerpt =
    !gzip && source.size < HEAD && head.filter((byte) => byte === 10).length < EXCERPT_LINES && head[0] !== 35;
  return { format, source, gzip, head, excerpt };
}

/** A few lines are a paste: they may come with what a terminal, a tracker or a mailer made of them. */
async function asPasted(source: ByteSource): Promise<ByteSource> {
  if (source.size >= HEAD) return source;
  const bytes = await source.read(0, source.size);
  if (isGzip(bytes) || isTraceDat(bytes) || bytes.includes(0)) return source;
  const text = new TextDecoder().decode(bytes);
  const own = plain(text);
  return own === text ? source : bytesSource(new TextEncoder().encode(own));
}

function joined(parts: readonly Uint8Array[]): ByteSource {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return { size, read: (from, length) => Promise.resolve(all.subarray(from, from + length)) };
}

/** A text in UTF-16 comes out as UTF-8. @param take returns false to end early */
async function gunzip(source: ByteSource, take: (part: Uint8Array) => boolean, pause?: Pause): Promise<void> {
  let goOn = true;
  let turn: ((part: Uint8Array) => Uint8Array) | null | undefined;
  const give = (part: Uint8Array): void => {
    if (goOn && part.length > 0) goOn = take(part);
  };
  const stream = new Gunzip((part) => {
    if (turn === undefined && part.length > 0) turn = utf8Stream(part);
    give(turn == null ? part : turn(part));
  });
  try {
    for (let at = 0; at < source.size && goOn; at += SLICE / 8) {
      const slice = await source.read(at, SLICE / 8);
      // What a push unpacks comes at once, a thousand times as much if somebody means it.
      for (let p = 0; p < slice.length && goOn; p += PACKED) {
        stream.push(slice.slice(p, p + PACKED), at + p + PACKED >= source.size);
      }
      if (pause !== undefined) await pause(at + slice.length);
    }
    // A unit that was cut in half.
    if (turn != null) give(turn(new Uint8Array()));
  } catch (error) {
    if (error instanceof TraceError || (error instanceof Error && error.name === 'AbortError')) throw error;
    throw new TraceError('gzip', { why: error instanceof Error ? error.message : String(error) });
  }
}

/** Thrown to end a scan whose lines have all come. */
const ENOUGH = Symbol('enough');

/**
 * The lines from..to of a trace, from the mark before them on; of a file that cannot be entered in its middle, from its start.
 * @param sink gets every record from the mark on @param see gets every line
 */
export async function scanPart(
  opened: Opened,
  tables: TextTables,
  index: LineIndex,
  from: number,
  to: number,
  pause: Pause,
  sink: Sink | null,
  see: ((line: number, bytes: Uint8Array) => void) | null = null,
): Promise<void> {
  try {
    if (opened.format === 'trace.dat') {
      const totals = new TextScanner(tables, null).totals;
      const until: Sink = {
        event(r) {
          if (r.line > to) throw ENOUGH;
          if (r.line >= from) sink?.event(r);
        },
        lost: (line, n) => sink?.lost(line, n),
      };
      await scanDat(opened.source, tables, totals, until, pause);
      return;
    }
    const until: Sink | null = sink && {
      event: (r) => {
        if (r.line <= to) sink.event(r);
      },
      lost: (line, n) => sink.lost(line, n),
    };
    const scanner = new TextScanner(tables, until, see);
    const take = (part: Uint8Array): boolean => {
      scanner.push(part);
      return scanner.totals.lines < to;
    };
    if (opened.gzip) {
      await gunzip(opened.source, take, pause);
    } else {
      const mark = index.before(from);
      scanner.startAt(mark.line);
      // A few lines do not need four megabytes.
      const slice = to - from < 4096 ? SLICE / 4 : SLICE;
      for (let at = mark.offset; at < opened.source.size; at += slice) {
        if (!take(await opened.source.read(at, slice))) break;
        await pause(at);
      }
    }
    scanner.finish();
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }
}

export async function scanTrace(
  opened: Opened,
  tables: TextTables,
  sink: Sink,
  pause: Pause,
  index: LineIndex | null = null,
): Promise<ScanTotals> {
  const scanner = new TextScanner(tables, sink);
  scanner.index = index;
  if (opened.format === 'trace.dat') {
    await scanDat(opened.source, tables, scanner.totals, sink, pause);
    return scanner.totals;
  }
  if (opened.gzip) {
    await gunzip(
      opened.source,
      (part) => {
        scanner.push(part);
        return true;
      },
      pause,
    );
  } else {
    for (let at = 0; at < opened.source.size; at += SLICE) {
      scanner.push(await opened.source.read(at, SLICE));
      await pause(Math.min(at + SLICE, opened.source.size), scanner.totals.lines);
    }
  }
  scanner.finish();
  return scanner.totals;
}
