/** In words: The vCPU takes it: requests, kicks, injection, INIT and SIPI (x86.c). */

import { hex } from '../../base/numbers.ts';
import type { VCPU_EVENTS } from '../../spec/events/vcpu.ts';
import { MP_STATES } from '../../spec/name-lists.ts';
import { highestIsr, lapicWord, reasonWord, vcpuWord } from '../context.ts';
import { say } from '../text.ts';
import type { Descriptions } from './index.ts';
import { cls, isAmd, requestName, shadowName } from './words.ts';

export const VCPU: Descriptions<typeof VCPU_EVENTS> = {
  request: (c) => ({ params: { vcpu: c.index, request: requestName(c.args.request) } }),
  kick: ({ args: { outcome, entering } }) => ({
    variant:
      entering === 1 ? 'entering' : (([false, 'woken', 'ipi', 'self', 'call', 'call'] as const)[outcome] ?? false),
  }),
  nmi_queued: (c) => ({ params: { vcpu: c.index, queued: c.args.queued } }),
  gp_fault: (c) => ({ params: { vcpu: c.index, msr: hex(c.args.msr) } }),
  scan_ioapic: (c) => ({ params: { vcpu: c.index, vectors: c.args.vectors } }),
  run_nothing: (c) => ({ params: { vcpu: c.index } }),
  inject_held: (c) => {
    const { vector, ppr } = c.args;
    const reason = reasonWord(c);
    const params = {
      vcpu: c.index,
      vec: hex(vector),
      cls: cls(vector),
      ppr: hex(ppr),
      shadow: shadowName(vcpuWord(c, 'shadow')),
      tpr: hex(lapicWord(c, 'tpr')),
      isrv: hex(highestIsr(c)),
    };
    return {
      params,
      // The 8259 tells its vector only when it is asked for it.
      variant: reason === undefined ? false : vector < 0 && reason !== 'lvt0' ? `${reason}.extint` : reason,
      why:
        reason === 'ppr'
          ? [say(highestIsr(c) === 0 ? 'event.inject_held.why.ppr.none' : 'event.inject_held.why.ppr', params)]
          : reason === 'if'
            ? [say(isAmd(c) ? 'event.inject_held.why.if.amd' : 'event.inject_held.why.if')]
            : [],
    };
  },
  kvm_inj_virq: (c) => ({
    params: {
      vcpu: c.index,
      vec: hex(c.args.vector),
      // The op `run` enters with IF=1 and no shadow; a model guest's flags are its own.
      if: c.view.config.guest === undefined ? 1 : vcpuWord(c, 'rflagsIf'),
      shadow: shadowName(c.view.config.guest === undefined ? 0 : vcpuWord(c, 'shadow')),
    },
    variant: c.args.reinjected === 1 ? 'again' : isAmd(c) && 'amd',
    why: c.args.reinjected === 1 ? [] : [true],
  }),
  accept_init: (c) => ({ params: { vcpu: c.index, mp: MP_STATES[c.args.mpState] ?? c.args.mpState } }),
  accept_sipi: (c) => ({
    params: { vcpu: c.index, start: hex(c.args.vector << 12) },
    variant: c.args.taken === 0 && 'ignored',
  }),
};
