/** Names come from links and files: what would be invisible, or turn the text after it around, stands there as its number. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for a text of several lines, which stay lines. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(visible).join('\n');
