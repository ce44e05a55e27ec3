/** The card every panel of the right column and the drawer stands in. */
import './panel.css';
import './panel-texts.ts';
import { type ReactNode, useId } from 'react';
import type { Translate } from '../shared/use-t.ts';

interface PanelProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly className?: string;
  /** The title is for screen readers alone. */
  readonly hideTitle?: boolean;
  /** Beside the title. */
  readonly aside?: ReactNode;
}

/** What stands between two sentences of the language that are elements of their own: a space, or nothing. */
export const gapOf = (t: Translate): string => t('panel.joined', { one: '', two: '' });

export function Panel({ title, children, className = '', hideTitle = false, aside }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <div className={hideTitle ? 'visually-hidden' : 'panel-head'}>
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
