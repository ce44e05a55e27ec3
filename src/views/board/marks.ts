/** Everything the token layer draws beside tokens and trails, on the page and in a figure: one set of functions for both. */
import { dimAt } from '../../scene/dim.ts';
import { shapeOf } from '../../scene/shapes.ts';
import { actOf } from './lifts.ts';
import { passingOf } from './passing.ts';
import { settle } from './settle.ts';
import type { Marks } from './token-layer.ts';
import { drawVeil } from './veil.ts';
import { note, tether } from './wait-marks.ts';
import { drawWires } from './wires.ts';

export const MARKS: Marks = { actOf, dimAt, drawVeil, drawWires, note, passingOf, settle, shapeOf, tether };
