/** The link's compression, and the guard against a small link that unpacks to a big one. */
import { deflateSync, Inflate } from 'fflate';

/** Compressed bytes handed over at once: deflate grows by 1032 at most, so the guard acts within half a megabyte. */
const PIECE = 512;

/** Raw deflate (RFC 1951), best compression. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes, { level: 9 });
}

/** @returns the bytes; 'too-big' as soon as there are more than `max`; null where it is no deflate stream or is cut short */
export function inflate(bytes: Uint8Array, max: number): Uint8Array | 'too-big' | null {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let ended = false;
  const stream = new Inflate((chunk, final) => {
    total += chunk.length;
    if (total <= max) chunks.push(chunk);
    ended = final;
  });
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      stream.push(bytes.slice(at, at + PIECE), at + PIECE >= bytes.length);
      if (total > max) return 'too-big';
    }
  } catch {
    return null;
  }
  if (!ended) return null;
  const out = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
