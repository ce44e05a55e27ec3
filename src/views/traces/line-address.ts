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

/** @returns null for a text that is none */
export function readAddress(text: string): LineAddress | null {
  if (text.length > 300 || !text.trimStart().startsWith('{')) return null;
  try {
    const { format, size, hash, line } = JSON.parse(text) as Record<string, unknown>;
    if (typeof format !== 'string' || typeof hash !== 'string' || !/^[0-9a-f]{24}$/.test(hash)) return null;
    if (!Number.isSafeInteger(size) || !Number.isSafeInteger(line) || Number(line) < 1) return null;
    return { format, size: Number(size), hash, line: Number(line) };
  } catch {
    return null;
  }
}
