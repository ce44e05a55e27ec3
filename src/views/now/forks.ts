/**
 * The ways a step did not take: each is one thing that would have been different, as the ops that make it so. The page tries
 * one by doing those ops just before the step's command and then the command again.
 */
import { gridAddress, readWord, rteView, vectorIn } from '../../engine/view/machine-view.ts';
import { CHIP, type EventName } from '../../engine/view/tables.ts';
import type { MessageKey, Params } from '../../i18n/index.ts';
import type { JsonOp } from '../../log/log.ts';
import { hex, hex64 } from '../shared/format.ts';
import { writeLapic, writeRte } from '../shared/guest-ops.ts';
import { inX2apic } from '../shared/read-register.ts';
import { FORKS_VMX, kickForks, races, withApicv } from './forks-vmx.ts';
import { destText, highestIsr, lapicWord, ledTo, type StepContext, vcpuWord } from './step-context.ts';

export interface Fork {
  /** Text key of the condition; with `.then`, what would follow. */
  readonly key: Extract<MessageKey, `fork.${string}`>;
  readonly params: Params;
  readonly ops: readonly JsonOp[];
  /** The ops stand in for the step's command instead of coming before it. */
  readonly replaces?: true;
  /** Fields of the machine itself that differ: the whole scene is done again on another one. */
  readonly create?: JsonOp;
}

export type Forks = (c: StepContext) => readonly Fork[];

const MASK = 0x1_0000;
const LEVEL = 0x8000;

const word = (c: StepContext, register: string, pin: number): number => readWord(c.view, 'ioapic', 0, register, pin);

function maskFork(c: StepContext, pin: number): Fork {
  return { key: 'fork.mask', params: { pin }, ops: writeRte(0, pin, 0, word(c, 'redirLo', pin) | MASK) };
}

/** Nothing for an entry that was never programmed: unmasked, it would send vector 0. */
function unmaskFork(c: StepContext, pin: number): Fork[] {
  const { vector } = rteView(c.view, pin);
  if (vector === 0) return [];
  const ops = writeRte(0, pin, 0, word(c, 'redirLo', pin) & ~MASK);
  return [{ key: 'fork.unmask', params: { pin, vec: hex(vector) }, ops }];
}

function triggerFork(c: StepContext, pin: number): Fork {
  const lo = word(c, 'redirLo', pin);
  const level = (lo & LEVEL) !== 0;
  return { key: level ? 'fork.edge' : 'fork.level', params: { pin }, ops: writeRte(0, pin, 0, lo ^ LEVEL) };
}

/** The pin sent to another vCPU, or to none. */
function destForks(c: StepContext, pin: number): Fork[] {
  const rte = rteView(c.view, pin);
  const hi = word(c, 'redirHi', pin) & 0xff_ffff;
  const to = (dest: number): JsonOp[] => writeRte(0, pin, 1, (hi | (dest << 24)) >>> 0);
  const { vcpus } = c.view.layout;
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

function noRouteFork(c: StepContext, gsi: number): Fork[] {
  const table = c.view.routeTables[readWord(c.view, 'vm', 0, 'routes')];
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

function picMaskFork(c: StepContext, pin: number): Fork {
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

const lvt0 = (c: StepContext, vcpu: number, value: number): JsonOp[] => [
  // A disabled APIC forces the mask bit, so it is enabled first.
  ...((lapicWord(c, 'svr', vcpu) & 0x100) === 0 ? [softEnable(c, vcpu, true)] : []),
  writeLapic(vcpu, inX2apic(c.view, vcpu), 0x350, value),
];

function softEnable(c: StepContext, vcpu: number, on: boolean): JsonOp {
  const svr = lapicWord(c, 'svr', vcpu);
  return writeLapic(vcpu, inX2apic(c.view, vcpu), 0xf0, on ? svr | 0x100 : svr & ~0x100);
}

const ifFork = (vcpu: number, on: 0 | 1): Fork => ({
  key: on === 1 ? 'fork.ifOn' : 'fork.ifOff',
  params: { vcpu },
  ops: [{ op: 'guest', vcpu, rflagsIf: on }],
});

/** A TPR that holds the vector; nothing where something holds it already. */
function tprFork(c: StepContext, vcpu: number, vector: number): Fork[] {
  const floor = Math.max(lapicWord(c, 'tpr', vcpu) >> 4, highestIsr(c, vcpu) >> 4);
  if (floor >= vector >> 4) return [];
  const params = { vcpu, tpr: hex(vector & 0xf0), vec: hex(vector) };
  return [{ key: 'fork.tpr', params, ops: [{ op: 'set_cr8', vcpu, value: vector >> 4 }] }];
}

const tprLowFork = (c: StepContext, vcpu: number, vector: number): Fork[] =>
  lapicWord(c, 'tpr', vcpu) === 0
    ? []
    : [{ key: 'fork.tprLow', params: { vcpu, vec: hex(vector) }, ops: [{ op: 'set_cr8', vcpu, value: 0 }] }];

const haltFork = (c: StepContext, vcpu: number): Fork[] =>
  vcpuWord(c, 'halted', vcpu) === 1 || vcpuWord(c, 'mpState', vcpu) !== 0
    ? []
    : [{ key: 'fork.halted', params: { vcpu }, ops: [{ op: 'guest', vcpu, halt: 1 }] }];

/** For a vector of the local APIC's own; the 8259's is injected under APICv as well. */
const apicvFork = (c: StepContext, grid: 'irr' | 'isr', vector: number): readonly Fork[] =>
  vectorIn(c.view.w, gridAddress(c.view, grid, c.index), vector) ? withApicv(c, c.index) : [];

const FORKS: { readonly [K in EventName]?: Forks } = {
  ...FORKS_VMX,
  ioctl_signal_msi: (c) => {
    const [addrLo, data, addrHi] = c.args;
    const addr = hex64((addrLo & ~0xff000) | (200 << 12), addrHi);
    const absent: Fork = {
      key: 'fork.destAbsent',
      params: { dest: 200 },
      ops: [{ op: 'msi', addr, data: data >>> 0 }],
      replaces: true,
    };
    return (addrLo & 4) !== 0 ? [] : [absent];
  },
  msix_pending: (c) => {
    const id = c.view.config.devices?.[c.index]?.id;
    if (id === undefined) return [];
    const [entry] = c.args;
    const ops: JsonOp[] = [
      { op: 'msix', id, entry, field: 'control', value: 0 },
      { op: 'msix', id, entry, field: 'capability', value: 0x8000 },
    ];
    return [{ key: 'fork.msixUnmask', params: { entry }, ops }];
  },
  kvm_set_irq: (c) => (c.args[1] === 0 ? [] : noRouteFork(c, c.args[0])),
  pic_line: (c) => (c.args[1] === 0 ? [] : [picMaskFork(c, c.args[0])]),
  kvm_pic_set_irq: (c) => (c.args[3] === 0 ? [] : [picMaskFork(c, c.args[0])]),
  pic_masked: (c) => [picMaskFork(c, c.args[0])],
  pic_output: (c) => (c.args[0] === 0 ? [] : [picMaskFork(c, c.args[1])]),
  pic_wakeup: (c) => [
    {
      key: 'fork.lvt0Mask',
      params: { vcpu: c.args[0] },
      ops: lvt0(c, c.args[0], lapicWord(c, 'lvtLint0', c.args[0]) | MASK),
    },
    ifFork(c.args[0], 0),
  ],
  pic_nobody: (c) => [{ key: 'fork.lvt0ExtInt', params: { vcpu: 0 }, ops: lvt0(c, 0, 0x700) }],
  ioapic_line: (c) =>
    c.args[1] === 0
      ? []
      : rteView(c.view, c.args[0]).masked
        ? unmaskFork(c, c.args[0])
        : [maskFork(c, c.args[0]), triggerFork(c, c.args[0])],
  ioapic_service: (c) => [maskFork(c, c.args[0]), triggerFork(c, c.args[0]), ...destForks(c, c.args[0])],
  ioapic_masked: (c) => unmaskFork(c, c.args[0]),
  ioapic_remote_irr: (c) => [triggerFork(c, c.args[0])],
  ioapic_coalesced: (c) => {
    const gsi = c.view.routeTables[readWord(c.view, 'vm', 0, 'routes')]?.pinToGsi[CHIP.ioapic * 24 + c.args[0]];
    const lower: Fork[] =
      gsi === undefined || gsi < 0
        ? []
        : [{ key: 'fork.lineLow', params: { gsi }, ops: [{ op: 'irq_line', gsi, level: 0 }] }];
    return [...lower, triggerFork(c, c.args[0])];
  },
  kvm_irq_delivery_to_apic: (c) => {
    const targets = ledTo(c, 'kvm_apic_accept_irq').map((r) => r.index);
    const first = targets[0];
    return first === undefined || (c.args[2] & 7) > 1 ? [] : [swFork(c, first, false)];
  },
  kvm_apic_accept_irq: (c) => (c.args[1] > 1 ? [] : [swFork(c, c.index, false), ...tprFork(c, c.index, c.args[0])]),
  accept_disabled: (c) => [swFork(c, c.index, true)],
  irr_set: (c) => [
    ...tprFork(c, c.index, c.args[0]),
    ifFork(c.index, vcpuWord(c, 'rflagsIf') === 1 ? 0 : 1),
    ...withApicv(c, c.index),
  ],
  kick: (c) => [...haltFork(c, c.index), ...kickForks(c, c.index)],
  inject_held: (c) => {
    if (c.args[0] === 0) return [ifFork(c.index, 1), ...apicvFork(c, 'irr', c.args[1])];
    if (c.args[0] === 2 && highestIsr(c) >> 4 < lapicWord(c, 'tpr') >> 4)
      return [...tprLowFork(c, c.index, c.args[1]), ...apicvFork(c, 'irr', c.args[1])];
    return [];
  },
  apic_ack: (c) => tprFork(c, c.index, c.args[0]),
  kvm_inj_virq: (c) => [ifFork(c.index, 0), ...races(c, c.index), ...apicvFork(c, 'isr', c.args[0])],
  kvm_apic_ipi: (c) => {
    const oneOther = c.view.layout.vcpus <= 2;
    if (oneOther || ((c.args[0] >>> 18) & 3) === 3) return [];
    const x2apic = inX2apic(c.view, c.index);
    const icr = ((c.args[0] & ~0xc_0000) | 0xc_0000) >>> 0;
    return [{ key: 'fork.allButSelf', params: {}, ops: [writeLapic(c.index, x2apic, 0x300, icr)], replaces: true }];
  },
};

function swFork(c: StepContext, vcpu: number, on: boolean): Fork {
  return { key: on ? 'fork.swOn' : 'fork.swOff', params: { vcpu }, ops: [softEnable(c, vcpu, on)] };
}

/** The ways not taken at this step. */
export function forksOf(c: StepContext): readonly Fork[] {
  return FORKS[c.step.name]?.(c) ?? [];
}
