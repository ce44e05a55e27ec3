/** The sentence of a notice. The few that must be said when nothing more can be loaded are in the first load (i18n/en/app.ts). */
import { type ReactNode, useEffect, useState } from 'react';
import { addTexts, hasText, type MessageKey } from '../i18n/index.ts';
import { useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';

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

export function NoticeSentence(): ReactNode {
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
