/** The mark of a gap that is folded: nothing was printed for so long. */
import type { ReactNode } from 'react';
import type { Translate } from '../shared/use-t.ts';

export function Gap({ ms, t }: { readonly ms: number; readonly t: Translate }): ReactNode {
  return <span className="tr-gap">{t('trace.page.gap', { ms: Math.round(ms).toLocaleString('en-US') })}</span>;
}
