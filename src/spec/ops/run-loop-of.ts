/**
 * Which run loop a machine has, where its `create` does not say: the rule of before there was `runLoop`, so that presets
 * and links of then, and the recordings, mean what they meant.
 */
import type { Json } from '../define/op.ts';

export const RUN_LOOPS = ['none', 'vmx', 'svm'] as const;
export type RunLoop = (typeof RUN_LOOPS)[number];

/** Any of them being there, even as false, asked for the run loop of vmx.c. */
const ASKED_FOR_VMX = ['apicv', 'postedInterrupts', 'ipiVirtualization', 'pcpus'];

/**
 * Before: `{ avic: true }` had svm.c's loop; a create in which one of four fields *stood* had vmx.c's; all others none.
 * After: `runLoop` says it. @param create as JSON or as read
 */
export function runLoopOf(create: Json): RunLoop {
  if (create.runLoop !== undefined) return create.runLoop as RunLoop;
  if (create.avic === true) return 'svm';
  return ASKED_FOR_VMX.some((field) => create[field] !== undefined) ? 'vmx' : 'none';
}

/** The run loops a machine may have, by what its processor does for the guest. */
export function runLoopsFor(create: Json): readonly RunLoop[] {
  if (create.avic === true) return ['svm'];
  const vmx = create.apicv === true || create.postedInterrupts === true || create.ipiVirtualization === true;
  return vmx ? ['vmx'] : ['none', 'vmx'];
}
