/**
 * The score of a step: first the place it has come to is asked, then the token goes on, and what decided rises out of its row and joins
 * it there. In ms at speed 1; all that is drawn while a step moves is a function of these and of the phase.
 */
import { locatorOf } from '../explain/locate/index.ts';
import { ARRIVE } from './advance.ts';
import type { Ask } from './asks.ts';
import { flightOf, type Stage } from './flights.ts';

/** How fast a token flies, CSS px a second, and the bounds of a flight, ms. */
const SPEED = 450;
const SHORTEST = 180;
const LONGEST = 900;
/** A bit that lights without a flight; a crossing between guest and host; what cannot be seen at all. */
const LIGHTS_MS = 160;
const CROSSES_MS = 420;
export const UNSEEN_MS = 30;
/** A question comes, and each stands so long; one field rises, and the next so much later. */
export const ASK_COMES_MS = 120;
export const ASK_MS = 200;
const LIFT_MS = 360;
export const APART_MS = 60;

export interface Score {
  readonly ask: number;
  readonly asks: readonly Ask[];
  /** Flight, and what lifts meanwhile. */
  readonly fly: number;
  /** Fields that rise and join the token. */
  readonly lifts: readonly string[];
}

const NOTHING: readonly never[] = [];

export function scoreOf(stage: Stage, step: number): Score {
  const at = stage.scene.steps.get(step);
  if (at === undefined || locatorOf(at.name) === null) return { ask: 0, asks: NOTHING, fly: UNSEEN_MS, lifts: NOTHING };
  const length = flightOf(stage, step)?.path?.length ?? 0;
  const crosses = stage.crossings?.(stage, step).some(({ kind }) => kind !== 'signal') ?? false;
  const asks = stage.asks?.(stage, step) ?? NOTHING;
  const ask = asks.length === 0 ? 0 : ASK_COMES_MS + ASK_MS * asks.length;
  if (length === 0) return { ask, asks, fly: crosses ? CROSSES_MS : LIGHTS_MS, lifts: NOTHING };
  const flight = Math.min(LONGEST, Math.max(SHORTEST, (length * stage.layout.scale * 1000) / SPEED));
  const lifts = stage.lifts?.(stage, step) ?? NOTHING;
  const lifting = lifts.length === 0 ? 0 : LIFT_MS + APART_MS * lifts.length;
  return { ask, asks, fly: Math.max(flight, lifting, crosses ? CROSSES_MS : 0), lifts };
}

/** Time since a step began, ms, while it moves. */
export const msAt = ({ ask, fly }: Score, phase: number): number => (Math.min(phase, ARRIVE) / ARRIVE) * (ask + fly);

/** The phase a step would be at if it had not asked first. */
export function flightPhase(score: Score, phase: number): number {
  if (phase >= ARRIVE || score.ask === 0) return phase;
  return (Math.max(0, msAt(score, phase) - score.ask) / score.fly) * ARRIVE;
}

/** With less motion a token goes out where it was and comes up where it goes, this long each. */
export const FADE_MS = 120;

/** Is it where it goes, and how much of it is to be seen, where nothing travels. */
export function stillAt(score: Score, phase: number): { readonly there: boolean; readonly opacity: number } {
  const ms = msAt(score, phase);
  const turn = Math.max(0, score.ask + score.fly - FADE_MS);
  return { there: ms >= turn, opacity: phase >= ARRIVE ? 1 : Math.min(1, Math.abs(ms - turn) / FADE_MS) };
}
