/** Ways not taken. AVIC (avic.c). */
import type { AVIC_EVENTS } from '../../spec/events/avic.ts';
import { vcpuWord } from '../context.ts';
import { avicHeld, awake, halted, INTEL, icrWrite } from './host.ts';
import { addForks } from './index.ts';

addForks<typeof AVIC_EVENTS>({
  avic_deliver: (c) =>
    c.args.running === 1
      ? [...halted(c, c.index, 'fork.haltedAvic'), ...avicHeld(c, c.index, c.args.vector)]
      : awake(c, c.index),
  avic_doorbell: (c) => [...halted(c, c.args.vcpu, 'fork.haltedAvic'), INTEL],
  avic_evaluate: (c) => avicHeld(c, c.index, c.args.vector),
  avic_ipi: (c) => [...halted(c, c.args.vcpu, 'fork.haltedAvicIpi'), ...awake(c, c.args.vcpu)],
  avic_incomplete_ipi: (c) => {
    const write = icrWrite(c);
    const target = Array.from({ length: c.view.wordMap.vcpus }, (_, v) => v).find(
      (v) => vcpuWord(c, 'apicId', v) === c.args.dest,
    );
    return c.args.id === 1 && write !== null && target !== undefined ? awake(c, target) : [];
  },
  avic_kick: (c) => awake(c, c.args.vcpu),
});
