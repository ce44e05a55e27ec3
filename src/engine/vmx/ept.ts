/**
 * EPT as far as a guest's access to an address without memory needs it (arch/x86/kvm/mmu/mmu.c and vmx/vmx.c, v6.18): the first
 * touch of a frame is an EPT violation and leaves an MMIO SPTE, which makes every later touch an EPT misconfiguration. That
 * exit asks KVM_FAST_MMIO_BUS by the address alone, before anything is decoded.
 *
 * An MMIO SPTE carries the generation of the memory slots it was made under. A stale one is an EPT misconfiguration all
 * the same, the fast bus is asked all the same, and only then the fault is walked again.
 */

import { BUS } from '../../spec/iodevs.ts';
import type { GuestOp, OpResult } from '../../spec/ops/index.ts';
import { EV } from '../core/events.ts';
import { atVcpu, emit, type Machine, put } from '../core/machine.ts';
import { BASE, VM } from '../core/words.ts';
import { busWrite } from '../kvm/bus.ts';
import { generation, slotOf } from '../kvm/memslots.ts';
import { vmExit } from './run-loop.ts';
import { EXIT } from './vmcs.ts';

/** A load or store. */
export type MmioOp = Extract<GuestOp, { op: 'mmio_write' | 'mmio_read' }>;
/** Generation of each frame's MMIO SPTE. */
export type MmioSptes = ReadonlyMap<number, number>;

const NONE: MmioSptes = new Map();
const OK: OpResult = { ok: true };
/** Qualification: read or write, of a linear address that is valid, by the final access. @sdm "Exit Qualification for EPT Violations" */
const QUALIFICATION = { mmio_read: 0x181, mmio_write: 0x182 } as const;

/** The MMIO SPTEs in force. */
const sptes = (m: Machine): MmioSptes => m.mmioSptes[m.w[BASE.vm + VM.at.mmioSptes] - 1] ?? NONE;

function install(m: Machine, table: MmioSptes): void {
  m.mmioSptes.push(table);
  put(m, BASE.vm + VM.at.mmioSptes, m.mmioSptes.length);
}

/**
 * A slot was deleted or moved: all roots go, MMIO SPTEs with them. A new slot leaves them, stale.
 * @kvm mmu/mmu.c kvm_arch_flush_shadow_memslot, kvm_mmu_zap_all_fast
 */
export function zapAll(m: Machine): void {
  if (sptes(m).size > 0) install(m, NONE);
}

/** Where an access faults: in its first page, unless that is memory it may use; then where its second begins. */
function faultAt(m: Machine, { addr, op }: MmioOp): bigint {
  const slot = slotOf(m, addr);
  return slot === undefined || (op === 'mmio_write' && slot.readonly) ? addr : (addr | 0xfffn) + 1n;
}

/**
 * The exit of an access that is no plain memory's, up to where KVM emulates the instruction.
 * @returns null where it must; else the instruction is over @kvm vmx.c handle_ept_violation, handle_ept_misconfig
 */
export function mmioExit(m: Machine, op: MmioOp): OpResult | null {
  const { vcpu } = op;
  const addr = faultAt(m, op);
  const frame = Number(addr >> 12n);
  const made = sptes(m).get(frame);
  if (made === undefined || slotOf(m, addr) !== undefined) {
    vmExit(m, vcpu, EXIT.eptViolation, QUALIFICATION[op.op]);
  } else {
    vmExit(m, vcpu, EXIT.eptMisconfig);
    if (busWrite(m, BUS.fastMmio, Number(addr), 0, 0n)) {
      // A load is taken for a doorbell as well: KVM has not looked which it was. Its register stays as it is.
      emit(m, EV.fast_mmio, atVcpu(vcpu), Number(addr & 0xffffffffn));
      return OK;
    }
  }
  if (slotOf(m, addr) === undefined && made !== generation(m)) install(m, new Map(sptes(m)).set(frame, generation(m)));
  return null;
}
