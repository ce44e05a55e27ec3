/**
 * The registration table: which of KVM's own devices sits on which bus, put there by which function, and what each does
 * with an access (its kvm_io_device_ops). A local APIC is on no bus: the vCPU's own is asked before the bus is.
 */
import { chipRange, type IodevKind, type IoRange, IRQCHIP_IODEVS } from '../../spec/iodevs.ts';
import { IOAPIC_BASE, ioapicMmioRead, ioapicMmioWrite } from '../chips/ioapic/ioapic.ts';
import { elcrRead, elcrWrite, picRead, picWrite } from '../chips/pic/pic.ts';
import type { Machine } from '../core/machine.ts';
import { coalescedWrite } from '../kvm/coalesced.ts';
import { ioeventfdWrite } from '../kvm/ioeventfd.ts';

interface IodevOps {
  /** @returns false for EOPNOTSUPP: the next range on the bus is asked */
  write(m: Machine, range: IoRange, addr: number, len: number, value: bigint): boolean;
  /** @returns null for EOPNOTSUPP */
  read(m: Machine, range: IoRange, addr: number, len: number): bigint | null;
}

/** What KVM_CREATE_IRQCHIP registers. @kvm i8259.c kvm_pic_init, ioapic.c kvm_ioapic_init */
export const IRQCHIP_RANGES = IRQCHIP_IODEVS.map(chipRange);
/** What KVM_CREATE_PIT2 registers, the speaker only with flag 0 (KVM_PIT_SPEAKER_DUMMY). @kvm i8254.c kvm_create_pit */
export const pitRanges = (flags: number): readonly (typeof PIT_RANGE)[] =>
  (flags & SPEAKER_DUMMY) === 0 ? [PIT_RANGE] : [PIT_RANGE, chipRange('speaker')];

const PIT_RANGE = chipRange('pit');
/** Bit of KVM_CREATE_PIT2's flags: a speaker at port 0x61. */
const SPEAKER_DUMMY = 1;

const isWidth = (len: number): boolean => len === 1 || len === 2 || len === 4 || len === 8;
const low = (value: bigint, bytes: number): bigint => BigInt.asUintN(bytes * 8, value);

/** Anything but a byte is swallowed, and read as 0. @kvm i8259.c picdev_write, picdev_read */
function byteWide(
  write: (m: Machine, port: number, value: number) => void,
  read: (m: Machine, port: number) => number,
): IodevOps {
  return {
    write(m, _range, port, len, value) {
      if (len === 1) write(m, port, Number(low(value, 1)));
      return true;
    },
    read: (m, _range, port, len) => (len === 1 ? BigInt(read(m, port)) : 0n),
  };
}

const PIC = byteWide(picWrite, picRead);

/** The low byte counts, whatever the width. @kvm i8254.c pit_ioport_write, speaker_ioport_write */
const PIT: IodevOps = {
  write: (m, _range, port, _len, value) => m.wires.pit().write(m, port, Number(low(value, 1))),
  read(m, _range, port) {
    const value = m.wires.pit().read(m, port);
    return value === null ? null : BigInt(value);
  },
};

const OPS: Readonly<Record<IodevKind, IodevOps>> = {
  ioeventfd: { write: (m, { id }, addr, len, value) => ioeventfdWrite(m, id, addr, len, value), read: () => null },
  coalesced: { write: (m, { id }, addr, len, value) => coalescedWrite(m, id, addr, len, value), read: () => null },
  ioapic: {
    write(m, _range, addr, len, value) {
      // A part of an access over a page end can have any size: swallowed, and read as it was.
      if (!isWidth(len)) return true;
      ioapicMmioWrite(m, addr - IOAPIC_BASE, len, Number(low(value, 4)) | 0);
      return true;
    },
    read: (m, _range, addr, len) => (isWidth(len) ? low(BigInt(ioapicMmioRead(m, addr - IOAPIC_BASE)), len) : 0n),
  },
  'pic-master': PIC,
  'pic-slave': PIC,
  elcr: byteWide(elcrWrite, elcrRead),
  pit: PIT,
  speaker: PIT,
};

/** @kvm iodev.h kvm_iodevice_write */
export const iodevWrite = (m: Machine, range: IoRange, addr: number, len: number, value: bigint): boolean =>
  OPS[range.kind].write(m, range, addr, len, value);

/** @kvm iodev.h kvm_iodevice_read */
export const iodevRead = (m: Machine, range: IoRange, addr: number, len: number): bigint | null =>
  OPS[range.kind].read(m, range, addr, len);
