/** Makers of ways not taken in the run loop, under APICv, at VT-d and under AVIC. */

import { hex } from '../../base/numbers.ts';
import {
  gridAddress,
  inX2apic,
  hasHost as modelsHost,
  readWord,
  routesOf,
  rteView,
  vectorIn,
} from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { CHIP } from '../../spec/names.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { ICR, REG, x2apicMsr } from '../../spec/registers/lapic.ts';
import { inCommand, lapicWord, type StepContext, vcpuWord, viewAtCommand } from '../context.ts';
import { closeNow, wayOf } from '../gates/gate.ts';
import { intoGuest, putBack } from '../gates/pi-desc.ts';
import { VCPU_PREEMPTED } from '../gates/run-loop.ts';
import { inApicPage, writeApic, writeRte } from '../guest-ops.ts';
import type { Fork } from './fork.ts';
import { haltFork, ifFork, tprFork } from './makers.ts';

export const { SHORTHAND } = masks(ICR);
const { TRIG_MODE } = masks(RTE);
/** Time enough for a request to be served and for the guest to be entered again, ns. */
export const SOON: JsonOp = { op: 'advance', ns: 200 };

type Key = Fork['key'];

export const fork = (key: Key, params: Fork['params'], ops: readonly JsonOp[]): Fork => ({ key, params, ops });

export const hasHost = (c: StepContext): boolean => modelsHost(c.view.config);
export const apicvNow = (c: StepContext, vcpu: number): boolean =>
  c.view.config.apicv === true && lapicWord(c, 'apicvActive', vcpu) === 1;
/** Its thread is on a physical CPU and it has something to do there. */
export const isRunning = (c: StepContext, vcpu: number): boolean =>
  vcpuWord(c, 'halted', vcpu) === 0 && vcpuWord(c, 'mpState', vcpu) === 0 && vcpuWord(c, 'loaded', vcpu) === 1;

/** @param key what follows differs with who posts */
export const halted = (c: StepContext, vcpu: number, key: Key): Fork[] =>
  hasHost(c) && !isRunning(c, vcpu) ? [] : haltFork(c, vcpu, key);

export function preempted(c: StepContext, vcpu: number, key: Key): Fork[] {
  return isRunning(c, vcpu) ? [fork(key, { vcpu }, closeNow(VCPU_PREEMPTED, c.view, wayOf({ vcpu })))] : [];
}

/** A sleeper or one without a CPU, running guest code instead. */
export function running(c: StepContext, vcpu: number): Fork[] {
  if (!hasHost(c) || isRunning(c, vcpu) || vcpuWord(c, 'mpState', vcpu) !== 0) return [];
  return [fork('fork.running', { vcpu }, [intoGuest(vcpu)])];
}

/** POSTED_INTR_WAKEUP_VECTOR */
const WAKEUP = 0xf1;

/** APICV_INHIBIT_REASON_HYPERV: the guest turns on AutoEOI. */
export const INHIBIT: JsonOp = { op: 'apicv_inhibit', reason: 1, set: 1 };

/** Asleep until a vector wakes it, or off its CPU. One that no vector wakes has no next entry; one just woken has it at once. */
function staysAway(c: StepContext, vcpu: number): boolean {
  if (vcpuWord(c, 'preempted', vcpu) === 1) return true;
  const pi = (register: string): number => readWord(c.view, 'piDesc', vcpu, register);
  // With ON set the vector has been sent: it is about to enter.
  return vcpuWord(c, 'halted', vcpu) === 1 && pi('nv') === WAKEUP && pi('on') === 0;
}

/** @param key what follows differs: for one on its way, one that is in the guest already, an access of the guest's own */
export function inhibited(c: StepContext, vcpu: number, key: Key = 'fork.inhibited'): Fork[] {
  if (!apicvNow(c, vcpu)) return [];
  // The request wakes no sleeper: until its next entry it is posted to as before.
  const entered = inCommand(c, ({ name, index }) => name === 'kvm_entry' && index === vcpu, true);
  const asleep = !isRunning(c, vcpu) && !entered;
  const then =
    key === 'fork.inhibited' && asleep
      ? 'fork.inhibitedPosted'
      : key === 'fork.inhibitedPosted' && entered
        ? 'fork.inhibited'
        : key;
  if (then === 'fork.inhibitedPosted' && asleep && !staysAway(c, vcpu)) return [];
  return [fork(then, { vcpu }, [INHIBIT, SOON])];
}

/** What an inhibit before the command changes of an EOI in it: where the vector is in service already, the access alone. */
export const inhibitedBefore = (c: StepContext, vector: number): Key => {
  const start = viewAtCommand(c);
  const inService = vectorIn(start.w, gridAddress(start, 'isr', c.index), vector);
  return inService ? 'fork.inhibitedExit' : 'fork.inhibitedInject';
};

/** Where APICv does nothing: no reason against it any more, or a machine that has it. */
/** @param key what follows for one on its way; for an access; for a vector that waits in IRR already */
export function withApicv(c: StepContext, vcpu: number, key: Key = 'fork.allowed'): Fork[] {
  if (c.view.config.avic === true || apicvNow(c, vcpu)) return [];
  if (c.view.config.apicv !== true) {
    // A machine made call by call has no such fields to change.
    if (c.run.commands[0]?.op.op !== 'create') return [];
    return [{ key: 'fork.apicv', params: { vcpu }, ops: [], create: { apicv: true, postedInterrupts: true } }];
  }
  const reasons = readWord(c.view, 'vm', 0, 'apicvInhibits');
  const ops = Array.from({ length: 13 }, (_, reason) => reason)
    .filter((reason) => ((reasons >>> reason) & 1) === 1)
    .map((reason): JsonOp => ({ op: 'apicv_inhibit', reason, set: 0 }));
  return ops.length === 0 ? [] : [fork(key, { vcpu }, [...ops, SOON])];
}

/** For a vector of the local APIC's own; the 8259's is injected under APICv as well. */
export const apicvFork = (c: StepContext, grid: 'irr' | 'isr', vector: number): readonly Fork[] =>
  vectorIn(c.view.w, gridAddress(c.view, grid, c.index), vector) ? withApicv(c, c.index, 'fork.allowed.irr') : [];

/** The same closed gates with what follows under APICv. */
export const tpr = (c: StepContext, vcpu: number, vector: number): Fork[] =>
  tprFork(c, vcpu, vector, 'fork.tprVirtual');
export const ifOff = (c: StepContext, vcpu: number): Fork[] => ifFork(c, vcpu, 0, 'fork.ifOffVirtual');

export const ifOn = (c: StepContext, vcpu: number): Fork[] => ifFork(c, vcpu, 1);

/** Another vector posted just before, which has set ON and not been looked at. */
export function outstanding(c: StepContext, vcpu: number, vector: number): Fork[] {
  if (isRunning(c, vcpu) || readWord(c.view, 'piDesc', vcpu, 'on') === 1) return [];
  const other = vector === 0x31 ? 0x32 : 0x31;
  return [fork('fork.onOutstanding', { vcpu, vec: hex(other) }, [{ op: 'post', vcpu, vector: other }])];
}

/** Posted already, and not yet taken in. */
export function posted(c: StepContext, vcpu: number, vector: number): Fork[] {
  if (isRunning(c, vcpu)) return [];
  return [fork('fork.posted', { vcpu, vec: hex(vector) }, [{ op: 'post', vcpu, vector }])];
}

/** The IOAPIC pin that sends this vector, -1 none. */
export const pinOf = (c: StepContext, vector: number): number =>
  c.view.config.irqchip === 'split'
    ? -1
    : Array.from({ length: 24 }, (_, pin) => pin).findIndex((pin) => {
        const rte = rteView(c.view, pin);
        return rte.vector === vector && !rte.masked;
      });

/** An EOI exits for a vector that a level-triggered entry has; without one it does not. */
export function eoiExit(c: StepContext, vector: number, exits: boolean): Fork[] {
  if (c.view.config.irqchip === 'split') return [];
  const pin = pinOf(c, vector);
  if (exits) {
    if (pin === -1 || !rteView(c.view, pin).level) return [];
    const lo = readWord(c.view, 'ioapic', 0, 'redirLo', pin);
    return [fork('fork.edgeEoi', { pin, vec: hex(vector) }, writeRte(0, pin, 0, lo & ~TRIG_MODE))];
  }
  // Pin 23 has no line of the machines here: an entry that only says the vector may be level-triggered.
  const id = vcpuWord(c, 'apicId', c.index);
  const own = pin !== -1 && (rteView(c.view, pin).logical || rteView(c.view, pin).dest === id);
  // It is level-triggered already: what is missing is the bitmap's bit, which no write here sets.
  if (own && rteView(c.view, pin).level) return [];
  const free = own ? pin : 23;
  const dest = (id << 24) >>> 0;
  const lo = !own ? vector | TRIG_MODE : readWord(c.view, 'ioapic', 0, 'redirLo', pin) | TRIG_MODE;
  const to = own ? [] : writeRte(0, free, 1, dest);
  return [fork('fork.levelEoi', { pin: free, vec: hex(vector) }, [...to, ...writeRte(0, free, 0, lo), SOON])];
}

/** What the step's command writes to ICR, null if it does not. */
export function icrWrite(c: StepContext): { readonly vcpu: number; readonly value: number } | null {
  const op = c.run.commands[c.step.command]?.op;
  if (op === undefined) return null;
  const at = op.op === 'mmio_write' ? op.addr : op.op === 'wrmsr' ? op.msr : undefined;
  const icr = Number(inApicPage(c.view, Number(op.vcpu ?? 0), REG.icr));
  if (Number(at) !== icr && Number(at) !== x2apicMsr(REG.icr)) return null;
  return { vcpu: Number(op.vcpu ?? 0), value: Number(BigInt(op.value as string) & 0xffff_ffffn) };
}

/** The same IPI with another shorthand. */
export function shorthand(c: StepContext, key: Key, bits: number): Fork[] {
  const write = icrWrite(c);
  if (write === null || inX2apic(c.view, write.vcpu)) return [];
  const value = ((write.value & ~SHORTHAND) | bits) >>> 0;
  if (value === write.value) return [];
  return [{ key, params: {}, ops: [writeApic(c.view, write.vcpu, REG.icr, value)], replaces: true }];
}

/** An ICR write that exits only because the processor does not virtualize IPIs. */
export function withIpiv(c: StepContext): Fork[] {
  const write = icrWrite(c);
  const { apicv, ipiVirtualization } = c.view.config;
  if (write === null || apicv !== true || ipiVirtualization === true || (write.value & 0xc_8f00) !== 0) return [];
  return [{ key: 'fork.ipiv', params: {}, ops: [], create: { ipiVirtualization: true } }];
}

export const withoutIpiv: Fork = { key: 'fork.noIpiv', params: {}, ops: [], create: { ipiVirtualization: false } };

/** The device's message to one vCPU, by its physical id. */
export function oneDestination(c: StepContext, slot: number, entry: number): Fork[] {
  const device = c.view.config.devices?.[slot];
  if (device?.msix === undefined) return [];
  const value = 0xfee0_0000 + vcpuWord(c, 'apicId', 0) * 0x1000;
  const ops: JsonOp[] = [{ op: 'msix', id: device.id, entry, field: 'addr_lo', value }];
  return [fork('fork.oneDest', { device: device.id, vcpu: 0 }, ops)];
}

/** The device's message as an NMI, which no descriptor can hold. */
export function asNmi(c: StepContext, slot: number, entry: number): Fork[] {
  const device = c.view.config.devices?.[slot];
  if (device?.msix === undefined) return [];
  const ops: JsonOp[] = [{ op: 'msix', id: device.id, entry, field: 'data', value: 0x400 }];
  return [fork('fork.nmiMessage', { device: device.id }, ops)];
}

/** A host that cannot post: its entries only remap. The model's own posted message has none, one without its route sends nothing. */
export function hostRemaps(c: StepContext): Fork[] {
  if (c.view.config.apicv !== true || c.run.commands[c.step.command]?.op.op === 'vtd_msi') return [];
  const routed = (c.view.config.devices ?? []).every(
    ({ kind, gsi, msix = 0 }, slot) =>
      kind !== 'nvme' ||
      Array.from({ length: msix }, (_, entry) => entry).every((entry) => {
        const routes = routesOf(c.view)?.byGsi[gsi + entry];
        if (routes === undefined) return readWord(c.view, 'device', slot, 'irte', entry * 4) === 0;
        return routes.some(({ chip }) => chip === CHIP.msi);
      }),
  );
  const create = { apicv: false, postedInterrupts: false, ipiVirtualization: false };
  return routed ? [{ key: 'fork.remapped', params: {}, ops: [], create }] : [];
}

export function urgent(vcpu: number, vector: number): Fork {
  const irte = { posted: true, pda_vcpu: vcpu, vector, urgent: true };
  return { key: 'fork.urgent', params: { vcpu }, ops: [{ op: 'vtd_msi', irte }], replaces: true };
}

/** On the CPU it had, whoever is there now. */
export function scheduled(c: StepContext, vcpu: number): Fork[] {
  if (vcpuWord(c, 'loaded', vcpu) === 1 || vcpuWord(c, 'preempted', vcpu) === 0) return [];
  const back = putBack(c.view, vcpu);
  return [fork('fork.scheduled', { vcpu, pcpu: Number(back.pcpu) }, [back, SOON])];
}

/** What may come between injection and entry. */
export function races(c: StepContext, vcpu: number): Fork[] {
  if (!hasHost(c)) return [];
  const before = c.run.commands.slice(0, c.step.command + 1);
  const already = before.findLast(({ op }) => op.op === 'race' && op.vcpu === vcpu)?.op.with;
  return (
    [
      ['nmi', 'fork.raceNmi'],
      ['fault', 'fork.raceFault'],
    ] as const
  )
    .filter(([name]) => name !== already)
    .map(([name, key]) => fork(key, { vcpu }, [{ op: 'race', vcpu, with: name }]));
}

/** A kick of a vCPU on this host. */
export const kickForks = (c: StepContext, vcpu: number): Fork[] =>
  hasHost(c) ? [...preempted(c, vcpu, 'fork.preemptedKick'), ...running(c, vcpu)] : [];

/** Posted to while it does not run: KVM looks at its mode, whoever posts without KVM goes by NV and SN. */
export function away(c: StepContext, vcpu: number): Fork[] {
  const { command, index, name } = c.step;
  const before = [1, 2, 3].map((back) => c.run.steps.get(index - back)).filter((step) => step?.command === command);
  const byCpu = name === 'ipi_virtualization' || before.some((step) => step?.name === 'ipi_virtualization');
  // Who stores to the IOAPIC is awake.
  const own = c.run.commands[command]?.op;
  const storing = own?.op === 'mmio_write' && own.vcpu === vcpu;
  return [
    ...(storing ? [] : halted(c, vcpu, byCpu ? 'fork.haltedByNv' : 'fork.haltedPosted')),
    ...preempted(c, vcpu, byCpu ? 'fork.preemptedBySn' : 'fork.preemptedPosted'),
  ];
}

export const posting = (c: StepContext, vcpu: number, vector: number): Fork[] => [
  ...away(c, vcpu),
  ...running(c, vcpu),
  ...outstanding(c, vcpu, vector),
  ...inhibited(c, vcpu),
  ...tpr(c, vcpu, vector),
];

/** The waterline and IF under AVIC, where the IRR is the page's own. */
export const avicHeld = (c: StepContext, vcpu: number, vector: number): Fork[] => [
  ...tprFork(c, vcpu, vector),
  ...ifFork(c, vcpu, 0),
];

/** Under AVIC: a sleeper whom an IPI just before has woken. */
export function awake(c: StepContext, vcpu: number): Fork[] {
  const write = icrWrite(c);
  if (write === null || vcpuWord(c, 'halted', vcpu) === 0) return [];
  const same = c.run.commands[c.step.command]?.op as JsonOp;
  return [fork('fork.wokenAvic', { vcpu }, [same, { op: 'advance', ns: 10_000 }])];
}

export const INTEL: Fork = {
  key: 'fork.intel',
  params: {},
  ops: [],
  create: { avic: false, apicv: true, postedInterrupts: true },
};
