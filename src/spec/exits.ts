/** Basic exit reasons, SDM vol. 3 appendix "VMX Basic Exit Reasons", and SVM's two AVIC codes: the name, and a short form. */
const EXITS: Readonly<Record<number, readonly [string, string]>> = {
  0: ['EXCEPTION_NMI', 'EXC_NMI'],
  1: ['EXTERNAL_INTERRUPT', 'EXT_INTR'],
  7: ['INTERRUPT_WINDOW', 'INTR_WIN'],
  8: ['NMI_WINDOW', 'NMI_WIN'],
  12: ['HLT', 'HLT'],
  28: ['CR_ACCESS', 'CR'],
  30: ['IO_INSTRUCTION', 'IO'],
  31: ['MSR_READ', 'RDMSR'],
  32: ['MSR_WRITE', 'WRMSR'],
  43: ['TPR_BELOW_THRESHOLD', 'TPR_BELOW'],
  44: ['APIC_ACCESS', 'APIC_ACC'],
  45: ['EOI_INDUCED', 'EOI_IND'],
  48: ['EPT_VIOLATION', 'EPT_VIOL'],
  49: ['EPT_MISCONFIG', 'EPT_MISC'],
  52: ['PREEMPTION_TIMER', 'PREEMPT'],
  56: ['APIC_WRITE', 'APIC_WR'],
  1025: ['AVIC_INCOMPLETE_IPI', 'AVIC_IPI'],
  1026: ['AVIC_UNACCELERATED_ACCESS', 'AVIC_NOACC'],
};

/** Names by number. */
export const EXIT_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(EXITS).map(([reason, [name]]) => [reason, name]),
);

/** Name of a basic exit reason (the low 16 bits); "exit n" where the model has no such exit. */
export function exitName(reason: number, short = false): string {
  const names = EXITS[reason & 0xffff];
  return names === undefined ? `exit ${reason & 0xffff}` : names[short ? 1 : 0];
}
