/** What is looked at now and then: a line that opens. */
import type { ReactNode } from 'react';

interface Props {
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** Open at first. */
  readonly open?: boolean | undefined;
  readonly className?: string;
}

export function Fold({ title, children, open, className = '' }: Props) {
  return (
    <details className={`fold ${className}`} open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
