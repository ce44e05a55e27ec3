/**
 * Boxes of the stage as a pure function of what is on it and of the room there is. Units are CSS pixels at scale 1; the view
 * draws the result at `scale`. Four forms: `wide` (five columns), `merged` (a vCPU under its local APIC), `tall` (one column,
 * tokens go down in the left gutter and come back in the right one) and `embed` (only what takes part).
 */

import type { StageFocus, StageModel } from './stage-model.ts';
import type { VcpuPart } from './station.ts';
import { type GridBox, gridBox, type StripBox, stripBox } from './vector-boxes.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type Form = 'wide' | 'merged' | 'tall' | 'embed';
/** How much of a local APIC there is room for. */
export type Density = 'full' | 'compact' | 'dense' | 'line';

export interface CardBox extends Box {
  readonly id: string;
  readonly column: number;
}

export interface VectorBox {
  readonly kind: 'grid' | 'strip';
  readonly box: GridBox | StripBox;
}

export interface LapicBox {
  readonly vcpu: number;
  readonly card: CardBox;
  readonly density: Density;
  readonly irr: GridBox | StripBox;
  readonly isr: GridBox | StripBox;
  /** Only with posted interrupts. */
  readonly pir: GridBox | StripBox | null;
  /** Box of the posted-interrupt descriptor's fields. */
  readonly desc: Box | null;
}

export interface VcpuBox {
  readonly vcpu: number;
  readonly card: CardBox;
  readonly density: Density;
  readonly rows: Readonly<Record<VcpuPart | 'counters', Box>>;
}

export interface Column {
  readonly key: 'sources' | 'routing' | 'chips' | 'lapics' | 'vcpus';
  readonly x: number;
  readonly w: number;
  /** Where its last card ends. */
  readonly bottom: number;
}

export interface StageLayout {
  readonly form: Form;
  readonly w: number;
  readonly h: number;
  readonly scale: number;
  readonly columns: readonly Column[];
  /** Column heads: baseline, or one per block in the tall form. */
  readonly heads: readonly { readonly key: Column['key']; readonly x: number; readonly y: number }[];
  readonly sources: ReadonlyMap<string, CardBox>;
  readonly routing: CardBox | null;
  readonly routeRows: ReadonlyMap<number, Box>;
  readonly pic: (CardBox & { readonly cells: PicCells }) | null;
  readonly ioapic: CardBox | null;
  readonly pinRows: ReadonlyMap<number, Box>;
  readonly msi: CardBox | null;
  readonly lapics: ReadonlyMap<number, LapicBox>;
  readonly vcpus: ReadonlyMap<number, VcpuBox>;
  readonly idt: CardBox | null;
  readonly idtRows: ReadonlyMap<number, Box>;
  /** x of the line between chips and local APICs. */
  readonly busX: number;
  /** y of the way back. */
  readonly laneY: number;
  readonly cards: readonly CardBox[];
}

/** Cells of the 8259 pair: x of pin p is `x[p]`, y by register. */
export interface PicCells {
  readonly x: readonly number[];
  readonly size: number;
  readonly pinY: number;
  readonly rows: Readonly<Record<'irr' | 'imr' | 'isr', number>>;
}

export interface LayoutInput {
  readonly model: StageModel;
  readonly width: number;
  /** 0: as high as it needs. */
  readonly height: number;
  readonly embed?: boolean;
  readonly focus?: StageFocus | null;
  /** vCPUs whose dense lane is opened to full grids. */
  readonly open?: ReadonlySet<number>;
}

/** Widths by column, and of the gaps after each (the last is the right margin). */
interface Metrics {
  readonly left: number;
  readonly widths: readonly number[];
  readonly gaps: readonly number[];
  readonly merged: boolean;
}

const WIDE: Metrics = { left: 16, widths: [124, 160, 244, 264, 196], gaps: [56, 56, 78, 58, 24], merged: false };
const MERGED: Metrics = { left: 12, widths: [104, 136, 214, 224], gaps: [40, 44, 60, 40], merged: true };
const EMBED: Metrics = { left: 8, widths: [98, 92, 140, 132], gaps: [24, 26, 34, 26], merged: true };
const GUTTER = 34;

const HEAD = 30;
const TITLE = 30;
const ROW = 21;
const PAD = 10;
const BETWEEN = 12;
const LANE = 40;

/** Sizes of a local APIC and its vCPU by density. */
const LANES: Record<
  Density,
  { readonly title: number; readonly label: number; readonly foot: number; readonly rows: number }
> = {
  full: { title: 28, label: 17, foot: 24, rows: 21 },
  compact: { title: 25, label: 15, foot: 10, rows: 18 },
  dense: { title: 22, label: 0, foot: 8, rows: 15 },
  line: { title: 0, label: 0, foot: 0, rows: 18 },
};

function densityFor(vcpus: number): Density {
  return vcpus <= 2 ? 'full' : vcpus <= 4 ? 'compact' : vcpus <= 8 ? 'dense' : 'line';
}

const stackOf = (cards: readonly CardBox[]): number => cards.reduce((y, card) => Math.max(y, card.y + card.h), 0);

/** Height of a local APIC card of this width. */
function lapicHeight(density: Density, width: number, embed: boolean, pir: boolean): number {
  const lane = LANES[density];
  if (density === 'line') return 20;
  if (density === 'dense') return 62 + (pir ? 18 : 0);
  const grid = gridSide(density, width, embed);
  return lane.title + lane.label + grid + lane.foot + (embed ? 24 : 0) + (pir ? grid + lane.label + 14 : 0);
}

function gridSide(density: Density, width: number, embed: boolean): number {
  if (embed) return Math.min(width - 2 * PAD, 6 * 16);
  const room = (width - 2 * PAD - 20) / 2;
  return density === 'compact' ? Math.min(room, 5.25 * 16) : Math.min(room, 9 * 16);
}

function placeLapic(vcpu: number, density: Density, at: Box, column: number, embed: boolean, pir: boolean): LapicBox {
  const card: CardBox = { ...at, id: `lapic:${vcpu}`, column };
  const lane = LANES[density];
  const inner = at.w - 2 * PAD;
  if (density === 'line' || density === 'dense') {
    const line = density === 'line';
    const label = line ? 34 : 28;
    const w = line ? (inner - label - 10) / 2 : inner - label;
    const h = line ? 12 : 13;
    const y = at.y + (line ? 4 : lane.title + 1);
    const x = at.x + PAD + label;
    return {
      vcpu,
      card,
      density,
      irr: stripBox(x, y, w, h),
      isr: line ? stripBox(x + w + 10, y, w, h) : stripBox(x, y + 19, w, h),
      pir: pir && !line ? stripBox(x, y + 38, w, h) : null,
      desc: null,
    };
  }
  const side = gridSide(density, at.w, embed);
  const y = at.y + lane.title + lane.label;
  const irr = gridBox(at.x + PAD, y, side);
  if (embed) {
    return {
      vcpu,
      card,
      density,
      irr,
      isr: stripBox(at.x + PAD + 26, y + side + 10, inner - 26, 13),
      pir: null,
      desc: null,
    };
  }
  const x2 = at.x + at.w - PAD - side;
  const pirY = y + side + lane.label + 16;
  return {
    vcpu,
    card,
    density,
    irr,
    isr: gridBox(x2, y, side),
    pir: pir ? gridBox(at.x + PAD, pirY, side) : null,
    desc: pir ? { x: x2, y: pirY, w: side, h: side } : null,
  };
}

/** Rows of a vCPU card by density; parts that share a line share its box's y. */
function placeVcpu(vcpu: number, density: Density, at: Box, column: number): VcpuBox {
  const card: CardBox = { ...at, id: `vcpu:${vcpu}`, column };
  const lane = LANES[density];
  const row = (i: number, first = lane.title): Box => ({
    x: at.x,
    y: at.y + first + i * lane.rows,
    w: at.w,
    h: lane.rows,
  });
  if (density === 'line') {
    const line = { x: at.x, y: at.y, w: at.w, h: at.h };
    return {
      vcpu,
      card,
      density,
      rows: { state: line, flags: line, nmi: line, inject: line, handler: line, counters: line },
    };
  }
  const state = { x: at.x, y: at.y + 2, w: at.w, h: lane.title - 3 };
  if (density === 'dense') {
    return {
      vcpu,
      card,
      density,
      rows: { state, flags: row(0), nmi: row(0), inject: row(1), handler: row(1), counters: row(2) },
    };
  }
  if (density === 'compact') {
    return {
      vcpu,
      card,
      density,
      rows: { state, flags: row(0), nmi: row(1), inject: row(2), handler: row(3), counters: row(4) },
    };
  }
  return {
    vcpu,
    card,
    density,
    rows: { state, flags: row(0), nmi: row(1), inject: row(2), handler: row(3), counters: row(4) },
  };
}

function vcpuHeight(density: Density): number {
  if (density === 'line') return 20;
  if (density === 'dense') return 62 + 8;
  return LANES[density].title + (density === 'full' ? 7 : 5) * LANES[density].rows + 8;
}

/** Cuts a model down to what takes part. */
function focused(
  model: StageModel,
  focus: StageFocus | null | undefined,
): StageModel & { readonly shown: readonly number[]; readonly pic: boolean } {
  const all = Array.from({ length: model.vcpus }, (_, i) => i);
  if (!focus) return { ...model, shown: all, pic: model.irqchip };
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
    shown: shown.length > 0 ? shown : all.slice(0, 1),
  };
}

/** Everything that does not depend on the final scale, for one width in layout units. */
function compose(input: LayoutInput, form: Form, width: number, metrics: Metrics): StageLayout {
  const embed = form === 'embed';
  const tall = form === 'tall';
  const model = focused(input.model, embed ? input.focus : null);
  const own = metrics.left + metrics.widths.reduce((a, b) => a + b, 0) + metrics.gaps.reduce((a, b) => a + b, 0);
  const room = Math.max(0, width - own);
  // What is left over goes to the gaps first, where the tokens fly, then to the cards.
  const gapShare =
    Math.min(room, metrics.gaps.slice(0, -1).reduce((a, b) => a + b, 0) * 0.45) / (metrics.gaps.length - 1);
  const cardShare = tall ? 0 : Math.max(0, room - gapShare * (metrics.gaps.length - 1)) / metrics.widths.length;
  const xs: number[] = [];
  const ws: number[] = [];
  let x = metrics.left;
  metrics.widths.forEach((w, i) => {
    xs.push(x);
    ws.push(w + cardShare);
    x += w + cardShare + (metrics.gaps[i] as number) + gapShare;
  });
  const columnOf = (i: number): number => (tall ? 0 : i);
  const at = (i: number): { x: number; w: number } =>
    tall ? { x: GUTTER, w: width - 2 * GUTTER } : { x: xs[i] as number, w: ws[i] as number };

  const cards: CardBox[] = [];
  const heads: { key: Column['key']; x: number; y: number }[] = [];
  const bottoms = [0, 0, 0, 0, 0];
  const keys: Column['key'][] = ['sources', 'routing', 'chips', 'lapics', 'vcpus'];
  let y = 0;
  /** Starts the block of a column: at the top, or under the block before it. */
  const begin = (i: number): number => {
    const top = tall ? y + (i === 0 ? 0 : 8) : 0;
    heads.push({ key: keys[i] as Column['key'], x: at(i).x, y: top + 19 });
    y = top + (embed ? 8 : HEAD);
    return y;
  };
  if (embed) heads.length = 0;
  const add = <T extends CardBox>(card: T, i: number): T => {
    cards.push(card);
    y = card.y + card.h + (tall ? 8 : BETWEEN);
    bottoms[columnOf(i)] = Math.max(bottoms[columnOf(i)] as number, card.y + card.h);
    return card;
  };

  const sources = new Map<string, CardBox>();
  begin(0);
  const sourceH = tall ? 34 : 48;
  for (const source of model.sources) {
    sources.set(source.id, add({ id: `source:${source.id}`, column: columnOf(0), ...at(0), y, h: sourceH }, 0));
  }

  let routing: CardBox | null = null;
  const routeRows = new Map<number, Box>();
  begin(1);
  if (model.gsis.length > 0) {
    const first = y + 26;
    model.gsis.forEach((gsi, i) => {
      routeRows.set(gsi, { ...at(1), y: first + i * (ROW + 2), h: ROW + 2 });
    });
    routing = add({ id: 'routing', column: columnOf(1), ...at(1), y, h: 26 + model.gsis.length * (ROW + 2) + 8 }, 1);
  }

  let pic: StageLayout['pic'] = null;
  let ioapic: CardBox | null = null;
  let msi: CardBox | null = null;
  const pinRows = new Map<number, Box>();
  begin(2);
  if (model.pic) {
    const { x: px, w: pw } = at(2);
    const label = 32;
    const split = 8;
    const pitch = Math.min(15, (pw - 2 * PAD - label - split) / 16);
    const x0 = px + pw - PAD - split - 16 * pitch;
    const cells: PicCells = {
      x: Array.from({ length: 16 }, (_, p) => x0 + p * pitch + (p > 7 ? split : 0)),
      size: pitch - 2,
      pinY: y + TITLE + 8,
      rows: { irr: y + TITLE + 13, imr: y + TITLE + 13 + pitch + 3, isr: y + TITLE + 13 + 2 * (pitch + 3) },
    };
    pic = add({ id: 'pic', column: columnOf(2), ...at(2), y, h: TITLE + 13 + 3 * (pitch + 3) + 10, cells }, 2);
  }
  if (model.irqchip && (!embed || model.pins.length > 0)) {
    const first = y + TITLE + 16;
    model.pins.forEach((pin, i) => {
      pinRows.set(pin, { ...at(2), y: first + i * ROW, h: ROW });
    });
    const folded = embed ? 6 : 22;
    ioapic = add(
      { id: 'ioapic', column: columnOf(2), ...at(2), y, h: TITLE + 16 + model.pins.length * ROW + folded },
      2,
    );
  }
  if (model.msi) msi = add({ id: 'msi', column: columnOf(2), ...at(2), y, h: embed ? 58 : 66 }, 2);

  const lapics = new Map<number, LapicBox>();
  const vcpus = new Map<number, VcpuBox>();
  const merged = metrics.merged || tall;
  begin(3);
  if (!merged) heads.push({ key: 'vcpus', x: at(4).x, y: 19 });
  const base: Density = embed ? 'full' : densityFor(model.shown.length);
  for (const vcpu of model.shown) {
    const density = input.open?.has(vcpu) && (base === 'dense' || base === 'line') ? 'compact' : base;
    const pir = model.apicv && !embed;
    const lapicH = lapicHeight(density, at(3).w, embed, pir);
    const vcpuH = embed ? 66 : vcpuHeight(density);
    const vcpuDensity: Density = embed ? 'dense' : density;
    if (merged && density === 'line') {
      const half = at(3).w * 0.62;
      const card = { id: `lapic:${vcpu}`, column: columnOf(3), x: at(3).x, y, w: half, h: lapicH };
      lapics.set(vcpu, placeLapic(vcpu, density, card, columnOf(3), embed, pir));
      const right = { x: at(3).x + half, y, w: at(3).w - half, h: lapicH, id: `vcpu:${vcpu}`, column: columnOf(3) };
      vcpus.set(vcpu, placeVcpu(vcpu, density, right, columnOf(3)));
      cards.push(card);
      add(right, 3);
      y -= BETWEEN - 2;
    } else if (merged) {
      const card = add({ id: `lapic:${vcpu}`, column: columnOf(3), ...at(3), y, h: lapicH }, 3);
      lapics.set(vcpu, placeLapic(vcpu, density, card, columnOf(3), embed, pir));
      y = card.y + card.h;
      const below = add({ id: `vcpu:${vcpu}`, column: columnOf(3), ...at(3), y, h: vcpuH }, 3);
      vcpus.set(vcpu, placeVcpu(vcpu, vcpuDensity, below, columnOf(3)));
    } else {
      const h = Math.max(lapicH, vcpuH);
      const top = y;
      const card = add({ id: `lapic:${vcpu}`, column: 3, ...at(3), y: top, h }, 3);
      lapics.set(vcpu, placeLapic(vcpu, density, card, 3, embed, pir));
      const beside = add({ id: `vcpu:${vcpu}`, column: 4, ...at(4), y: top, h }, 4);
      vcpus.set(vcpu, placeVcpu(vcpu, density, beside, 4));
      if (density === 'line') y -= BETWEEN - 2;
    }
    if (base === 'dense' && density === 'dense') y -= 4;
  }

  let idt: CardBox | null = null;
  const idtRows = new Map<number, Box>();
  if (model.handlers.length > 0) {
    const last = merged ? 3 : 4;
    const x0 = at(3).x;
    const w = at(last).x + at(last).w - x0;
    const across = Math.max(1, Math.floor((w - PAD) / 196));
    const rowH = 20;
    const lines = Math.ceil(model.handlers.length / across);
    const cell = (w - 2 * PAD) / across;
    model.handlers.forEach((handler, i) => {
      const line = i % lines;
      const column = Math.floor(i / lines);
      idtRows.set(handler.vector, { x: x0 + PAD + column * cell, y: y + 28 + line * rowH, w: cell - 6, h: rowH });
    });
    idt = add({ id: 'idt', column: columnOf(3), x: x0, w, y, h: 28 + lines * rowH + 10 }, 3);
    if (!merged) bottoms[4] = idt.y + idt.h;
  }

  const bottom = stackOf(cards);
  const lastGap = (i: number): number => at(i).x + at(i).w;
  return {
    form,
    w: tall ? width : Math.max(width, own),
    h: bottom + (tall ? 16 : embed ? 30 : LANE),
    scale: 1,
    columns: (tall ? [0] : merged ? [0, 1, 2, 3] : [0, 1, 2, 3, 4]).map((i) => ({
      key: keys[i] as Column['key'],
      ...at(i),
      bottom: bottoms[i] as number,
    })),
    heads: embed ? [] : heads,
    sources,
    routing,
    routeRows,
    pic,
    ioapic,
    pinRows,
    msi,
    lapics,
    vcpus,
    idt,
    idtRows,
    busX: tall ? GUTTER / 2 : lastGap(2) + (at(3).x - lastGap(2)) * 0.62,
    laneY: bottom + (tall ? 10 : embed ? 14 : 20),
    cards,
  };
}

const TALL: Metrics = { left: GUTTER, widths: [0], gaps: [GUTTER], merged: true };

/** Narrowest content of each form at scale 1. */
const widthOf = (m: Metrics): number =>
  m.left + m.widths.reduce((a, b) => a + b, 0) + m.gaps.reduce((a, b) => a + b, 0);

/** Smallest scale at which text can still be read; below it the board scrolls. */
const SMALLEST = 0.8;

/** Lays the stage out for the room there is. */
export function layoutStage(input: LayoutInput): StageLayout {
  const { width, height } = input;
  const form: Form = input.embed ? 'embed' : width < 640 ? 'tall' : width < 1060 ? 'merged' : 'wide';
  if (form === 'tall') {
    const scale = Math.max(0.85, Math.min(1.25, width / 420));
    return { ...compose(input, form, width / scale, TALL), scale };
  }
  const metrics = form === 'wide' ? WIDE : form === 'merged' ? MERGED : EMBED;
  const narrow = widthOf(metrics);
  // The widest scale first; then, when height is what lacks, wider gaps instead of bigger cards.
  let scale = width / narrow;
  let best = compose(input, form, narrow, metrics);
  if (height > 0) scale = Math.min(scale, height / best.h);
  scale = Math.max(Math.min(scale, form === 'embed' ? 6 : 4), Math.min(SMALLEST, width / narrow));
  const widest = narrow * 1.32;
  best = compose(input, form, Math.min(width / scale, widest), metrics);
  return { ...best, scale };
}
