/**
 * Where KVM was once another: each row a change of behaviour by its commit, with the kernels that do not have it yet. A
 * machine of kernel v6.18 has every change; `create` goes back by `kernel`, or change by change by `quirks`. One row is
 * the other way round: v6.18 does not have it, and naming it puts it in.
 *
 * 5.15 and 6.18 were read in source, 6.1 and 6.12 as Debian's stable trees have them. What lies between goes by the release
 * each commit is in, not by the stable release that took it over: a stable 6.1 has some of what a 6.1 here is without. The
 * commits' ids were looked up by their subjects in published lists and pages of commits. New rows go to the end: a link may
 * hold a row by its name only, but old names stay.
 */

/** Kernels a machine can be of; the last is the default. */
export const KERNELS = ['5.15', '6.1', '6.12', '6.18'] as const;
export type Kernel = (typeof KERNELS)[number];

interface Quirk {
  /** Release that first has the change, where it lies between kernels of ours. */
  readonly since?: string;
  /** Kernels of ours that are without it. */
  readonly without: readonly Kernel[];
  /** Function it is in, at v6.18. */
  readonly fn: string;
  /** Naming it puts the change in: v6.18 is without it. */
  readonly later?: true;
}

const BEFORE_6_4 = ['5.15', '6.1'] as const;
const BEFORE_6_15 = ['5.15', '6.1', '6.12'] as const;

export const QUIRKS = {
  /** The pins' vectors are searched to the end at an EOI, not to the first that fits. */
  '4fa6b9c5dc41': { without: [], fn: 'kvm_ioapic_update_eoi' },
  /** Masked RTEs count among the vectors whose EOI is intercepted. */
  '0f6c0a740b7d': { without: [], fn: 'kvm_ioapic_scan_entry' },
  /** A level line that is still up after 10,000 EOIs in a row waits 10 ms. */
  '184564efae4d': { without: [], fn: 'kvm_ioapic_update_eoi_one' },
  /** Vectors pending or in service keep their EOI intercepted when the RTE turns to another vCPU. */
  '0fc5a36dd6b3': { without: [], fn: 'kvm_ioapic_scan_entry' },
  /** Edge vectors in service keep their EOI intercepted when the RTE turns to another vCPU, that of pin 8 too. */
  db2bdcbbbd32: { without: [], fn: 'kvm_ioapic_scan_entry' },
  /** The first device that is assigned wakes every sleeper, so that it sleeps again with the wakeup vector. */
  a2486020a82e: { without: [], fn: 'vmx_pi_start_bypass' },
  /** A vCPU that is loaded with SN set looks at its PIR and sets ON. */
  c112b5f50232: { without: [], fn: 'vmx_vcpu_pi_load' },
  /** The x2APIC ICR is one register of 64 bits. */
  a57a31684d7b: { since: '5.18', without: ['5.15'], fn: 'kvm_x2apic_icr_write' },
  /** An RTE that is unmasked asks the resampler whether the line is still up. */
  fef8f2b90edb: { since: '6.4', without: BEFORE_6_4, fn: 'ioapic_write_indirect' },
  /** On AMD it is two registers again. */
  '73b42dc69be8': { since: '6.12', without: BEFORE_6_4, fn: 'kvm_x2apic_icr_write' },
  /** Reserved bits of the x2APIC ICR fault. */
  '71bf395a276f': { since: '6.12', without: BEFORE_6_4, fn: 'kvm_x2apic_icr_write' },
  /** The 8259 asks for a look at its output only when the output rises. */
  '4cad9f87876a': { since: '6.15', without: BEFORE_6_15, fn: 'pic_irq_request' },
  /** The EOI of a vector whose route has gone makes KVM work out again what is to be intercepted. */
  '87e4951e250b': { since: '6.16', without: BEFORE_6_15, fn: 'kvm_ioapic_send_eoi' },
  /** SVI is loaded when APICv comes back on. */
  b2849bec936b: { since: '6.19', without: KERNELS, fn: '__kvm_vcpu_update_apicv', later: true },
  /** A poll of the 8259 says by bit 7 that there was a request. */
  '0d42522bdee7': { since: '6.5', without: BEFORE_6_4, fn: 'pic_poll_read' },
  /** KVM_GET_PIT2 and KVM_SET_PIT2 know the speaker's data bit. */
  b172862241b4: { since: '6.0', without: ['5.15'], fn: 'kvm_vm_ioctl_get_pit2' },
  /** A one-shot restored with nothing left fires; before, it began anew. */
  '8e6ed96cdd50': { since: '6.3', without: BEFORE_6_4, fn: 'set_target_expiration' },
  /** User space may take an APIC from x2APIC back to xAPIC mode: its ID is in the xAPIC's place then. */
  '052c3b99cbc8': { since: '6.3', without: BEFORE_6_4, fn: '__kvm_apic_set_base' },
  /** Two APICs with one xAPIC ID: both answer to it, and the map is given up for that. */
  '5b84b0291702': { since: '6.3', without: BEFORE_6_4, fn: 'kvm_recalculate_phys_map' },
  /** A logical ID of several bits is more than the map can say. */
  '2bf934aadcac': { since: '6.3', without: BEFORE_6_4, fn: 'kvm_recalculate_logical_map' },
  /** So is one that two APICs have. */
  '2970052481b9': { since: '6.3', without: BEFORE_6_4, fn: 'kvm_recalculate_logical_map' },
  /** The map knows that no APIC is enabled, so a logical message is "0 CPUs" and not "nobody". */
  '35366901017c': { since: '6.3', without: BEFORE_6_4, fn: 'kvm_recalculate_logical_map' },
  /** APICv is inhibited where an xAPIC ID or an APIC base was changed. */
  '3743c2f02517': { since: '6.0', without: ['5.15'], fn: 'kvm_recalculate_apic_map' },
  /** And where two APICs have one ID, */
  '5063c41bebac': { since: '6.3', without: BEFORE_6_4, fn: 'kvm_recalculate_apic_map' },
  /** or, for AVIC, one logical ID. */
  '9a364857ab4f': { since: '6.3', without: BEFORE_6_4, fn: 'kvm_recalculate_apic_map' },
  /** User space's first TSC is not pulled to the one KVM started the vCPU with. */
  bf328e22e472: { since: '6.7', without: BEFORE_6_4, fn: 'kvm_synchronize_tsc' },
  /** A routing table in which a vector's message is as it was leaves its remapping entry alone. */
  '515a0c79e796': { since: '5.16', without: ['5.15'], fn: 'kvm_arch_update_irqfd_routing' },
  /** A route that is no message any more takes the remapping entry back from the vCPU. */
  '9bcac97dc42d': { since: '6.15', without: BEFORE_6_15, fn: 'kvm_pi_update_irte' },
  /** So does one that is gone. */
  cb210737675e: { since: '6.17', without: BEFORE_6_15, fn: 'kvm_pi_update_irte' },
  /** Split irqchip: vectors pending or in service keep their EOI intercepted when the route turns to another vCPU. */
  fceb3a36c29a: { since: '6.3', without: BEFORE_6_4, fn: 'kvm_scan_ioapic_routes' },
  /** INIT and SIPI wait for their vCPU; before, INIT was its MP state, which its own HLT could write over. */
  '66450a21f996': { without: [], fn: 'kvm_apic_accept_events' },
  /** The i8254 that makes up for no ticks sends each one; before, none came before the EOI of the last. */
  '7dd0fdff145c': { without: [], fn: 'pit_do_work' },
  /** A vCPU that runs its own guest loads its EOI-exit bitmap when it is back; before, into the VMCS of that guest. */
  e40ff1d6608d: { without: [], fn: 'vcpu_scan_ioapic' },
  /** AVIC's doorbell is for a vCPU in guest mode; before, for each that IsRunning says is on a CPU. */
  '31f251d4ddfa': { since: '5.17', without: ['5.15'], fn: 'svm_complete_interrupt_delivery' },
  /** The common delivery ends an IPI that AVIC left open; before, AVIC's own code woke a sleeper and rang no doorbell. */
  '66fa226c131f': { since: '5.17', without: ['5.15'], fn: 'avic_kick_vcpu' },
} as const satisfies Record<string, Quirk>;

export type Commit = keyof typeof QUIRKS;
export const COMMITS = Object.keys(QUIRKS) as Commit[];

/**
 * Changes that a machine is without.
 * @param kernel whose it is @param named switched by name: taken out, or put in where v6.18 is without it
 */
export function missingChanges(kernel: Kernel, named: readonly Commit[]): ReadonlySet<Commit> {
  return new Set(
    COMMITS.filter((commit) => {
      const quirk: Quirk = QUIRKS[commit];
      if (quirk.later === true) return !named.includes(commit);
      return quirk.without.includes(kernel) || named.includes(commit);
    }),
  );
}
