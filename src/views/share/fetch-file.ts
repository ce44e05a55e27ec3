/** Gets the file a link names, once the person has said yes. */

/** Largest file that is loaded this way, bytes: a recording fits, and an endless answer ends. */
export const URL_FILE_MAX = 64 * 1024 * 1024;

/** The last part of an address, as it was written where it is no text. */
function nameIn({ pathname }: URL): string {
  const name = pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * @param signal ends it
 * @returns the file, or what is wrong as `error.<code>`
 */
export async function fetchFile(url: URL, signal: AbortSignal): Promise<File | { readonly problem: string }> {
  try {
    // The site learns nothing but that somebody asks: no cookie, no address of this page; and what was named is what is asked.
    const answer = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'manual', signal });
    if (answer.type === 'opaqueredirect') return { problem: 'url-moved' };
    if (!answer.ok || answer.body === null) return { problem: 'url-gone' };
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      if (bytes > URL_FILE_MAX) {
        await reader.cancel();
        return { problem: 'url-big' };
      }
      parts.push(value);
    }
    const type = answer.headers.get('content-type') ?? '';
    return new File(parts, nameIn(url), { type });
  } catch {
    return { problem: 'url-gone' };
  }
}
