/**
 * The op language: everything that happens to a machine, in presets, links, the headless runner and the page alike.
 * Numbers are unsigned; 64-bit values may be given as "0x…" strings (see parse.ts, which turns JSON into these types).
 */

/** What a model device is; each kind's behaviour is in engine/world/sources. */
export type DeviceKind = 'pit' | 'serial' | 'virtio-net' | 'virtio-blk' | 'nvme' | 'ioctl';

/** A device outside KVM that raises interrupts. `gsi` is its line or, with MSI-X, the first GSI its VMM gives it. */
export interface DeviceSpec {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly gsi: number;
  /** MSI-X vectors, 1 to 4; absent: the device uses its line. */
  readonly msix?: number;
}

/** What the model guest does when it takes a vector. */
export interface HandlerSpec {
  readonly vector: number;
  /** Name shown in the IDT, as the guest kernel would call it. */
  readonly name: string;
  /** How long the handler runs before its EOI, ns. */
  readonly ns: number;
  /** Device it quiets before the EOI. Several on a shared line: all of them. */
  readonly devices?: readonly string[];
  /** Where the EOI goes; default 'apic'. 'pic' and 'pic-slave' write OCW2; 'none' forgets it. */
  readonly eoi?: 'apic' | 'pic' | 'pic-slave' | 'none';
  /** Handler sets IF=1 while it runs, so a higher class can nest. */
  readonly nests?: boolean;
}

export interface GuestSpec {
  readonly handlers: readonly HandlerSpec[];
  /** What an idle vCPU does; default 'run'. */
  readonly idle?: 'halt' | 'run';
}

export interface CreateOp {
  readonly op: 'create';
  readonly vcpus: number;
  readonly irqchip: 'full' | 'split';
  /** vCPU ids, which are the APIC ids. */
  readonly ids?: readonly number[];
  /** KVM_CAP_X2APIC_API flags. */
  readonly x2apicApi?: number;
  readonly apicv?: boolean;
  readonly postedInterrupts?: boolean;
  readonly ipiVirtualization?: boolean;
  readonly avic?: boolean;
  /** KVM_CREATE_PIT2 was done. */
  readonly pit?: boolean;
  /** TSC_DEADLINE in the guest's CPUID; default true. */
  readonly tscDeadline?: boolean;
  /** KVM_SET_BOOT_CPU_ID: the vCPU id that is the bootstrap processor at reset; default 0. */
  readonly bsp?: number;
  /** KVM_REINJECT_CONTROL: the i8254 makes up for missed ticks; default true. */
  readonly pitReinject?: boolean;
  /** kvm.vector_hashing; default true. */
  readonly vectorHashing?: boolean;
  /** Routing table at the start: 'kernel' default or the one QEMU installs for its pc machine. */
  readonly routing?: 'kernel' | 'qemu';
  readonly devices?: readonly DeviceSpec[];
  readonly guest?: GuestSpec;
  /** Physical CPUs of the model host; default: one for each vCPU. */
  readonly pcpus?: number;
}

export type RoutingEntrySpec =
  | { readonly gsi: number; readonly chip: 'pic0' | 'pic1' | 'ioapic'; readonly pin: number }
  | { readonly gsi: number; readonly msi_addr: bigint; readonly msi_data: number };

export type VcpuStateName = 'host' | 'guest' | 'blocked' | 'preempted';

export type Op =
  | CreateOp
  | { readonly op: 'irq_line'; readonly gsi: number; readonly level: 0 | 1 }
  | { readonly op: 'msi'; readonly addr: bigint; readonly data: number }
  | { readonly op: 'routing'; readonly entries: readonly RoutingEntrySpec[] }
  | { readonly op: 'irqfd'; readonly gsi: number; readonly resample: 0 | 1 }
  | { readonly op: 'irqfd_deassign'; readonly gsi: number; readonly resample: 0 | 1 }
  | { readonly op: 'irqfd_signal'; readonly gsi: number }
  | { readonly op: 'irqfd_resample_poll'; readonly gsi: number }
  | {
      readonly op: 'mmio_write';
      readonly vcpu: number;
      readonly addr: bigint;
      readonly size: 1 | 2 | 4 | 8;
      readonly value: bigint;
    }
  | { readonly op: 'mmio_read'; readonly vcpu: number; readonly addr: bigint; readonly size: 1 | 2 | 4 | 8 }
  | { readonly op: 'pio_write'; readonly vcpu: number; readonly port: number; readonly value: number }
  | { readonly op: 'pio_read'; readonly vcpu: number; readonly port: number }
  | { readonly op: 'wrmsr'; readonly vcpu: number; readonly msr: number; readonly value: bigint }
  | { readonly op: 'rdmsr'; readonly vcpu: number; readonly msr: number }
  | { readonly op: 'set_cr8'; readonly vcpu: number; readonly value: number }
  | { readonly op: 'eoi'; readonly vcpu: number }
  | { readonly op: 'nmi'; readonly vcpu: number }
  | { readonly op: 'extint'; readonly vcpu: number; readonly vector: number }
  | { readonly op: 'run'; readonly vcpu: number }
  | { readonly op: 'iret'; readonly vcpu: number }
  | { readonly op: 'nop'; readonly vcpu: number }
  | { readonly op: 'cpu'; readonly vcpu: number }
  | { readonly op: 'note' }
  | { readonly op: 'get' }
  // -- the model guest, devices and time (presets and the page)
  /** Virtual time passes: timers expire, handlers run to their EOI, idle vCPUs take what is pending. */
  | { readonly op: 'advance'; readonly ns: number }
  /** Virtual time passes until nothing is left to happen soon (at most 1 s and 10,000 events). */
  | { readonly op: 'settle'; readonly events: number }
  /** Something happens at a device: a byte arrives, a request completes. `vector` picks the MSI-X vector. */
  | { readonly op: 'device'; readonly id: string; readonly event: 'work' | 'quiet'; readonly vector?: number }
  /** The guest programs one field of a device's MSI-X table entry, or its capability's enable / function mask bits. */
  | {
      readonly op: 'msix';
      readonly id: string;
      readonly entry: number;
      readonly field: 'addr_lo' | 'addr_hi' | 'data' | 'control' | 'capability';
      readonly value: number;
    }
  /** The guest changes its own flags. */
  | {
      readonly op: 'guest';
      readonly vcpu: number;
      readonly rflagsIf?: 0 | 1;
      readonly shadow?: 0 | 1 | 2;
      readonly halt?: 0 | 1;
    }
  // -- model ops (VMX), see the vCPU run loop
  | { readonly op: 'vcpu_state'; readonly vcpu: number; readonly state: VcpuStateName }
  | { readonly op: 'post'; readonly vcpu: number; readonly vector: number }
  | { readonly op: 'vtd_msi'; readonly irte: IrteSpec }
  | { readonly op: 'vmentry'; readonly vcpu: number }
  | { readonly op: 'vmexit'; readonly vcpu: number }
  | { readonly op: 'get_vmx'; readonly vcpu: number }
  /** The host's scheduler: this vCPU runs on that physical CPU now (who ran there is preempted), or on none (null). */
  | { readonly op: 'schedule'; readonly vcpu: number; readonly pcpu: number | null }
  /** Something in the VM turns an APICv inhibit reason on or off. @param reason bit of enum kvm_apicv_inhibit */
  | { readonly op: 'apicv_inhibit'; readonly reason: number; readonly set: 0 | 1 }
  /** What the vCPU's next entry will meet after events were put in: a kick, an NMI, or a fault while one is delivered. */
  | { readonly op: 'race'; readonly vcpu: number; readonly with: 'kick' | 'nmi' | 'fault' };

export interface IrteSpec {
  readonly posted: boolean;
  readonly pda_vcpu: number;
  readonly vector: number;
  readonly urgent: boolean;
}

export type OpName = Op['op'];

/** Answer to one op, in the form of the conformance files. */
export type OpResult = Readonly<Record<string, unknown>>;
