/** A question to the reader, over the foot of the stage: what may be chosen, then whether it was right. */
import './quiz.css';
import '../shared/preset-texts.ts';
import { type ReactNode, useEffect, useId } from 'react';
import { answerQuiz } from '../../store/actions/quiz.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { watchGuesses } from './guesses.ts';

/** Asks what the scene asks, as long as it is there. */
export function QuizCard(): ReactNode {
  const t = useT();
  const app = useApp();
  const id = useId();
  const quiz = useStore((state) => state.quiz);
  const score = useStore((state) => state.score);
  useEffect(() => watchGuesses(app), [app]);
  if (quiz === null || quiz.by !== 'guess') return null;
  const { question, choices, chosen, right } = quiz;
  const answered = chosen !== null && right !== null;
  return (
    <section className="quiz" data-part="quiz" aria-labelledby={`${id}-question`}>
      <p className="quiz-question" id={`${id}-question`} aria-live="polite">
        {question}
      </p>
      <ul className="quiz-choices">
        {choices.map((choice, i) => (
          <li key={choice}>
            <button
              type="button"
              className="btn"
              aria-pressed={chosen === i}
              aria-disabled={answered}
              data-answer={answered && i === right ? 'right' : answered && i === chosen ? 'wrong' : undefined}
              onClick={() => answerQuiz(app.store, i)}
            >
              {choice}
            </button>
          </li>
        ))}
      </ul>
      <p className="quiz-verdict">
        <span role="status">{answered && t(chosen === right ? 'quiz.right' : 'quiz.wrong', { ...score })}</span>
        <button type="button" className={answered ? 'btn btn-main' : 'btn'} onClick={() => app.actions.play()}>
          {t(answered ? 'quiz.go' : 'quiz.skip')}
        </button>
      </p>
    </section>
  );
}
