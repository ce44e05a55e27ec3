/** Boxes within a vCPU's lane: its local APIC with the vector sets, and its own card, by how much room there is for each. */

import type { VcpuPart } from '../explain/locate/locator.ts';
import type { Box, CardBox } from './layout.ts';
import { type GridBox, gridBox, type StripBox, stripBox } from './vector-boxes.ts';

/** How much of a local APIC there is room for: one vCPU big, two in full, four compact, or as strips; one that does nothing, folded. */
export type Density = 'big' | 'full' | 'compact' | 'dense' | 'mini' | 'folded';

export interface LapicBox {
  readonly vcpu: number;
  readonly card: CardBox;
  readonly density: Density;
  /** Only with posted interrupts; before the IRR, as a vector comes. */
  readonly pir: GridBox | StripBox | null;
  readonly irr: GridBox | StripBox;
  readonly isr: GridBox | StripBox;
  readonly titleH: number;
  /** Baseline of the descriptor's fields; `descX`: they stand one under the other there. */
  readonly descY: number;
  readonly descX: number | null;
  /** Baseline of the vectors in words under the sets, null: no room. */
  readonly listY: number | null;
}

export interface VcpuBox {
  readonly vcpu: number;
  readonly card: CardBox;
  readonly density: Density;
  readonly titleH: number;
  readonly rows: Readonly<Record<VcpuPart | 'counters', Box>>;
  /** How much of the run loop it shows: nothing, the boundary with the last exit, or the VMCS field by field. */
  readonly run: RunForm;
}

export type RunForm = 'none' | 'line' | 'block';

/** What a lane is built from. */
export interface VcpuInput {
  readonly density: Density;
  readonly pir: boolean;
  /** 1: as tight as can be read. */
  readonly airy: number;
  /** Side of a big grid. */
  readonly side?: number | undefined;
  readonly run: RunForm;
}

const PAD = 10;
/** Distance between two grids: room for a waterline's ends. */
const BETWEEN_GRIDS = 18;
/** Biggest pitch of a grid's cells. */
const PITCH = { big: 11.5, full: 9.5, compact: 5.25, mini: 6, dense: 0, folded: 0 } as const;
const TITLE = { big: 28, full: 28, compact: 25, mini: 26, dense: 22, folded: 30 } as const;
const LABEL = { big: 18, full: 17, compact: 15, mini: 19, dense: 0, folded: 0 } as const;
/** Under this width two values of a vCPU's card do not stand side by side: the strips' lane takes the small form. */
const NARROW = 150;
/** Room for the class labels left of a grid. */
export const CLASSES = 14;
const FOOT = { big: 18, full: 24, compact: 9, mini: 30, dense: 0, folded: 0 } as const;
/** The VMCS in full: rows in all, and how high each is. */
const BLOCK = { parts: 11.8, row: 17.3, most: 38 } as const;
const ROWS = { big: 21, full: 21, compact: 17, mini: 16, dense: 15, folded: 30 } as const;

/** More room under the grids for the descriptor's fields and the priorities. */
const PIR_FOOT = { full: 18, compact: 30, big: 18, mini: 20, dense: 0, folded: 0 } as const;

/** A line of vectors in words under a big grid. */
const LIST = 12;

/** Density for so many vCPUs that act: of more than four there is a map, and two of them unfold. */
export const densityFor = (vcpus: number): Density => (vcpus <= 2 ? 'full' : 'compact');

export const titleHeight = ({ density, airy }: VcpuInput): number =>
  density === 'folded' ? 30 : TITLE[density] + (airy - 1) * 12;

function gridSide({ density, pir, side = 0 }: VcpuInput, width: number): number {
  const grids = density === 'mini' ? 1 : pir ? 3 : 2;
  if (density === 'big')
    return Math.min(pir ? (width - 2 * PAD - CLASSES - BETWEEN_GRIDS - 8) / 2 : width - 2 * PAD - CLASSES - 6, side);
  const labels = density === 'full' || density === 'compact' ? CLASSES - 4 : 0;
  const room = (width - 2 * PAD - labels - (grids - 1) * BETWEEN_GRIDS) / grids;
  return Math.min(room, PITCH[density] * 16);
}

/** Height of a local APIC card of this width. */
export function lapicHeight(input: VcpuInput, width: number): number {
  const { density, pir, airy } = input;
  if (density === 'folded') return 30;
  if (density === 'dense') return TITLE.dense + (pir ? 3 * 17 : 2 * 19) + (airy - 1) * 36;
  const air = (airy - 1) * 22;
  if (density === 'big')
    return TITLE.big + 2 * (LABEL.big + gridSide(input, width)) + FOOT.big + (pir ? LIST : 0) + 2 * air;
  return TITLE[density] + LABEL[density] + gridSide(input, width) + FOOT[density] + air + (pir ? PIR_FOOT[density] : 0);
}

/** Height of a vCPU card. */
export function vcpuHeight(input: VcpuInput): number {
  const { density, airy } = input;
  if (density === 'folded') return 30;
  if (input.run === 'block') return titleHeight(input) + BLOCK.parts * BLOCK.row * (1 + (airy - 1) * 0.7) + 7;
  const rows = { big: 6.8, full: 6.8, compact: 5, mini: 2, dense: 3 }[density];
  const more = { big: -1, full: -1, compact: 0.2, mini: 1.1, dense: 0.1 }[density];
  const run = input.run === 'none' ? 0 : more;
  return titleHeight(input) + (rows + run) * ROWS[density] * airy + 7;
}

/** Lays out a local APIC card. */
export function placeLapic(vcpu: number, input: VcpuInput, card: CardBox): LapicBox {
  const { density, pir } = input;
  const inner = card.w - 2 * PAD;
  const left = card.x + PAD;
  const title = titleHeight(input);
  const base = {
    vcpu,
    card,
    density,
    titleH: title,
    descY: card.y + card.h - 10,
    descX: null,
    listY: null,
  };
  if (density === 'folded') {
    const x = card.x + card.w - 4;
    return { ...base, titleH: 30, pir: null, irr: stripBox(x, card.y + 10, 2, 4), isr: stripBox(x, card.y + 16, 2, 4) };
  }
  if (density === 'dense') {
    // Its name stands clear of the light on the title.
    const pitch = (card.h - title - 4) / (pir ? 3 : 2);
    const strip = (i: number): StripBox => stripBox(left + 28, card.y + title + 2 + i * pitch, inner - 28, pitch - 5);
    return pir
      ? { ...base, pir: strip(0), irr: strip(1), isr: strip(2) }
      : { ...base, pir: null, irr: strip(0), isr: strip(1) };
  }
  const side = gridSide(input, card.w);
  const label = LABEL[density];
  // What height is over goes around the grids.
  const spare = Math.max(0, card.h - title - label - side - FOOT[density] - (pir ? PIR_FOOT[density] : 0));
  const y = card.y + title + label + spare * 0.36;
  if (density === 'mini') {
    // Class labels stand left of the grid, within the card.
    const x = Math.max(card.x + (card.w - side) / 2, card.x + CLASSES);
    const top = pir ? y + PIR_FOOT.mini : y;
    const strip = (at: number): StripBox => stripBox(left + 26, at, inner - 26, 14);
    return {
      ...base,
      pir: pir ? strip(card.y + title + 2) : null,
      irr: gridBox(x, top, side),
      isr: strip(top + side + 10),
    };
  }
  if (density === 'big') {
    const gap = (card.h - title - FOOT.big - (pir ? LIST : 0) - 2 * side - 2 * label) / 2;
    const top = card.y + title + label;
    const second = top + side + label + Math.max(0, gap);
    if (pir) {
      // The descriptor above, its set and its fields; the local APIC's sets below.
      const x = card.x + card.w - PAD - side;
      const first = left + CLASSES;
      const sets = { pir: gridBox(first, top, side), irr: gridBox(first, second, side), isr: gridBox(x, second, side) };
      return { ...base, ...sets, descX: x, descY: top + 10, listY: second + side + 15 };
    }
    return {
      ...base,
      pir: null,
      irr: gridBox(left + CLASSES, top, side),
      isr: gridBox(left + CLASSES, second, side),
    };
  }
  const last = card.x + card.w - PAD - side;
  if (!pir) return { ...base, pir: null, irr: gridBox(left + CLASSES - 4, y, side), isr: gridBox(last, y, side) };
  const listed = density === 'full' && spare > 26;
  const top = listed ? card.y + title + label + (spare - 20) * 0.3 : y;
  return {
    ...base,
    descY: listed ? top + side + 54 + (spare - 20) * 0.2 : base.descY,
    listY: listed ? top + side + 15 : null,
    pir: gridBox(left + CLASSES - 4, top, side),
    irr: gridBox((left + CLASSES - 4 + last) / 2, top, side),
    isr: gridBox(last, top, side),
  };
}

/** Lays out a vCPU card: rows share what is left below the title. */
export function placeVcpu(vcpu: number, input: VcpuInput, card: CardBox): VcpuBox {
  const density = input.density === 'dense' && card.w < NARROW ? 'mini' : input.density;
  const titleH = titleHeight(input);
  const bare = density === 'folded';
  const base = { vcpu, card, density, titleH, run: bare ? ('none' as const) : input.run };
  if (bare) {
    const line = { x: card.x, y: card.y, w: card.w, h: card.h };
    return { ...base, rows: rowsOf(line, {}) };
  }
  const state = { x: card.x, y: card.y + 2, w: card.w, h: titleH - 3 };
  const { run } = input;
  const plain = { big: 6.6, full: 6.6, compact: 5, mini: 2, dense: 3 }[density];
  const parts =
    run === 'none'
      ? plain
      : run === 'block'
        ? BLOCK.parts - 0.2
        : density === 'mini' || density === 'dense'
          ? 3.1
          : 5.2;
  const h = Math.min(run === 'block' ? BLOCK.most : ROWS[density] * 1.5, (card.h - titleH - 6) / parts);
  const row = (at: number, high = 1): Box => ({ x: card.x, y: card.y + titleH + at * h, w: card.w, h: high * h });
  const left = (at: number): Box => ({ ...row(at), w: card.w / 2 + 4 });
  const right = (at: number): Box => ({ ...row(at), x: card.x + card.w / 2 - 4, w: card.w / 2 + 4 });
  if (density === 'mini') {
    const mode = run === 'none' ? state : row(2, 1.1);
    const second = row(1);
    return {
      ...base,
      rows: rowsOf(mode, { state, flags: row(0), nmi: row(0), inject: second, handler: second, counters: row(0) }),
    };
  }
  if (density === 'dense') {
    if (run === 'none') {
      const rows = { state, flags: left(0), handler: right(0), inject: left(1), nmi: right(1), counters: row(2) };
      return { ...base, rows: rowsOf(state, rows) };
    }
    // Clear of the boundary, which is above them while the guest runs.
    const waits = left(2.3);
    const rows = { state, flags: left(0), handler: right(0), nmi: waits, inject: waits, counters: right(2.3) };
    return { ...base, rows: rowsOf(row(1, 1.1), rows) };
  }
  if (run === 'none') {
    const [flags, handler, inject, nmi, counters] = [row(0), row(1), row(2), row(3), row(4)];
    return { ...base, rows: rowsOf(state, { state, flags, nmi, inject, handler, counters }) };
  }
  const upper = { state, flags: row(0), handler: row(1) };
  if (run === 'line') {
    const lower = { nmi: left(3.2), inject: right(3.2), counters: row(4.2) };
    return { ...base, rows: rowsOf(row(2, 1.2), { ...upper, ...lower }) };
  }
  return {
    ...base,
    rows: {
      ...upper,
      mode: row(2.1, 1.2),
      nmi: left(3.3),
      inject: right(3.3),
      entry: row(4.3),
      vectoring: row(5.3),
      status: row(6.3),
      threshold: row(7.3),
      blocking: row(8.3),
      windows: row(9.3),
      counters: row(10.5),
    },
  };
}

/** Rows of a card that has not all of them: what has no row of its own is in the boundary's. */
function rowsOf(mode: Box, rows: Partial<VcpuBox['rows']>): VcpuBox['rows'] {
  const one = { state: mode, flags: mode, nmi: mode, inject: mode, handler: mode, counters: mode, mode };
  const vmcs = { entry: mode, blocking: mode, status: mode, threshold: mode, vectoring: mode, windows: mode };
  return { ...one, ...vmcs, ...rows };
}
