/** The page around a frame wants what the reader made in it: the reader is asked, and nothing else waits for the answer. */
import { type ReactNode, useSyncExternalStore } from 'react';
import type { Consent } from '../embed/consent.ts';
import { useT } from '../views/shared/use-t.ts';
import './notice.css';

const ANSWERS = ['once', 'always', 'no'] as const;

export function ConsentBar({ consent }: { readonly consent: Consent }): ReactNode {
  const t = useT();
  const asks = useSyncExternalStore(consent.subscribe, consent.asks);
  // There before it is needed: a live region says what comes into it.
  return (
    <div role="status" className={asks ? 'notice' : 'visually-hidden'} data-part="consent">
      {asks && (
        <>
          <p>{t('consent.ask')}</p>
          <div className="notice-buttons">
            {ANSWERS.map((yes) => (
              <button key={yes} type="button" className="btn" onClick={() => consent.answer(yes)}>
                {t(`consent.${yes}`)}
              </button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}
