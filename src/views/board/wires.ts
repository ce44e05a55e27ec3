/** Lines on the stage: thin while low, thick along their length while high, in the colour of the journey that raised them. */
import type { Stage } from '../../scene/flights.ts';
import { wiresAt } from '../../scene/wires.ts';
import { colour, type Fill } from './token-layer.ts';

/** @param low fills the layer under the cards  @param high that over what steps back */
export function drawWires(low: Fill, high: Fill, stage: Stage, seq: number): void {
  for (const wire of wiresAt(stage, seq)) {
    const { id, d } = wire;
    const marks = { class: wire.high ? 'bd-wire bd-high' : 'bd-wire', d, 'data-wire': id, style: '' };
    if (!wire.high) low('path', { ...marks, 'data-level': 'low' });
    else
      high('path', {
        ...marks,
        'data-level': 'high',
        'data-journey': String(wire.journey),
        style: colour(wire.journey),
      });
  }
}
