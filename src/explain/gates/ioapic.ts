/** Gates of the IOAPIC. @kvm ioapic.c ioapic_set_irq, ioapic_service, kvm_ioapic_update_eoi_one */
import { join } from '../../base/u64.ts';
import { gridAddress, type MachineView, readWord, rteView, vectorsIn } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { writeEoi, writeRte } from '../guest-ops.ts';
import { type Evidence, type Gate, gate, hasGuest, placeOf, WAITS, type Way } from './gate.ts';
import { idOf, vcpusOf } from './match.ts';
import { addressOf } from './routing.ts';

const { MASK, TRIG_MODE } = masks(RTE);
const RTC_PIN = 8;

const low = (view: MachineView, pin: number): number => readWord(view, 'ioapic', 0, 'redirLo', pin);

const rteLook = (view: MachineView, pin: number, bits: string, at: number, closed: boolean): Evidence => ({
  at: placeOf('ioapic', 0, 'redirLo', pin),
  bits,
  value: (low(view, pin) >>> at) & 1,
  closed,
});

/** Nothing where the way leads through no IOAPIC. */
const atPin =
  (look: (view: MachineView, pin: number, way: Way) => Evidence | null): Gate['look'] =>
  (view, way) =>
    way.ioapicPin === undefined ? null : look(view, way.ioapicPin, way);

/**
 * The EOI that ends a vector somewhere: the guest's handler does it in time, else the op, after those of what is in service above
 * it, and at the vCPU that has it, which may be another than its entry says now.
 */
function endsVector(view: MachineView, way: Way): readonly (readonly JsonOp[])[] {
  const upTo = (vcpu: number): number[] =>
    vectorsIn(view.w, gridAddress(view, 'isr', vcpu)).filter((vector) => vector >= way.vector);
  const holders = vcpusOf(view).filter((vcpu) => upTo(vcpu)[0] === way.vector);
  const eoi = (holders.length > 0 ? holders : way.vcpus).map((vcpu): readonly JsonOp[] =>
    Array.from({ length: Math.max(1, upTo(vcpu).length) }, () => writeEoi(view, vcpu)),
  );
  const runAndEoi = way.vcpus.map((vcpu): readonly JsonOp[] => [{ op: 'run', vcpu }, writeEoi(view, vcpu)]);
  return hasGuest(view) ? [...WAITS, ...eoi] : [...eoi, ...runAndEoi];
}

/**
 * Where the EOI of pin 8 went by unseen: its vector, sent once more to the vCPU that owes it, with the entry turned back to that one.
 * @kvm ioapic.c rtc_irq_eoi
 */
function oweAgain(view: MachineView): readonly (readonly JsonOp[])[] {
  const owes = (vcpu: number): boolean =>
    ((readWord(view, 'ioapic', 0, 'rtcDest', vcpu >> 5) >>> (vcpu & 31)) & 1) === 1;
  return vcpusOf(view)
    .filter(owes)
    .map((vcpu) => {
      const vector = (readWord(view, 'ioapic', 0, 'rtcVectors', vcpu >> 2) >>> ((vcpu & 3) * 8)) & 0xff;
      const sent = { op: 'msi', addr: addressOf(view, vcpu), data: vector };
      const taken: JsonOp[] = hasGuest(view)
        ? [{ op: 'advance', ns: 100_000 }]
        : [{ op: 'run', vcpu }, writeEoi(view, vcpu)];
      return [...writeRte(0, RTC_PIN, 1, (idOf(view, vcpu) << 24) >>> 0), sent, ...taken];
    });
}

export const IOAPIC_MASK = gate('ioapic-mask', {
  look: atPin((view, pin) => rteLook(view, pin, 'mask', 16, rteView(view, pin).masked)),
  opens(view, { ioapicPin = 0 }) {
    return [writeRte(0, ioapicPin, 0, low(view, ioapicPin) & ~MASK)];
  },
  closes: (view, { ioapicPin = 0 }) => writeRte(0, ioapicPin, 0, low(view, ioapicPin) | MASK),
});

export const IOAPIC_EDGE = gate('ioapic-edge', {
  look: atPin((view, pin) => {
    const { level, irr } = rteView(view, pin);
    return {
      at: placeOf('ioapic', 0, 'irr'),
      bits: `irr.${pin}`,
      value: irr ? 1 : 0,
      closed: !level && irr && readWord(view, 'ioapic', 0, 'lines', pin) !== 0,
    };
  }),
  // Where nobody can lower the line, a resampler's that user space has lost sight of, an entry made level sends it as it stands.
  opens: (view, { gsi = 0, ioapicPin = 0, raise }) => [
    [{ op: 'irq_line', gsi, level: 0 }, ...raise],
    raise,
    writeRte(0, ioapicPin, 0, low(view, ioapicPin) | TRIG_MODE),
  ],
});

export const IOAPIC_GATES: readonly Gate[] = [
  IOAPIC_MASK,
  gate('ioapic-remote-irr', {
    look: atPin((view, pin) => {
      const rte = rteView(view, pin);
      return rteLook(view, pin, 'remoteIrr', 14, rte.level && rte.remoteIrr);
    }),
    opens(view, way) {
      const pin = way.ioapicPin ?? 0;
      const lo = low(view, pin);
      // Where no EOI is to come, an entry made edge and level again has forgotten it: what Linux does as well.
      const forget = [...writeRte(0, pin, 0, (lo & ~TRIG_MODE) >>> 0), ...writeRte(0, pin, 0, lo)];
      return [...endsVector(view, way), forget];
    },
  }),
  IOAPIC_EDGE,
  {
    id: 'rtc-pending-eoi',
    events: { rtc_coalesced: null },
    reads: [],
    look: atPin((view, pin) => {
      if (pin !== RTC_PIN) return null;
      const value = readWord(view, 'ioapic', 0, 'rtcPendingEoi');
      return { at: placeOf('ioapic', 0, 'rtcPendingEoi'), bits: 'pendingEoi', value, closed: (value | 0) > 0 };
    }),
    opens: (view, way) => [...endsVector(view, way), ...oweAgain(view)],
  },
  gate('eoi-delay', {
    look: atPin((view, pin) => {
      const due = join(readWord(view, 'vm', 0, 'eoiInjectDueLo'), readWord(view, 'vm', 0, 'eoiInjectDueHi'));
      const rte = rteView(view, pin);
      const waits = rte.level && rte.irr && !rte.remoteIrr && !rte.masked;
      return { at: placeOf('vm', 0, 'eoiInjectDueLo'), bits: 'due', value: due, closed: due !== 0 && waits };
    }),
    opens: () => [[{ op: 'advance', ns: 10_000_000 }]],
  }),
];
