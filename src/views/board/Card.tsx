/** The frame of a card, and what can be pressed in it. */
import type { KeyboardEvent, ReactNode } from 'react';
import type { Box, CardBox } from '../../scene/layout.ts';
import type { Selection } from '../../store/types.ts';
import { cut } from './text-fit.ts';

/** SVG has no fieldset element, and no button. */
export const GROUP = { role: 'group' } as const;

interface FrameProps {
  readonly card: CardBox;
  readonly name: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A card. One tab stop; up and down arrows go through what can be pressed in it (see roving.ts). */
export function Frame({ card, name, className, children }: FrameProps) {
  return (
    <g {...GROUP} aria-label={name} data-card={card.id} className={className}>
      <rect className="bd-card" x={card.x} y={card.y} width={card.w} height={card.h} rx={8} />
      {children}
    </g>
  );
}

/** What is written on a card that takes no part: why there is no more of it. */
export function Unused({ card, text }: { readonly card: Box; readonly text: string }) {
  return (
    <text className="bd-note" x={card.x + card.w - 11} y={card.y + 19.5} textAnchor="end">
      {text}
    </text>
  );
}

interface StopProps {
  readonly box: Box;
  readonly name: string;
  readonly selection: Selection;
  readonly selected: Selection | null;
  readonly select: (selection: Selection) => void;
  /** The card's tab stop. */
  readonly first?: boolean;
  readonly inset?: number;
  /** False: what it selects is the whole's and not its own, so it shows no ring. */
  readonly mark?: boolean;
  readonly children?: ReactNode;
}

/** Whether a selection means this very thing. */
function means(selected: Selection | null, s: Selection): boolean {
  return (
    selected !== null &&
    selected.kind === s.kind &&
    selected.index === s.index &&
    selected.register === s.register &&
    (s.sub === undefined || selected.sub === s.sub) &&
    selected.vector === s.vector
  );
}

/** Something to press: selects what it shows. */
export function Stop({ box, name, selection, selected, select, first, inset = 3, mark = true, children }: StopProps) {
  const chosen = mark && means(selected, selection);
  const button = {
    role: 'button',
    tabIndex: first ? 0 : -1,
    'aria-label': name,
    'aria-pressed': chosen,
    onClick: () => select(selection),
    onKeyDown: (event: KeyboardEvent<SVGGElement>) => {
      // Space plays, so it presses only what the keyboard has come to.
      const pressed = event.key === 'Enter' || (event.key === ' ' && event.currentTarget.matches(':focus-visible'));
      if (!pressed) return;
      event.preventDefault();
      event.stopPropagation();
      select(selection);
    },
  } as const;
  return (
    <g className="bd-stop" data-stop="" {...button}>
      <rect
        className={chosen ? 'bd-hit bd-chosen' : 'bd-hit'}
        x={box.x + inset}
        y={box.y + Math.min(1, inset)}
        width={Math.max(0, box.w - 2 * inset)}
        height={Math.max(0, box.h - 2 * Math.min(1, inset))}
        rx={5}
      />
      {children}
    </g>
  );
}

interface TitleProps extends Omit<StopProps, 'box' | 'children'> {
  readonly card: Box;
  readonly text: string;
  readonly note?: string;
  /** Right-aligned, in the data face. */
  readonly aside?: ReactNode;
  readonly height?: number;
}

/** Title line of a card: what it is, and beside it what kind. */
export function Title({ card, text, note, aside, height = 28, ...stop }: TitleProps) {
  const y = card.y + height / 2 + 5;
  return (
    <Stop box={{ x: card.x, y: card.y + 2, w: card.w, h: height - 3 }} first {...stop}>
      <text className="bd-title" x={card.x + 11} y={y}>
        {cut(text, card.w - 22, 13, 'bold')}
        {note !== undefined && note !== '' && (
          <tspan className="bd-note" dx={7}>
            {note}
          </tspan>
        )}
      </text>
      {aside}
    </Stop>
  );
}
