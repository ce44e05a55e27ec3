/** One clear sentence on what is wrong, with its place. */
import type { ReactNode } from 'react';
import { hasText, type MessageKey } from '../i18n/index.ts';
import { dismissNotice } from '../store/actions/ui.ts';
import { store } from '../store/app-store.ts';
import { useStore } from '../store/use-store.ts';
import { useT } from '../views/shared/use-t.ts';

function keyOf(code: string): MessageKey {
  const key = `error.${code}`;
  return hasText(key) ? key : 'error.unknown';
}

export function NoticeBar(): ReactNode {
  const t = useT();
  const notice = useStore((s) => s.notice);
  const fault = useStore((s) => s.fault);
  if (notice === null && fault === null) return <div role="status" className="notice-none" />;
  return (
    <div role="status" className="notice" data-code={notice?.code ?? 'fault'}>
      <p>
        {notice === null
          ? t('error.fault', { seq: fault?.seq ?? -1 })
          : t(keyOf(notice.code), { code: notice.code, ...notice.params })}
        {notice !== null && notice.place !== '' && (
          <code className="notice-place">{t('error.at', { place: notice.place })}</code>
        )}
      </p>
      <button type="button" className="notice-close" onClick={() => dismissNotice(store)}>
        {t('shell.dismiss')}
      </button>
    </div>
  );
}
