/**
 * How long a step lasts: as long as its token flies, and where its beat holds, until the beat's sentence could be read. All of it at
 * speed 1, which is reading pace.
 */

import { inLang, type Lang } from '../i18n/langs.ts';
import { ARRIVE, LEAD_IN_MS, STEP_MS, type Timing } from './advance.ts';
import { type Beat, beatAt } from './beats.ts';
import type { Stage } from './flights.ts';
import { scoreOf, UNSEEN_MS } from './score.ts';

/** A stop between two flights of one beat. */
const BETWEEN_MS = 120;
/** Rest once all has moved and the sentence could be read. */
export const REST_MS = 400;
/** Reading: words a minute, and Chinese characters a second. */
const WORDS = 230;
const CHARACTERS = 6;
/** A beat whose sentence is made by rule, until that is known. */
const RULE_MS = 2600;

/** Time a sentence takes to read, ms. */
export function readingMs(text: string): number {
  const wide = text.match(/[\u3400-\u9fff]/g)?.length ?? 0;
  if (wide === 0) return (text.trim().split(/\s+/).length * 60_000) / WORDS;
  const words = text.match(/[A-Za-z0-9]+/g)?.length ?? 0;
  return (wide * 1000) / CHARACTERS + (words * 60_000) / WORDS;
}

/** How long a step moves. */
export function motionMs(stage: Stage, step: number): number {
  const { ask, fly } = scoreOf(stage, step);
  return ask + fly;
}

/**
 * Timing of a scene's steps on this stage: a beat takes the longer of its motion and its reading, and a rest.
 * @param beats of that scene
 * @param say the sentence of a step, for beats that nobody wrote one for; null: it is not known yet
 */
export function timingOf(
  stage: Stage,
  beats: () => readonly Beat[],
  lang: Lang,
  say?: (step: number) => string | null | undefined,
): (step: number) => Timing {
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
    const sentence = beat.told === null ? say?.(step) : inLang(beat.told, lang);
    const reading = sentence == null ? RULE_MS : readingMs(sentence);
    return { move, rest: Math.max(0, reading - flown) + REST_MS };
  };
}
