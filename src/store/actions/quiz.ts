/** Questions to the reader: asked, answered, and how many were right. Whoever asks knows the answer, or finds it out. */
import type { StoreApi } from 'zustand/vanilla';
import type { AppState, Quiz } from '../types.ts';

type Store = StoreApi<AppState>;

/**
 * Asks. The question that is asked already, in another language, keeps what was chosen.
 * @param quiz right: index of the right choice; null: it is found out once somebody has chosen
 */
export function askQuiz(store: Store, quiz: Omit<Quiz, 'chosen'>): void {
  const { quiz: before } = store.getState();
  const kept = before?.id === quiz.id ? { chosen: before.chosen, right: before.right } : {};
  store.setState({ quiz: { chosen: null, ...quiz, ...kept } });
}

/** Chooses. The first choice counts. @returns whether there was such a choice to make */
export function answerQuiz(store: Store, choice: number, id?: string): boolean {
  const { quiz } = store.getState();
  if (quiz === null || quiz.chosen !== null || (id !== undefined && id !== quiz.id)) return false;
  if (!Number.isInteger(choice) || choice < 0 || choice >= quiz.choices.length) return false;
  settle(store, { ...quiz, chosen: choice });
  return true;
}

/** Says which choice was right; -1: none, it could not be found out. */
export function solveQuiz(store: Store, id: string, right: number): void {
  const { quiz } = store.getState();
  if (quiz?.id === id && quiz.right === null) settle(store, { ...quiz, right });
}

function settle(store: Store, quiz: Quiz): void {
  const { score } = store.getState();
  const counts = quiz.chosen !== null && quiz.right !== null && quiz.right >= 0;
  const right = score.right + (quiz.chosen === quiz.right ? 1 : 0);
  store.setState({ quiz, ...(counts ? { score: { right, of: score.of + 1 } } : {}) });
}

/** Nothing is asked any more. @param id only if it is this that is asked */
export function dropQuiz(store: Store, id?: string): void {
  const { quiz } = store.getState();
  if (quiz !== null && (id === undefined || id === quiz.id)) store.setState({ quiz: null });
}

/** Beats before which there is something to guess. */
export function markGuesses(store: Store, guessBeats: readonly number[]): void {
  store.setState({ guessBeats });
}
