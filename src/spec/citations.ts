/**
 * Where the facts come from, by key. A manual is cited by title and revision, a place in it by the section's title:
 * section numbers move from revision to revision, titles hardly ever.
 */

export interface Citation {
  readonly manual: string;
  readonly section: string;
}

const SDM3A = 'Intel SDM vol. 3A (rev. 083)';
const SDM3C = 'Intel SDM vol. 3C (rev. 083)';
const IOAPIC_SHEET = 'Intel 82093AA IOAPIC datasheet (290566-001)';
const PIC_SHEET = 'Intel 8259A datasheet (231468-003)';
const PIT_SHEET = 'Intel 82C54 datasheet (231244-006)';
const VTD = 'Intel VT-d specification';
const PCI = 'PCI Local Bus Specification 3.0';
const VIRTIO = 'Virtio 1.2';
const KVM = 'Linux Documentation/virt/kvm';

const sdm3a = (section: string): Citation => ({ manual: SDM3A, section });
const sdm3c = (section: string): Citation => ({ manual: SDM3C, section });

export const CITATIONS = {
  'ioapic.id': { manual: IOAPIC_SHEET, section: 'IOAPICID' },
  'ioapic.regs': { manual: IOAPIC_SHEET, section: 'Memory mapped registers' },
  'ioapic.rte': { manual: IOAPIC_SHEET, section: 'IOREDTBL' },
  'pic.icw': { manual: PIC_SHEET, section: 'Initialization Command Words' },
  'pic.ocw': { manual: PIC_SHEET, section: 'Operation Command Words' },
  'pic.inta': { manual: PIC_SHEET, section: 'Interrupt Sequence' },
  'pic.elcr': { manual: 'Intel 82371AB (PIIX4) datasheet (290562-001)', section: 'ELCR1, ELCR2' },
  'pit.control': { manual: PIT_SHEET, section: 'Programming the 82C54' },
  'lapic.regs': sdm3a('The Local APIC Block Diagram'),
  'lapic.base': sdm3a('Local APIC Status and Location'),
  'lapic.id': sdm3a('Local APIC ID'),
  'lapic.version': sdm3a('Local APIC Version Register'),
  'lapic.lvt': sdm3a('Local Vector Table'),
  'lapic.esr': sdm3a('Error Handling'),
  'lapic.timer': sdm3a('APIC Timer'),
  'lapic.icr': sdm3a('Interrupt Command Register (ICR)'),
  'lapic.dest': sdm3a('Determining IPI Destination'),
  'lapic.ldr': sdm3a('Logical Destination Mode'),
  'lapic.lowest': sdm3a('Lowest Priority Delivery Mode'),
  'lapic.handling': sdm3a('Handling Interrupts'),
  'lapic.priority': sdm3a('Interrupt, Task, and Processor Priority'),
  'lapic.ppr': sdm3a('Task and Processor Priorities'),
  'lapic.accept': sdm3a('Interrupt Acceptance for Fixed Interrupts'),
  'lapic.eoi': sdm3a('Signaling Interrupt Servicing Completion'),
  'lapic.svr': sdm3a('Spurious Interrupt'),
  'lapic.x2apic': sdm3a('Extended xAPIC (x2APIC)'),
  'msi.addr': sdm3a('Message Address Register Format'),
  'msi.data': sdm3a('Message Data Register Format'),
  'msi.msix': { manual: PCI, section: 'MSI-X Capability and Table Structures' },
  'virtio.isr': { manual: VIRTIO, section: 'ISR status capability' },
  'cpu.nmi': sdm3a('Nonmaskable Interrupt (NMI)'),
  'cpu.if': sdm3a('Masking Maskable Hardware Interrupts'),
  'cpu.init': sdm3a('Multiple-Processor (MP) Initialization'),
  'vmx.entry': sdm3c('Event Injection'),
  'vmx.entryInfo': sdm3c('VM-Entry Controls for Event Injection'),
  'vmx.interruptibility': sdm3c('Guest Non-Register State'),
  'vmx.guestIntrStatus': sdm3c('Guest Non-Register State'),
  'vmx.controls': sdm3c('VM-Execution Control Fields'),
  'vmx.exit': sdm3c('Other Causes of VM Exits'),
  'vmx.vid': sdm3c('Evaluation and Delivery of Virtual Interrupts'),
  'vmx.tpr': sdm3c('TPR Virtualization'),
  'vmx.eoi': sdm3c('EOI Virtualization'),
  'vmx.pi': sdm3c('Posted-Interrupt Processing'),
  'vtd.irte': { manual: VTD, section: 'Interrupt Remapping Table Entry for Remapped Interrupts' },
  'vtd.irtePosted': { manual: VTD, section: 'Interrupt Remapping Table Entry for Posted Interrupts' },
  'vtd.remap': { manual: VTD, section: 'Interrupt Request Formats' },
  'kvm.api': { manual: `${KVM}/api.rst`, section: 'KVM_IRQ_LINE, KVM_SET_GSI_ROUTING, KVM_IRQFD, KVM_SIGNAL_MSI' },
  'kvm.run': { manual: `${KVM}/api.rst`, section: 'The kvm_run structure' },
  'kvm.requests': { manual: `${KVM}/vcpu-requests.rst`, section: 'KVM VCPU Requests' },
  'kvm.inhibit': { manual: 'Linux arch/x86/include/asm/kvm_host.h', section: 'enum kvm_apicv_inhibit' },
} as const satisfies Readonly<Record<string, Citation>>;

export type CiteKey = keyof typeof CITATIONS;

/** @returns the manual with its revision, and the section */
export function citation(key: CiteKey): Citation {
  return CITATIONS[key];
}
