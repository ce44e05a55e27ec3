/** Places of events: vcpu_enter_guest with its VMCS fields (x86.c, vmx.c). `fn: null` is what the processor does by itself. */

import { hex } from '../../base/hex.ts';
import { addEvents } from '../../spec/events/index.ts';
import { RUN_LOOP_EVENTS } from '../../spec/events/run-loop.ts';
import { exitName } from '../../spec/exits.ts';
import { addLocators } from './index.ts';
import type { Happening } from './locator.ts';
import { note, noteApic, says, vcpu, vec, vectorLabel } from './makers.ts';

/** "VM entry", with the vector that goes in with it. */
const entryLabel = ({ args: { intrInfo } }: Happening<{ readonly intrInfo: number }>): string =>
  intrInfo >>> 31 === 1 ? `VM entry · ${hex(intrInfo & 0xff)}` : 'VM entry';

addEvents(RUN_LOOP_EVENTS);
addLocators(RUN_LOOP_EVENTS, {
  vcpu_enter_guest: note(says('enter')),
  request_served: null,
  inject_events: null,
  exit_request: note(says('request')),
  cancel_injection: note(says('cancel'), 'entry'),
  kvm_entry: { ...note(says('vmentry'), 'mode'), lit: ['vcpu.mode'], long: entryLabel },
  kvm_exit: {
    ...note(says('exit'), 'mode'),
    lit: ['vcpu.mode', 'vcpu.counters'],
    long: ({ args }) => exitName(args.reason),
  },
  irq_window_request: note(says('window'), 'windows'),
  nmi_window_request: note(says('window'), 'windows'),
  irq_window_open: note(says('window'), 'windows'),
  nmi_window_open: note(says('window'), 'windows'),
  tpr_threshold: { ...note(({ args }) => `TPR ${hex(args.tpr)}`, 'threshold'), lit: ['lapic.tpr'] },
  tpr_below_threshold: noteApic(({ args }) => `TPR ${hex(args.tpr)}`),
  complete_interrupts: note(says('again'), 'vectoring'),
  external_interrupt: note(vectorLabel),
  immediate_exit: note(says('exit')),
  event_delivery: {
    place: vcpu('inject'),
    dock: 'in',
    label: ({ args }) => (args.type === 2 ? 'NMI' : vec(args.vector)),
    lit: ['vcpu.inject'],
  },
});
