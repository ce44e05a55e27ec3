/** Ways not taken. vcpu_enter_guest with its VMCS fields (x86.c, vmx.c). */
import type { RUN_LOOP_EVENTS } from '../../spec/events/run-loop.ts';
import { fork, ifOn, races, withApicv } from './host.ts';
import { addForks } from './index.ts';
import { tprLowFork } from './makers.ts';

addForks<typeof RUN_LOOP_EVENTS>({
  exit_request: (c) => races(c, c.index),
  cancel_injection: (c) => races(c, c.index),
  complete_interrupts: (c) => races(c, c.index),
  irq_window_request: (c) => [...ifOn(c, c.index), ...withApicv(c, c.index, 'fork.allowed.irr')],
  nmi_window_request: (c) => [fork('fork.iret', { vcpu: c.index }, [{ op: 'iret', vcpu: c.index }])],
  tpr_threshold: (c) =>
    c.args.threshold === 0 ? [] : [...tprLowFork(c, c.index, c.args.irr), ...withApicv(c, c.index, 'fork.allowed.irr')],
  tpr_below_threshold: (c) => withApicv(c, c.index, 'fork.allowed.irr'),
});
