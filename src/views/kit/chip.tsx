/** A fact in a few characters; with `onClick` a button. */
import type { ButtonHTMLAttributes, ReactNode } from 'react';

interface Props extends Pick<ButtonHTMLAttributes<HTMLButtonElement>, 'title' | 'aria-label' | 'onClick'> {
  readonly children: ReactNode;
  /** It is what counts now. */
  readonly on?: boolean;
  /** A name of the machine's or the kernel's. */
  readonly mono?: boolean;
  /** A button that stays down. */
  readonly pressed?: boolean;
}

export function Chip({ children, on, mono = false, pressed, onClick, ...said }: Props) {
  const shared = { className: mono ? 'chip chip-mono' : 'chip', 'data-on': on, ...said };
  if (onClick === undefined) return <span {...shared}>{children}</span>;
  return (
    <button type="button" {...shared} aria-pressed={pressed} onClick={onClick}>
      {children}
    </button>
  );
}
