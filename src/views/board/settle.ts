/**
 * Where docked tokens stand so that none lies on another, and where what is said under those that wait has a clear place: below
 * its token or above it, no wider than the gutter it is in. Comes with the stage's other marks.
 */
import type { Anchor } from '../../scene/anchors.ts';
import { gutterAt, keptOff, OFF, type Stage, type Token } from '../../scene/flights.ts';
import type { Box } from '../../scene/layout.ts';
import { wrap } from '../figure/wrap.ts';
import { textSize } from './text-fit.ts';
import type { Drawn } from './token-layer.ts';

/** Height of a pill; how far an edge stands over its wire; from pill to pill, and from a pill to what it says. */
const PILL = { high: 20, rises: 8, apart: 3, note: 4 } as const;
/** Widest what is said under a token, its padding and its lines (board.css). */
const NOTE = { w: 90, pad: 5, line: 14, ends: 7, text: 11 } as const;

const overlaps = (a: Box, b: Box, slack = 0): boolean =>
  a.x + a.w > b.x + slack && b.x + b.w > a.x + slack && a.y + a.h > b.y + slack && b.y + b.h > a.y + slack;

/** Where a token stands that is not moved aside: where it rests, or will. */
function homeOf(stage: Stage, { token, w, element }: Drawn, anchor: Anchor = token.anchor): Box {
  const { x, y } = anchor.side === 'top' ? anchor.point : keptOff(stage, anchor.point, w);
  const up = element.getAttribute('data-shape') === 'edge' ? PILL.rises : 0;
  return { x: x - w / 2, y: y - PILL.high / 2 - up, w, h: PILL.high + up };
}

const lowered = (box: Box, by: number): Box => ({ ...box, y: box.y + by });

/** The nearest height at which a pill lies on none of those that stand already. */
function stackOf(home: Box, taken: readonly (readonly Box[])[], low: number): number {
  const near = taken.flatMap((boxes) => boxes.filter((b) => b.x < home.x + home.w && b.x + b.w > home.x));
  const isFree = (by: number): boolean => {
    const at = lowered(home, by);
    return at.y >= 0 && at.y + at.h <= low && !near.some((b) => overlaps(at, b));
  };
  if (near.length === 0 || isFree(0)) return 0;
  const offsets = near.flatMap((b) => [b.y + b.h + PILL.apart - home.y, b.y - PILL.apart - home.h - home.y]);
  const free = offsets.sort((a, b) => Math.abs(a) - Math.abs(b) || b - a).find(isFree);
  return free ?? 0;
}

/** Gives what a token says its width and its side; without a clear place it says only what for, or leaves that to the list beside. */
function placeNote(stage: Stage, one: Drawn, pill: Box, taken: Box[], low: number): void {
  const { element, token } = one;
  const parts = ['.bd-cause-what', '.bd-cause-since'].map((part) => element.querySelector(part)?.textContent ?? '');
  const gutter = token.anchor.side === 'tile' ? null : gutterAt(stage, token.anchor.point);
  const w = Math.min(NOTE.w, gutter === null ? NOTE.w : gutter[1] - gutter[0] - 2 * OFF);
  const middle = keptOff(stage, token.anchor.point, w).x;
  const size = textSize(NOTE.text, stage.layout.scale);
  const heights = [2, 1].map(
    (said) =>
      parts.slice(0, said).flatMap((text, i) => wrap(text, w - 2 * NOTE.pad, size, i === 0 ? 'bold' : 'sans')).length *
        NOTE.line +
      NOTE.ends,
  );
  const at = (lifted: boolean, h: number): Box => ({
    x: middle - w / 2,
    y: lifted ? pill.y - PILL.note - h : pill.y + pill.h + PILL.note,
    w,
    h,
  });
  const clear = heights
    .flatMap((h, i) => [false, true].map((lifted) => ({ lifted, brief: i === 1, box: at(lifted, h) })))
    .find(({ box }) => box.y >= 0 && box.y + box.h <= low && !taken.some((b) => overlaps(box, b)));
  if (clear !== undefined) taken.push(clear.box);
  element.style.setProperty('--room', `${w.toFixed(1)}px`);
  element.style.setProperty('--aside', `${(middle - pill.x - pill.w / 2).toFixed(1)}px`);
  element.classList.toggle('bd-lifted', clear?.lifted === true);
  element.classList.toggle('bd-brief', clear?.brief === true);
  element.classList.toggle('bd-mute', clear === undefined);
}

/**
 * Sets how far from its row each token stands, and where it says what it waits for.
 * @param low what is seen of the sheet
 * @param there the step's own token has come to where it goes
 * @returns what is taken by those that do not fly
 */
export function settle(stage: Stage, drawn: readonly Drawn[], low: number, there: boolean): readonly Box[] {
  const taken: Box[] = [];
  const stacks = new Map<string, number>();
  // Where one is that flies: what stood aside of it stays so until it has come, for it asks before it goes.
  const left: Box[] = [];
  const placeOf = ({ point: { x, y } }: Anchor, { journey }: Token): string => `${journey} ${x} ${y}`;
  const isTall = stage.layout.form === 'tall';
  for (const one of drawn) {
    const home = homeOf(stage, one);
    // Beside a column an interrupt that forks stands at its row as one token: the next row is somebody else's.
    const at = isTall ? placeOf(one.token.anchor, one.token) : '';
    const first = isTall ? stacks.get(at) : undefined;
    one.element.style.visibility = first === undefined ? '' : 'hidden';
    one.stack = first ?? stackOf(home, [left, taken], low);
    if (isTall) stacks.set(at, one.stack);
    taken.push(lowered(home, one.stack));
    const from = one.token.flight?.from;
    if (there || !from) continue;
    left.push(homeOf(stage, one, from));
    if (isTall) stacks.set(placeOf(from, one.token), 0);
  }
  const pills = [...taken];
  taken.push(...left);
  const flying = new Set(pills.filter((_, i) => drawn[i]?.element.getAttribute('data-state') === 'moving'));
  drawn.forEach((one, i) => {
    const pill = pills[i];
    if (pill !== undefined && one.element.querySelector('.bd-cause') !== null) placeNote(stage, one, pill, taken, low);
  });
  return taken.filter((box) => !flying.has(box));
}
