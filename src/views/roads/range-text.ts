import type { IoRange } from '../../spec/iodevs.ts';
import type { Translate } from '../shared/use-t.ts';

/** A range as the kernel's tables write it: where it begins and how many bytes it is, 0 being any. */
export const rangeText = ({ addr, len }: Pick<IoRange, 'addr' | 'len'>, t: Translate): string =>
  len === 0 ? `0x${addr.toString(16)}, ${t('roads.bus.any')}` : `0x${addr.toString(16)} + 0x${len.toString(16)}`;
