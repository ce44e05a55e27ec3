/** From a place to coordinates: where its token rests, which row it lights, and the very cell it means. */

import { happeningOf, locatorOf } from '../explain/locate/index.ts';
import type { Locator, Place } from '../explain/locate/locator.ts';
import type { SceneLog, Step } from '../log/log.ts';
import type { Box, CardBox, StageLayout } from './layout.ts';
import { actingSlot, type StageModel } from './stage-model.ts';
import { besideTile } from './vcpu-map.ts';
import { vectorCell } from './vector-boxes.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Anchor {
  /** On the edge of the card, or on the bus. */
  readonly point: Point;
  /** `top`: on a card that stands under the columns; what comes to it comes from above. `tile`: in the street beside a vCPU's tile. */
  readonly side: 'left' | 'right' | 'bus' | 'top' | 'tile';
  /** Gap the point lies in: gap g is right of column g, -1 the left margin. */
  readonly gap: number;
  /** Card it belongs to; empty on the bus. */
  readonly card: string;
  /** Row or card it lights. */
  readonly row: Box | null;
  /** The cell within the row: a bit of a set. */
  readonly cell: Box | null;
  /** Where the line to the cell may begin: past the name of the row. */
  readonly lead: number;
}

/** Height above a card's top edge of a dock in its title line. */
const TITLE_DOCK = 15;

function onRow(card: CardBox, row: Box, side: 'left' | 'right', cell: Box | null = null, lead = card.x): Anchor {
  const y = cell === null ? row.y + row.h / 2 : cell.y + cell.h / 2;
  return {
    point: { x: side === 'left' ? card.x : card.x + card.w, y },
    side,
    gap: side === 'left' ? card.column - 1 : card.column,
    card: card.id,
    row,
    cell,
    lead: side === 'left' ? lead : card.x + card.w,
  };
}

const titleOf = (card: CardBox, h = 2 * TITLE_DOCK): Box => ({
  x: card.x,
  y: card.y,
  w: card.w,
  h: Math.min(card.h, h),
});

/** The source that stands for user space. */
export const userOf = (model: StageModel): string => model.sources.find((s) => s.kind === 'user')?.id ?? '';

/**
 * The source a GSI is driven by: the device that did it, or the only one that is wired to it. Where several share a GSI and none
 * of them did it, it was user space itself.
 */
export function sourceOf(model: StageModel, { gsi, slot }: Extract<Place, { at: 'source' }>): string | undefined {
  const acts = slot < 0 ? undefined : model.sources.find((s) => s.slot === slot);
  const wired = model.sources.filter((s) => s.gsis.includes(gsi));
  return (acts ?? (wired.length === 1 ? wired[0] : undefined))?.id;
}

/** Card of a source: by device slot, or by the GSI it drives. */
function sourceCard(layout: StageLayout, model: StageModel, place: Place): CardBox | undefined {
  const named = (id: string | undefined): CardBox | undefined =>
    id === undefined ? undefined : layout.sources.get(id);
  switch (place.at) {
    case 'device':
      return named(model.sources.find((s) => s.slot === place.slot)?.id);
    case 'source':
      return named(sourceOf(model, place)) ?? named(userOf(model));
    case 'pit':
      return named('pit');
    case 'user':
      return named(userOf(model));
    default:
      return undefined;
  }
}

/** Side a dock is on: with a vCPU under its local APIC all that belongs to it meets it in the gutter on the left. */
function sideOf(layout: StageLayout, place: Place, dock: Locator['dock']): 'left' | 'right' {
  const ofLane = place.at === 'vcpu' || place.at === 'cell' || place.at === 'lapic';
  if (ofLane && layout.merged && layout.form !== 'tall') return 'left';
  if (layout.form === 'tall' && place.at === 'vcpu') return 'right';
  if (layout.form === 'tall' && place.at !== 'cell') return 'left';
  return dock === 'in' ? 'left' : 'right';
}

/**
 * Coordinates of a place.
 * @param before where the token comes from: the bus takes its height
 * @returns null where this form of the stage does not show the place
 */
export function anchorAt(
  layout: StageLayout,
  model: StageModel,
  place: Place,
  dock: Locator['dock'],
  before: Anchor | null = null,
): Anchor | null {
  const side = sideOf(layout, place, dock);
  switch (place.at) {
    case 'device':
    case 'source':
    case 'pit':
    case 'user': {
      const card = sourceCard(layout, model, place);
      return card === undefined ? null : onRow(card, card, side);
    }
    case 'route': {
      const card = layout.routing;
      return card === null ? null : onRow(card, layout.routeRows.get(place.gsi) ?? titleOf(card), side);
    }
    case 'msi':
      return layout.msi === null ? null : onRow(layout.msi, layout.msi, side);
    case 'pic':
      return layout.pic === null ? null : onRow(layout.pic, titleOf(layout.pic), side);
    case 'picPin': {
      const card = layout.pic;
      if (card === null) return null;
      const { x, size, rows } = card.cells;
      if (x.length === 0) return onRow(card, card, side);
      const y = dock === 'in' ? rows.irr : rows.isr;
      const cell = { x: x[place.pin] ?? card.x, y, w: size, h: size };
      return onRow(card, { x: card.x, y: y - 2, w: card.w, h: size + 4 }, side, cell, (x[0] ?? card.x) - 3);
    }
    case 'ioapic':
      return layout.ioapic === null ? null : onRow(layout.ioapic, titleOf(layout.ioapic), side);
    case 'ioapicPin': {
      const card = layout.ioapic;
      return card === null ? null : onRow(card, layout.pinRows.get(place.pin) ?? titleOf(card), side);
    }
    case 'bus':
      return busAnchor(layout, place.vcpu, before);
    case 'lapic': {
      const lapic = layout.lapics.get(place.vcpu);
      return lapic === undefined
        ? tileAnchor(layout, place.vcpu)
        : onRow(lapic.card, titleOf(lapic.card, lapic.titleH), side);
    }
    case 'cell': {
      const lapic = layout.lapics.get(place.vcpu);
      if (lapic === undefined) return tileAnchor(layout, place.vcpu);
      const box = place.grid === 'pir' ? (lapic.pir ?? lapic.irr) : lapic[place.grid];
      const cell = vectorCell(box, place.vector);
      return onRow(
        lapic.card,
        { x: lapic.card.x, y: cell.y - 1, w: lapic.card.w, h: cell.h + 2 },
        side,
        cell,
        box.x - 3,
      );
    }
    case 'vcpu': {
      const vcpu = layout.vcpus.get(place.vcpu);
      return vcpu === undefined ? tileAnchor(layout, place.vcpu) : onRow(vcpu.card, vcpu.rows[place.part], side);
    }
    case 'irte': {
      const card = layout.iommu;
      if (card === null) return null;
      const any = place.entry < 0 ? [...layout.irteRows].find(([key]) => key.startsWith(`${place.slot}:`))?.[1] : null;
      return onRow(card, any ?? layout.irteRows.get(`${place.slot}:${place.entry}`) ?? titleOf(card), side);
    }
    case 'pcpu':
      return pcpuAnchor(layout, place.pcpu);
  }
}

/** Of a vCPU that is not unfolded, all at one place. */
function tileAnchor(layout: StageLayout, vcpu: number): Anchor | null {
  const tile = layout.map?.tiles[vcpu];
  if (tile === undefined) return null;
  const gap = layout.form === 'tall' ? -1 : 2;
  return { point: besideTile(tile), side: 'tile', gap, card: tile.id, row: tile, cell: null, lead: tile.x };
}

/** Where on its upper edge a physical CPU is reached: past its name. */
const PCPU_DOCK = 0.72;

function pcpuAnchor(layout: StageLayout, pcpu: number): Anchor | null {
  const card = layout.pcpus.get(pcpu);
  if (card === undefined) return null;
  if (card.column === 2) return onRow(card, card, 'right');
  const point = { x: card.x + card.w * PCPU_DOCK, y: card.y };
  const gap = layout.form === 'tall' ? 0 : 3;
  return { point, side: 'top', gap, card: card.id, row: card, cell: null, lead: 0 };
}

function busAnchor(layout: StageLayout, vcpu: number | null, before: Anchor | null): Anchor | null {
  const first = [...layout.lapics.values()][0];
  if (first === undefined) return null;
  const target = vcpu === null ? undefined : layout.lapics.get(vcpu);
  let y = before?.point.y ?? first.card.y + TITLE_DOCK;
  const { map } = layout;
  if (target !== undefined) y = target.card.y + TITLE_DOCK;
  // From the map and into it the way is along above all rows.
  else if (map !== null && (before?.side === 'tile' || (vcpu !== null && vcpu < map.tiles.length))) y = map.headY;
  else if (layout.form === 'tall') y = first.card.y - 14;
  const gap = layout.form === 'tall' ? -1 : 2;
  return { point: { x: layout.busX, y }, side: 'bus', gap, card: '', row: null, cell: null, lead: 0 };
}

/** Anchor of a step; null for an event without a place, or one this stage does not show. */
export function stepAnchor(
  { layout, model, scene }: { readonly layout: StageLayout; readonly model: StageModel; readonly scene: SceneLog },
  step: Step,
  before: Anchor | null = null,
): Anchor | null {
  const locator = locatorOf(step.name);
  return locator === null ? null : anchorAt(layout, model, placeOfStep(scene, step, locator), locator.dock, before);
}

/** Place of a step at its locator. */
export function placeOfStep(scene: SceneLog, step: Step, locator: Locator): Place {
  const place = locator.place(happeningOf(step));
  return place.at === 'source' ? { ...place, slot: actingSlot(scene, step.seq) } : place;
}
