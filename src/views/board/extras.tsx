/** What the stage can do without until it moves. Comes as one chunk after the first motion. */
import '../kit/panel-texts.ts';
import './extras.css';
import { waitsAfter } from '../../scene/waits.ts';
import { bringIntoSight } from './into-sight.ts';
import { actOf } from './lifts.ts';
import { keepStop, rove } from './roving.ts';
import { drawVeil } from './veil.ts';
import { note, tether } from './wait-marks.ts';
import { Zoom } from './zoom.tsx';

export const extras = { Zoom, actOf, bringIntoSight, drawVeil, keepStop, note, rove, tether, waitsAfter } as const;
export type Extras = typeof extras;
