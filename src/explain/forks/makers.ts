/** Makers of ways not taken at the chips and the local APIC: one thing that would have been different, as ops. */

import { hex } from '../../base/numbers.ts';
import {
  gridAddress,
  inX2apic,
  readWord,
  routesOf,
  rteView,
  vectorIn,
  vectorsIn,
} from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { CHIP } from '../../spec/names.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { APIC_BASE, LVT_LINT, REG, SVR } from '../../spec/registers/lapic.ts';
import { highestIsr, lapicWord, type StepContext, vcpuWord, viewAtCommand } from '../context.ts';
import { destText } from '../describe/words.ts';
import { writeLapic, writeRte } from '../guest-ops.ts';
import type { Fork } from './fork.ts';
import { withApicv } from './host.ts';

export const { MASK, TRIG_MODE } = masks(RTE);
const { ENABLE } = masks(SVR);
const { ENABLE: APIC_ENABLE } = masks(APIC_BASE);
const { MASK: LVT_MASK, DELIVERY_MODE: LVT_MODE } = masks(LVT_LINT);
const EXTINT = 7 << 8;
/** Ops that let the vCPU take an event whatever RFLAGS.IF was. */
const OPENS_IF: readonly unknown[] = ['run', 'extint'];

/**
 * A try sets something before the step's command. That says nothing where the vCPU is in a handler then, which will end, or
 * where something waits already and would go in before the guest could do what the try asks of it.
 */
export const isCalm = (c: StepContext, vcpu: number, vector = -1): boolean => {
  const start = viewAtCommand(c);
  const waiting = (among: 'irr' | 'pir'): boolean =>
    vector === -1
      ? vectorsIn(start.w, gridAddress(start, among, vcpu)).length > 0
      : vectorIn(start.w, gridAddress(start, among, vcpu), vector);
  if (readWord(start, 'vcpu', vcpu, 'depth') > 0 && vector === -1) return false;
  return !waiting('irr') && !waiting('pir');
};

export const word = (c: StepContext, register: string, pin: number): number =>
  readWord(c.view, 'ioapic', 0, register, pin);

export function maskFork(c: StepContext, pin: number): Fork {
  return { key: 'fork.mask', params: { pin }, ops: writeRte(0, pin, 0, word(c, 'redirLo', pin) | MASK) };
}

/** Nothing for an entry that was never programmed: unmasked, it would send vector 0. */
export function unmaskFork(c: StepContext, pin: number): Fork[] {
  const { vector } = rteView(c.view, pin);
  if (vector === 0) return [];
  const ops = writeRte(0, pin, 0, word(c, 'redirLo', pin) & ~MASK);
  return [{ key: 'fork.unmask', params: { pin, vec: hex(vector) }, ops }];
}

/** The other trigger mode. A level entry's remote IRR needs a local APIC that takes the message. */
export function triggerForks(c: StepContext, pin: number): Fork[] {
  const lo = word(c, 'redirLo', pin);
  const level = (lo & TRIG_MODE) !== 0;
  const { dest, logical } = rteView(c.view, pin);
  const { vcpus } = c.view.wordMap;
  const heard = logical || Array.from({ length: vcpus }, (_, v) => vcpuWord(c, 'apicId', v)).includes(dest);
  if (!level && !heard) return [];
  return [{ key: level ? 'fork.edge' : 'fork.level', params: { pin }, ops: writeRte(0, pin, 0, lo ^ TRIG_MODE) }];
}

/** The pin sent to another vCPU, or to none. */
export function destForks(c: StepContext, pin: number): Fork[] {
  const rte = rteView(c.view, pin);
  const hi = word(c, 'redirHi', pin) & 0xff_ffff;
  const to = (dest: number): JsonOp[] => writeRte(0, pin, 1, (hi | (dest << 24)) >>> 0);
  const { vcpus } = c.view.wordMap;
  const forks: Fork[] = [];
  if (!rte.logical) {
    const other = Array.from({ length: vcpus }, (_, v) => v).find((v) => vcpuWord(c, 'apicId', v) !== rte.dest);
    if (other !== undefined) {
      const dest = vcpuWord(c, 'apicId', other);
      forks.push({ key: 'fork.destOther', params: { dest: destText(dest, false), vcpu: other }, ops: to(dest) });
    }
    forks.push({ key: 'fork.destAbsent', params: { dest: 200 }, ops: to(200) });
  }
  return forks;
}

export function noRouteFork(c: StepContext, gsi: number): Fork[] {
  const table = routesOf(c.view);
  if (table?.byGsi[gsi] === undefined) return [];
  const entries = table.entries
    .filter((e) => e.gsi !== gsi)
    .map((e) =>
      e.chip === CHIP.msi
        ? {
            gsi: e.gsi,
            msi_addr: `0x${((BigInt(e.addrHi >>> 0) << 32n) | BigInt(e.addrLo >>> 0)).toString(16)}`,
            msi_data: e.data >>> 0,
          }
        : {
            gsi: e.gsi,
            chip: (['pic0', 'pic1', 'ioapic'] as const)[e.chip as 0 | 1 | 2],
            pin: e.chip === CHIP.picSlave ? e.pin & 7 : e.pin,
          },
    );
  return [{ key: 'fork.noRoute', params: { gsi }, ops: [{ op: 'routing', entries }] }];
}

export function picMaskFork(c: StepContext, pin: number): Fork {
  const chip = pin >> 3;
  const imr = readWord(c.view, 'pic', chip, 'imr');
  const master = readWord(c.view, 'pic', 0, 'imr');
  const bit = 1 << (pin & 7);
  const masked = (imr & bit) !== 0;
  return {
    key: masked ? (anyAcceptsPic(c) ? 'fork.picUnmask' : 'fork.picUnmaskNobody') : 'fork.picMask',
    params: { pin },
    ops: [
      { op: 'pio_write', vcpu: 0, port: chip === 0 ? 0x21 : 0xa1, value: imr ^ bit },
      // The slave is heard through pin 2 of the master.
      ...(chip === 1 && masked && (master & 4) !== 0
        ? [{ op: 'pio_write', vcpu: 0, port: 0x21, value: master & ~4 }]
        : []),
    ],
  };
}

/** Does some vCPU hear the 8259? @kvm lapic.c kvm_apic_accept_pic_intr */
const anyAcceptsPic = (c: StepContext): boolean =>
  Array.from({ length: c.view.wordMap.vcpus }, (_, vcpu) => vcpu).some((vcpu) => {
    const off = (lapicWord(c, 'baseLo', vcpu) & APIC_ENABLE) === 0;
    return off || (lapicWord(c, 'lvtLint0', vcpu) & (LVT_MASK | LVT_MODE)) === EXTINT;
  });

export const lvt0 = (c: StepContext, vcpu: number, value: number): JsonOp[] => [
  // A disabled APIC forces the mask bit, so it is enabled first.
  ...((lapicWord(c, 'svr', vcpu) & ENABLE) === 0 ? [softEnable(c, vcpu, true)] : []),
  writeLapic(vcpu, inX2apic(c.view, vcpu), REG.lvtLint0, value),
];

export function softEnable(c: StepContext, vcpu: number, on: boolean): JsonOp {
  const svr = lapicWord(c, 'svr', vcpu);
  return writeLapic(vcpu, inX2apic(c.view, vcpu), REG.svr, on ? svr | ENABLE : svr & ~ENABLE);
}

/** RFLAGS.IF the other way; nothing where the command sets it itself, or the guest is about to. */
export function ifFork(c: StepContext, vcpu: number, on: 0 | 1): Fork[] {
  const start = viewAtCommand(c);
  const op = c.run.commands[c.step.command]?.op.op;
  const inHandler = readWord(start, 'vcpu', vcpu, 'depth') > 0;
  if (OPENS_IF.includes(op) || inHandler || readWord(start, 'vcpu', vcpu, 'rflagsIf') === on) return [];
  if (on === 0 && !isCalm(c, vcpu)) return [];
  return [{ key: on === 1 ? 'fork.ifOn' : 'fork.ifOff', params: { vcpu }, ops: [{ op: 'guest', vcpu, rflagsIf: on }] }];
}

/** A TPR that holds the vector; nothing where something holds it already. */
export function tprFork(c: StepContext, vcpu: number, vector: number): Fork[] {
  const floor = Math.max(lapicWord(c, 'tpr', vcpu) >> 4, highestIsr(c, vcpu) >> 4);
  if (floor >= vector >> 4 || !isCalm(c, vcpu, vector)) return [];
  const params = { vcpu, tpr: hex(vector & 0xf0), vec: hex(vector) };
  return [{ key: 'fork.tpr', params, ops: [{ op: 'set_cr8', vcpu, value: vector >> 4 }] }];
}

export const tprLowFork = (c: StepContext, vcpu: number, vector: number): Fork[] =>
  lapicWord(c, 'tpr', vcpu) === 0
    ? []
    : [{ key: 'fork.tprLow', params: { vcpu, vec: hex(vector) }, ops: [{ op: 'set_cr8', vcpu, value: 0 }] }];

/** The one who is kicked, asleep. @param all it is a request to several vCPUs, which wakes nobody */
export const haltFork = (c: StepContext, vcpu: number, all: boolean): Fork[] =>
  vcpuWord(c, 'halted', vcpu) === 1 || vcpuWord(c, 'mpState', vcpu) !== 0 || !isCalm(c, vcpu)
    ? []
    : [{ key: all ? 'fork.haltedAll' : 'fork.halted', params: { vcpu }, ops: [{ op: 'guest', vcpu, halt: 1 }] }];

/** For a vector of the local APIC's own; the 8259's is injected under APICv as well. */
export const apicvFork = (c: StepContext, grid: 'irr' | 'isr', vector: number): readonly Fork[] =>
  vectorIn(c.view.w, gridAddress(c.view, grid, c.index), vector) ? withApicv(c, c.index, 'fork.allowed.irr') : [];

/** @param off what follows where it is disabled depends on how the message is addressed */
export function swFork(c: StepContext, vcpu: number, on: boolean, off: Fork['key'] = 'fork.swOff'): Fork {
  return { key: on ? 'fork.swOn' : off, params: { vcpu }, ops: [softEnable(c, vcpu, on)] };
}
