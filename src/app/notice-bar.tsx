/** The place of a notice: one clear sentence on what is wrong. A status from the start, so that what comes into it is read out. */
import type { ReactNode } from 'react';
import { useStore } from '../store/use-app.ts';
import { Late, part } from './slot.tsx';

const Notice = part(() => import('./notice.tsx').then((m) => m.Notice));

export function NoticeBar(): ReactNode {
  const code = useStore((s) => s.notice?.code ?? (s.fault === null ? null : 'fault'));
  return (
    <div role="status" className={code === null ? 'notice-none' : 'notice'} data-code={code}>
      <Late>{code !== null && <Notice fault={code === 'fault'} />}</Late>
    </div>
  );
}
