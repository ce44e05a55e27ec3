/** The arrow keys in the gallery: left and right to the next card, up and down to the nearest card of the next row. */
import type { KeyboardEvent } from 'react';

interface Placed {
  readonly card: HTMLElement;
  readonly x: number;
  readonly y: number;
}

/** What is nearest to `from` in the first row of a list. */
function nextRow(list: readonly Placed[], from: Placed): HTMLElement | undefined {
  const first = list.find(({ y }) => Math.abs(y - from.y) > 1);
  const row = list.filter(({ y }) => first !== undefined && Math.abs(y - first.y) <= 1);
  return row.toSorted((a, b) => Math.abs(a.x - from.x) - Math.abs(b.x - from.x))[0]?.card;
}

export function walkCards(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.gl-scene')].map((card) => {
    const { left, top } = card.getBoundingClientRect();
    return { card, x: left, y: top };
  });
  const at = all.findIndex(({ card }) => card === document.activeElement);
  const here = all[at];
  const to =
    here === undefined
      ? // From the search and what filters, down to the first.
        all[event.key === 'ArrowDown' ? 0 : -1]?.card
      : event.key === 'ArrowRight'
        ? all[at + 1]?.card
        : event.key === 'ArrowLeft'
          ? all[at - 1]?.card
          : event.key === 'ArrowDown'
            ? nextRow(all.slice(at + 1), here)
            : event.key === 'ArrowUp'
              ? nextRow(all.slice(0, at).reverse(), here)
              : event.key === 'Home'
                ? all[0]?.card
                : event.key === 'End'
                  ? all.at(-1)?.card
                  : undefined;
  if (to === undefined) return;
  event.preventDefault();
  to.focus();
}
