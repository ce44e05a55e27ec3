/** `event.<name>` with its title, variants and reasons. APIC virtualization: virtual-interrupt delivery, virtualized accesses, IPI virtualization, inhibits. */
export const apicv = {
  'event.set_rvi.title': 'RVI changes',
  'event.set_rvi': 'RVI of vCPU {vcpu} goes from {before} to {after}.',

  'event.set_svi.title': 'SVI changes',
  'event.set_svi': 'SVI of vCPU {vcpu} goes from {before} to {after}.',

  'event.vid_evaluate.title': 'Virtual interrupt recognized',
  'event.vid_evaluate': 'The class of RVI {rvi} is above VPPR {vppr}: the processor recognizes a virtual interrupt.',
  'event.vid_evaluate.no': 'The class of RVI {rvi} is not above VPPR {vppr}: the processor recognizes nothing.',
  'event.vid_evaluate.no.title': 'No virtual interrupt recognized',

  'event.vid_deliver.title': 'Processor delivers the vector',
  'event.vid_deliver':
    'The processor moves vector {vec} from VIRR to VISR of vCPU {vcpu} and delivers it. SVI is {vec}, RVI is {rvi}.',
  'event.vid_deliver.why':
    'RVI class {cls} is above VPPR class {pprCls}, IF is 1, no shadow. No VM exit, no tracepoint.',

  'event.vid_held.title': 'Virtual interrupt waits',
  'event.vid_held': 'RFLAGS.IF of vCPU {vcpu} is 0, so vector {vec} waits in VIRR.',
  'event.vid_held.shadow': 'vCPU {vcpu} is in an interrupt shadow, so vector {vec} waits in VIRR for one instruction.',
  'event.vid_held.ppr': 'Vector {vec} waits in VIRR of vCPU {vcpu}: its class is not above VPPR {vppr}.',

  'event.ppr_virtualization.title': 'Processor computes VPPR',
  'event.ppr_virtualization': 'From VTPR {vtpr} and SVI {svi} the processor computes VPPR {vppr} for vCPU {vcpu}.',

  'event.eoi_virtualization.title': 'Processor virtualizes the EOI',
  'event.eoi_virtualization':
    'The processor ends vector {vec} on vCPU {vcpu}: it clears the VISR bit, SVI becomes {svi}. No exit.',
  'event.eoi_virtualization.avic':
    'AVIC ends vector {vec} on vCPU {vcpu}: it clears the ISR bit in the backing page. No exit.',
  'event.eoi_virtualization.avic.why':
    'AVIC accelerates the EOI of an edge-triggered vector. A level-triggered one exits.',
  'event.eoi_virtualization.exits':
    'The processor ends vector {vec} on vCPU {vcpu}. Its EOI-exit bit is 1, so the processor exits to KVM.',
  'event.eoi_virtualization.exits.title': 'EOI-exit bit is set',
  'event.eoi_virtualization.why': 'EOI-exit bitmap: bit {vec} is {exits}.',

  'event.eoi_induced.title': 'KVM handles the EOI exit',
  'event.eoi_induced':
    'EOI_INDUCED for vector {vec} on vCPU {vcpu}: the processor has cleared VISR, and KVM tells the IOAPIC.',

  'event.tpr_virtualization.title': 'Processor virtualizes TPR',
  'event.tpr_virtualization': 'The guest sets VTPR of vCPU {vcpu} to {vtpr}. No exit.',

  'event.self_ipi_virtualization.title': 'Processor virtualizes the self-IPI',
  'event.self_ipi_virtualization': 'The processor sets VIRR bit {vec} of vCPU {vcpu}. PIR and ON do not change.',

  'event.apic_read_virtualized.title': 'APIC read without an exit',
  'event.apic_read_virtualized': 'The guest reads {register} of LAPIC {vcpu} from the virtual-APIC page: {value}.',
  'event.apic_read_virtualized.avic': 'The guest reads {register} of LAPIC {vcpu} from the backing page: {value}.',

  'event.apic_write_virtualized.title': 'APIC write without an exit',
  'event.apic_write_virtualized':
    'The guest writes {value} to {register} of LAPIC {vcpu}; it lands in the virtual-APIC page.',
  'event.apic_write_virtualized.avic':
    'The guest writes {value} to {register} of LAPIC {vcpu}; it lands in the backing page.',

  'event.apic_write_exit.title': 'APIC-write exit',
  'event.apic_write_exit':
    'The value is in {register} of LAPIC {vcpu}. The processor exits so that KVM emulates the effect.',
  'event.apic_write_exit.why': 'The exit is trap-like: the instruction is complete and the value is in the page.',

  'event.apic_access_exit.title': 'APIC-access exit',
  'event.apic_access_exit': 'The processor does not virtualize this access to {register}, so it exits to KVM.',
  'event.apic_access_exit.eoi':
    'A MOV to EOI exits. KVM takes its fast path: it ends the interrupt and skips the instruction, without emulation.',

  'event.msr_exit.title': 'MSR exit',
  'event.msr_exit': 'KVM intercepts MSR {msr} of vCPU {vcpu} and emulates the write.',
  'event.msr_exit.read': 'KVM intercepts MSR {msr} of vCPU {vcpu} and emulates the read.',

  'event.eoi_exitmap.title': 'KVM loads the EOI-exit bitmap',
  'event.eoi_exitmap': 'KVM loads the EOI-exit bitmap of vCPU {vcpu}. Vectors whose EOI exits: {n}.',

  'event.apicv_update.title': 'vCPU turns APICv on',
  'event.apicv_update': 'vCPU {vcpu} uses APICv from its next entry on.',
  'event.apicv_update.off': 'vCPU {vcpu} stops using APICv. From its next entry on KVM injects.',
  'event.apicv_update.off.title': 'vCPU turns APICv off',
  'event.apicv_update.why': 'Inhibit reasons: {inhibits}. APICv is on only if there is none and the LAPIC is enabled.',

  'event.apicv_controls.title': 'Execution controls change',
  'event.apicv_controls': 'Controls of vCPU {vcpu}: pin {pin}, secondary {secondary}, tertiary {tertiary}.',

  'event.apicv_inhibit.title': 'APICv inhibited',
  'event.apicv_inhibit': 'KVM sets inhibit reason {inhibit} for the whole VM.',
  'event.apicv_inhibit.clear': 'KVM clears inhibit reason {inhibit} for the whole VM.',
  'event.apicv_inhibit.clear.title': 'Inhibit reason cleared',
  'event.apicv_inhibit.why':
    'The state changes for the whole VM: KVM sends KVM_REQ_APICV_UPDATE to all vCPUs and waits for those in the guest to exit.',

  'event.virtual_apic_mode.title': 'APIC virtualization mode changes',
  'event.virtual_apic_mode': 'KVM sets the secondary controls of vCPU {vcpu} to {secondary}.',

  'event.ipi_virtualization.title': 'Processor sends the IPI',
  'event.ipi_virtualization':
    'The processor of vCPU {vcpu} finds id {dest} in the PID-pointer table and posts vector {vec} to vCPU {target}.',

  'event.ipi_not_virtualized.title': 'KVM must send the IPI',
  'event.ipi_not_virtualized':
    'The processor virtualizes only a Fixed, edge-triggered IPI to one physical id. APIC-write exit.',
  'event.ipi_not_virtualized.range': 'Id {dest} is past the end of the PID-pointer table. APIC-write exit.',
  'event.ipi_not_virtualized.invalid': 'The PID-pointer table has no valid entry for id {dest}. APIC-write exit.',
};
