/** Puts the cards of a stage into columns, or one under the other, for one width; see layout.ts for what is chosen how. */

import type { Box, CardBox, Column, Form, LayoutInput, PicCells, StageLayout } from './layout.ts';
import type { StageFocus, StageModel } from './stage-model.ts';
import {
  densityFor,
  type LapicBox,
  lapicHeight,
  placeLapic,
  placeVcpu,
  type VcpuBox,
  type VcpuInput,
  vcpuHeight,
} from './vcpu-boxes.ts';
import { hasMap, placeMap, UNFOLDED } from './vcpu-map.ts';

/** Widths by column, and of the gaps after each (the last is the right margin). */
export interface Metrics {
  readonly left: number;
  readonly widths: readonly number[];
  readonly gaps: readonly number[];
  /** vCPUs stand under their local APICs. */
  readonly merged: boolean;
  readonly slim?: boolean;
  /** A single vCPU's sets one under the other, with this side. */
  readonly big?: number;
  /** Lanes of strips, however few. */
  readonly lanes?: 'dense' | 'compact';
  /** The VMCS field by field. */
  readonly run?: 'block';
  /** Height is short. */
  readonly tight?: true;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
/** Narrowest content of a form at scale 1. */
export const widthOf = (m: Metrics): number => m.left + sum(m.widths) + sum(m.gaps);

/** Margins of the tall form, where tokens go down with a name of six letters, and come back with a vector; and of the map under it. */
export const GUTTER = { left: 92, right: 62, map: 34 } as const;

/** Biggest side of the sets of a posted-interrupt descriptor and its local APIC there. */
const COLUMN_SIDE = 104;

/** Entries of the interrupt remapping table that have a row. */
const MOST_IRTES = 4;
/** Narrowest card of a physical CPU, and the distance between two. */
const PCPU_LEAST = 116;
const PCPU_GAP = 10;
/** Room for the title of the IDT beside its rows. */
const IDT_TITLE = 84;

/** Room under the lanes for what goes back between them and what stands below. */
const BELOW = 27;

const HEAD = 30;
const TITLE = 30;
const PAD = 10;
const LANE = 40;
/** Heights that grow where there is room. */
const TIGHT = { row: 21, between: 12, source: 48 } as const;

/** Is there a border to draw between the VMM's chips and KVM? A small frame and a column have no room for one. */
export const isBordered = ({ userChips }: StageModel, form: Form): boolean =>
  userChips && (form === 'wide' || form === 'merged');

/**
 * The metrics of a bordered stage: chips in the second column, the GSIs and messages in the third.
 * @param routed false: there are none, with the irqchip off
 */
export function withBorder(metrics: Metrics, routed: boolean): Metrics {
  const [sources = 0, routing = 0, chips = 0, ...rest] = metrics.widths;
  const bordered = { ...metrics, widths: [sources, chips, Math.max(routing, MESSAGE_WIDTH), ...rest] };
  return routed ? bordered : { ...bordered, widths: [sources, chips, 0, ...rest], gaps: metrics.gaps.with(2, 0) };
}
/** What a message's address and data need. */
const MESSAGE_WIDTH = 150;

/** The metrics of a stage with no GSI on it: nothing stands between the sources and the chips. */
export function withoutRouting(metrics: Metrics): Metrics {
  return {
    ...metrics,
    widths: metrics.widths.map((w, i) => (i === 1 ? 0 : w)),
    gaps: metrics.gaps.map((gap, i) => (i === 1 ? 0 : gap)),
  };
}

/** Width of an entry of the IDT: its vector, and its handler's whole name; two do not stand closer than names of 18 letters. */
const idtCell = (handlers: StageModel['handlers'], least = 18): number =>
  46 + 8.4 * Math.max(least, ...handlers.map(({ name }) => name.length));

const stackOf = (cards: readonly CardBox[]): number => cards.reduce((y, card) => Math.max(y, card.y + card.h), 0);

/** From the way back to the map. */
const MAP_BELOW = 12;

/** A card of which nothing but its title is shown. */
const FOLDED = 30;

/** Of many vCPUs, the first at which something happens. */
const firstActing = ({ vcpus, folds }: StageModel): readonly number[] =>
  Array.from({ length: vcpus }, (_, i) => i)
    .filter((i) => !folds.includes(`vcpu:${i}`))
    .slice(0, UNFOLDED);

/** vCPUs that are shown in full: those at which something happens, and those a reader has opened. */
export function actingIn({ model, open, focus, unfold }: LayoutInput): readonly number[] {
  if (!focus && hasMap(model.vcpus)) return unfold ?? firstActing(model);
  const all = focus ? [...focus.vcpus].slice(0, 4) : Array.from({ length: model.vcpus }, (_, i) => i);
  return all.filter((i) => open?.has(i) === true || !model.folds.includes(`vcpu:${i}`));
}

type Focused = StageModel & {
  readonly shown: readonly number[];
  readonly pic: boolean;
  /** Physical CPUs. */
  readonly cpus: readonly number[];
};

/** Cuts a model down to what takes part. */
function focused(input: LayoutInput, focus: StageFocus | null | undefined): Focused {
  const { model } = input;
  const all = hasMap(model.vcpus) && !focus ? actingIn(input) : Array.from({ length: model.vcpus }, (_, i) => i);
  const cpus = model.host === 'none' ? [] : Array.from({ length: model.pcpus }, (_, i) => i);
  if (!focus) return { ...model, shown: all, pic: model.irqchip, cpus };
  const near = (pin: number): boolean => focus.pins.has(pin);
  const pins = model.pins.filter(near);
  for (const pin of model.pins) {
    if (pins.length >= 3 || pins.length === 0) break;
    if (!pins.includes(pin) && pins.some((p) => Math.abs(p - pin) <= 2)) pins.push(pin);
  }
  const shown = all.filter((i) => focus.vcpus.has(i)).slice(0, 4);
  return {
    ...model,
    sources: model.sources.filter((s) => focus.sources.has(s.id)),
    gsis: model.gsis.filter((gsi) => focus.gsis.has(gsi)),
    pins: focus.ioapic ? pins.sort((a, b) => a - b) : [],
    msi: focus.msi,
    pic: model.irqchip && focus.pic,
    handlers: [],
    irtes: focus.iommu ? model.irtes.filter(({ slot }) => focus.sources.has(`device:${slot}`)).slice(0, 2) : [],
    cpus: cpus.filter((pcpu) => focus.pcpus.has(pcpu)).slice(0, 4),
    shown: shown.length > 0 ? shown : all.slice(0, 1),
  };
}

/**
 * Everything that does not depend on the final scale, for one width in layout units.
 * @param airy 1: rows as close as can be read; more: as much looser
 */
export function compose(input: LayoutInput, form: Form, width: number, metrics: Metrics, airy = 1): StageLayout {
  const ROW = TIGHT.row * airy;
  const BETWEEN = TIGHT.between * airy;
  const embed = form === 'embed';
  const tall = form === 'tall';
  const model = focused(input, input.focus);
  const own = widthOf(metrics);
  const whole = Math.max(width, own);
  const room = whole - own;
  // What is left over goes to the gaps first, where the tokens fly, then to the cards.
  const gapShare = Math.min(room, sum(metrics.gaps.slice(0, -1)) * 0.45) / (metrics.gaps.length - 1);
  const cardShare = tall
    ? 0
    : Math.max(0, room - gapShare * (metrics.gaps.length - 1)) / metrics.widths.filter((w) => w > 0).length;
  const xs: number[] = [];
  const ws: number[] = [];
  let x = metrics.left;
  metrics.widths.forEach((w, i) => {
    xs.push(x);
    const own = w > 0 ? w + cardShare : 0;
    ws.push(own);
    x += own + metrics.gaps[i] + gapShare;
  });
  const columnOf = (i: number): number => (tall ? 0 : i);
  const at = (i: number): { x: number; w: number } =>
    tall ? { x: GUTTER.left, w: width - GUTTER.left - GUTTER.right } : { x: xs[i], w: ws[i] };

  const cards: CardBox[] = [];
  const heads: { key: Column['key']; x: number; y: number }[] = [];
  const bottoms = [0, 0, 0, 0, 0];
  // The VMM's own chips stand before the border, and the GSIs they raise in KVM behind it.
  const bordered = isBordered(model, form);
  const [R, C] = bordered ? [2, 1] : [1, 2];
  const middle: Column['key'][] = bordered ? ['chips', 'routing'] : ['routing', 'chips'];
  const keys: Column['key'][] = ['sources', ...middle, 'lapics', 'vcpus'];
  let y = 0;
  /** Starts the block of a column: at the top, or under the block before it. */
  const begin = (i: number): number => {
    const top = tall ? y + (i === 0 ? 0 : 8) : 0;
    // A column that nothing stands in has no name: it would lie on its neighbour's.
    if (at(i).w > 0) heads.push({ key: keys[i] as Column['key'], x: at(i).x, y: top + 19 });
    y = top + (embed ? 8 : HEAD);
    return y;
  };
  const add = <T extends CardBox>(card: T, i: number): T => {
    cards.push(card);
    y = card.y + card.h + (tall ? 8 : BETWEEN);
    bottoms[columnOf(i)] = Math.max(bottoms[columnOf(i)], card.y + card.h);
    return card;
  };

  const sources = new Map<string, CardBox>();
  begin(0);
  const sourceH = tall ? 34 : TIGHT.source + (airy - 1) * 16;
  for (const source of model.sources) {
    // What user space calls takes a line each.
    const h = sourceH + (tall || (source.ioctls?.length ?? 0) < 2 ? 0 : 10);
    sources.set(source.id, add({ id: `source:${source.id}`, column: columnOf(0), ...at(0), y, h }, 0));
  }

  let routing: CardBox | null = null;
  const routeRows = new Map<number, Box>();
  if (model.gsis.length > 0 && (tall || at(R).w > 0)) {
    begin(R);
    // A small frame has no head line, and a GSI's routes stand one under the other.
    const first = y + (embed ? 5 : 26);
    let next = first;
    for (const gsi of model.gsis) {
      const ways = Math.min(3, model.ways[input.model.gsis.indexOf(gsi)] ?? 1);
      const rowH = embed ? 46 : tall ? ROW + 2 : Math.max(ROW + 2, ways * 16 + 8);
      routeRows.set(gsi, { ...at(R), y: next, h: rowH });
      next += rowH;
    }
    const h = next - y + (embed ? 5 : 8);
    routing = add({ id: 'routing', column: columnOf(R), ...at(R), y, h }, R);
  }

  let pic: StageLayout['pic'] = null;
  let ioapic: CardBox | null = null;
  let msi: CardBox | null = null;
  let iommu: CardBox | null = null;
  const irteRows = new Map<string, Box>();
  const pcpus = new Map<number, CardBox>();
  const pinRows = new Map<number, Box>();
  const belowRouting = y;
  begin(C);
  if (model.pic && !embed && model.folds.includes('pic')) {
    const cells: PicCells = { x: [], size: 0, pinY: y, rows: { irr: y, imr: y, isr: y } };
    pic = add({ id: 'pic', column: columnOf(C), ...at(C), y, h: FOLDED, cells }, C);
  } else if (model.pic) {
    const { x: px, w: pw } = at(C);
    const label = embed ? 25 : 32;
    const split = embed ? 5 : 8;
    const pitch = Math.min(15, (pw - 2 * PAD - label - split) / 16);
    const line = Math.max(pitch + 3, 13);
    const x0 = px + pw - PAD - split - 16 * pitch;
    const cells: PicCells = {
      x: Array.from({ length: 16 }, (_, p) => x0 + p * pitch + (p > 7 ? split : 0)),
      size: pitch - 2,
      pinY: y + TITLE + 8,
      rows: { irr: y + TITLE + 13, imr: y + TITLE + 13 + line, isr: y + TITLE + 13 + 2 * line },
    };
    pic = add({ id: 'pic', column: columnOf(C), ...at(C), y, h: TITLE + 13 + 3 * line + 10, cells }, C);
  }
  if (model.irqchip && !embed && model.folds.includes('ioapic')) {
    ioapic = add({ id: 'ioapic', column: columnOf(C), ...at(C), y, h: FOLDED }, C);
  } else if (model.irqchip && (!embed || model.pins.length > 0)) {
    const first = y + TITLE + 16;
    model.pins.forEach((pin, i) => {
      pinRows.set(pin, { ...at(C), y: first + i * ROW, h: ROW });
    });
    const folded = embed ? 6 : model.pins.length > 0 ? 22 : 8;
    ioapic = add(
      { id: 'ioapic', column: columnOf(C), ...at(C), y, h: TITLE + 16 + model.pins.length * ROW + folded },
      C,
    );
  }
  // Messages are KVM's, whoever has the chips.
  const M = 2;
  if (bordered) y = routing === null ? begin(R) : belowRouting;
  if (model.msi) msi = add({ id: 'msi', column: columnOf(M), ...at(M), y, h: embed ? 58 : 66 }, M);
  if (model.irtes.length > 0) {
    const shown = model.irtes.slice(0, MOST_IRTES);
    const rowH = 34 * (1 + (airy - 1) * 0.5);
    const first = y + (embed ? 27 : TITLE);
    shown.forEach(({ slot, entry }, i) => {
      irteRows.set(`${slot}:${entry}`, { ...at(M), y: first + i * rowH, h: rowH });
    });
    iommu = add({ id: 'iommu', column: columnOf(M), ...at(M), y, h: first - y + shown.length * rowH + 5 }, M);
  }
  // There is room for the physical CPUs under the chips where height is short, and in a small frame if there are few of these.
  const under = metrics.tight && !bordered && (metrics.slim || (!metrics.merged && actingIn(input).length > 2));
  const aside = embed ? at(C).w > 0 && !model.pic && model.pins.length === 0 : under;
  if (aside) {
    for (const pcpu of model.cpus) {
      pcpus.set(
        pcpu,
        add({ id: `pcpu:${pcpu}`, column: columnOf(C), ...at(C), y, h: under || model.host === 'avic' ? 26 : 42 }, 2),
      );
    }
  }

  const lapics = new Map<number, LapicBox>();
  const vcpus = new Map<number, VcpuBox>();
  const merged = metrics.merged || tall;
  begin(3);
  // Over a slim one are the buttons of the zoom; its cards say what they are.
  if (!merged && !metrics.slim) heads.push({ key: 'vcpus', x: at(4).x, y: 19 });
  const acting = actingIn(input).filter((i) => model.shown.includes(i));
  const roomy = densityFor(acting.length);
  // In one column three sets do not stand side by side: their cells would be no cells.
  const big = metrics.big ?? (tall && model.apicv ? COLUMN_SIDE : undefined);
  const base = metrics.lanes ?? (embed ? 'mini' : big ? 'big' : metrics.slim && roomy === 'full' ? 'compact' : roomy);
  for (const vcpu of model.shown) {
    const opened = input.open?.has(vcpu) && base === 'dense' ? 'compact' : base;
    const density = acting.includes(vcpu) || embed ? opened : 'folded';
    const unfolded =
      metrics.run === 'block' || (input.open?.has(vcpu) && density === 'compact' && model.host === 'vmx');
    const run = model.host === 'none' ? 'none' : unfolded && !tall ? 'block' : 'line';
    const lane: VcpuInput = { density, pir: model.apicv, airy, side: big, run };
    const [lapicH, vcpuH] = [lapicHeight(lane, at(3).w), vcpuHeight(lane)];
    const lapicId = { id: `lapic:${vcpu}`, column: columnOf(3) };
    const vcpuId = { id: `vcpu:${vcpu}`, column: merged ? columnOf(3) : 4 };
    const top = y;
    let left: CardBox;
    let right: CardBox;
    if (!merged) {
      const h = Math.max(lapicH, vcpuH);
      left = add({ ...lapicId, ...at(3), y: top, h }, 3);
      // Higher than this it would only be emptier.
      right = add({ ...vcpuId, ...at(4), y: top, h: Math.min(h, run === 'none' ? 250 : h) }, 4);
      y = top + h + BETWEEN;
    } else {
      left = add({ ...lapicId, ...at(3), y: top, h: lapicH }, 3);
      right = add({ ...vcpuId, ...at(3), y: top + lapicH + (tall ? 4 : 2), h: vcpuH }, 3);
    }
    lapics.set(vcpu, placeLapic(vcpu, lane, left));
    vcpus.set(vcpu, placeVcpu(vcpu, lane, right));
    // Strips stand closer.
    if (density === 'dense') y = right.y + right.h + 8;
  }

  /** Where the last lane ends. */
  const below = bottoms[columnOf(3)] || y;
  const end = merged ? 3 : 4;
  if (model.cpus.length > 0 && !aside) {
    const x0 = at(3).x;
    const w = at(end).x + at(end).w - x0;
    // A notification comes from above and stands on the card's edge: there must be room for it between the rows.
    const most = Math.max(1, Math.floor((w + PCPU_GAP) / (PCPU_LEAST + PCPU_GAP)));
    const lines = Math.ceil(model.cpus.length / most);
    const across = Math.ceil(model.cpus.length / lines);
    const cell = (w - (across - 1) * PCPU_GAP) / across;
    const h = lines > 1 || embed || metrics.tight || model.host === 'avic' ? 26 : 44;
    const top = below + (embed ? 21 : BELOW);
    model.cpus.forEach((pcpu, i) => {
      const box = { x: x0 + (i % across) * (cell + PCPU_GAP), w: cell, y: top + Math.floor(i / across) * (h + 22), h };
      pcpus.set(pcpu, add({ id: `pcpu:${pcpu}`, column: columnOf(end), ...box }, 3));
    });
    bottoms[4] = y - BETWEEN;
  }

  let idt: CardBox | null = null;
  const idtRows = new Map<number, Box>();
  if (model.handlers.length > 0) {
    // Where height is short and vCPUs are under their local APICs, under routes and chips; what crosses there goes between them and it.
    // A name is two lines long at most.
    const beneath = under && idtCell(model.handlers, 0) < 1.7 * (at(2).x + at(2).w - at(1).x);
    const [first, last] = beneath ? [1, 2] : [3, end];
    const x0 = at(first).x;
    const w = at(last).x + at(last).w - x0;
    if (!tall) y = beneath ? Math.max(bottoms[1], bottoms[2]) + BELOW : Math.max(y, below + BELOW);
    // The only row of a short card stands beside its title.
    const beside =
      metrics.tight && model.handlers.length <= Math.floor((w - IDT_TITLE) / (idtCell(model.handlers) - 6))
        ? IDT_TITLE
        : 0;
    const head = beside ? 5 : 28;
    const across = beside ? model.handlers.length : Math.max(1, Math.floor((w - PAD) / idtCell(model.handlers)));
    const lines = Math.ceil(model.handlers.length / across);
    const cell = (w - beside - 2 * PAD) / across;
    // A name that is longer than its row goes on in a second line; two that stand side by side have more room than it needs.
    const rowH = idtCell(model.handlers, 0) * 0.94 > cell ? 33 : 20;
    model.handlers.forEach((handler, i) => {
      const line = i % lines;
      const column = Math.floor(i / lines);
      idtRows.set(handler.vector, {
        x: x0 + beside + PAD + column * cell,
        y: y + head + line * rowH,
        w: cell - 6,
        h: rowH,
      });
    });
    idt = add({ id: 'idt', column: columnOf(last), x: x0, w, y, h: head + lines * rowH + (beside ? 5 : 10) }, 3);
    bottoms[4] = idt.y + idt.h;
  }

  const columnsEnd = stackOf(cards);
  const backY = columnsEnd + (tall ? 10 : embed ? 14 : 20);
  const mapped = !input.embed && hasMap(input.model.vcpus);
  const left = tall ? GUTTER.map : metrics.left;
  const map = mapped
    ? placeMap(input.model.vcpus, model.shown, { x: left, y: backY + MAP_BELOW, w: whole - 2 * left, h: 0 }, tall)
    : null;
  if (map !== null) cards.push(...map.tiles);
  const bottom = map === null ? columnsEnd : map.y + map.h;
  const chips = at(2).x + at(2).w;
  return {
    form,
    w: whole,
    h: bottom + (tall ? 16 : embed ? 30 : map === null ? LANE : 4),
    scale: 1,
    columns: keys.slice(0, tall ? 1 : merged ? 4 : 5).map((key, i) => ({ key, ...at(i), bottom: bottoms[i] })),
    heads: embed ? [] : heads,
    borderX: bordered ? (at(1).x + at(1).w + at(at(2).w > 0 ? 2 : 3).x) / 2 : null,
    sources,
    routing,
    routeRows,
    pic,
    ioapic,
    pinRows,
    msi,
    iommu,
    irteRows,
    pcpus,
    merged,
    lapics,
    vcpus,
    idt,
    idtRows,
    busX: tall ? GUTTER.map / 2 : chips + (at(3).x - chips) * 0.74,
    backX: tall ? 0 : merged ? at(3).x + at(3).w : at(3).x - (at(3).x - chips) * 0.12,
    backY,
    map,
    cards,
  };
}
