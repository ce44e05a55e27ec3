/**
 * A link that names a file and not a scene. `#url=<address>`: on some site, of which nothing is asked before the person says
 * yes. `#trace=<format,size,hash,line>`: one that the person has, and drops again.
 */

/** Where files of a link may come from: sites with TLS, and this machine. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

export const isUrlLink = (fragment: string): boolean => /^(url|trace)=/.test(fragment);

/** The line of a trace, or the recording of ours, that a fragment names (views/traces/line-address.ts); null: it names another. */
export const traceOf = (fragment: string | null): string | null =>
  fragment?.startsWith('trace=') ? fragment.slice(6) : null;

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
