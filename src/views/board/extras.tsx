/** What the stage can do without until it moves. Comes as one chunk after the first motion. */
import '../kit/panel-texts.ts';
import './extras.css';
import { liftsOf } from '../../scene/lifts.ts';
import { unfoldedIn } from '../../scene/unfold.ts';
import { waitsAfter } from '../../scene/waits.ts';
import { bringIntoSight } from './into-sight.ts';
import { actOf } from './lifts.ts';
import { keepStop, rove } from './roving.ts';
import { drawVeil } from './veil.ts';
import { note, tether } from './wait-marks.ts';
import { Zoom } from './zoom.tsx';

export const extras = {
  Zoom,
  actOf,
  bringIntoSight,
  drawVeil,
  keepStop,
  liftsOf,
  note,
  rove,
  tether,
  unfoldedIn,
  waitsAfter,
} as const;
export type Extras = typeof extras;
