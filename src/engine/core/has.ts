/** What few machines have. Its code is behind a wire, for it may come late (machine/late.ts): ask here first. */
import type { Machine } from './machine.ts';
import { BASE, PIT } from './words.ts';

/** Was there a KVM_CREATE_PIT2? */
export const hasPit = (m: Machine): boolean => m.w[BASE.pit + PIT.at.present] === 1;

/** Has this machine a VMM with chips of its own? One without a model guest has no VMM either. */
export const modelsVmm = (m: Machine): boolean => m.irqchip !== 'full' && m.config.guest !== undefined;
