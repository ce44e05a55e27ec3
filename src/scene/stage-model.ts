/**
 * What a scene needs on its stage: the sources, GSIs, pins and handlers that take part at any time in it. Read from the
 * configuration and from the whole log, not from the playhead, so that nothing jumps while it plays.
 */

import { countBelow } from '../base/bisect.ts';
import { visible } from '../base/visible.ts';
import { COL, COMPONENTS, IOAPIC, PCPU_SLOTS, WRITE } from '../engine/view/tables.ts';
import { happeningOf, locatorOf, vcpuOf } from '../explain/locate/index.ts';
import { causeOf } from '../log/causes.ts';
import { irqchipOf } from '../log/irqchip.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { read, standingReader } from '../log/reader.ts';
import { cellOf, pageOf, placeOf } from '../log/rows.ts';
import { argsOf, type EventName } from '../spec/events/index.ts';
import { gsisOf, messagesOf } from '../spec/messages.ts';
import { CHIP } from '../spec/names.ts';

/** Number of pins of the IOAPIC. */
export const PINS = IOAPIC.names.filter((name) => name === 'redirLo').length;

export interface SourceItem {
  /** Identity on the stage: `device:<slot>`, `pit` or `user`. */
  readonly id: string;
  readonly kind: 'device' | 'pit' | 'user';
  /** Device slot; -1 for the others. */
  readonly slot: number;
  /** GSIs it drives. */
  readonly gsis: readonly number[];
  /** Of user space: the ioctls it is seen to use. */
  readonly ioctls?: readonly string[];
}

/** An entry of the interrupt remapping table: MSI-X vector `entry` of the device in a slot. */
export interface IrteItem {
  readonly slot: number;
  readonly entry: number;
}

export interface StageModel {
  readonly sources: readonly SourceItem[];
  readonly gsis: readonly number[];
  /** There are an 8259 pair and an IOAPIC to show: KVM's, or the VMM's own. */
  readonly irqchip: boolean;
  /** They are the VMM's. */
  readonly userChips: boolean;
  readonly pins: readonly number[];
  readonly msi: boolean;
  readonly vcpus: number;
  readonly apicv: boolean;
  /** How the guest is run: not modelled, with a VMCS, or AVIC's way. */
  readonly host: 'none' | 'vmx' | 'avic';
  readonly pcpus: number;
  readonly irtes: readonly IrteItem[];
  readonly handlers: readonly { readonly vector: number; readonly name: string }[];
  /** Most routes a GSI of `gsis` has at any time, in the same order. */
  readonly ways: readonly number[];
  /** What no step of the scene happens at: a title line is enough. `pic`, `ioapic`, `vcpu:1`. */
  readonly folds: readonly string[];
}

/** Numbers that a log has used, each with the step that used it first. */
type Used = Map<number, number>;

/** What the log has used so far. */
interface Usage {
  /** Steps looked at. */
  steps: number;
  readonly gsis: Used;
  readonly pins: Used;
  /** GSIs moved by KVM_IRQ_LINE. */
  readonly lines: Used;
  /** GSIs moved by no device. */
  readonly bare: Used;
  /** vCPUs at which something happens. */
  readonly vcpus: Used;
  readonly once: Map<Once, number>;
}

/** What is there or not; a chip is where it does more than being asked in vain. */
type Once = 'msi' | 'user' | 'nmi' | 'pic' | 'ioapic';

/** What an 8259 pair with all its pins masked does as well. */
const ASKED_IN_VAIN: ReadonlySet<EventName> = new Set(['pic_line', 'kvm_pic_set_irq', 'pic_masked', 'pic_coalesced']);

const DEVICE_CODE = COMPONENTS.indexOf('device');

/** Causes looked through for the device that acts. */
const NEAREST = 6;

/** Slot of the device whose act is the nearest cause of a row, -1 none: several devices may share a GSI. */
export function actingSlot(scene: SceneLog, row: number): number {
  let seq = causeOf(scene, row);
  for (let depth = 0; seq >= 0 && depth < NEAREST; depth++) {
    const where = cellOf(scene, seq, COL.where);
    if (cellOf(scene, seq, COL.code) !== WRITE && where >>> 16 === DEVICE_CODE) return where & 0xffff;
    seq = causeOf(scene, seq);
  }
  return -1;
}

function look(usage: Usage, scene: SceneLog, { index, name, args, where, seq }: Step): void {
  const use = <Key>(used: Map<Key, number>, key: Key): void => {
    if (!used.has(key)) used.set(key, index);
  };
  const place = locatorOf(name)?.place(happeningOf({ name, where, args }));
  if (place !== undefined && vcpuOf(place) >= 0) use(usage.vcpus, vcpuOf(place));
  if (place?.at.startsWith('pic') && !ASKED_IN_VAIN.has(name)) use(usage.once, 'pic');
  if (place?.at.startsWith('ioapic')) use(usage.once, 'ioapic');
  if (place?.at === 'source' && actingSlot(scene, seq) < 0) use(usage.bare, place.gsi);
  switch (name) {
    case 'ioctl_irq_line':
      use(usage.lines, argsOf(name, args).gsi);
      use(usage.gsis, argsOf(name, args).gsi);
      break;
    case 'ioctl_signal_msi':
      use(usage.once, 'user');
      use(usage.once, 'msi');
      break;
    case 'kvm_set_irq':
    case 'no_route':
    case 'irqfd_inject':
    case 'irqfd_wakeup':
    case 'vmm_route':
      use(usage.gsis, argsOf(name, args).gsi);
      break;
    case 'kvm_msi_set_irq':
      use(usage.once, 'msi');
      break;
    case 'ioctl_nmi':
      use(usage.once, 'nmi');
      break;
    case 'ioapic_line':
    case 'ioapic_service':
    case 'rte_write':
    case 'vmm_line':
    case 'vmm_rte_route':
      if (argsOf(name, args).pin < PINS) use(usage.pins, argsOf(name, args).pin);
      break;
  }
}

const USAGE = standingReader<Usage>({
  begin: () => ({
    steps: 0,
    gsis: new Map(),
    pins: new Map(),
    lines: new Map(),
    bare: new Map(),
    vcpus: new Map(),
    once: new Map(),
  }),
  take(usage, scene, _from, to) {
    const { steps } = scene;
    for (; usage.steps < steps.length && steps.seqOf(usage.steps) < to; usage.steps++) {
      look(usage, scene, steps.get(usage.steps) as Step);
    }
  },
  rewind(usage, { steps }, kept) {
    usage.steps = Math.min(usage.steps, countBelow(steps.length, steps.seqOf, kept));
    for (const used of Object.values(usage))
      if (used instanceof Map) for (const [key, first] of used) if (first >= usage.steps) used.delete(key);
  },
});

/** How much a log has used so far: another number, another model. */
export function usageOf(scene: SceneLog): number {
  const { gsis, pins, lines, bare, once } = read(USAGE, scene);
  return (
    (gsis.size + pins.size + lines.size + bare.size) * 8 +
    (once.has('msi') ? 1 : 0) +
    (once.has('user') ? 2 : 0) +
    (once.has('nmi') ? 4 : 0)
  );
}

/** Pins whose entry the set-up has unmasked. */
function pinsSetUp(scene: SceneLog): ReadonlySet<number> {
  const first = scene.wordMap.ioapic + IOAPIC.at.redirLo;
  const pins = new Set<number>();
  for (let seq = 0; seq < scene.startSeq; seq++) {
    const rows = pageOf(scene, seq);
    const at = placeOf(seq);
    const pin = rows[at + COL.a] - first;
    if (rows[at] !== WRITE || pin < 0 || pin >= PINS) continue;
    if (((rows[at + COL.c] >>> 16) & 1) === 0) pins.add(pin);
    else pins.delete(pin);
  }
  return pins;
}

/** What user space is seen to call. */
const ioctlsOf = (usage: Usage): readonly string[] => [
  ...(usage.lines.size > 0 ? ['KVM_IRQ_LINE'] : []),
  ...(usage.once.has('user') ? ['KVM_SIGNAL_MSI'] : []),
  ...(usage.once.has('nmi') ? ['KVM_NMI'] : []),
];

const ascending = (a: number, b: number): number => a - b;

/** Rows that fit a card before the rest is folded. */
const MOST_ROWS = 16;

/** Pins that a set-up wrote but nobody drives are dropped first when there are too many. */
function fewest(all: readonly number[], wanted: ReadonlySet<number>): number[] {
  if (all.length <= MOST_ROWS) return [...all];
  const first = all.filter((n) => wanted.has(n));
  return [...first, ...all.filter((n) => !wanted.has(n))].slice(0, MOST_ROWS).sort(ascending);
}

/** What the stage shows of a scene. */
export function stageModel(scene: SceneLog): StageModel {
  const { config, routeTables } = scene;
  const usage = read(USAGE, scene);
  const devices = config.devices ?? [];
  const sources: SourceItem[] = devices
    .map((device, slot): SourceItem => {
      const gsis = gsisOf(device);
      if (device.kind === 'pit') return { id: 'pit', kind: 'pit', slot, gsis: [device.gsi] };
      return { id: `device:${slot}`, kind: device.kind === 'ioctl' ? 'user' : 'device', slot, gsis };
    })
    .sort((a, b) => (a.gsis[0] ?? 0) - (b.gsis[0] ?? 0));
  if (config.pit === true && !sources.some((s) => s.kind === 'pit')) {
    sources.unshift({ id: 'pit', kind: 'pit', slot: -1, gsis: [0] });
  }
  const wiredTo = (gsi: number): number => sources.filter((s) => s.gsis.includes(gsi)).length;
  const foreign =
    [...usage.lines.keys()].some((gsi) => wiredTo(gsi) === 0) || [...usage.bare.keys()].some((gsi) => wiredTo(gsi) > 1);
  if (
    (usage.once.has('user') || usage.once.has('nmi') || foreign || sources.length === 0) &&
    !sources.some((s) => s.kind === 'user')
  ) {
    sources.push({ id: 'user', kind: 'user', slot: -1, gsis: [], ioctls: ioctlsOf(usage) });
  }
  const driven = new Set([...sources.flatMap((s) => s.gsis), ...usage.gsis.keys()]);
  const gsis = fewest([...driven].sort(ascending), driven);
  const pins = new Set([...usage.pins.keys(), ...pinsSetUp(scene)]);
  let msi = usage.once.has('msi') || devices.some((d) => messagesOf(d) > 0);
  const live = new Set<number>();
  for (const table of routeTables) {
    for (const gsi of gsis) {
      for (const entry of table.byGsi[gsi] ?? []) {
        if (entry.chip === CHIP.ioapic) live.add(entry.pin);
        else if (entry.chip === CHIP.msi) msi = true;
      }
    }
  }
  for (const pin of live) pins.add(pin);
  const ways = gsis.map((gsi) => Math.max(1, ...routeTables.map((table) => table.byGsi[gsi]?.length ?? 0)));
  const idle = Array.from({ length: config.vcpus }, (_, i) => i).filter((i) => !usage.vcpus.has(i));
  const folds = [
    ...(usage.once.has('pic') ? [] : ['pic']),
    ...(usage.once.has('ioapic') ? [] : ['ioapic']),
    ...(idle.length === config.vcpus ? idle.slice(1) : idle).map((i) => `vcpu:${i}`),
  ];
  const made = irqchipOf(scene);
  const userChips = made !== 'full' && config.guest !== undefined;
  const irqchip = made === 'full' || userChips;
  return {
    sources,
    // Without an irqchip KVM has no routes: a GSI is the VMM's own affair.
    gsis: made === 'none' ? [] : gsis,
    irqchip,
    userChips,
    pins: irqchip ? fewest([...pins].sort(ascending), live) : [],
    msi: msi || made === 'split',
    vcpus: config.vcpus,
    apicv: config.apicv === true,
    host: config.runLoop === 'svm' ? 'avic' : config.runLoop,
    pcpus: Math.min(PCPU_SLOTS, config.pcpus ?? config.vcpus),
    irtes: devices.flatMap((device, slot) =>
      // Only Intel's IOMMU is modelled: elsewhere the VMM has an assigned device's messages.
      device.kind === 'nvme' && config.runLoop === 'vmx'
        ? Array.from({ length: device.msix ?? 0 }, (_, entry) => ({ slot, entry }))
        : [],
    ),
    ways,
    folds,
    handlers: (config.guest?.handlers ?? [])
      .map(({ vector, name }) => ({ vector, name: visible(name) }))
      .sort((a, b) => a.vector - b.vector),
  };
}

/** The part of a model that takes part in some steps: what a small frame shows. */
export interface StageFocus {
  readonly sources: ReadonlySet<string>;
  readonly gsis: ReadonlySet<number>;
  readonly pins: ReadonlySet<number>;
  readonly pic: boolean;
  readonly ioapic: boolean;
  readonly msi: boolean;
  readonly vcpus: ReadonlySet<number>;
  readonly pcpus: ReadonlySet<number>;
  readonly iommu: boolean;
}
