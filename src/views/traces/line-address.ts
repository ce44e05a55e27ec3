/**
 * A line of a trace as something to share: no byte of the trace, only which file it is and which line. Who has the file drops
 * it again and stands there.
 */

export interface LineAddress {
  readonly format: string;
  readonly size: number;
  /** First bytes of the SHA-256 of the file's first MiB, hexadecimal. */
  readonly hash: string;
  readonly line: number;
}

const HASHED = 1 << 20;

export async function hashOf(file: Blob): Promise<string> {
  const bytes = await file.slice(0, HASHED).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash.subarray(0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** No blank is in it: "trace-cmd report" has one. */
export const addressText = ({ format, size, hash, line }: LineAddress): string =>
  [format.replace(/[^a-z.]+/g, '-'), size, hash, line].join(',');
/** The fragment of a link: `trace=<format>,<size>,<hash>,<line>`. */
export const fragmentOf = (address: LineAddress): string => `trace=${addressText(address)}`;

/** An address as text: the link itself, its fragment, or what stands behind `trace=`. @returns null for a text that is none */
export function readAddress(text: string): LineAddress | null {
  if (text.length > 1000) return null;
  const own = text.trim().replace(/^\S*#?\btrace=/, '');
  const m = /^([a-z](?:[a-z. -]|%20){0,20}),(\d{1,16}),([0-9a-f]{24}),(\d{1,12})$/.exec(own);
  const [, format = '', size, hash = '', line] = m ?? [];
  if (m === null || Number(line) < 1 || !Number.isSafeInteger(Number(size))) return null;
  return { format, size: Number(size), hash, line: Number(line) };
}
