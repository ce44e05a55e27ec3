/** A vCPU sleeps and its descriptor does not have the wakeup vector: what a device posts wakes nobody. */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

/** POSTED_INTR_WAKEUP_VECTOR */
const WAKEUP = 0xf1;

/** Can a device post to a vCPU? One that is assigned can when an entry of its posts. */
const isAssigned = (view: MachineView): boolean =>
  view.config.postedInterrupts === true ||
  (view.config.devices ?? []).some((d, slot) => d.kind === 'nvme' && readWord(view, 'device', slot, 'irte') !== 0);

export const wakeupVectorMissing: Rule = {
  id: 'wakeup-vector-missing',
  severity: 'wrong',
  cites: ['vmx.pi'],
  settles: true,
  look: ({ view }) =>
    vcpusOf(view)
      .filter(() => view.config.apicv === true && isAssigned(view))
      .filter((vcpu) => vcpuWord(view, vcpu, 'blocking') === 1 && vcpuWord(view, vcpu, 'loaded') === 0)
      .filter((vcpu) => readWord(view, 'piDesc', vcpu, 'nv') !== WAKEUP && readWord(view, 'piDesc', vcpu, 'on') === 0)
      .map((vcpu) => ({
        at: placeOf('piDesc', vcpu, 'nv'),
        params: { vcpu, nv: readWord(view, 'piDesc', vcpu, 'nv') },
      })),
};
