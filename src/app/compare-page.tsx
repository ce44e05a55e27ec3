/** The comparison as a page of its own, with the wires to its two frames. */
import type { ReactNode } from 'react';
import { controlFrame } from '../embed/frame-control.ts';
import { Compare } from '../views/compare/compare.tsx';
import { keySink } from './key-sink.ts';
import { NoticeBar } from './notice-bar.tsx';

const takeKeys = (take: ((key: string) => boolean) | null): void => {
  keySink.take = take;
};

export function ComparePage(): ReactNode {
  return <Compare connect={controlFrame} takeKeys={takeKeys} notice={<NoticeBar />} />;
}
