/** What stands in a notice: its sentence, and what can be done about it. */
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { notices } from '../i18n/en/notices.ts';
import { addTexts, hasText, type MessageKey } from '../i18n/index.ts';
import { useApp, useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';
import './notice.css';
import { Fenced } from './slot.tsx';

addTexts('en', notices);

const Report = lazy(() => import('./fault-report.tsx').then((m) => ({ default: m.FaultReport })));

let loading: Promise<void> | null = null;

/** Loads the other sentences; the page does so after its first motion, before anybody needs one. Never fails. */
export function loadErrorTexts(): Promise<void> {
  loading ??= import('../i18n/en/errors.ts').then(
    ({ errors }) => addTexts('en', errors),
    () => {
      // No network: the next notice tries again.
      loading = null;
    },
  );
  return loading;
}

function Sentence(): ReactNode {
  const t = useT();
  const notice = useStore((s) => s.notice);
  const fault = useStore((s) => s.fault);
  const [tried, setTried] = useState<string | null>(null);
  const key = notice === null ? 'error.fault' : `error.${notice.code}`;
  const isHere = hasText(key);
  useEffect(() => {
    if (!isHere) void loadErrorTexts().then(() => setTried(key));
  }, [isHere, key]);
  if (notice === null) return t('error.fault', { seq: fault?.seq ?? -1 });
  if (!isHere && tried !== key) return null;
  const shown: MessageKey = isHere ? key : 'error.unknown';
  return (
    <>
      {t(shown, { code: notice.code, ...notice.params })}
      {notice.place !== '' && (
        <code className="notice-place">
          <bdi>{t('error.at', { place: notice.place })}</bdi>
        </code>
      )}
    </>
  );
}

/** @param fault what is wrong is the engine */
export function Notice({ fault }: { readonly fault: boolean }): ReactNode {
  const t = useT();
  const { actions } = useApp();
  return (
    <>
      <p>
        <Sentence />
      </p>
      {fault && (
        <Fenced instead={null}>
          <Suspense fallback={null}>
            <Report />
          </Suspense>
        </Fenced>
      )}
      <button type="button" className="btn" onClick={() => actions.dismissNotice()}>
        {t('shell.dismiss')}
      </button>
    </>
  );
}
