/**
 * The wires between devices. A device never imports another: what it must ask of the rest of the machine it asks here,
 * and machine/plain.ts connects the ends. Each wire is one kernel function.
 */

import type { IoRange } from '../../spec/iodevs.ts';
import type { GuestOp, HandlerSpec, ModelOp, Op, OpName, OpResult } from '../../spec/ops/index.ts';
import type { Machine, RouteTable } from './machine.ts';

/** struct kvm_lapic_irq. `dest` is the raw destination id, modes are the register field values (0 Fixed, 1 LowPrio…). */
export interface LapicIrq {
  vector: number;
  deliveryMode: number;
  logical: boolean;
  level: boolean;
  trigMode: boolean;
  /** ICR bits 19:18: 0 none, 1 self, 2 all including self, 3 all excluding self. */
  shorthand: number;
  dest: number;
  redirHint: boolean;
}

/** What the rest of the machine asks of the i8254. */
export interface PitWires {
  /** Does it listen to acknowledges and masks of GSI 0? */
  listens(m: Machine): boolean;
  /** kvm_pit_ack_irq: GSI 0 was acknowledged */
  ack(m: Machine): void;
  /** pit_mask_notifer: GSI 0 was masked or unmasked at a chip */
  maskNotify(m: Machine, masked: boolean): void;
  /** When channel 0 ticks next, ns; Infinity when it does not */
  due(m: Machine): number;
  /** pit_timer_fn */
  tick(m: Machine): void;
  /** pit_ioport_write, speaker_ioport_write */
  write(m: Machine, port: number, value: number): boolean;
  /** pit_ioport_read, speaker_ioport_read. @returns null for a port that is not its own */
  read(m: Machine, port: number): number | null;
  /** kvm_create_pit */
  reset(m: Machine): void;
}

/** The VMM's answer to an exit, and what its devices ask of it. */
export interface VmmWires {
  /** A device moved its line. */
  line(m: Machine, gsi: number, level: number): void;
  /** KVM_EXIT_MMIO and KVM_EXIT_IO: what it does with a store, what it gives for a load. */
  mmioWrite(m: Machine, addr: number, len: number, data: bigint): void;
  mmioRead(m: Machine, addr: number, len: number): bigint;
  pioWrite(m: Machine, port: number, value: number): void;
  pioRead(m: Machine, port: number): number;
  /** KVM_EXIT_IOAPIC_EOI */
  eoi(m: Machine, vector: number): void;
  /** The output of its 8259 pair rose. */
  picOutput(m: Machine): void;
  /** KVM_EXIT_IRQ_WINDOW_OPEN, if it asked for it */
  window(m: Machine, vcpu: number): void;
}

export interface Wires {
  /** The host's CPUs are modelled: a vCPU's thread is on one (VCPU.loaded), or waits. */
  readonly modelsCpus: boolean;
  /** kvm_arch_flush_shadow_memslot: a slot was deleted or moved */
  flushShadow?(m: Machine): void;
  /** The processor virtualizes accesses to the APIC page: KVM puts a slot of its own there. */
  readonly apicAccessPage: boolean;
  /** kvm_set_irq: sum of the non-negative results over the GSI's routes, -1 if none. */
  setIrq(m: Machine, source: number, gsi: number, level: number, lineStatus: boolean): number;
  /** kvm_irq_delivery_to_apic. @param src vCPU index of the sending APIC, -1 for a device */
  deliverToApic(m: Machine, src: number, irq: LapicIrq, trackRtc: boolean): number;
  /** kvm_irq_routing_update and kvm_arch_irq_routing_update: irqfds look their route up again, split scans routes. */
  routingChanged(m: Machine, before: RouteTable): void;
  /** kvm_apic_set_irq: one local APIC is handed an interrupt. @returns 1 taken, 0 dropped */
  acceptIrq(m: Machine, vcpu: number, irq: LapicIrq): number;
  /** kvm_arch_set_irq_inatomic: a lone MSI route, without the work queue. @returns false for -EWOULDBLOCK */
  setIrqInatomic(m: Machine, gsi: number): boolean;
  /** A resamplefd of this GSI was signalled: the device looks at its line again. */
  resampled(m: Machine, gsi: number): void;
  /** Every interrupt source whose EOI may matter (IOAPIC pins, or the reserved MSI routes of a split irqchip) */
  scanEntries(
    m: Machine,
    vcpu: number,
    visit: (dest: number, logical: boolean, vector: number, edge?: boolean) => void,
  ): void;
  /** kvm_x86_ops.load_eoi_exitmap */
  loadEoiExitmap(m: Machine, vcpu: number): void;
  /** __kvm_vcpu_update_apicv */
  apicvUpdate(m: Machine, vcpu: number): void;
  /** kvm_notify_acked_irq */
  notifyAcked(m: Machine, chip: number, pin: number): void;
  /** kvm_irq_has_notifier */
  hasAckNotifier(m: Machine, chip: number, pin: number): boolean;
  /** kvm_notify_irqfd_resampler. @returns true if a resampler took it */
  notifyResampler(m: Machine, chip: number, pin: number): boolean;
  /** kvm_fire_mask_notifiers */
  fireMaskNotifiers(m: Machine, chip: number, pin: number, masked: boolean): void;
  /** kvm_ioapic_update_eoi (full irqchip) */
  ioapicUpdateEoi(m: Machine, vcpu: number, vector: number, level: boolean): void;
  /** kvm_make_scan_ioapic_request (all vCPUs) */
  scanIoapic(m: Machine): void;
  /** kvm_bitmap_or_dest_vcpus. Visits each destination once. */
  forEachDestination(m: Machine, irq: LapicIrq, visit: (vcpu: number) => void): void;
  /** kvm_apic_match_dest with no shorthand, for a device's interrupt */
  matchDest(m: Machine, vcpu: number, dest: number, logical: boolean): boolean;
  /** kvm_apic_pending_eoi: the vector is in IRR or ISR */
  pendingEoi(m: Machine, vcpu: number, vector: number): boolean;
  /** Pin 8's vector reached this vCPU: its EOI is owed (dest_map of kvm_irq_delivery_to_apic) */
  rtcTrack(m: Machine, vcpu: number, vector: number): void;
  /** kvm_rtc_eoi_tracking_restore_one: whether this vCPU owes pin 8's EOI is looked up again */
  rtcRestoreOne(m: Machine, vcpu: number): void;
  /** kvm_apicv_activated: nothing inhibits APICv in this VM */
  apicvActivated(m: Machine): boolean;
  /** The host's timer interrupt for a vCPU's hrtimer. @returns whether it came on the CPU that runs this vCPU */
  timerInterrupt(m: Machine, vcpu: number): boolean;
  /** kvm_make_vcpus_request_mask: a request of several vCPUs at once */
  requestMany(m: Machine, vcpus: readonly number[], request: number): void;
  /** kvm_make_request */
  request(m: Machine, vcpu: number, request: number): void;
  /** kvm_vcpu_kick */
  kick(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.deliver_interrupt: IRR and kick, or the posted-interrupt descriptor. */
  deliverInterrupt(m: Machine, vcpu: number, vector: number): void;
  /** kvm_inject_nmi */
  injectNmi(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.sync_pir_to_irr: highest IRR vector after merging PIR, -1 none. */
  syncPirToIrr(m: Machine, vcpu: number): number;
  /** kvm_x86_ops.hwapic_isr_update: SVI follows the highest ISR vector (-1: none). */
  hwapicIsrUpdate(m: Machine, vcpu: number, vector: number): void;
  /** kvm_set_apicv_inhibit / kvm_clear_apicv_inhibit. @param reason bit number of enum kvm_apicv_inhibit */
  setApicvInhibit(m: Machine, reason: number, set: boolean): void;
  /** The i8254 of a machine that has one (core/has.ts). */
  pit(): PitWires;
  /** User space's chips, of a machine that has them (core/has.ts). */
  vmm(): VmmWires;
  /** A bus offers a device a write. @returns false when it is not the device's */
  iodevWrite(m: Machine, range: IoRange, addr: number, len: number, value: bigint): boolean;
  /** @returns null when it is not the device's */
  iodevRead(m: Machine, range: IoRange, addr: number, len: number): bigint | null;
  /** The VMM's answer to KVM_EXIT_MMIO and KVM_EXIT_IO: what it does with a store, what it gives for a load. */
  userMmioWrite(m: Machine, addr: number, len: number, data: bigint): void;
  userMmioRead(m: Machine, addr: number, len: number): bigint;
  userPioWrite(m: Machine, port: number, value: number): void;
  userPioRead(m: Machine, port: number): number;
  /** KVM_EXIT_IOAPIC_EOI reached the VMM. */
  userEoi(m: Machine, vector: number): void;
  /** The output of an 8259 pair that is the VMM's rose. */
  userPicOutput(m: Machine): void;
  /** vcpu_enter_guest for the model guest. @returns whether the vCPU was entered */
  enterGuest(m: Machine, vcpu: number): boolean;
  /** The model guest writes the EOI its handler owes. */
  guestEoi(m: Machine, vcpu: number, kind: HandlerSpec['eoi']): void;
  /** One look at a vCPU of the model guest: leaves, is served, enters, takes an event. @returns whether anything happened */
  serveVcpu(m: Machine, vcpu: number): boolean;
  /** The model guest's flags changed, or its handler returned: what waited may go in. */
  openWindow(m: Machine, vcpu: number): void;
  /** An ioctl on a vCPU needs its mutex, which KVM_RUN holds: the VMM gets the thread out of the guest first. */
  leaveRun(m: Machine, vcpu: number): void;
  /** The ioctl is done: the thread of a model guest is in KVM_RUN again, and what was changed is looked at. */
  backToRun(m: Machine, vcpu: number): void;
  /** The model guest executes HLT. */
  guestHalt(m: Machine, vcpu: number): void;
  /** What a vCPU has before its local APIC is reset: VMCS, descriptor, whether APICv is on. */
  createVcpu(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.apicv_pre_state_restore */
  apicvPreStateRestore(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.apicv_post_state_restore, where APICv is active */
  apicvPostStateRestore(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.set_virtual_apic_mode */
  setVirtualApicMode(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.inject_irq / inject_nmi: the VM-entry event field is written. */
  writeEntryInfo(m: Machine, vcpu: number, info: number): void;
  /** A device sends an MSI-X message. @returns true where an IOMMU took it, false: the VMM has an irqfd for it */
  deviceMessage(m: Machine, slot: number, entry: number): boolean;
  /** An irqfd was assigned or taken away, or a device's vector with one enabled: kvm_arch_irq_bypass_{add,del}_producer */
  bypassChanged(m: Machine, gsi: number, what: 'assigned' | 'deassigned' | 'enabled'): void;
  /** A vector arrives at a physical CPU. */
  hostIpi(m: Machine, pcpu: number, vector: number): void;
  /** The vCPU's thread is about to go in: what a host does for it first. */
  beforeEntry?(m: Machine, vcpu: number): void;
  /** A guest instruction of a vCPU that is ready for it. @param emulate KVM's emulation, for when the processor cannot do it by itself */
  guestOp?(m: Machine, op: GuestOp, emulate: (m: Machine, op: GuestOp) => OpResult): Entered;
  /** What the processor does of a guest instruction by itself. @returns null where it is KVM's, as without such help */
  instruction?(m: Machine, op: GuestOp, emulate: (m: Machine, op: GuestOp) => OpResult): OpResult | null;
  /** The processor takes a vector from the APIC page by itself. @returns -1 none, null where KVM injects */
  takeVirtual?(m: Machine, vcpu: number): number | null;
  /** The vCPU is in, or was: what waits may ask for a window. */
  afterEntry?(m: Machine, vcpu: number): void;
  /** A vCPU that is ready is entered with IF=1 and takes at most one event. */
  run?(m: Machine, vcpu: number): Entered;
  /** The op is done: threads that were kicked out of the guest go back in. */
  afterOp?(m: Machine): void;
  /** Ops on the model guest, its devices, virtual time and VMX. */
  readonly modelOps: ModelOps;
}

/** What an op that went into the guest came back with: its own answer, and what the entry brought. */
export interface Entered {
  readonly result: OpResult;
  /** An NMI was taken. */
  readonly nmi: boolean;
  /** Vectors of exits to user space for an EOI. */
  readonly eoiExits: readonly number[];
}

/** The ops that no ioctl has, as a machine does them. Each throws OpError for what is not there. */
export type ModelOps = { readonly [K in ModelOp['op']]: (m: Machine, op: Op<K>) => OpResult };

/** What carries out each of these ops. */
export type Handlers<K extends OpName> = { readonly [N in K]: (m: Machine, op: Op<N>) => OpResult };
