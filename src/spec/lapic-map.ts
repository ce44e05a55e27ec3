/** Offsets of the local APIC's register page (asm/apicdef.h) by the names KVM's tracepoints print. x2APIC MSR: 0x800 + offset / 16. */
const NAMES: Readonly<Record<number, string>> = {
  32: 'APIC_ID',
  48: 'APIC_LVR',
  128: 'APIC_TASKPRI',
  144: 'APIC_ARBPRI',
  160: 'APIC_PROCPRI',
  176: 'APIC_EOI',
  192: 'APIC_RRR',
  208: 'APIC_LDR',
  224: 'APIC_DFR',
  240: 'APIC_SPIV',
  640: 'APIC_ESR',
  752: 'APIC_LVTCMCI',
  768: 'APIC_ICR',
  784: 'APIC_ICR2',
  800: 'APIC_LVTT',
  816: 'APIC_LVTTHMR',
  832: 'APIC_LVTPC',
  848: 'APIC_LVT0',
  864: 'APIC_LVT1',
  880: 'APIC_LVTERR',
  896: 'APIC_TMICT',
  912: 'APIC_TMCCT',
  992: 'APIC_TDCR',
  1008: 'APIC_SELF_IPI',
};

/** "APIC_TASKPRI", "APIC_ISR+0x20", or the offset in hex where there is no register. */
export function lapicRegisterName(offset: number): string {
  const named = NAMES[offset];
  if (named !== undefined) return named;
  for (const [name, base] of [
    ['APIC_ISR', 0x100],
    ['APIC_TMR', 0x180],
    ['APIC_IRR', 0x200],
  ] as const) {
    if (offset >= base && offset < base + 0x80)
      return offset === base ? name : `${name}+0x${(offset - base).toString(16)}`;
  }
  return `0x${offset.toString(16)}`;
}
