/** What `late()` gives: import nothing of it but by that. */
import type { OpName } from '../../spec/ops/index.ts';
import type { Handlers } from '../core/wires.ts';
import { printCpu, printMachine } from './print.ts';
import { writeRaw } from './raw.ts';
import { ROAD_HANDLERS } from './road-ops.ts';
import { getMsr, restore, save, setMsr, timerState } from './save-restore.ts';
import { SETUP_HANDLERS } from './setup.ts';

export { PIT_CHIP } from '../chips/pit/pit.ts';
export { VMM } from '../world/userspace.ts';
export { SVM_WIRES } from './svm.ts';
export { VMX_WIRES } from './vmx.ts';
export { VMX_MODEL_OPS } from './vmx-ops.ts';

/** Ops that put a VM together, look at it, or are the VMM's rarer ioctls. */
export const LATE_HANDLERS = {
  ...ROAD_HANDLERS,
  ...SETUP_HANDLERS,
  save,
  restore,
  set_msr: setMsr,
  get_msr: getMsr,
  timer: (m, op) => timerState(m, op.vcpu),
  cpu: (m, op) => printCpu(m, op.vcpu),
  raw: writeRaw,
  get: (m) => printMachine(m),
} satisfies Partial<Handlers<OpName>>;
