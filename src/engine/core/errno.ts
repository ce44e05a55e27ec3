/** Results of KVM's ioctls: errno numbers as Linux has them, and how the op language tells them. */
import type { OpResult } from '../../spec/ops/index.ts';

export const ENOENT = 2;
export const ENXIO = 6;
export const EBUSY = 16;
export const EEXIST = 17;
export const EINVAL = 22;

/** @param rc 0 or minus an errno */
export const ioctl = (rc: number): OpResult => (rc === 0 ? { rc: 0 } : { rc: -1, errno: -rc });
