/** `event.<name>` with its title, variants and reasons. The local APIC's timer (lapic.c). */
export const timer = {
  'event.timer_start.title': 'APIC timer armed',
  'event.timer_start': 'LAPIC {vcpu} arms its timer ({mode}); it expires at {due}.',

  'event.deadline_dropped.title': 'TSC deadline dropped',
  'event.deadline_dropped': 'KVM drops the write to IA32_TSC_DEADLINE: LVTT of LAPIC {vcpu} is in {mode} mode.',
  'event.deadline_dropped.off': 'KVM drops the write to IA32_TSC_DEADLINE: APIC_BASE disables LAPIC {vcpu}.',

  'event.timer_cancel.title': 'APIC timer stopped',
  'event.timer_cancel': 'LAPIC {vcpu} stops its timer.',

  'event.timer_expired.title': 'APIC timer expires',
  'event.timer_expired': 'The {mode} timer of LAPIC {vcpu} expires.',

  'event.timer_inject.title': 'KVM delivers the timer vector',
  'event.timer_inject': 'KVM delivers vector {vec}, which the LVT timer entry of LAPIC {vcpu} names.',
  'event.timer_inject.why':
    'LVT timer: mask {mask}, vector {vec}, {mode}. Expirations before delivery merge into one interrupt.',

  'event.lvt_masked.title': 'LVT entry is masked',
  'event.lvt_masked': '{lvt} of LAPIC {vcpu} is masked, or the LAPIC is disabled: KVM delivers nothing.',
};
