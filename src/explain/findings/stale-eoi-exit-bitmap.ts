/** A level interrupt is in service and its bit of the EOI-exit bitmap is clear: its EOI will not leave the guest. */
import {
  gridAddress,
  irqchipOf,
  type MachineView,
  readWord,
  routesOf,
  vectorIn,
} from '../../engine/view/machine-view.ts';
import { CHIP } from '../../spec/names.ts';
import { placeOf } from '../gates/gate.ts';
import { programmed, vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

/** Routes that stand for the pins of an IOAPIC in user space, where `create` says nothing else. */
const RESERVED = 24;
/** Trigger mode in an MSI's data. */
const LEVEL = 0x8000;

interface Level {
  readonly pin: number;
  readonly vector: number;
}

/** Level interrupts that an IOAPIC waits for the EOI of; one in user space shows them by their routes only. */
function levels(view: MachineView): readonly Level[] {
  if (irqchipOf(view) !== 'split') return programmed(view).filter(({ level, remoteIrr }) => level && remoteIrr);
  const pins = routesOf(view)?.byGsi.slice(0, view.config.routes ?? RESERVED) ?? [];
  return pins.flatMap((entries, pin) =>
    (entries ?? [])
      .filter(({ chip, data }) => chip === CHIP.msi && (data & LEVEL) !== 0)
      .map(({ data }) => ({ pin, vector: data & 0xff })),
  );
}

export const staleEoiExitBitmap: Rule = {
  id: 'stale-eoi-exit-bitmap',
  severity: 'wrong',
  cites: ['vmx.eoi'],
  settles: true,
  look({ view }) {
    if (view.config.apicv !== true) return [];
    const has = (grid: 'isr' | 'tmr' | 'eoiExit', vcpu: number, vector: number): boolean =>
      vectorIn(view.w, gridAddress(view, grid, vcpu), vector);
    return levels(view).flatMap(({ pin, vector }) =>
      vcpusOf(view)
        .filter((vcpu) => readWord(view, 'lapic', vcpu, 'apicvActive') === 1 && vcpuWord(view, vcpu, 'requests') === 0)
        .filter((vcpu) => has('isr', vcpu, vector) && !has('eoiExit', vcpu, vector))
        // A route may say level while what is in service came as an edge.
        .filter((vcpu) => irqchipOf(view) !== 'split' || has('tmr', vcpu, vector))
        .map((vcpu) => ({
          at: placeOf('vmcs', vcpu, 'eoiExitBitmap', vector >> 5),
          params: { vcpu, pin, vector },
        })),
    );
  },
};
