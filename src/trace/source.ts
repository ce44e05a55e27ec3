/** Where the bytes of a trace come from: a File in the page, a file or standard input in a terminal. */

export interface ByteSource {
  readonly size: number;
  /** Bytes [from, from + length), fewer at the end; good until the next read, which may use the same buffer. */
  read(from: number, length: number): Promise<Uint8Array>;
}

/** How much is read at once. */
export const SLICE = 4 * 1024 * 1024;

/** What is wrong with a file as a whole: the code of a sentence (i18n `trace.error.<code>`) and what it needs. */
export class TraceError extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: string, params: Readonly<Record<string, string | number>> = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (from, length) => Promise.resolve(bytes.subarray(from, from + length)),
  };
}
