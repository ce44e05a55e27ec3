/** Numbers that have names in KVM's headers. Their names in words are in name-lists.ts: few need those. */

/** Chips of GSI routes and acknowledgements (KVM_IRQCHIP_*), and 3 for an MSI route. */
export const CHIP = { picMaster: 0, picSlave: 1, ioapic: 2, msi: 3 } as const;
/** Request numbers without KVM_REQUEST_ARCH_BASE, i.e. the bit of vcpu->requests minus 8 for arch requests (kvm_host.h). */
export const REQ = {
  event: 6,
  nmi: 9,
  smi: 12,
  scanIoapic: 15,
  ioapicEoiExit: 19,
  loadEoiExitmap: 23,
  apicvUpdate: 25,
} as const;

/**
 * What a kick did: nothing to do, woke a sleeper, forced an exit with an IPI, or the vCPU runs this very code; and the
 * kick of many, which is a function call: to one CPU (0xfb) or to several (0xfc).
 */
export const KICK = { nothing: 0, woken: 1, ipi: 2, self: 3, callOne: 4, callMany: 5 } as const;
/** A request to several vCPUs at once: the host calls a function on their CPUs and waits. */
export const isCall = (outcome: number): boolean => outcome === KICK.callOne || outcome === KICK.callMany;
