/** Says where a change by hand went, until the reader goes on. */
import './runs.css';
import './deed-texts.ts';
import { type ReactNode, useEffect, useState } from 'react';
import { undo } from '../../store/actions/edits.ts';
import type { Said as SaidState } from '../../store/types.ts';
import { useApp, useStore } from '../../store/use-app.ts';
import { useT } from '../shared/use-t.ts';
import { sayDeed } from './say-deed.ts';

export function Said(): ReactNode {
  const t = useT();
  const app = useApp();
  const said = useStore((s) => s.said);
  const step = useStore((s) => s.playhead.step);
  const moves = useStore(
    ({ playhead, scene }) => playhead.playing || playhead.until !== null || scene?.complete === false,
  );
  const [stood, setStood] = useState<{ readonly said: SaidState; readonly step: number } | null>(null);
  useEffect(() => {
    if (said !== null && !moves) setStood((was) => (was?.said === said ? was : { said, step }));
  }, [said, moves, step]);
  const shown = said !== null && (stood?.said !== said || stood.step === step);
  const isEdit = said?.key === 'said.inFront' || said?.key === 'said.after';
  const key = said !== null && isEdit && said.step < 0 ? 'said.atStart' : said?.key;
  return (
    <div role="status" className={shown ? 'said' : 'visually-hidden'}>
      {shown && key !== undefined && (
        <>
          <span>{t(key, { what: sayDeed(t, said.deed), n: said.step + 1 })}</span>
          {isEdit && (
            <button type="button" className="header-btn" onClick={() => undo(app)}>
              {t('said.undo')}
            </button>
          )}
          <button
            type="button"
            className="header-btn"
            aria-label={t('dialog.close')}
            onClick={() => app.store.setState({ said: null })}
          >
            ×
          </button>
        </>
      )}
    </div>
  );
}
