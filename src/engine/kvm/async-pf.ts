/**
 * The end of an asynchronous page fault: the page is there, and KVM says so by an interrupt (arch/x86/kvm/x86.c, v6.18). The
 * token in guest memory is not modelled, nor is the fault itself.
 */
import { EV } from '../core/events.ts';
import { atLapic, enter, leave, type Machine } from '../core/machine.ts';

/** @param vector of MSR_KVM_ASYNC_PF_INT @kvm x86.c kvm_arch_async_page_present */
export function pagePresent(m: Machine, vcpu: number, vector: number): void {
  const outer = enter(m, EV.kvm_async_pf_ready, atLapic(vcpu), vector);
  m.wires.acceptIrq(m, vcpu, {
    vector,
    deliveryMode: 0,
    logical: false,
    level: false,
    trigMode: false,
    shorthand: 0,
    dest: 0,
    redirHint: false,
  });
  leave(m, outer);
}
