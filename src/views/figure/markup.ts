/**
 * From the SVG markup that React writes to elements, without a parser of HTML: the page's policy lets no text become HTML. The
 * markup is React's own, so it is well formed, its attributes are quoted, and it has only the references below.
 */

const NS = 'http://www.w3.org/2000/svg';
const PIECE = /<(\/?)([\w-]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>|([^<]+)/g;
const ATTRIBUTE = /([\w:-]+)(?:="([^"]*)")?/g;
const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
};

const plain = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (whole) => REFERENCES[whole] ?? whole);

/** Where an element's own style is kept: as an attribute of this name it says nothing to a browser. */
export const STYLE = 'data-style';

/** The first element of the markup. @returns null where there is none */
export function fromMarkup(document: Document, markup: string): SVGElement | null {
  let root: SVGElement | null = null;
  const open: SVGElement[] = [];
  for (const [, close, name, attributes = '', empty, text] of markup.matchAll(PIECE)) {
    if (text !== undefined) {
      open.at(-1)?.append(document.createTextNode(plain(text)));
      continue;
    }
    if (name === undefined) continue;
    if (close === '/') {
      open.pop();
      if (open.length === 0) return root;
      continue;
    }
    const element = document.createElementNS(NS, name) as SVGElement;
    for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      element.setAttribute(key === 'style' ? STYLE : key, plain(value));
    }
    open.at(-1)?.append(element);
    root ??= element;
    if (empty !== '/') open.push(element);
  }
  return root;
}
