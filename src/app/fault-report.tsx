/** What a person needs to tell us of a fault: version, link, stack. A chunk of its own, for nothing fails as a rule. */
import { type ReactNode, useState } from 'react';
import { linkOf } from '../store/actions/links.ts';
import type { AppState } from '../store/types.ts';
import { useApp, useStore } from '../store/use-app.ts';
import { useT } from '../views/shared/use-t.ts';

/** @param state the page when it is asked for @param address the page's own, with what is behind the # */
export function reportOf(state: AppState, address: string, browser: string): string {
  const { fault } = state;
  const link = linkOf(state);
  return [
    `irqscope ${__APP_VERSION__}`,
    `address: ${address}`,
    ...(link === null ? [] : [`shown: #${link}`]),
    `browser: ${browser}`,
    `row: ${fault?.seq ?? '-'}`,
    '',
    fault?.stack ?? '',
  ].join('\n');
}

export function FaultReport(): ReactNode {
  const t = useT();
  const { store } = useApp();
  const stack = useStore((s) => s.fault?.stack ?? null);
  const [copied, setCopied] = useState(false);
  const [byHand, setByHand] = useState<string | null>(null);
  if (stack === null) return null;
  const copy = async (): Promise<void> => {
    const text = reportOf(store.getState(), window.location.href, navigator.userAgent);
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // A frame, or a page without the right to: it stands there to be copied by hand.
      setByHand(text);
    }
  };
  return (
    <>
      <button type="button" className="btn" onClick={() => void copy()}>
        {copied ? t('notice.copied') : t('notice.copyReport')}
      </button>
      {byHand !== null && (
        <textarea className="notice-report" readOnly aria-label={t('notice.report')} rows={6} value={byHand} />
      )}
    </>
  );
}
