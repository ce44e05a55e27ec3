import type { IoRange } from '../../spec/iodevs.ts';

/** A range as the kernel's tables write it: where it begins and how many bytes it is. */
export const rangeText = ({ addr, len }: Pick<IoRange, 'addr' | 'len'>): string =>
  `0x${addr.toString(16)} + 0x${len.toString(16)}`;
