/** A level interrupt is in service and its bit of the EOI-exit bitmap is clear: its EOI will not leave the guest. */
import { gridAddress, readWord, vectorIn } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { programmed, vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

export const staleEoiExitBitmap: Rule = {
  id: 'stale-eoi-exit-bitmap',
  severity: 'wrong',
  cites: ['vmx.eoi'],
  settles: true,
  look: ({ view }) =>
    view.config.apicv !== true
      ? []
      : programmed(view)
          .filter(({ level, remoteIrr }) => level && remoteIrr)
          .flatMap((rte) =>
            vcpusOf(view)
              .filter(
                (vcpu) => readWord(view, 'lapic', vcpu, 'apicvActive') === 1 && vcpuWord(view, vcpu, 'requests') === 0,
              )
              .filter((vcpu) => vectorIn(view.w, gridAddress(view, 'isr', vcpu), rte.vector))
              .filter((vcpu) => !vectorIn(view.w, gridAddress(view, 'eoiExit', vcpu), rte.vector))
              .map((vcpu) => ({
                at: placeOf('vmcs', vcpu, 'eoiExitBitmap', rte.vector >> 5),
                params: { vcpu, pin: rte.pin, vector: rte.vector },
              })),
          ),
};
