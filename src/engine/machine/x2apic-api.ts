/** KVM_CAP_X2APIC_API's flags. Suppression of EOI broadcasts came after v6.18: it needs the IOAPIC in user space. */
export const X2APIC = { use32BitIds: 1, noBroadcastQuirk: 2, suppress: 4, noSuppress: 8 } as const;

/** @returns whether KVM refuses the flags on this machine @kvm x86.c kvm_vm_ioctl_enable_cap */
export function x2apicFlagsRefused(flags: number, split: boolean): boolean {
  const both = X2APIC.suppress | X2APIC.noSuppress;
  return flags > 15 || (flags & both) === both || ((flags & X2APIC.suppress) !== 0 && !split);
}
