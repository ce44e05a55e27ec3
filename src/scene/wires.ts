/**
 * Lines as wires: which there are on a stage, where each runs, and whether it is high at a moment. A wire from a source joins those
 * of the same GSI at one place (paths.ts), and each is high by a word of its own: a shared line that is high blames only the
 * device that holds it. Behind the routing table a wire stands for a pin's irq_states, which KVM keeps by source.
 */
import { addressOf, type MachineView, routesOf } from '../engine/view/machine-view.ts';
import { DEVICE } from '../engine/view/tables.ts';
import { wordsAt } from '../log/fold.ts';
import type { SceneLog } from '../log/log.ts';
import { ownerOf } from '../log/owners.ts';
import { messagesOf } from '../spec/messages.ts';
import { CHIP } from '../spec/names.ts';
import { type Anchor, anchorAt } from './anchors.ts';
import type { Stage } from './flights.ts';
import { pathBetween } from './paths.ts';
import type { SourceItem } from './stage-model.ts';

export interface Wire {
  /** "device:0 11": who drives what; "11 ioapic 11": a route; "pic lint0": the output of the 8259 pair. */
  readonly id: string;
  readonly d: string;
  readonly high: boolean;
  /** Journey that raised it, 0 while it is low or where nobody of the scene did. */
  readonly journey: number;
}

/** A word and the bits of it that make a wire high. */
interface Level {
  readonly address: number;
  readonly mask: number;
}

interface Line {
  readonly id: string;
  readonly from: Anchor | null;
  readonly to: Anchor | null;
  readonly levels: readonly Level[];
  /** Not drawn while it is low. */
  readonly onlyHigh?: boolean;
}

/** KVM_USERSPACE_IRQ_SOURCE_ID, and the one that kvm_create_pit() asks for: bits of irq_states (include/linux/kvm_host.h). */
const USER = 1 << 0;
const PIT = 1 << 2;
const ALL = 0xf;

interface PinRoute {
  readonly chip: 'pic' | 'ioapic';
  readonly pin: number;
}

const pinsOf = (view: MachineView, gsi: number): readonly PinRoute[] =>
  (routesOf(view)?.byGsi[gsi] ?? [])
    .filter(({ chip }) => chip !== CHIP.msi)
    .map(({ chip, pin }) =>
      chip === CHIP.ioapic
        ? { chip: 'ioapic', pin }
        : { chip: 'pic', pin: chip === CHIP.picSlave ? 8 + (pin & 7) : pin },
    );

/** Bit of a redirection entry: trigger mode (82093AA, "I/O Redirection Table Registers"). */
const TRIGGER = 15;

/** Is a pin level-triggered, by its redirection entry or by ELCR? */
export function levelTriggered({ w, wordMap }: MachineView, chip: PinRoute['chip'], pin: number): boolean {
  const bits =
    chip === 'ioapic'
      ? w[addressOf(wordMap, 'ioapic', 0, 'redirLo', pin)] >>> TRIGGER
      : w[addressOf(wordMap, 'pic', pin >> 3, 'elcr')] >>> (pin & 7);
  return (bits & 1) === 1;
}

/** irq_states of a pin, as far as these sources go. */
function levelOf({ wordMap }: MachineView, { chip, pin }: PinRoute, sources: number): Level {
  if (chip === 'ioapic') return { address: addressOf(wordMap, 'ioapic', 0, 'lines', pin), mask: sources };
  return { address: addressOf(wordMap, 'pic', pin >> 3, 'lines'), mask: (sources & ALL) << ((pin & 7) * 4) };
}

/** A device that pulls a line, and not one that writes messages or signals an eventfd. */
function pulls({ config }: MachineView, { kind, slot }: SourceItem): boolean {
  const device = config.devices?.[slot];
  return kind === 'device' && device !== undefined && messagesOf(device) === 0 && !usesEventfd(config, device.kind);
}

/** An assigned device's line goes through a resampling irqfd where KVM has the chips. */
const usesEventfd = (config: MachineView['config'], kind: string): boolean =>
  config.irqchip === 'full' && kind === 'nvme';

/** The wires of a stage. */
function linesOf({ layout, model }: Stage, view: MachineView): readonly Line[] {
  const lines: Line[] = [];
  const anchorOfPin = ({ chip, pin }: PinRoute): Anchor | null =>
    anchorAt(layout, model, { at: chip === 'ioapic' ? 'ioapicPin' : 'picPin', pin }, 'in');
  /** Pins that a frame without a routing table, or the VMM with chips of its own, wires a GSI to. */
  const direct = (gsi: number): readonly PinRoute[] =>
    model.userChips
      ? [...(gsi < 16 && gsi !== 2 ? [{ chip: 'pic', pin: gsi } as const] : []), { chip: 'ioapic', pin: gsi || 2 }]
      : pinsOf(view, gsi);
  for (const source of model.sources) {
    if (source.kind === 'device' && !pulls(view, source)) continue;
    const from = anchorAt(layout, model, placeOf(source), 'out');
    for (const gsi of source.gsis) {
      if (!model.gsis.includes(gsi)) continue;
      const levels =
        source.kind === 'device'
          ? [{ address: view.wordMap.device + source.slot * DEVICE.size + DEVICE.at.line, mask: 1 }]
          : pinsOf(view, gsi).map((pin) => levelOf(view, pin, source.kind === 'pit' ? PIT : USER));
      const id = `${source.id} ${gsi}`;
      if (layout.routing !== null && !model.userChips) {
        lines.push({ id, from, to: anchorAt(layout, model, { at: 'route', gsi }, 'in'), levels });
      } else for (const pin of direct(gsi)) lines.push({ id, from, to: anchorOfPin(pin), levels });
    }
  }
  if (layout.routing !== null && !model.userChips) {
    for (const gsi of model.gsis) {
      const from = anchorAt(layout, model, { at: 'route', gsi }, 'out');
      for (const pin of pinsOf(view, gsi)) {
        const levels = [levelOf(view, pin, ALL)];
        lines.push({ id: `${gsi} ${pin.chip} ${pin.pin}`, from, to: anchorOfPin(pin), levels });
      }
    }
  }
  if (model.irqchip && !model.userChips && layout.pic !== null) {
    const from = anchorAt(layout, model, { at: 'pic' }, 'out');
    const to = anchorAt(layout, model, { at: 'lapic', vcpu: 0 }, 'in');
    const levels = [{ address: addressOf(view.wordMap, 'pic', 0, 'output'), mask: 1 }];
    lines.push({ id: 'pic lint0', from, to, levels, onlyHigh: true });
  }
  return lines;
}

function placeOf(source: SourceItem): Parameters<typeof anchorAt>[2] {
  if (source.kind === 'device') return { at: 'device', slot: source.slot };
  return { at: source.kind };
}

let last: { readonly scene: SceneLog; readonly seq: number; readonly view: MachineView } | null = null;

/** The machine before row `seq`; kept for the next who asks for the same moment. */
export function machineAt(scene: SceneLog, seq: number): MachineView {
  if (last?.scene !== scene || last.seq !== seq) {
    const { config, wordMap, routeTables } = scene;
    last = { scene, seq, view: { config, wordMap, routeTables, w: wordsAt(scene, seq) } };
  }
  return last.view;
}

/** The wires of a stage before row `seq`: those that are low first, then those that are high, the first raised last. */
export function wiresAt(stage: Stage, seq: number): readonly Wire[] {
  const { scene, layout } = stage;
  if (layout.map !== null && layout.routing === null) return [];
  const view = machineAt(scene, seq);
  const { w } = view;
  const wires: Wire[] = [];
  for (const { id, from, to, levels, onlyHigh } of linesOf(stage, view)) {
    if (from === null || to === null) continue;
    const on = levels.find(({ address, mask }) => (w[address] & mask) !== 0);
    if (on === undefined && onlyHigh === true) continue;
    const bit = on === undefined ? 0 : 31 - Math.clz32(w[on.address] & on.mask & -(w[on.address] & on.mask));
    const journey = on === undefined ? 0 : ownerOf(scene, on.address, bit, seq);
    const d = pathBetween(layout, from, to).parts.map((part) => part.d);
    if (d.length > 0) wires.push({ id, d: d.join(''), high: on !== undefined, journey });
  }
  return wires.sort((a, b) => Number(a.high) - Number(b.high) || b.journey - a.journey);
}
