/**
 * Boxes of the stage as a pure function of what is on it and of the room there is. Units are CSS pixels at scale 1; the view
 * draws the result at `scale`. Four forms: `wide` (five columns), `merged` (a vCPU under its local APIC), `tall` (one column,
 * tokens go down in the left gutter and come back in the right one) and `embed` (only what takes part).
 */
import { actingIn, compose, GUTTER, isBordered, type Metrics, widthOf, withBorder, withoutRouting } from './compose.ts';
import type { StageFocus, StageModel } from './stage-model.ts';
import type { LapicBox, VcpuBox } from './vcpu-boxes.ts';
import type { VcpuMap } from './vcpu-map.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type Form = 'wide' | 'merged' | 'tall' | 'embed';
export interface CardBox extends Box {
  readonly id: string;
  readonly column: number;
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
  /** CSS pixels a layout unit. */
  readonly scale: number;
  readonly columns: readonly Column[];
  /** Column heads: baseline, or one per block in the tall form. */
  readonly heads: readonly { readonly key: Column['key']; readonly x: number; readonly y: number }[];
  /** Between the VMM's chips and KVM's, where they are apart. */
  readonly borderX: number | null;
  readonly sources: ReadonlyMap<string, CardBox>;
  readonly routing: CardBox | null;
  readonly routeRows: ReadonlyMap<number, Box>;
  readonly pic: (CardBox & { readonly cells: PicCells }) | null;
  readonly ioapic: CardBox | null;
  readonly pinRows: ReadonlyMap<number, Box>;
  readonly msi: CardBox | null;
  readonly iommu: CardBox | null;
  /** Rows of the interrupt remapping table, by `slot:entry`. */
  readonly irteRows: ReadonlyMap<string, Box>;
  readonly pcpus: ReadonlyMap<number, CardBox>;
  /** A vCPU stands under its local APIC. */
  readonly merged: boolean;
  readonly lapics: ReadonlyMap<number, LapicBox>;
  readonly vcpus: ReadonlyMap<number, VcpuBox>;
  /** Every vCPU as a tile, where there are many. */
  readonly map: VcpuMap | null;
  readonly idt: CardBox | null;
  readonly idtRows: ReadonlyMap<number, Box>;
  /** x of the line between chips and local APICs. */
  readonly busX: number;
  /** y of the way back, and where it begins. */
  readonly backY: number;
  readonly backX: number;
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
  /** Of many vCPUs, those that unfold (scene/unfold.ts); absent: the first that act. */
  readonly unfold?: readonly number[] | undefined;
}

/** Gutters, where tokens rest with their names, are 96 px at least; cards share the rest. */
const WIDE: Metrics = { left: 16, widths: [118, 120, 228, 204, 142], gaps: [98, 98, 98, 98, 16], merged: false };
/** With a posted-interrupt descriptor there are three sets. */
const WIDE_PIR: Metrics = { left: 16, widths: [104, 112, 190, 318, 146], gaps: [98, 98, 98, 98, 16], merged: false };
/** With the run loop a vCPU's card has its VMCS. */
const WIDE_RUN: Metrics = { left: 16, widths: [108, 114, 200, 204, 204], gaps: [98, 98, 98, 98, 16], merged: false };
const WIDE_RUN_PIR: Metrics = {
  left: 14,
  widths: [100, 108, 180, 300, 204],
  gaps: [96, 96, 96, 96, 14],
  merged: false,
};
/** Four columns where there is less room: a vCPU stands under its local APIC. */
const MERGED: Metrics = { left: 14, widths: [108, 112, 206, 214], gaps: [96, 96, 96, 14], merged: true, slim: true };
const MERGED_PIR: Metrics = { ...MERGED, widths: [100, 106, 170, 262] };
/**
 * Five columns where there is less room, with gutters that just hold a name: several vCPUs, each beside its local APIC, take half the
 * height that they take one under the other.
 */
const SLIM: Metrics = {
  left: 14,
  widths: [100, 104, 172, 204, 124],
  gaps: [86, 86, 86, 86, 12],
  merged: false,
  slim: true,
};
const SLIM_PIR: Metrics = { ...SLIM, widths: [100, 104, 156, 208, 176], lanes: 'dense' };
/** A small frame: what takes part, in as many columns as that needs. */
const EMBED: Metrics = { left: 8, widths: [100, 84, 130, 116], gaps: [80, 80, 80, 8], merged: true };
/** The same with the vCPU in a column of its own. */
const EMBED_APART: Metrics = { left: 8, widths: [100, 84, 108, 110, 110], gaps: [80, 80, 80, 80, 8], merged: false };
/** What the registers of the 8259 pair and a pin's entry need, text beside text. */
const CHIP_WIDTH = 156;
const TALL: Metrics = { left: GUTTER.left, widths: [0], gaps: [GUTTER.right], merged: true };

/** Sides of grids one under the other, px: the biggest, the step down, the least of two vCPUs' or of three sets, and of one's. */
const MOST_SIDE = 176;
const SIDE_STEP = 8;
const LEAST_SIDE = 80;
const LEAST_SIDE_OF_ONE = 96;

/** Loosest rows. */
const AIRIEST = 1.42;
/** Smallest scale at which a richer form is chosen, and at which all of a form is in sight before the board scrolls. A title of 13 px is 11 then. */
const SMALLEST = 0.92;
const LEAST = 0.85;

/** Narrower than this, px, everything stands in one column, and so does what is in a frame; five are side by side from this share of what they need. */
const MERGED_FROM = 780;
const EMBED_FROM = 440;
const WIDE_FROM = 0.91;

/** A scale at which a frame is at ease: no need to look for a tighter form, but one that is drawn so many times as big. */
const EASY = 0.83;
const BIGGER = 1.2;

/** The metrics of a page that is not narrow, of what this stage has between its sources and its local APICs. */
function roomFor(model: StageModel, form: Form, isSlim = false): Metrics {
  const { apicv, gsis } = model;
  const merged = apicv ? MERGED_PIR : MERGED;
  const wide = model.host === 'none' ? (apicv ? WIDE_PIR : WIDE) : apicv ? WIDE_RUN_PIR : WIDE_RUN;
  const slim = apicv ? SLIM_PIR : SLIM;
  const room = form === 'merged' ? merged : isSlim ? slim : wide;
  if (isBordered(model, form)) return withBorder(room, gsis.length > 0 || model.msi);
  return gsis.length > 0 ? room : withoutRouting(room);
}

/** Width of the physical CPUs where they have a column to themselves. */
const PCPU_ASIDE = 104;

/** Forms a small frame may take, the richest first. */
function embedForms({ model, focus }: LayoutInput): Metrics[] {
  const several = focus ? focus.vcpus.size > 1 : model.vcpus > 1;
  const chips = focus ? focus.pic || focus.ioapic || focus.msi || focus.iommu : true;
  const registers = focus ? focus.pic || focus.ioapic : true;
  const cpus = focus ? focus.pcpus.size > 0 && model.host !== 'none' : false;
  const sources = focus ? focus.sources.size > 0 : true;
  const routed = focus ? focus.gsis.size > 0 : model.gsis.length > 0;
  const of = (metrics: Metrics): Metrics => {
    // A small frame has no room for a table between the source and the chip that its row names.
    const some = [sources, routed && !registers, chips || cpus];
    return {
      ...metrics,
      // Where nothing stands before it, the first column has its tokens in a margin of a gutter's width.
      left: sources ? metrics.left : metrics.left + (metrics.gaps[0] ?? 0),
      widths: metrics.widths.map((w, i) => {
        if (some[i] === false) return 0;
        if (i !== 2) return w;
        return chips ? Math.max(w, registers ? CHIP_WIDTH : 0) : PCPU_ASIDE;
      }),
      gaps: metrics.gaps.map((gap, i) => (some[i] === false ? 0 : gap)),
    };
  };
  const dense: readonly Metrics[] = [
    { ...EMBED_APART, lanes: 'dense' },
    { ...EMBED, lanes: 'dense' },
  ];
  const grids: readonly Metrics[] = several ? [] : [EMBED_APART, EMBED];
  return [...grids, ...dense].map(of);
}

/** The form in which most can be read: the first that is at ease and not much smaller, else the one that is drawn biggest. */
function bestEmbed(input: LayoutInput): Metrics {
  const scaleOf = (metrics: Metrics): number => {
    const narrow = widthOf(metrics);
    const byWidth = input.width / narrow;
    return input.height > 0 ? Math.min(byWidth, input.height / compose(input, 'embed', narrow, metrics).h) : byWidth;
  };
  const forms = embedForms(input).map((metrics) => ({ metrics, scale: scaleOf(metrics) }));
  const biggest = forms.reduce((a, b) => (b.scale > a.scale ? b : a));
  return (forms.find(({ scale }) => scale >= Math.max(EASY, biggest.scale / BIGGER)) ?? biggest).metrics;
}

/** Five columns with sets as big as there is room for, and the VMCS field by field where that costs little. */
function enlarged(input: LayoutInput, metrics: Metrics): Metrics {
  const { model, width, height } = input;
  const acting = actingIn(input).length;
  if (acting > 2) return metrics;
  const narrow = widthOf(metrics);
  const fits = (m: Metrics, share = 1): boolean =>
    height === 0 || compose(input, 'wide', narrow, m).h * Math.max(SMALLEST, (width / narrow) * share) <= height;
  let best = metrics;
  if (model.host === 'vmx') {
    const block: Metrics = { ...metrics, run: 'block' };
    const folded: Metrics = { ...block, tight: true };
    best = fits(block, 0.84) ? block : fits(folded, 0.8) ? folded : metrics;
  }
  if (acting === 2 && model.apicv) return best;
  const least = acting === 2 || model.apicv ? LEAST_SIDE : LEAST_SIDE_OF_ONE;
  for (let big = MOST_SIDE; big >= least; big -= SIDE_STEP) if (fits({ ...best, big })) return { ...best, big };
  return best;
}

/**
 * Where height is short: what stands below the lanes in one line each or beside them, then smaller grids, then strips in their place. A
 * vCPU in strips says more than one that is out of sight.
 */
function shortened(input: LayoutInput, form: Form, metrics: Metrics): Metrics {
  const narrow = widthOf(metrics);
  const fits = (m: Metrics): boolean =>
    input.height === 0 || compose(input, form, narrow, m).h * SMALLEST <= input.height;
  const tight: Metrics = { ...metrics, tight: true };
  return [metrics, tight, { ...tight, lanes: 'compact' } as const].find(fits) ?? { ...tight, lanes: 'dense' };
}

/** How a stage is laid out, for whichever vCPUs of a map unfold: they take the same room. */
type Fit = (input: LayoutInput) => StageLayout;

/** As big as width and height allow; then the width that is left widens gaps and cards, the height loosens the rows. */
function fitted(input: LayoutInput, form: Form, metrics: Metrics): Fit {
  const { width, height } = input;
  const narrow = widthOf(metrics);
  let scale = width / narrow;
  let w = narrow;
  // What is wider may be higher as well.
  for (let i = 0; i < 4; i++) {
    if (height > 0) scale = Math.min(scale, height / compose(input, form, w, metrics).h);
    scale = Math.max(Math.min(scale, 6), Math.min(LEAST, width / narrow));
    const wider = Math.min(width / scale, narrow * 1.4);
    if (wider === w) break;
    w = wider;
  }
  let [least, most] = [1, AIRIEST];
  for (let i = 0; height > 0 && i < 6; i++) {
    const airy = (least + most) / 2;
    if (compose(input, form, w, metrics, airy).h * scale > height) most = airy;
    else least = airy;
  }
  return (one) => ({ ...compose(one, form, w, metrics, least), scale });
}

const hasStrips = ({ lapics }: StageLayout): boolean => [...lapics.values()].some(({ density }) => density === 'dense');

/** Four columns, or five slim ones where they show more of the vCPUs than strips one under the other, or show them bigger. */
function narrowed(input: LayoutInput): Fit {
  const as = (form: Form): Fit =>
    fitted(input, form, shortened(input, form, roomFor(input.model, form, form === 'wide')));
  const merged = as('merged');
  const four = merged(input);
  if (!hasStrips(four) || input.model.userChips) return merged;
  const slim = as('wide');
  const five = slim(input);
  return five.scale >= LEAST && (five.scale > four.scale || !hasStrips(five)) ? slim : merged;
}

/** What was found last, and for what. */
let found: readonly [model: StageModel, room: string, fit: Fit] | null = null;

/** Lays the stage out for the room there is. */
export function layoutStage(input: LayoutInput): StageLayout {
  const { model, width } = input;
  if (width < (input.embed ? EMBED_FROM : MERGED_FROM)) {
    const scale = Math.max(0.85, Math.min(1.25, width / 420));
    return { ...compose(input, 'tall', width / scale, TALL), scale };
  }
  const room = input.embed || input.focus || input.open?.size ? '' : `${width} ${input.height} ${input.unfold?.length}`;
  if (room === '' || found?.[0] !== model || found[1] !== room) {
    const wide = roomFor(model, 'wide');
    const fit = input.embed
      ? fitted(input, 'embed', bestEmbed(input))
      : width < widthOf(wide) * WIDE_FROM
        ? narrowed(input)
        : fitted(input, 'wide', shortened(input, 'wide', enlarged(input, wide)));
    found = [model, room, fit];
  }
  return found[2](input);
}
