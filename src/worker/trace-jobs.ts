/**
 * One trace at a time: read in slices, with progress after each, and given up as soon as another message says so. What is
 * kept is the report's rows; the text never is.
 */
import { type AnalyseOptions, analyse } from '../trace/analyse.ts';
import { MAX_PASTE, readPaste } from '../trace/pastes/index.ts';
import { pasteRows, type ReportRow, reportRows } from '../trace/report.ts';
import { type ByteSource, bytesSource, TraceError } from '../trace/source.ts';

export type ToTrace =
  | { readonly type: 'read'; readonly id: number; readonly file: Blob }
  | { readonly type: 'read-text'; readonly id: number; readonly text: string };

export type FromTrace =
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly bytes: number;
      readonly of: number;
      readonly pass: 1 | 2;
    }
  | { readonly type: 'rows'; readonly id: number; readonly rows: readonly ReportRow[] }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly key: string;
      readonly params: Readonly<Record<string, string | number>>;
    };

/** A sentence as data: its words are the page's (i18n). */
const asKey = (key: string, params: Record<string, string | number>): string => JSON.stringify([key, params]);

function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (from, length) => new Uint8Array(await blob.slice(from, from + length).arrayBuffer()),
  };
}

async function rowsOf(source: ByteSource, options: AnalyseOptions, pause: (bytes: number) => Promise<void>) {
  if (source.size > 0 && source.size <= MAX_PASTE) {
    const bytes = await source.read(0, source.size);
    const paste = bytes.subarray(0, 4096).includes(0) ? null : readPaste(new TextDecoder().decode(bytes));
    if (paste !== null) return [...pasteRows(paste, asKey)];
  }
  return [...reportRows(await analyse(source, options, pause), options, asKey)];
}

/** @returns what takes a message */
export function startTraceJobs(say: (message: FromTrace) => void): (message: ToTrace) => void {
  return (message) => {
    const { id } = message;
    const source =
      message.type === 'read' ? blobSource(message.file) : bytesSource(new TextEncoder().encode(message.text));
    let last = 0;
    let pass: 1 | 2 = 1;
    const pause = (bytes: number): Promise<void> => {
      if (bytes < last) pass = 2;
      last = bytes;
      say({ type: 'progress', id, bytes, of: source.size, pass });
      return Promise.resolve();
    };
    rowsOf(source, {}, pause).then(
      (rows) => say({ type: 'rows', id, rows }),
      (error: unknown) => {
        if (error instanceof TraceError) {
          say({ type: 'failed', id, key: `trace.error.${error.code}`, params: error.params });
        } else say({ type: 'failed', id, key: 'trace.error.broken', params: { why: String(error) } });
      },
    );
  };
}
