/** The sentence of a notice, with the catalogue it is from: a chunk of its own, for nothing is wrong as a rule. */
import type { ReactNode } from 'react';
import { errors } from '../i18n/en/errors.ts';
import { addTexts, hasText, type MessageKey } from '../i18n/index.ts';
import { useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';

addTexts('en', errors);

function keyOf(code: string): MessageKey {
  const key = `error.${code}`;
  return hasText(key) ? key : 'error.unknown';
}

export function NoticeSentence(): ReactNode {
  const t = useT();
  const notice = useStore((s) => s.notice);
  const fault = useStore((s) => s.fault);
  if (notice === null) return t('error.fault', { seq: fault?.seq ?? -1 });
  return (
    <>
      {t(keyOf(notice.code), { code: notice.code, ...notice.params })}
      {notice.place !== '' && <code className="notice-place">{t('error.at', { place: notice.place })}</code>}
    </>
  );
}
