/**
 * `prerender` of react-dom/static for the page in one file: drawn by the React that is there, without a second one for servers.
 * Every part of that page is there at once, so what a drawing asks for late has come when it is drawn anew.
 */
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

/** Parts within parts that a drawing may ask for. */
const DEEPEST = 8;

/** A drawing as React hands it over, before anything of it comes alive: its effects would draw into it. */
function drawn(node: ReactNode): string {
  const box = document.createElement('div');
  let html = '';
  box.appendChild = (child) => {
    if (child instanceof Element) html += child.outerHTML;
    return Node.prototype.appendChild.call(box, child) as typeof child;
  };
  const root = createRoot(box);
  flushSync(() => root.render(node));
  root.unmount();
  return html;
}

export async function prerender(node: ReactNode): Promise<{ readonly prelude: ReadableStream<Uint8Array> }> {
  let html = drawn(node);
  for (let i = 0; i < DEEPEST; i++) {
    await new Promise((resolve) => setTimeout(resolve));
    const more = drawn(node);
    if (more === html) break;
    html = more;
  }
  return { prelude: new Blob([html]).stream() };
}
