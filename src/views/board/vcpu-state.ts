/** What a vCPU is doing, as a word. */
import type { VcpuView } from '../../engine/view/machine-view.ts';
import type { StageModel } from '../../scene/stage-model.ts';

export type StateName =
  | 'running'
  | 'inGuest'
  | 'inKvm'
  | 'handler'
  | 'halted'
  | 'blocked'
  | 'preempted'
  | 'uninitialized'
  | 'waitsForSipi';

/** KVM_MP_STATE_* */
const MP = { uninitialized: 1, initReceived: 2, halted: 3 } as const;

export function stateOf(v: VcpuView, host: StageModel['host']): StateName {
  if (v.mpState === MP.uninitialized) return 'uninitialized';
  if (v.mpState === MP.initReceived) return 'waitsForSipi';
  if (v.blocking) return 'blocked';
  if (v.halted || v.mpState === MP.halted) return 'halted';
  if (v.preempted) return 'preempted';
  if (host === 'vmx' && v.mode !== 1) return 'inKvm';
  if (v.handlers.length > 0) return 'handler';
  return v.mode === 1 ? 'inGuest' : 'running';
}

export const ASLEEP: readonly StateName[] = ['halted', 'blocked', 'preempted', 'uninitialized', 'waitsForSipi'];
