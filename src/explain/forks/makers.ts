/** Makers of ways not taken at the chips and the local APIC: one thing that would have been different, as the ops of its gate. */

import { hex } from '../../base/numbers.ts';
import { gridAddress, readWord, routesOf, rteView, vectorIn, vectorsIn } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { APIC_BASE, LVT_LINT } from '../../spec/registers/lapic.ts';
import { inCommand, lapicWord, type StepContext, vcpuWord, viewAtCommand } from '../context.ts';
import { destText } from '../describe/words.ts';
import { MSIX_FUNCTION_MASK, MSIX_MASK } from '../gates/device.ts';
import { closeNow, type Gate, hasGuest, openNow, type Way, wayOf } from '../gates/gate.ts';
import { IOAPIC_EDGE, IOAPIC_MASK } from '../gates/ioapic.ts';
import { APIC_DISABLED, PRIORITY_GATE, pprNow } from '../gates/lapic.ts';
import { PIC_LINT, PIC_MASK } from '../gates/pic.ts';
import { ROUTE } from '../gates/routing.ts';
import { VCPU_BLOCKED } from '../gates/run-loop.ts';
import { INTERRUPT_FLAG } from '../gates/vcpu.ts';
import { writeRte } from '../guest-ops.ts';
import type { Fork } from './fork.ts';

const { TRIG_MODE } = masks(RTE);
const { ENABLE: APIC_ENABLE } = masks(APIC_BASE);
const { MASK: LVT_MASK, DELIVERY_MODE: LVT_MODE } = masks(LVT_LINT);
const EXTINT = 7 << 8;
/** vcpu->mode */
const IN_GUEST = 1;
/** Ops that let the vCPU take an event whatever RFLAGS.IF was. */
const OPENS_IF: readonly unknown[] = ['run', 'extint'];

/**
 * A try sets something before the step's command. That says nothing where the vCPU is in a handler then, which will end, or
 * where something waits already and would go in before the guest could do what the try asks of it.
 * @param vector only this one must not wait already, wherever the vCPU is
 */
function isCalm(c: StepContext, vcpu: number, vector?: number): boolean {
  const start = viewAtCommand(c);
  const waits = (['irr', 'pir'] as const).some((grid) =>
    vector === undefined
      ? vectorsIn(start.w, gridAddress(start, grid, vcpu)).length > 0
      : vectorIn(start.w, gridAddress(start, grid, vcpu), vector),
  );
  return !waits && (vector !== undefined || readWord(start, 'vcpu', vcpu, 'depth') === 0);
}

const word = (c: StepContext, register: string, pin: number): number => readWord(c.view, 'ioapic', 0, register, pin);

/** The ops that open a gate now, or close it. */
const opening = (c: StepContext, gate: Gate, known: Partial<Way>): readonly JsonOp[] =>
  openNow(gate, c.view, wayOf(known));
const closing = (c: StepContext, gate: Gate, known: Partial<Way>): readonly JsonOp[] =>
  closeNow(gate, c.view, wayOf(known));

export const maskFork = (c: StepContext, pin: number): Fork => ({
  key: 'fork.mask',
  params: { pin },
  ops: closing(c, IOAPIC_MASK, { ioapicPin: pin }),
});

/** Nothing for an entry that was never programmed: unmasked, it would send vector 0. */
export function unmaskFork(c: StepContext, pin: number): Fork[] {
  const { vector } = rteView(c.view, pin);
  if (vector === 0) return [];
  const ops = opening(c, IOAPIC_MASK, { ioapicPin: pin });
  return [{ key: 'fork.unmask', params: { pin, vec: hex(vector) }, ops }];
}

/** The other trigger mode. A level entry's remote IRR needs a local APIC that takes the message. */
export function triggerForks(c: StepContext, pin: number): Fork[] {
  const lo = word(c, 'redirLo', pin);
  const level = (lo & TRIG_MODE) !== 0;
  const { dest, logical } = rteView(c.view, pin);
  const { vcpus } = c.view.wordMap;
  const taken = logical
    ? !inCommand(c, ({ name }) => name === 'no_destination' || name === 'disabled_lapic')
    : Array.from({ length: vcpus }, (_, v) => vcpuWord(c, 'apicId', v)).includes(dest);
  if (!level && !taken) return [];
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

/** The line low once more before it rises. */
export const lineLowFork = (c: StepContext, gsi: number): Fork => ({
  key: 'fork.lineLow',
  params: { gsi },
  ops: opening(c, IOAPIC_EDGE, { gsi }),
});

export function noRouteFork(c: StepContext, gsi: number): Fork[] {
  if (routesOf(c.view)?.byGsi[gsi] === undefined) return [];
  return [{ key: 'fork.noRoute', params: { gsi }, ops: closing(c, ROUTE, { gsi }) }];
}

export function picMaskFork(c: StepContext, pin: number): Fork {
  const masked = ((readWord(c.view, 'pic', pin >> 3, 'imr') >> (pin & 7)) & 1) === 1;
  return {
    key: masked ? (anyAcceptsPic(c) ? 'fork.picUnmask' : 'fork.picUnmaskNobody') : 'fork.picMask',
    params: { pin },
    ops: (masked ? opening : closing)(c, PIC_MASK, { picPin: pin }),
  };
}

/** Does some vCPU hear the 8259? @kvm lapic.c kvm_apic_accept_pic_intr */
const anyAcceptsPic = (c: StepContext): boolean =>
  Array.from({ length: c.view.wordMap.vcpus }, (_, vcpu) => vcpu).some((vcpu) => {
    const off = (lapicWord(c, 'baseLo', vcpu) & APIC_ENABLE) === 0;
    return off || (lapicWord(c, 'lvtLint0', vcpu) & (LVT_MASK | LVT_MODE)) === EXTINT;
  });

/** LVT0 made to listen to the 8259, or no longer. */
export const lvt0ExtIntFork = (c: StepContext): Fork => ({
  key: 'fork.lvt0ExtInt',
  params: { vcpu: 0 },
  ops: opening(c, PIC_LINT, {}),
});
export const lvt0MaskFork = (c: StepContext, vcpu: number): Fork => ({
  key: 'fork.lvt0Mask',
  params: { vcpu },
  ops: closing(c, PIC_LINT, { vcpu }),
});

/** A device's vector and its whole table unmasked. */
export const msixUnmaskFork = (c: StepContext, slot: number, entry: number): Fork[] => {
  const msix = { slot, entry };
  const ops = [MSIX_MASK, MSIX_FUNCTION_MASK].flatMap((gate) => opening(c, gate, { msix }));
  return ops.length === 0 ? [] : [{ key: 'fork.msixUnmask', params: { entry }, ops }];
};

/**
 * RFLAGS.IF the other way; nothing where there is no guest that has it, the command sets it itself, or the guest is about to.
 * @param key what follows differs under APICv
 */
export function ifFork(c: StepContext, vcpu: number, on: 0 | 1, key: Fork['key'] = 'fork.ifOff'): Fork[] {
  if (!hasGuest(c.view)) return [];
  const start = viewAtCommand(c);
  const inHandler = readWord(start, 'vcpu', vcpu, 'depth') > 0;
  if (OPENS_IF.includes(c.run.commands[c.step.command]?.op.op) || inHandler) return [];
  if (readWord(start, 'vcpu', vcpu, 'rflagsIf') === on || (on === 0 && !isCalm(c, vcpu))) return [];
  const ops = (on === 1 ? opening : closing)(c, INTERRUPT_FLAG, { vcpu });
  return [{ key: on === 1 ? 'fork.ifOn' : key, params: { vcpu }, ops }];
}

/** A TPR that holds the vector; nothing where something holds it already. @param key what follows differs under APICv */
export function tprFork(c: StepContext, vcpu: number, vector: number, key: Fork['key'] = 'fork.tpr'): Fork[] {
  if (pprNow(c.view, vcpu).ppr >> 4 >= vector >> 4 || !isCalm(c, vcpu, vector)) return [];
  const params = { vcpu, tpr: hex(vector & 0xf0), vec: hex(vector) };
  return [{ key, params, ops: closing(c, PRIORITY_GATE, { vcpu, vector }) }];
}

/** A lower TPR; nothing where it is not the TPR that holds the vector, or a vector in service would still. */
export function tprLowFork(c: StepContext, vcpu: number, vector: number): Fork[] {
  const { ppr, by, isr } = pprNow(c.view, vcpu);
  if (ppr >> 4 < vector >> 4 || by !== 'tpr' || isr >> 4 >= vector >> 4) return [];
  return [{ key: 'fork.tprLow', params: { vcpu, vec: hex(vector) }, ops: opening(c, PRIORITY_GATE, { vcpu, vector }) }];
}

/** The vCPU in HLT when it comes, which it executes in the guest. @param key what follows differs with who posts */
export function haltFork(c: StepContext, vcpu: number, key: Fork['key'] = 'fork.halted'): Fork[] {
  if (vcpuWord(c, 'halted', vcpu) === 1 || vcpuWord(c, 'mpState', vcpu) !== 0 || !isCalm(c, vcpu)) return [];
  if (c.view.config.runLoop === 'vmx' && readWord(viewAtCommand(c), 'vcpu', vcpu, 'mode') !== IN_GUEST) return [];
  return [{ key, params: { vcpu }, ops: closing(c, VCPU_BLOCKED, { vcpu }) }];
}

/** @param off what follows where it is disabled depends on how the message is addressed */
export const swFork = (c: StepContext, vcpu: number, on: boolean, off: Fork['key'] = 'fork.swOff'): Fork => ({
  key: on ? 'fork.swOn' : off,
  params: { vcpu },
  ops: (on ? opening : closing)(c, APIC_DISABLED, { vcpu }),
});
