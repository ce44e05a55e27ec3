/** Tab comes to every card of the stage: to what had the focus last in it, and to its first where that is gone. */
import { parseHTML } from 'linkedom';
import { expect, test, vi } from 'vitest';
import { keepStop } from './roving.ts';

function stage() {
  const { document, Element } = parseHTML('<section></section>');
  vi.stubGlobal('Element', Element);
  const board = document.querySelector('section') as unknown as Element;
  board.innerHTML = ['a', 'b']
    .map(
      (card) => `<g data-card="${card}">${[0, -1, -1].map((at) => `<g data-stop tabindex="${at}"/></g>`).join('')}</g>`,
    )
    .join('');
  const stops = (card: string): Element[] => [...board.querySelectorAll(`[data-card=${card}] [data-stop]`)];
  return {
    stops,
    focus: (target: Element | undefined) => keepStop({ target: target as Element, currentTarget: board }),
    tabStops: (card: string) => stops(card).map((stop) => stop.getAttribute('tabindex')),
  };
}

test('what has the focus is the tab stop of its card, and other cards keep theirs', () => {
  const { focus, stops, tabStops } = stage();
  focus(stops('a')[2]);
  focus(stops('b')[1]);
  expect([tabStops('a'), tabStops('b')]).toEqual([
    ['-1', '-1', '0'],
    ['-1', '0', '-1'],
  ]);
});

test('a card whose tab stop has gone with what it showed has its first as its stop', () => {
  const { focus, stops, tabStops } = stage();
  focus(stops('a')[2]);
  stops('a')[2]?.remove();
  focus(stops('b')[0]);
  expect([tabStops('a'), tabStops('b')]).toEqual([
    ['0', '-1'],
    ['0', '-1', '-1'],
  ]);
});
