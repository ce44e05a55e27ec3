/** In words: Delivery to the local APICs, and what a local APIC does with it (lapic.c). */

import { hex, hex64 } from '../../base/numbers.ts';
import { readWord } from '../../engine/view/machine-view.ts';
import { decode } from '../../spec/define/registers.ts';
import type { LAPIC_EVENTS } from '../../spec/events/lapic.ts';
import { ICR, lapicRegisterName } from '../../spec/registers/lapic.ts';
import type { StepContext } from '../context.ts';
import { lapicWord, ledTo } from '../context.ts';
import type { Text } from '../text.ts';
import { say } from '../text.ts';
import type { Descriptions } from './index.ts';
import { cls, destModeName, destText, modeName, trigName } from './words.ts';

const pprOf = (c: StepContext): number => lapicWord(c, 'ppr') & 0xff;

function bitCount(mask: number): number {
  let count = 0;
  for (let bits = mask; bits !== 0; bits &= bits - 1) count++;
  return count;
}

/** Fixed and LowPrio name a vector, SIPI where to start; NMI, SMI, INIT and ExtINT mean none by the field. */
const carriesVector = (mode: number): boolean => [0, 1, 6].includes(mode & 7);

/** The local APICs that took the message, or of how many that match lowest priority chose one. */
function matched(c: StepContext, dest: string, destMode: Text): Text {
  const choice = ledTo(c, 'lowest_prio')[0]?.args;
  if (choice !== undefined && (choice.candidates & (choice.candidates - 1)) !== 0)
    return say('why.matched.several', { dest, destMode, count: bitCount(choice.candidates) });
  const list = ledTo(c, 'kvm_apic_accept_irq').map((r) => `LAPIC ${r.index}`);
  if (list.length === 0) return say('why.matched.none', { dest, destMode });
  return say('why.matched', { dest, destMode, list });
}

export const LAPIC: Descriptions<typeof LAPIC_EVENTS> = {
  kvm_irq_delivery_to_apic: (c) => {
    const { dest, vector, mode: bits, path } = c.args;
    const logical = (bits & 8) !== 0;
    const shorthand = (bits >> 4) & 3;
    const d = destText(dest, logical);
    const dm = destModeName(logical);
    return {
      params: {
        dest: d,
        vec: hex(vector),
        mode: modeName(bits),
        destMode: dm,
        shorthand: say(`word.shorthand.${shorthand as 0 | 1 | 2 | 3}`, { dest: d }),
      },
      variant:
        shorthand !== 0 ? (carriesVector(bits) ? 'shorthand' : 'shorthandEvent') : !carriesVector(bits) && 'event',
      why: [
        ...(shorthand === 0 ? [matched(c, d, dm)] : []),
        shorthand === 1
          ? say('event.kvm_irq_delivery_to_apic.self')
          : path === 1 || say('event.kvm_irq_delivery_to_apic.slow'),
      ],
    };
  },
  lowest_prio: (c) => {
    const { vcpu, vector, candidates: mask } = c.args;
    const count = bitCount(mask);
    const params = { vcpu, vec: hex(vector), count, rest: count === 0 ? 0 : vector % count };
    const hashed = c.view.config.vectorHashing !== false;
    return { params, variant: count === 1 && 'one', why: hashed ? [true] : [say('event.lowest_prio.why.arb', params)] };
  },
  no_destination: (c) => {
    const ids = Array.from({ length: c.view.wordMap.vcpus }, (_, v) => {
      const x2 = (lapicWord(c, 'baseLo', v) & 0xc00) === 0xc00;
      return x2 ? lapicWord(c, 'id', v) : lapicWord(c, 'id', v) >>> 24;
    });
    const logical = c.args.mode === 1;
    return {
      params: {
        dest: destText(c.args.dest, logical),
        vec: hex(c.args.vector),
        destMode: destModeName(logical),
        ids,
      },
    };
  },
  disabled_lapic: (c) => ({ params: { dest: hex(c.args.dest), vec: hex(c.args.vector) } }),
  kvm_apic_accept_irq: (c) => {
    const { vector, mode, trig } = c.args;
    const vectored = mode <= 1;
    return {
      params: {
        vcpu: c.index,
        vec: hex(vector),
        mode: modeName(mode),
        trig: trigName(trig === 1),
        hw: (lapicWord(c, 'baseLo') >> 11) & 1,
        sw: (lapicWord(c, 'svr') >> 8) & 1,
        tmr: trig,
      },
      variant: !vectored && 'event',
      why: vectored ? [true] : [],
    };
  },
  accept_disabled: (c) => ({
    params: {
      vcpu: c.index,
      vec: hex(c.args.vector),
      hw: (lapicWord(c, 'baseLo') >> 11) & 1,
      sw: (lapicWord(c, 'svr') >> 8) & 1,
    },
  }),
  accept_ignored: (c) => ({ params: { vcpu: c.index, mode: modeName(c.args.mode) }, why: [true] }),
  irr_set: (c) => {
    const { vector, already } = c.args;
    const ppr = pprOf(c);
    const verdict = say(cls(vector) > cls(ppr) ? 'word.above' : 'word.below');
    return {
      params: { vcpu: c.index, vec: hex(vector), cls: cls(vector), ppr: hex(ppr), pprCls: cls(ppr), verdict },
      variant: already === 1 && 'already',
      why: [true],
    };
  },
  sipi_pending: (c) => ({ params: { vcpu: c.index, vec: hex(c.args.vector), start: hex(c.args.vector << 12) } }),
  kvm_apic_ipi: (c) => {
    const { icrLow: low, dest, vector } = c.args;
    const icr = decode(ICR, [low >>> 0, 0]);
    const logical = icr.destMode === 'logical';
    const shorthand = ((low >>> 18) & 3) as 0 | 1 | 2 | 3;
    return {
      params: {
        vcpu: c.index,
        vec: hex(vector),
        mode: icr.deliveryMode,
        target: say(`word.shorthand.${shorthand}`, { dest: destText(dest, logical) }),
        icr: hex(low),
        destMode: destModeName(logical),
        level: say(icr.level === 'assert' ? 'word.assert' : 'word.deassert'),
        trig: trigName(icr.trigMode === 'level'),
        shorthand: shorthand === 0 ? say('word.none') : icr.shorthand,
      },
      variant: !carriesVector(low >>> 8) && 'event',
      why: [true],
    };
  },
  kvm_apic_write: (c) => ({
    params: { vcpu: c.index, register: lapicRegisterName(c.args.register), value: hex64(c.args.value, c.args.valueHi) },
  }),
  kvm_apic_read: (c) => ({
    params: { vcpu: c.index, register: lapicRegisterName(c.args.register), value: hex(c.args.value) },
  }),
  apic_write_ignored: (c) => ({ params: { vcpu: c.index, register: lapicRegisterName(c.args.register) } }),
  apic_base: (c) => ({
    params: {
      vcpu: c.index,
      value: hex64(c.args.valueLo, c.args.valueHi),
      mode: say(
        (c.args.valueLo & 0x800) === 0 ? 'word.apicOff' : (c.args.valueLo & 0x400) === 0 ? 'word.xapic' : 'word.x2apic',
      ),
    },
  }),
  apic_map: (c) => ({
    params: {
      mode: c.args.valid === 0 ? say('word.map.invalid') : say(`word.map.${c.args.mode as 0 | 1 | 2 | 3 | 4}`),
    },
  }),
  ppr: (c) => ({
    params: {
      vcpu: c.index,
      before: hex(c.args.before),
      after: hex(c.args.after),
      direction: say(c.args.after > c.args.before ? 'word.up' : 'word.down'),
    },
  }),
  apic_ack: (c) => {
    const ppr = pprOf(c);
    return {
      params: { vcpu: c.index, vec: hex(c.args.vector), cls: cls(c.args.vector), ppr: hex(ppr), pprCls: cls(ppr) },
      why: [true],
    };
  },
  kvm_eoi: (c) => {
    const vector = c.args.vector;
    const handled = (readWord(c.view, 'lapic', c.index, 'handled', vector >> 5) >>> (vector & 31)) & 1;
    const ioapic = say(handled === 1 ? 'word.toIoapic' : 'word.notIoapic', { vec: hex(vector) });
    return { params: { vcpu: c.index, vec: hex(vector), ioapic }, why: [true] };
  },
};
