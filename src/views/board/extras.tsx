/** What the stage can do without until it moves. Comes as one chunk after the first motion. */
import '../kit/panel-texts.ts';
import './extras.css';
import './marks.css';
import { LATE } from '../../scene/late.ts';
import { keepSlots, unfoldedIn } from '../../scene/unfold.ts';
import { bringIntoSight } from './into-sight.ts';
import { MARKS } from './marks.ts';
import { freeQuarter } from './quarter.ts';
import { keepStop, rove } from './roving.ts';
import { Zoom } from './zoom.tsx';

type Announcer = typeof import('../timeline/announcer.tsx');
let announcer: Announcer | null = null;
let asked = false;

/** The words of a step; null until they have come. */
function sentenceOf(): Announcer['sentenceOf'] | null {
  if (!asked) {
    asked = true;
    import('../timeline/announcer.tsx').then(
      (came) => {
        announcer = came;
      },
      // It did not come (no network): the usual time is kept.
      () => {},
    );
  }
  return announcer?.sentenceOf ?? null;
}

export const extras = {
  Zoom,
  bringIntoSight,
  freeQuarter,
  keepSlots,
  keepStop,
  marks: MARKS,
  rove,
  sentenceOf,
  stage: LATE,
  unfoldedIn,
} as const;
export type Extras = typeof extras;
