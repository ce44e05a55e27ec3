/**
 * KVM's tracepoints as rows: how each prints (one template a wording, newest first) and how its raw fields, as perf trace,
 * `trace-cmd report -R` and trace.dat give them, become the same numbers. The wordings are those of v5.4 to v7.3
 * (arch/x86/kvm/trace.h, include/trace/events/kvm.h); facts only.
 *
 * Template: a blank stands for one or more blanks or commas; `?` makes the rest optional; conversions
 *   %d decimal   %x hex below 2^53   %X 64-bit hex, two fields   %_ skips a word   %e exit reason   %r APIC register
 *   %m delivery mode   %l logical 1 / physical 0   %t level 1 / edge 0   %a assert 1 / de-assert 0   %s shorthand
 *   %w write 1 / read 0   %i mmio type   %c irqchip of an ack   %0 %1 the field is 0, 1   %n the field is -1
 *   %z 1 if there is more text
 *   {text} 1 if the text is there, else 0 (as the first thing: the text must be there)
 */

/** Raw fields of one event. */
export interface RawFields {
  /** The field's low 32 bits or, for smaller fields, its value; 0 where it is absent. */
  num(name: string): number;
  /** The file has the field, if only as zero. */
  has(name: string): boolean;
  /** Bits 63:32. */
  high(name: string): number;
  /** Name of a number by the file's own print format; null where it gives none. */
  symbol?(name: string, value: number): string | null;
}

export interface Tracepoint {
  readonly name: string;
  readonly text: readonly string[];
  /** Fills the fields from raw ones. */
  readonly raw?: (r: RawFields, f: Float64Array, reason: (name: string) => number) => void;
}

const rte = (r: RawFields, f: Float64Array, at: number): void => {
  const lo = r.num('e');
  f[at] = r.high('e') >>> 24;
  f[at + 1] = lo & 0xff;
  f[at + 2] = (lo >>> 8) & 7;
  f[at + 3] = (lo >>> 11) & 1;
  f[at + 4] = (lo >>> 15) & 1;
  f[at + 5] = (lo >>> 16) & 1;
};
const accept = (r: RawFields, f: Float64Array): void => {
  f[0] = r.num('apicid');
  f[1] = r.num('vec');
  f[2] = (r.num('dm') >>> 8) & 7;
  f[3] = r.num('tm') === 0 ? 0 : 1;
  f[4] = r.num('coalesced');
};
const eoi = (r: RawFields, f: Float64Array): void => {
  f[0] = r.num('apicid');
  f[1] = r.num('vector') | 0;
};
const readWrite = (first: string, wide: string) => (r: RawFields, f: Float64Array) => {
  f[0] = r.num(first === 'ecx' ? 'write' : 'rw');
  f[1] = r.num(first);
  f[2] = r.num(wide);
  f[3] = r.high(wide);
  f[4] = r.num('exception');
};
/** 64 bits as one number: to within a few hundred. */
const whole = (r: RawFields, name: string): number => (r.high(name) >>> 0) * 2 ** 32 + (r.num(name) >>> 0);
const vcpuId = (r: RawFields, f: Float64Array): void => {
  f[0] = r.num('vcpu_id');
};

const ROWS = [
  {
    name: 'kvm_set_irq',
    text: ['gsi %d level %d source %d'],
    raw: (r, f) => {
      f[0] = r.num('gsi');
      f[1] = r.num('level');
      f[2] = r.num('irq_source_id');
    },
  },
  {
    name: 'kvm_pic_set_irq',
    text: ['chip %d pin %d (%t{|masked}) ?{(coalesced)}'],
    raw: (r, f) => {
      const pin = r.num('pin');
      f[0] = r.num('chip');
      f[1] = pin;
      f[2] = (r.num('elcr') >> pin) & 1;
      f[3] = (r.num('imr') >> pin) & 1;
      f[4] = r.num('coalesced');
    },
  },
  {
    name: 'kvm_ioapic_set_irq',
    text: ['pin %d dst %x vec %d (%m|%l|%t{|masked}) ?{(coalesced)}'],
    raw: (r, f) => {
      f[0] = r.num('pin');
      rte(r, f, 1);
      f[7] = r.num('coalesced');
    },
  },
  {
    name: 'kvm_msi_set_irq',
    text: ['dst %x vec %d (%m|%l|%t{|rh})'],
    raw: (r, f) => {
      const lo = r.num('address');
      const data = r.num('data');
      f[0] = ((((lo >>> 12) & 0xff) | (r.high('address') & 0xffffff00)) >>> 0) as number;
      f[1] = data & 0xff;
      f[2] = (data >>> 8) & 7;
      f[3] = (lo >>> 2) & 1;
      f[4] = (data >>> 15) & 1;
      f[5] = (lo >>> 3) & 1;
    },
  },
  { name: 'kvm_apic_accept_irq', text: ['apicid %x vec %d (%m|%t) ?{(coalesced)}'], raw: accept },
  { name: 'kvm_apicv_accept_irq', text: ['apicid %x vec %d (%m|%t)'], raw: accept },
  {
    name: 'kvm_apic_ipi',
    text: ['dst %x vec %d (%m|%l|%a|%t|%s)'],
    raw: (r, f) => {
      const icr = r.num('icr_low');
      f[0] = r.num('dest_id') >>> 0;
      f[1] = icr & 0xff;
      f[2] = (icr >>> 8) & 7;
      f[3] = (icr >>> 11) & 1;
      f[4] = (icr >>> 14) & 1;
      f[5] = (icr >>> 15) & 1;
      f[6] = (icr >>> 18) & 3;
    },
  },
  { name: 'kvm_eoi', text: ['apicid %x vector %d'], raw: eoi },
  { name: 'kvm_pv_eoi', text: ['apicid %x vector %d'], raw: eoi },
  {
    name: 'kvm_inj_virq',
    text: ['IRQ%0 0x%x ?{[reinjected]}', '{Soft/INTn} 0x%x ?{[reinjected]}', 'irq%0 %d'],
    raw: (r, f) => {
      f[0] = r.num('soft');
      f[1] = r.num('vector') & 0xff;
      f[2] = r.num('reinjected');
    },
  },
  {
    name: 'kvm_ack_irq',
    text: ['irqchip %c pin %d'],
    raw: (r, f) => {
      f[0] = r.num('irqchip');
      f[1] = r.num('pin');
    },
  },
  {
    name: 'kvm_entry',
    text: ['vcpu %d? rip 0x%X? intr_info 0x%x'],
    raw: (r, f) => {
      vcpuId(r, f);
      f[1] = r.num('rip');
      f[2] = r.high('rip');
      f[3] = r.num('intr_info') >>> 0;
    },
  },
  {
    name: 'kvm_exit',
    text: [
      'vcpu %d reason %e rip %_? info1 0x%X info2 0x%X intr_info 0x%x%1',
      'vcpu %d reason %e rip %_? info %X %X',
      '%nreason %e rip %_? info %X %X',
    ],
    raw: (r, f, reason) => {
      vcpuId(r, f);
      const code = r.num('exit_reason');
      const isa = r.num('isa') === 1 ? 'vmx' : 'svm';
      f[1] = reason(r.symbol?.(`exit_reason:${isa}`, isa === 'vmx' ? code & 0xffff : code) ?? `0x${code.toString(16)}`);
      f[2] = r.num('info1') >>> 0;
      f[3] = r.high('info1') >>> 0;
      f[4] = r.num('info2') >>> 0;
      f[5] = r.high('info2') >>> 0;
      f[6] = r.num('intr_info') >>> 0;
      f[7] = r.has('intr_info') ? 1 : 0;
    },
  },
  { name: 'kvm_apic', text: ['apic_%w %r = 0x%X'], raw: readWrite('reg', 'val') },
  { name: 'kvm_msr', text: ['msr_%w %x = 0x%X ?{(#GP)}'], raw: readWrite('ecx', 'data') },
  {
    name: 'kvm_pio',
    text: ['pio_%w at 0x%x size %d count %d val 0x%x'],
    raw: (r, f) => {
      f[0] = r.num('rw');
      f[1] = r.num('port');
      f[2] = r.num('size');
      f[3] = r.num('count');
      f[4] = r.num('val') >>> 0;
    },
  },
  {
    name: 'kvm_mmio',
    text: ['mmio %i len %d gpa 0x%X val 0x%X'],
    raw: (r, f) => {
      f[0] = r.num('type');
      f[1] = r.num('len');
      f[2] = r.num('gpa') >>> 0;
      f[3] = r.high('gpa') >>> 0;
      f[4] = r.num('val') >>> 0;
      f[5] = r.high('val') >>> 0;
    },
  },
  { name: 'kvm_cr', text: ['cr_%w %x = 0x%X'], raw: readWrite('cr', 'val') },
  {
    name: 'kvm_hypercall',
    text: ['nr 0x%x a0 0x%X a1 0x%X a2 0x%X a3 0x%X'],
    raw: (r, f) => {
      f[0] = r.num('nr');
      for (let i = 0; i < 4; i++) {
        f[1 + 2 * i] = r.num(`a${i}`) >>> 0;
        f[2 + 2 * i] = r.high(`a${i}`) >>> 0;
      }
    },
  },
  {
    name: 'kvm_userspace_exit',
    text: ['reason error (%d)%1', 'reason restart (%d)%1', 'reason %_ (%d)'],
    raw: (r, f) => {
      const errno = r.num('errno') | 0;
      f[0] = errno < 0 ? -errno : r.num('reason');
      f[1] = errno < 0 ? 1 : 0;
    },
  },
  {
    name: 'kvm_apicv_inhibit_changed',
    text: ['{set} reason=%d inhibits=0x%x%z', 'cleared%0 reason=%d inhibits=0x%x%z'],
    raw: (r, f) => {
      f[0] = r.num('set');
      f[1] = r.num('reason');
      f[2] = r.num('inhibits');
    },
  },
  {
    name: 'kvm_write_tsc_offset',
    text: ['vcpu=%d prev=%d next=%d'],
    raw: (r, f) => {
      vcpuId(r, f);
      f[1] = whole(r, 'previous_tsc_offset');
      f[2] = whole(r, 'next_tsc_offset');
    },
  },
  {
    name: 'kvm_track_tsc',
    text: ['vcpu_id %d masterclock %d offsetmatched %d nr_online %d'],
    raw: (r, f) => {
      vcpuId(r, f);
      f[1] = r.num('use_master_clock');
      f[2] = r.num('nr_vcpus_matched_tsc');
      f[3] = r.num('online_vcpus');
    },
  },
  { name: 'kvm_hv_timer_state', text: ['vcpu_id %x'], raw: vcpuId },
  { name: 'kvm_wait_lapic_expire', text: ['vcpu %d'], raw: vcpuId },
  { name: 'kvm_halt_poll_ns', text: ['vcpu %d'], raw: vcpuId },
  { name: 'kvm_pv_tlb_flush', text: ['vcpu %d'], raw: vcpuId },
  {
    name: 'kvm_ioapic_delayed_eoi_inj',
    text: ['dst %x vec %d (%m|%l|%t{|masked})'],
    raw: (r: RawFields, f: Float64Array) => rte(r, f, 0),
  },
] as const satisfies readonly Tracepoint[];

export type TracepointName = (typeof ROWS)[number]['name'];
export const TRACEPOINTS: readonly Tracepoint[] = ROWS;
/** Event numbers by name. */
export const TP = Object.fromEntries(ROWS.map((row, i) => [row.name, i])) as Readonly<Record<TracepointName, number>>;
/** Number of the first event that is only counted by name. */
export const FIRST_UNKNOWN = ROWS.length;

/** A kvm_entry at the reset vector. SDM "First Instruction Executed" */
export const atResetVector = ({ f }: { readonly f: Float64Array }): boolean => f[1] === 0xfff0 && f[2] === 0;

/** Local APIC registers as KVM's tracepoint names them (asm/apicdef.h). */
export const APIC_REGISTERS: readonly (readonly [number, string])[] = [
  [0x20, 'APIC_ID'],
  [0x30, 'APIC_LVR'],
  [0x80, 'APIC_TASKPRI'],
  [0x90, 'APIC_ARBPRI'],
  [0xa0, 'APIC_PROCPRI'],
  [0xb0, 'APIC_EOI'],
  [0xc0, 'APIC_RRR'],
  [0xd0, 'APIC_LDR'],
  [0xe0, 'APIC_DFR'],
  [0xf0, 'APIC_SPIV'],
  [0x100, 'APIC_ISR'],
  [0x180, 'APIC_TMR'],
  [0x200, 'APIC_IRR'],
  [0x280, 'APIC_ESR'],
  [0x300, 'APIC_ICR'],
  [0x310, 'APIC_ICR2'],
  [0x320, 'APIC_LVTT'],
  [0x330, 'APIC_LVTTHMR'],
  [0x340, 'APIC_LVTPC'],
  [0x350, 'APIC_LVT0'],
  [0x360, 'APIC_LVT1'],
  [0x370, 'APIC_LVTERR'],
  [0x380, 'APIC_TMICT'],
  [0x390, 'APIC_TMCCT'],
  [0x3e0, 'APIC_TDCR'],
  [0x3f0, 'APIC_SELF_IPI'],
  [0x400, 'APIC_EFEAT'],
  [0x410, 'APIC_ECTRL'],
];
/** Delivery modes, by their number. */
export const MODES = ['Fixed', 'LowPrio', 'SMI', 'Res3', 'NMI', 'INIT', 'SIPI', 'ExtINT'] as const;
export const SHORTHANDS = ['dst', 'self', 'all', 'all-but-self'] as const;
export const CHIPS = ['PIC master', 'PIC slave', 'IOAPIC'] as const;
