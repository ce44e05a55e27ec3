/** Gates of where a vCPU's thread is: not started, asleep, off its CPU, in the host. @kvm x86.c vcpu_run, kvm_vcpu_block */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import { type Gate, gate, placeOf } from './gate.ts';
import { startUp } from './lapic.ts';
import { goesOn } from './pi-desc.ts';
import { risesAnew } from './pic.ts';

const word = (view: MachineView, vcpu: number, register: string): number => readWord(view, 'vcpu', vcpu, register);

export const VCPU_BLOCKED = gate('vcpu-blocked', {
  look(view, { vcpu, woken }) {
    const value = word(view, vcpu, 'halted');
    const asleep = value === 1 || (word(view, vcpu, 'blocking') === 1 && word(view, vcpu, 'loaded') === 0);
    const closed = asleep && !woken;
    return { at: placeOf('vcpu', vcpu, 'halted'), bits: 'halted', value, closed };
  },
  opens: (view, { vcpu }) => goesOn(view, vcpu),
  closes: (_view, { vcpu }) => [{ op: 'guest', vcpu, halt: 1 }],
});

export const VCPU_PREEMPTED: Gate = {
  id: 'vcpu-preempted',
  reads: ['vcpu.state'],
  look(view, { vcpu }) {
    const value = word(view, vcpu, 'preempted');
    const closed = value === 1 && word(view, vcpu, 'loaded') === 0;
    return { at: placeOf('vcpu', vcpu, 'preempted'), bits: 'preempted', value, closed };
  },
  opens: (view, { vcpu }) => goesOn(view, vcpu),
  closes: (_view, { vcpu }) => [{ op: 'schedule', vcpu, pcpu: null }],
};

export const RUN_LOOP_GATES: readonly Gate[] = [
  {
    id: 'vcpu-init',
    reads: ['vcpu.state'],
    look(view, { vcpu }) {
      const value = word(view, vcpu, 'mpState');
      return { at: placeOf('vcpu', vcpu, 'mpState'), bits: 'mpState', value, closed: value === 1 || value === 2 };
    },
    opens: (view, { vcpu }) => [startUp(view, vcpu)],
  },
  VCPU_BLOCKED,
  VCPU_PREEMPTED,
  {
    id: 'vcpu-host',
    reads: ['vcpu.mode'],
    // The last gate before the handler: what nothing else holds waits for the vCPU's next look.
    look: (view, { vcpu }) => ({
      at: placeOf('vcpu', vcpu, 'mode'),
      bits: 'mode',
      value: word(view, vcpu, 'mode'),
      closed: true,
    }),
    // Nothing tells a vCPU in the guest that its LVT0 hears the 8259 again: its output has to fall and rise.
    opens(view, { vcpu, picPin }) {
      const [first = [], second = [], ...others] = goesOn(view, vcpu);
      return [first, second, ...(picPin === undefined ? [] : [[...risesAnew(view, picPin), ...second]]), ...others];
    },
  },
];
