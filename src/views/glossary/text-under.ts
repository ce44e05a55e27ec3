/** The text under a point of the page, and which character of it: of HTML and of the stage's SVG, whatever takes the pointer. */

export interface TextUnder {
  readonly text: string;
  /** Character under the point. */
  readonly at: number;
  /** Where the characters from..to stand on screen. */
  boxOf(from: number, to: number): DOMRect;
}

const holds = (box: DOMRect, x: number, y: number): boolean =>
  x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1;

/** Stops of the stage take the pointer for what is drawn in them, so the text is looked for by its box. */
function inSvg(svg: SVGSVGElement, x: number, y: number): TextUnder | null {
  for (const text of [...svg.querySelectorAll('text')].reverse()) {
    if (!holds(text.getBoundingClientRect(), x, y)) continue;
    const toText = text.getScreenCTM()?.inverse();
    if (toText === undefined) continue;
    const at = text.getCharNumAtPosition(new DOMPoint(x, y).matrixTransform(toText));
    if (at < 0) continue;
    return { text: text.textContent ?? '', at, boxOf: () => text.getBoundingClientRect() };
  }
  return null;
}

function caretAt(x: number, y: number): { node: Node; at: number } | null {
  if (document.caretPositionFromPoint !== undefined) {
    const caret = document.caretPositionFromPoint(x, y);
    return caret === null ? null : { node: caret.offsetNode, at: caret.offset };
  }
  const range = document.caretRangeFromPoint?.(x, y) ?? null;
  return range === null ? null : { node: range.startContainer, at: range.startOffset };
}

/** @param x, y CSS pixels of the window */
export function textUnder(x: number, y: number): TextUnder | null {
  const top = document.elementFromPoint(x, y);
  if (top === null || top.closest('input, textarea, select') !== null) return null;
  const svg = top instanceof SVGSVGElement ? top : top instanceof SVGElement ? top.ownerSVGElement : null;
  const inside = svg ?? top.querySelector<SVGSVGElement>(':scope > svg');
  const drawn = inside === null ? null : inSvg(inside, x, y);
  if (drawn !== null) return drawn;
  const caret = caretAt(x, y);
  if (caret === null || caret.node.nodeType !== Node.TEXT_NODE) return null;
  const { node, at } = caret;
  const boxOf = (from: number, to: number): DOMRect => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    const boxes = [...range.getClientRects()];
    return boxes.find((box) => holds(box, x, y)) ?? range.getBoundingClientRect();
  };
  // The caret is the nearest one: the point may be beside the text.
  const text = node.textContent ?? '';
  if (!holds(boxOf(Math.max(0, at - 1), Math.min(text.length, at + 1)), x, y)) return null;
  return { text, at, boxOf };
}
