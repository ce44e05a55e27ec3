/** A link that names a file on some site: `#url=<address>`. Nothing is asked of that site before the person says yes. */

/** Where files of a link may come from: sites with TLS, and this machine. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

export const isUrlLink = (fragment: string): boolean => fragment.startsWith('url=');

/** The address a link names; null for none that may be loaded. */
export function urlOf(fragment: string): URL | null {
  const text = fragment.replace(/^url=/, '');
  try {
    const url = new URL(/^https?%3a/i.test(text) ? decodeURIComponent(text) : text);
    const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL.test(url.hostname));
    return isAllowed && url.username === '' && url.password === '' ? url : null;
  } catch {
    return null;
  }
}
