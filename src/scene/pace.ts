/**
 * How long a step lasts: as long as its token flies, and where its beat holds, until the beat's sentence could be read. All of it at
 * speed 1, which is reading pace.
 */

import { locatorOf } from '../explain/locate/index.ts';
import type { Told } from '../scenes/check-preset.ts';
import { ARRIVE, LEAD_IN_MS, STEP_MS, type Timing } from './advance.ts';
import { type Beat, beatAt } from './beats.ts';
import { crossingsAt, flightOf, type Stage } from './flights.ts';

type Lang = keyof Told;

/** How fast a token flies, CSS px a second, and the bounds of a flight, ms. */
const SPEED = 450;
const SHORTEST = 180;
const LONGEST = 900;
/** A bit that lights without a flight; a crossing between guest and host; what cannot be seen at all. */
const LIGHTS_MS = 160;
const CROSSES_MS = 420;
const UNSEEN_MS = 30;
/** A stop between two flights of one beat. */
const BETWEEN_MS = 120;
/** Rest after the sentence could be read, and least time a beat holds. */
const REST_MS = 400;
const LEAST_HOLD_MS = 700;
/** Reading: words a minute, and Chinese characters a second. */
const WORDS = 230;
const CHARACTERS = 6;
/** A beat whose sentence is made by rule. */
const RULE_MS = 2600;

/** Time a sentence takes to read, ms. */
export function readingMs(text: string, lang: Lang): number {
  if (lang === 'en') return (text.trim().split(/\s+/).length * 60_000) / WORDS;
  const wide = [...text].filter((c) => /[\u3400-\u9fff]/.test(c)).length;
  const words = text.match(/[A-Za-z0-9]+/g)?.length ?? 0;
  return (wide * 1000) / CHARACTERS + (words * 60_000) / WORDS;
}

/** How long a step moves: the longest of its flight and of what crosses with it. */
export function motionMs(stage: Stage, step: number): number {
  const at = stage.scene.steps.get(step);
  if (at === undefined || locatorOf(at.name) === null) return UNSEEN_MS;
  const length = flightOf(stage, step)?.path?.length ?? 0;
  const crosses = at.name === 'kvm_exit' || at.name === 'kvm_entry' ? crossingsAt(stage, step).length > 0 : false;
  if (length === 0) return crosses ? CROSSES_MS : LIGHTS_MS;
  const flight = (length * stage.layout.scale * 1000) / SPEED;
  return Math.max(crosses ? CROSSES_MS : 0, Math.min(LONGEST, Math.max(SHORTEST, flight)));
}

/** Timing of a scene's steps on this stage. @param beats of that scene */
export function timingOf(stage: Stage, beats: () => readonly Beat[], lang: Lang): (step: number) => Timing {
  return (step) => {
    if (step < 0) return { move: LEAD_IN_MS * ARRIVE, rest: LEAD_IN_MS * (1 - ARRIVE) };
    const all = beats();
    const beat = all[beatAt(all, step)];
    const move = motionMs(stage, step);
    if (beat === undefined) return { move, rest: STEP_MS - move };
    if (step !== beat.hold) return { move, rest: move <= UNSEEN_MS ? 0 : BETWEEN_MS };
    let flown = move;
    for (let at = beat.from; at < step; at++) {
      const before = motionMs(stage, at);
      flown += before + (before <= UNSEEN_MS ? 0 : BETWEEN_MS);
    }
    const reading = beat.told === null ? RULE_MS : readingMs(beat.told[lang], lang);
    return { move, rest: Math.max(LEAST_HOLD_MS, reading + REST_MS - flown) };
  };
}
