/** The comparison as a page of its own. */
import type { ComponentProps, ReactNode } from 'react';
import { Compare } from '../views/compare/compare.tsx';
import { NoticeBar } from './notice-bar.tsx';

export function ComparePage(props: Omit<ComponentProps<typeof Compare>, 'notice'>): ReactNode {
  return <Compare {...props} notice={<NoticeBar />} />;
}
