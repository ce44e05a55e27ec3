/** The edits that lead to what is on screen, and those that were undone: a press goes to the scene after one. */
import './runs.css';
import './deed-texts.ts';
import { type ReactNode, useEffect, useRef } from 'react';
import { aheadOf, lineOf } from '../../share/runs.ts';
import { showRun } from '../../store/runs/track.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { runName } from './say-deed.ts';

export function EditList({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useT();
  const app = useApp();
  const runs = useStore((s) => s.runs);
  const kept = useStore((s) => s.kept);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  if (runs === null) return null;
  const line = lineOf(runs, runs.now);
  const all = [...line, ...aheadOf(runs)];
  return (
    <dialog ref={dialog} onClose={onClose} className="dialog edits" aria-labelledby="edits-title">
      <form method="dialog">
        <h2 id="edits-title">{t('edits.title')}</h2>
        <p>{t('edits.about')}</p>
        <ol className="edits-list">
          {all.map((run, i) => (
            <li key={run.id}>
              <button
                type="submit"
                className="edits-item"
                data-undone={i >= line.length}
                aria-current={run.id === runs.now ? 'true' : undefined}
                onClick={() => showRun(app, run.id)}
              >
                <span>{runName(t, run)}</span>
                {run.id === runs.now && <small>{t('edits.here')}</small>}
                {i >= line.length && <small>{t('edits.undone')}</small>}
              </button>
            </li>
          ))}
        </ol>
        {kept !== null && <p className="edits-kept">{t(kept ? 'edits.kept' : 'edits.noStorage')}</p>}
        <div className="dialog-buttons">
          <button type="submit" className="btn btn-main">
            {t('dialog.close')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
