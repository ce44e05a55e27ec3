/** Makers of ways not taken at the chips and the local APIC: one thing that would have been different, as ops. */

import { hex } from '../../base/numbers.ts';
import { gridAddress, inX2apic, readWord, routesOf, rteView, vectorIn } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { CHIP } from '../../spec/names.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { REG, SVR } from '../../spec/registers/lapic.ts';
import { highestIsr, lapicWord, type StepContext, vcpuWord } from '../context.ts';
import { destText } from '../describe/words.ts';
import { writeLapic, writeRte } from '../guest-ops.ts';
import type { Fork } from './fork.ts';
import { withApicv } from './host.ts';

export const { MASK, TRIG_MODE } = masks(RTE);
const { ENABLE } = masks(SVR);

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

export function triggerFork(c: StepContext, pin: number): Fork {
  const lo = word(c, 'redirLo', pin);
  const level = (lo & TRIG_MODE) !== 0;
  return { key: level ? 'fork.edge' : 'fork.level', params: { pin }, ops: writeRte(0, pin, 0, lo ^ TRIG_MODE) };
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
    key: masked ? 'fork.picUnmask' : 'fork.picMask',
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

export const lvt0 = (c: StepContext, vcpu: number, value: number): JsonOp[] => [
  // A disabled APIC forces the mask bit, so it is enabled first.
  ...((lapicWord(c, 'svr', vcpu) & ENABLE) === 0 ? [softEnable(c, vcpu, true)] : []),
  writeLapic(vcpu, inX2apic(c.view, vcpu), REG.lvtLint0, value),
];

export function softEnable(c: StepContext, vcpu: number, on: boolean): JsonOp {
  const svr = lapicWord(c, 'svr', vcpu);
  return writeLapic(vcpu, inX2apic(c.view, vcpu), REG.svr, on ? svr | ENABLE : svr & ~ENABLE);
}

export const ifFork = (vcpu: number, on: 0 | 1): Fork => ({
  key: on === 1 ? 'fork.ifOn' : 'fork.ifOff',
  params: { vcpu },
  ops: [{ op: 'guest', vcpu, rflagsIf: on }],
});

/** A TPR that holds the vector; nothing where something holds it already. */
export function tprFork(c: StepContext, vcpu: number, vector: number): Fork[] {
  const floor = Math.max(lapicWord(c, 'tpr', vcpu) >> 4, highestIsr(c, vcpu) >> 4);
  if (floor >= vector >> 4) return [];
  const params = { vcpu, tpr: hex(vector & 0xf0), vec: hex(vector) };
  return [{ key: 'fork.tpr', params, ops: [{ op: 'set_cr8', vcpu, value: vector >> 4 }] }];
}

export const tprLowFork = (c: StepContext, vcpu: number, vector: number): Fork[] =>
  lapicWord(c, 'tpr', vcpu) === 0
    ? []
    : [{ key: 'fork.tprLow', params: { vcpu, vec: hex(vector) }, ops: [{ op: 'set_cr8', vcpu, value: 0 }] }];

export const haltFork = (c: StepContext, vcpu: number): Fork[] =>
  vcpuWord(c, 'halted', vcpu) === 1 || vcpuWord(c, 'mpState', vcpu) !== 0
    ? []
    : [{ key: 'fork.halted', params: { vcpu }, ops: [{ op: 'guest', vcpu, halt: 1 }] }];

/** For a vector of the local APIC's own; the 8259's is injected under APICv as well. */
export const apicvFork = (c: StepContext, grid: 'irr' | 'isr', vector: number): readonly Fork[] =>
  vectorIn(c.view.w, gridAddress(c.view, grid, c.index), vector) ? withApicv(c, c.index) : [];

export function swFork(c: StepContext, vcpu: number, on: boolean): Fork {
  return { key: on ? 'fork.swOn' : 'fork.swOff', params: { vcpu }, ops: [softEnable(c, vcpu, on)] };
}
