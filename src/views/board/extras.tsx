/** What the stage can do without until it moves. Comes as one chunk after the first motion. */
import '../kit/panel-texts.ts';
import './extras.css';
import './marks.css';
import { LATE } from '../../scene/late.ts';
import { unfoldedIn } from '../../scene/unfold.ts';
import { bringIntoSight } from './into-sight.ts';
import { MARKS } from './marks.ts';
import { keepStop, rove } from './roving.ts';
import { Zoom } from './zoom.tsx';

export const extras = { Zoom, bringIntoSight, keepStop, marks: MARKS, rove, stage: LATE, unfoldedIn } as const;
export type Extras = typeof extras;
