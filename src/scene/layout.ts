/**
 * Boxes of the stage as a pure function of what is on it and of the room there is. Units are CSS pixels at scale 1; the view
 * draws the result at `scale`. Four forms: `wide` (five columns), `merged` (a vCPU under its local APIC), `tall` (one column,
 * tokens go down in the left gutter and come back in the right one) and `embed` (only what takes part).
 */
import { compose, GUTTER, type Metrics, withoutRouting } from './compose.ts';
import type { LapicBox, VcpuBox } from './lane-boxes.ts';
import type { StageFocus, StageModel } from './stage-model.ts';

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

const WIDE: Metrics = { left: 12, widths: [104, 150, 238, 262, 164], gaps: [44, 78, 72, 56, 14], merged: false };
/** With a posted-interrupt descriptor there are three sets side by side. */
const WIDE_PIR: Metrics = { left: 12, widths: [100, 146, 224, 330, 158], gaps: [40, 72, 66, 58, 12], merged: false };
/** Five columns where there is little room: smaller sets, fewer fields. */
const SLIM: Metrics = {
  left: 10,
  widths: [98, 134, 186, 192, 148],
  gaps: [32, 74, 58, 44, 12],
  merged: false,
  slim: true,
};
const MERGED: Metrics = { left: 10, widths: [98, 134, 186, 206], gaps: [34, 72, 58, 36], merged: true, slim: true };
const EMBED: Metrics = { left: 8, widths: [99, 68, 146, 146], gaps: [24, 58, 42, 26], merged: true };
const TALL: Metrics = { left: GUTTER, widths: [0], gaps: [GUTTER], merged: true };

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
/** Narrowest content of a form at scale 1. */
const widthOf = (m: Metrics): number => m.left + sum(m.widths) + sum(m.gaps);

/** Sides of a single vCPU's grids, the biggest first. */
const BIG_SIDES = [192, 176, 160, 144, 128] as const;

/** Loosest rows. */
const AIRIEST = 1.42;
/** Smallest scale at which text can still be read; below it the board scrolls. */
const SMALLEST = 0.82;

/** From these widths on, px. */
const FROM = { merged: 640, slim: 800, wide: 1060 } as const;

/** Lays the stage out for the room there is. */
export function layoutStage(input: LayoutInput): StageLayout {
  const { width, height } = input;
  const form: Form = input.embed ? 'embed' : width < FROM.merged ? 'tall' : width < FROM.slim ? 'merged' : 'wide';
  if (form === 'tall') {
    const scale = Math.max(0.85, Math.min(1.25, width / 420));
    return { ...compose(input, form, width / scale, TALL), scale };
  }
  const columns =
    form === 'embed'
      ? EMBED
      : form === 'merged'
        ? MERGED
        : width < FROM.wide
          ? SLIM
          : input.model.apicv
            ? WIDE_PIR
            : WIDE;
  const routed = input.focus ? input.focus.gsis.size > 0 : input.model.gsis.length > 0;
  let metrics = routed ? columns : withoutRouting(columns);
  const narrow = widthOf(metrics);
  // As big as width and height allow; then the width that is left widens gaps and cards, the height loosens the rows.
  let scale = width / narrow;
  if ((columns === WIDE || columns === SLIM) && input.model.vcpus === 1 && !input.model.apicv) {
    const big = BIG_SIDES.find((side) => compose(input, form, narrow, { ...metrics, big: side }).h * scale <= height);
    if (big !== undefined) metrics = { ...metrics, big };
  }
  let best = compose(input, form, narrow, metrics);
  if (height > 0) scale = Math.min(scale, height / best.h);
  scale = Math.max(Math.min(scale, 6), Math.min(SMALLEST, width / narrow));
  const w = Math.min(width / scale, narrow * 1.4);
  best = compose(input, form, w, metrics);
  let [least, most] = [1, AIRIEST];
  for (let i = 0; height > 0 && i < 6; i++) {
    const airy = (least + most) / 2;
    const looser = compose(input, form, w, metrics, airy);
    if (looser.h * scale > height) most = airy;
    else {
      least = airy;
      best = looser;
    }
  }
  return { ...best, scale };
}
