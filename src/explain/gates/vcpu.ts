/** Gates of the vCPU: flags, blocking, what goes first. @kvm x86.c kvm_check_and_inject_events */
import {
  gridAddress,
  irqchipOf,
  type MachineView,
  readWord,
  vectorIn,
  vectorsIn,
} from '../../engine/view/machine-view.ts';
import { type Gate, gate, hasGuest, placeOf, WAITS, type Way } from './gate.ts';
import { goesOn } from './pi-desc.ts';
import { CASCADE, firstPin, firstVector, listensToPic, quietFirst } from './pic.ts';

const NMI = 4;
const NMI_VECTOR = 2;
/** In pending_events. */
const INIT = 1;

const word = (view: MachineView, vcpu: number, register: string): number => readWord(view, 'vcpu', vcpu, register);
const isNmi = ({ message }: Way): boolean => message?.mode === NMI;

/** Vector that KVM_INTERRUPT gave and the vCPU has not taken, -1 none. */
export function extintOf(view: MachineView, vcpu: number): number {
  if (irqchipOf(view) !== 'none') return word(view, vcpu, 'pendingExtint') | 0;
  return word(view, vcpu, 'intrInjected') === 1 ? word(view, vcpu, 'intrNr') : -1;
}

/** The 8259 has something for this vCPU, which KVM asks before the local APIC. */
function extintWaits(view: MachineView, vcpu: number): boolean {
  if (!listensToPic(view, vcpu)) return false;
  return irqchipOf(view) === 'full' ? readWord(view, 'pic', 0, 'output') === 1 : extintOf(view, vcpu) !== -1;
}

/** What the vCPU takes before this vector: an INIT, an NMI, the 8259's (of it, a more urgent pin), or a vector of its local APIC above it. */
function first(
  view: MachineView,
  way: Way,
): { at: string; bits: string; value: number; by: string; vector?: number } | null {
  const { vcpu, vector, picPin } = way;
  // Without a local APIC it is injected already, and what is injected goes in again before an NMI.
  if (way.extint === true && irqchipOf(view) === 'none') return null;
  // A reset goes before all else, and wipes what waits. @kvm lapic.c kvm_apic_accept_events
  if (!isNmi(way) && (readWord(view, 'lapic', vcpu, 'pendingEvents') & INIT) !== 0)
    return { at: placeOf('lapic', vcpu, 'pendingEvents'), bits: 'init', value: 1, by: 'init' };
  // What was injected and did not get in goes in again before anything new. @kvm x86.c kvm_check_and_inject_events
  const nmi = word(view, vcpu, 'nmiInjected') === 1;
  const own = nmi ? NMI_VECTOR : word(view, vcpu, 'intrNr');
  const again = own !== vector || vectorIn(view.w, gridAddress(view, 'irr', vcpu), vector);
  if (nmi || (word(view, vcpu, 'intrInjected') === 1 && again)) {
    const bits = nmi ? 'nmiInjected' : 'intrInjected';
    return { at: placeOf('vcpu', vcpu, bits), bits, value: 1, by: 'injected', vector: own };
  }
  if (isNmi(way)) return null;
  const nmis = word(view, vcpu, 'nmiPending') + word(view, vcpu, 'nmiQueued');
  if (nmis > 0 && word(view, vcpu, 'nmiMasked') === 0)
    return { at: placeOf('vcpu', vcpu, 'nmiPending'), bits: 'nmiPending', value: nmis, by: 'nmi' };
  if (picPin !== undefined) {
    const pin = firstPin(view);
    // Who has pin 2 of the master itself gets what the slave asks for.
    if (pin < 0 || pin === picPin || (picPin === CASCADE && pin > 7)) return null;
    return { at: placeOf('pic', pin >> 3, 'irr'), bits: `irr.${pin & 7}`, value: 1, by: `pin ${pin}` };
  }
  if (way.extint === true) return null;
  if (extintWaits(view, vcpu)) {
    const own = irqchipOf(view) === 'full' ? firstVector(view) : extintOf(view, vcpu);
    return { at: placeOf('pic', 0, 'output'), bits: 'output', value: 1, by: 'extint', vector: own };
  }
  const irr = vectorsIn(view.w, gridAddress(view, 'irr', vcpu)).at(-1) ?? -1;
  const pir = vectorsIn(view.w, gridAddress(view, 'pir', vcpu)).at(-1) ?? -1;
  const highest = Math.max(irr, pir);
  if (highest <= vector) return null;
  return {
    at: placeOf('lapic', vcpu, 'irr', highest >> 5),
    bits: `irr.${highest & 31}`,
    value: 1,
    by: 'irr',
    vector: highest,
  };
}

export const INTERRUPT_FLAG = gate('if', {
  look(view, way) {
    if (isNmi(way)) return null;
    const value = word(view, way.vcpu, 'rflagsIf');
    // Without a model guest `run` enters with IF=1 and no shadow.
    const handlers = word(view, way.vcpu, 'depth');
    return {
      at: placeOf('vcpu', way.vcpu, 'rflagsIf'),
      bits: 'if',
      value,
      closed: hasGuest(view) && value === 0 && word(view, way.vcpu, 'mpState') === 0,
      ...(handlers > 0 && { by: 'handler' }),
    };
  },
  opens(view, { vcpu }) {
    const on = [{ op: 'guest', vcpu, rflagsIf: 1 }];
    return word(view, vcpu, 'depth') > 0 ? [...WAITS, on] : [on];
  },
  closes: (_view, { vcpu }) => [{ op: 'guest', vcpu, rflagsIf: 0 }],
});

export const VCPU_GATES: readonly Gate[] = [
  INTERRUPT_FLAG,
  gate('shadow', {
    look(view, way) {
      const { vcpu } = way;
      const value = word(view, vcpu, 'shadow');
      const counts = hasGuest(view) || (isNmi(way) && view.config.apicv !== true);
      return { at: placeOf('vcpu', vcpu, 'shadow'), bits: 'shadow', value, closed: counts && value !== 0 };
    },
    opens: (_view, { vcpu }) => [[{ op: 'guest', vcpu, shadow: 0 }]],
  }),
  {
    id: 'nmi-blocked',
    reads: ['vcpu.nmi'],
    look(view, way) {
      if (!isNmi(way)) return null;
      const value = word(view, way.vcpu, 'nmiMasked');
      return { at: placeOf('vcpu', way.vcpu, 'nmiMasked'), bits: 'nmiMasked', value, closed: value === 1 };
    },
    opens: (view, { vcpu }) => (hasGuest(view) ? [...WAITS, [{ op: 'iret', vcpu }]] : [[{ op: 'iret', vcpu }]]),
  },
  gate('event-first', {
    look(view, way) {
      const found = first(view, way);
      if (found === null && isNmi(way)) return null;
      const at = placeOf('vcpu', way.vcpu, 'nmiPending');
      return found === null
        ? { at, bits: 'nmiPending', value: word(view, way.vcpu, 'nmiPending'), closed: false }
        : { ...found, closed: true };
    },
    opens(view, way) {
      const by = first(view, way)?.by ?? '';
      const ways = goesOn(view, way.vcpu);
      return by === 'extint' || by.startsWith('pin') ? quietFirst(view, ways) : ways;
    },
  }),
];
