/**
 * Who registers a range on which of KVM's buses (include/linux/kvm_host.h enum kvm_bus; v6.18): the chips' fixed ranges with the
 * function that registers them, and those that user space asks for. The local APIC is on no bus: a vCPU's own is asked first.
 */

import type { KernelFn } from './kernel/functions.ts';

/** enum kvm_bus, by number. The third is s390's (virtio-ccw notifications); x86 never asks it. */
export const KVM_BUSES = ['KVM_MMIO_BUS', 'KVM_PIO_BUS', 'KVM_VIRTIO_CCW_NOTIFY_BUS', 'KVM_FAST_MMIO_BUS'] as const;
export const BUS = { mmio: 0, pio: 1, virtioCcwNotify: 2, fastMmio: 3 } as const;

interface IodevRow {
  readonly label: string;
  /** Kernel function that registers it, of those that are held against kernel trees. */
  readonly by: KernelFn;
  /** What brings it: KVM_CREATE_IRQCHIP, KVM_CREATE_PIT2 (the speaker with its flag only), an ioctl of its own. */
  readonly with: 'irqchip' | 'pit' | 'speaker' | 'ioctl';
  /** Fixed for a chip. */
  readonly bus?: number;
  readonly addr?: number;
  /** Bytes. */
  readonly len?: number;
}

/** By kind; their order is their number in the log. */
export const IODEVS = {
  ioapic: { label: 'IOAPIC', by: 'kvm_ioapic_init', with: 'irqchip', bus: BUS.mmio, addr: 0xfec00000, len: 0x100 },
  'pic-master': { label: '8259 master', by: 'kvm_pic_init', with: 'irqchip', bus: BUS.pio, addr: 0x20, len: 2 },
  'pic-slave': { label: '8259 slave', by: 'kvm_pic_init', with: 'irqchip', bus: BUS.pio, addr: 0xa0, len: 2 },
  elcr: { label: 'ELCR', by: 'kvm_pic_init', with: 'irqchip', bus: BUS.pio, addr: 0x4d0, len: 2 },
  pit: { label: 'i8254', by: 'kvm_create_pit', with: 'pit', bus: BUS.pio, addr: 0x40, len: 4 },
  // Four ports are registered, and only the first is answered.
  speaker: { label: 'speaker', by: 'kvm_create_pit', with: 'speaker', bus: BUS.pio, addr: 0x61, len: 4 },
  ioeventfd: { label: 'ioeventfd', by: 'kvm_assign_ioeventfd_idx', with: 'ioctl' },
  coalesced: { label: 'coalesced zone', by: 'kvm_vm_ioctl_register_coalesced_mmio', with: 'ioctl' },
} as const satisfies Readonly<Record<string, IodevRow>>;

/** Who registered a range. */
export type IodevKind = keyof typeof IODEVS;
/** By their numbers in the log. */
export const IODEV_KINDS = Object.keys(IODEVS) as readonly IodevKind[];

/** Order in which KVM_CREATE_IRQCHIP registers: the 8259 pair first. @kvm irq.c kvm_vm_ioctl_create_irqchip */
export const IRQCHIP_IODEVS = ['pic-master', 'pic-slave', 'elcr', 'ioapic'] as const satisfies readonly IodevKind[];

/** struct kvm_io_range with its device. */
export interface IoRange {
  readonly addr: bigint;
  /** Bytes; 0: the address alone. */
  readonly len: number;
  readonly kind: IodevKind;
  /** Which ioeventfd or zone; 0 for a chip. */
  readonly id: number;
}

/** The fixed range of a chip. */
export function chipRange(kind: Exclude<IodevKind, 'ioeventfd' | 'coalesced'>): readonly [bus: number, range: IoRange] {
  const { bus, addr, len } = IODEVS[kind];
  return [bus, { addr: BigInt(addr), len, kind, id: 0 }];
}
