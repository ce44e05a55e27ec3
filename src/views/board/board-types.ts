/** What every card of the stage is given. */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { Field, Place } from '../../explain/locate/locator.ts';
import type { Stage } from '../../scene/flights.ts';
import type { EventName } from '../../spec/events/index.ts';
import type { Selection } from '../../store/types.ts';
import type { Translate } from '../shared/use-t.ts';

/** The step that is shown, as far as a card needs it. */
export interface Lit {
  readonly step: number;
  readonly place: Place;
  readonly fields: ReadonlySet<Field>;
  /** 1..4, 0 where no journey is concerned. */
  readonly colour: number;
  readonly args: Readonly<Record<string, number>>;
  readonly name: EventName;
}

/** What the step that is shown has written. */
export interface Changed {
  readonly words: ReadonlySet<number>;
  readonly colour: number;
}

export interface CardProps {
  readonly stage: Stage;
  readonly view: MachineView;
  /** Row up to which the view is folded. */
  readonly seq: number;
  /** Changes when the playhead has jumped: colours may differ where words do not. */
  readonly jump: number;
  /** Null where the step is not about this card. */
  readonly lit: Lit | null;
  /** Null where nothing of this card is selected. */
  readonly selected: Selection | null;
  readonly select: (selection: Selection) => void;
  readonly t: Translate;
  /** Null where the step wrote nothing of this card. */
  readonly changed: Changed | null;
}

/** Words from..to-1 that a card shows. */
export type WordRange = readonly [number, number];

/** Whether a card may keep what it drew: same place, same light, same words. */
export function sameCard(ranges: (props: CardProps) => readonly WordRange[]) {
  return (a: CardProps, b: CardProps): boolean => {
    if (a.stage !== b.stage || a.jump !== b.jump || a.lit !== b.lit || a.selected !== b.selected || a.t !== b.t)
      return false;
    if (a.changed !== b.changed) return false;
    if (a.view === b.view) return true;
    for (const [from, to] of ranges(b)) {
      for (let i = from; i < to; i++) if (a.view.w[i] !== b.view.w[i]) return false;
    }
    return true;
  };
}

/** Custom properties that carry a journey's colour and its tint to what is inside. @param colour 1..4, 0 none */
export function colourStyle(colour: number): React.CSSProperties & Readonly<Record<'--c' | '--c-soft', string>> {
  const ink = colour === 0 ? '--accent' : `--j${colour}`;
  return { '--c': `var(${ink})`, '--c-soft': `var(${ink}-soft)` };
}
