/**
 * A 256-bit vector set on the stage: 16 x 16 cells, priority class up, low nibble right; or, where there is no room, a strip
 * of sixteen bars, a class each, with vectors as ticks. A vector keeps its place in both, whatever set it is in.
 */
export interface GridBox {
  readonly kind: 'grid';
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly pitch: number;
}

export interface StripBox {
  readonly kind: 'strip';
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export function gridBox(x: number, y: number, side: number): GridBox {
  return { kind: 'grid', x, y, w: side, h: side, pitch: side / 16 };
}

export function stripBox(x: number, y: number, w: number, h: number): StripBox {
  return { kind: 'strip', x, y, w, h };
}

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Share of a cell's pitch that is the gap to the next. */
const GAP = 0.16;

/** Where a vector is. */
export function vectorCell(box: GridBox | StripBox, vector: number): Cell {
  const group = vector >> 4;
  const low = vector & 15;
  if (box.kind === 'grid') {
    const gap = box.pitch * GAP;
    return {
      x: box.x + low * box.pitch + gap / 2,
      y: box.y + (15 - group) * box.pitch + gap / 2,
      w: box.pitch - gap,
      h: box.pitch - gap,
    };
  }
  const bar = box.w / 16;
  const tick = Math.max(2, bar / 6);
  return { x: box.x + group * bar + 1 + (low / 15) * (bar - 2 - tick), y: box.y, w: tick, h: box.h };
}

/** The bar of a class in a strip, or the row of it in a grid. */
export function classBox(box: GridBox | StripBox, group: number): Cell {
  if (box.kind === 'grid') return { x: box.x, y: box.y + (15 - group) * box.pitch, w: box.w, h: box.pitch };
  const bar = box.w / 16;
  return { x: box.x + group * bar + 0.5, y: box.y, w: bar - 1, h: box.h };
}

/** The part at or under the waterline: classes up to PPR's cannot be delivered. */
export function underWater(box: GridBox | StripBox, ppr: number): Cell {
  const top = (ppr >> 4) & 15;
  if (box.kind === 'grid') {
    const h = (top + 1) * box.pitch;
    return { x: box.x, y: box.y + box.h - h, w: box.w, h };
  }
  return { x: box.x, y: box.y, w: ((top + 1) * box.w) / 16, h: box.h };
}

/** Vector under a point of the box. */
export function vectorAt(box: GridBox | StripBox, x: number, y: number): number {
  const clamp = (n: number): number => Math.max(0, Math.min(15, n));
  if (box.kind === 'grid') {
    const group = 15 - clamp(Math.floor((y - box.y) / box.pitch));
    return group * 16 + clamp(Math.floor((x - box.x) / box.pitch));
  }
  const bar = box.w / 16;
  const group = clamp(Math.floor((x - box.x) / bar));
  const tick = Math.max(2, bar / 6);
  return group * 16 + clamp(Math.round(((x - box.x - group * bar - 1 - tick / 2) / (bar - 2 - tick)) * 15));
}
