/**
 * The questions of a scene: before a beat that is to be guessed the playback stops and asks what comes. What may be chosen is that
 * beat's sentence and those of two others of the scene, so nothing is said that is true nowhere.
 */
import { translate } from '../../i18n/index.ts';
import { inLang, type Lang } from '../../i18n/langs.ts';
import { type Beat, beatsOf } from '../../scene/beats.ts';
import { guessBeats } from '../../scene/guess-beats.ts';
import { askQuiz, dropQuiz } from '../../store/actions/quiz.ts';
import type { App } from '../../store/create-app.ts';
import type { AppState } from '../../store/types.ts';

/** Others to choose from, by their distance: what comes after, then what came before. */
const OTHERS = [1, 2, -2, 3, -3, -1] as const;
const CHOICES = 3;

/** Where the right choice stands: anywhere, but the same for everybody. */
function placeOf(id: string): number {
  let sum = 0;
  for (const c of id) sum = (sum * 31 + c.charCodeAt(0)) >>> 0;
  return sum % CHOICES;
}

type SentenceOf = (state: AppState, step: number) => string | null;

interface Guess {
  readonly id: string;
  /** Step after which it is asked; -1: before the first. */
  readonly at: number;
  readonly question: string;
  readonly choices: readonly string[];
  readonly right: number;
}

/** @param say the sentence of a beat */
function guessOf(
  beats: readonly Beat[],
  index: number,
  scene: string,
  lang: Lang,
  say: (beat: Beat | undefined) => string | null,
): Guess | null {
  const beat = beats[index];
  const answer = say(beat);
  if (beat === undefined || answer === null) return null;
  const choices: string[] = [];
  for (const by of OTHERS) {
    const other = say(beats[index + by]);
    if (other !== null && other !== answer && !choices.includes(other)) choices.push(other);
    if (choices.length === CHOICES - 1) break;
  }
  if (choices.length === 0) return null;
  const id = `${scene}:${beat.told?.from ?? beat.from}`;
  const guess = beat.told?.guess;
  const right = Math.min(placeOf(id), choices.length);
  choices.splice(right, 0, answer);
  return {
    id,
    at: beat.from - 1,
    question: guess ? inLang(guess, lang) : translate(lang, 'quiz.next'),
    choices,
    right,
  };
}

/** Questions of a scene, in their order. @param sentenceOf words of a step; null: they have not come yet */
function guessesOf(state: AppState, sentenceOf: SentenceOf | null): readonly Guess[] {
  const { scene, sceneId, ui } = state;
  if (scene === null || !scene.complete) return [];
  const beats = beatsOf(scene, sceneId);
  const say = (beat: Beat | undefined): string | null =>
    beat?.told ? inLang(beat.told, ui.lang) : ((beat && sentenceOf?.(state, beat.hold)) ?? null);
  return guessBeats(scene, beats).flatMap((index) => guessOf(beats, index, sceneId.preset ?? '', ui.lang, say) ?? []);
}

/** Asks the scene's questions from now on. @returns how to stop */
export function watchGuesses({ store, actions }: App): () => void {
  /** Asked and answered, or passed by. */
  const done = new Set<string>();
  let told: {
    readonly of: AppState['scene'];
    readonly by: AppState['sceneId'];
    readonly lang: Lang;
    readonly guesses: readonly Guess[];
  } | null = null;
  let checking = false;
  let sentenceOf: SentenceOf | null = null;

  function guesses(state: AppState): readonly Guess[] {
    const { scene, sceneId, ui } = state;
    if (told?.of !== scene || told.by !== sceneId || told.lang !== ui.lang) {
      told = { of: scene, by: sceneId, lang: ui.lang, guesses: guessesOf(state, sentenceOf) };
      if (sentenceOf === null && state.sceneId.narration === null) askForWords();
    }
    return told.guesses;
  }

  /** A scene that nobody tells is asked about in the words of its steps, which come in a chunk of their own. */
  function askForWords(): void {
    import('../timeline/announcer.tsx').then(
      (came) => {
        sentenceOf = came.sentenceOf;
        told = null;
        look(store.getState(), store.getState());
      },
      // They did not come (no network): nothing is asked.
      () => {},
    );
  }

  const ask = ({ id, at, question, choices, right }: Guess): void =>
    askQuiz(store, { id, by: 'guess', step: at, question, choices, right });

  function check(now: AppState, before: AppState): void {
    if (now.scene?.commands !== before.scene?.commands) done.clear();
    const { playhead, quiz } = now;
    const { step, phase, playing, until } = playhead;
    const asked = guesses(now).find(({ id }) => id === quiz?.id);
    if (quiz?.by === 'guess' && (asked === undefined || asked.at !== step || playing)) {
      // Played on, or gone elsewhere: a question played over is not asked again.
      if (playing || quiz.chosen !== null) done.add(quiz.id);
      dropQuiz(store, quiz.id);
      return;
    }
    if (asked !== undefined && asked.question !== quiz?.question) {
      ask(asked);
      return;
    }
    const next = guesses(now).find(({ id, at }) => at >= step && !done.has(id));
    if (next === undefined || quiz !== null) return;
    const here = next.at === step && (phase >= 1 || step < 0);
    if (playing && here) actions.pause();
    else if (playing && until === null) actions.movePlayhead({ until: next.at });
    else if (!playing && until === null && here) ask(next);
  }

  const look = (now: AppState, before: AppState): void => {
    // What it does itself is looked at when it is done.
    if (checking) return;
    checking = true;
    try {
      let last = before;
      let state = now;
      do {
        check(state, last);
        last = state;
        state = store.getState();
      } while (state !== last);
    } finally {
      checking = false;
    }
  };
  const stop = store.subscribe(look);
  check(store.getState(), store.getState());
  return stop;
}
