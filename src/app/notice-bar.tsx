/** One clear sentence on what is wrong, with its place. */
import { lazy, type ReactNode, Suspense } from 'react';
import { useApp, useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';
import { NoticeSentence } from './notice-sentence.tsx';
import { Fenced } from './slot.tsx';

const Report = lazy(() => import('./fault-report.tsx').then((m) => ({ default: m.FaultReport })));

export function NoticeBar(): ReactNode {
  const t = useT();
  const { actions } = useApp();
  const code = useStore((s) => s.notice?.code ?? (s.fault === null ? null : 'fault'));
  if (code === null) return <div role="status" className="notice-none" />;
  return (
    <div role="status" className="notice" data-code={code}>
      <p>
        <NoticeSentence />
      </p>
      {code === 'fault' && (
        <Fenced instead={null}>
          <Suspense fallback={null}>
            <Report />
          </Suspense>
        </Fenced>
      )}
      <button type="button" className="btn" onClick={() => actions.dismissNotice()}>
        {t('shell.dismiss')}
      </button>
    </div>
  );
}
