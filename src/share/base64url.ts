/** Bytes as text that is safe in an address (RFC 4648, section 5, without padding). */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUE = new Map([...DIGITS].map((digit, value) => [digit, value]));

/** The digit of a number 0..63. */
export function digit64(value: number): string {
  return DIGITS[value & 63] as string;
}

export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += digit64(bits >> 18) + digit64(bits >> 12);
    if (left > 1) text += digit64(bits >> 6);
    if (left > 2) text += digit64(bits);
  }
  return text;
}

/** @returns null for a character or a length that no encoder makes */
export function fromBase64url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let have = 0;
  let at = 0;
  for (const digit of text) {
    const value = VALUE.get(digit);
    if (value === undefined) return null;
    bits = ((bits << 6) | value) & 0xffff;
    have += 6;
    if (have >= 8) {
      have -= 8;
      bytes[at++] = bits >> have;
    }
  }
  return bytes;
}
