/** Lines on the stage: thin while low, thick along their length while high, in the colour of the journey that raised them. */
import type { Stage } from '../../scene/flights.ts';
import { wiresAt } from '../../scene/wires.ts';
import { colour, make } from './token-layer.ts';

/** @param low layer under the cards  @param high layer over what steps back */
export function drawWires(low: Element, high: Element, stage: Stage, seq: number): void {
  for (const wire of wiresAt(stage, seq)) {
    const { id, d } = wire;
    const marks = { class: wire.high ? 'bd-wire bd-high' : 'bd-wire', d, 'data-wire': id, style: '' };
    if (!wire.high) make(low, 'path', { ...marks, 'data-level': 'low' });
    else
      make(high, 'path', {
        ...marks,
        'data-level': 'high',
        'data-journey': String(wire.journey),
        style: colour(wire.journey),
      });
  }
}
