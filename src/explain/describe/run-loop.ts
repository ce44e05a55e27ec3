/** In words: vcpu_enter_guest with its VMCS fields (x86.c, vmx.c). */

import { hex } from '../../base/numbers.ts';
import type { RUN_LOOP_EVENTS } from '../../spec/events/run-loop.ts';
import { exitName } from '../../spec/exits.ts';
import { lapicRegisterName } from '../../spec/registers/lapic.ts';
import { lapicWord } from '../context.ts';
import { say, type Text } from '../text.ts';
import { addDescriptions } from './index.ts';
import { eventText, requestName, requestNames } from './words.ts';

/** An exit qualification, read. @sdm "Exit Qualification" */
function qualified(reason: number, qualification: number): Text | true | null {
  const exit = exitName(reason);
  if (exit === 'EOI_INDUCED') return say('event.kvm_exit.why.vector', { qualification: hex(qualification) });
  // Most exits have none: it says nothing then.
  if (exit !== 'APIC_ACCESS') return qualification === 0 ? null : true;
  // Bits 15:12: 0 linear read, 1 linear write; bits 11:0 the offset.
  const register = lapicRegisterName(qualification & 0xfff);
  const key = qualification >>> 12 === 0 ? 'event.kvm_exit.why.apicRead' : 'event.kvm_exit.why.apicAccess';
  return say(key, { qualification: hex(qualification), register });
}

addDescriptions<typeof RUN_LOOP_EVENTS>({
  vcpu_enter_guest: (c) => ({
    params: { vcpu: c.index, requests: requestNames(c.args.requests) },
    variant: c.args.requests !== 0 && 'requests',
    why: [true],
  }),
  request_served: (c) => ({ params: { vcpu: c.index, request: requestName(c.args.request) } }),
  exit_request: (c) => ({ params: { vcpu: c.index }, variant: c.args.why === 1 && 'kicked' }),
  cancel_injection: (c) => ({
    params: { vcpu: c.index, info: eventText(c.args.info) },
    variant: c.args.info >= 0 && 'nothing',
    why: c.args.info >= 0 ? [] : [true],
  }),
  kvm_entry: (c) => ({
    params: { vcpu: c.index, info: eventText(c.args.intrInfo), rvi: hex(c.args.rvi), svi: hex(c.args.svi) },
    variant: c.args.intrInfo < 0 && 'event',
    why: lapicWord(c, 'apicvActive') === 1 ? [true] : [],
  }),
  kvm_exit: (c) => ({
    params: {
      vcpu: c.index,
      reason: exitName(c.args.reason),
      qualification: hex(c.args.qualification),
      vec: hex(c.args.idtVectoring & 0xff),
    },
    variant: c.args.idtVectoring < 0 && 'vectoring',
    why: [qualified(c.args.reason, c.args.qualification)].filter((said) => said !== null),
  }),
  nmi_window_request: (c) => ({ params: { vcpu: c.index }, variant: c.args.irqWindow === 1 && 'irq' }),
  tpr_threshold: (c) => ({
    params: { vcpu: c.index, threshold: c.args.threshold },
    variant: c.args.threshold === 0 && 'off',
  }),
  tpr_below_threshold: (c) => ({ params: { vcpu: c.index, tpr: hex(c.args.tpr), threshold: c.args.threshold } }),
  complete_interrupts: (c) => ({ params: { vcpu: c.index, info: eventText(c.args.info) } }),
  event_delivery: (c) => ({ params: { vcpu: c.index, vec: hex(c.args.vector) }, variant: c.args.type === 2 && 'nmi' }),
});
