/**
 * Many vCPUs in one look: those that act unfold beside the chips, and below the columns stands a map with a tile for each. Between the
 * rows of tiles run streets, wide enough for a token's disc: from the bus a token comes to its tile past all others.
 */
import type { Box, CardBox } from './layout.ts';
import { type StripBox, stripBox } from './vector-boxes.ts';

export interface TileBox extends CardBox {
  readonly vcpu: number;
  /** Its IRR, a cell a priority class. */
  readonly strip: StripBox;
}

export interface VcpuMap extends Box {
  readonly tiles: readonly TileBox[];
  /** Height of the streets under each row of tiles. */
  readonly streets: readonly number[];
  readonly across: number;
  /** The way in from the bus: along above all, then down beside all rows. */
  readonly headY: number;
  readonly trunkX: number;
  /** vCPUs that are unfolded. */
  readonly unfolded: readonly number[];
}

/** From so many vCPUs on there is a map. */
const FROM = 5;
/** vCPUs that unfold at a time. */
export const UNFOLDED = 2;
/** Room between two tiles: a disc passes, touching none. */
const STREET = 21;
const TILE = 33;
const TITLE = 28;
const ACROSS = { wide: 16, tall: 6 } as const;
const WIDEST = 128;

export const hasMap = (vcpus: number): boolean => vcpus >= FROM;

/** Height of a map of so many vCPUs. */
export const mapHeight = (vcpus: number, tall: boolean): number =>
  TITLE + Math.ceil(vcpus / ACROSS[tall ? 'tall' : 'wide']) * (TILE + STREET);

/** Tiles by where their map stands. The same place has the same tiles, so that a tile is drawn again only when what it says has changed. */
const placed = new Map<string, readonly TileBox[]>();
const MOST_PLACES = 64;

/** Lays the tiles out below the columns. */
export function placeMap(vcpus: number, unfolded: readonly number[], box: Box, tall: boolean): VcpuMap {
  const across = Math.min(ACROSS[tall ? 'tall' : 'wide'], vcpus);
  const pitch = Math.min(WIDEST, (box.w - STREET / 2) / across);
  const place = `${vcpus} ${across} ${box.x} ${box.y} ${pitch}`;
  let tiles = placed.get(place);
  if (tiles === undefined) {
    tiles = Array.from({ length: vcpus }, (_, vcpu): TileBox => {
      const x = box.x + (vcpu % across) * pitch + 1.5 * STREET;
      const y = box.y + TITLE + Math.floor(vcpu / across) * (TILE + STREET);
      const w = pitch - STREET;
      return { id: `tile:${vcpu}`, vcpu, column: -1, x, y, w, h: TILE, strip: stripBox(x + 4, y + 20, w - 8, 9) };
    });
    if (placed.size >= MOST_PLACES) placed.clear();
    placed.set(place, tiles);
  }
  const streets = Array.from(
    { length: Math.ceil(vcpus / across) },
    (_, row) => box.y + TITLE + row * (TILE + STREET) + TILE + STREET / 2,
  );
  const h = mapHeight(vcpus, tall);
  return { ...box, h, tiles, streets, across, unfolded, headY: box.y, trunkX: box.x + STREET / 3 };
}

/** Where a tile's token rests: in the street on its left. */
export const besideTile = ({ x, y, h }: Box): { readonly x: number; readonly y: number } => ({
  x: x - STREET / 2,
  y: y + h / 2,
});

/** Height of the street that leads to a tile. */
export const streetOf = (map: VcpuMap, vcpu: number): number => map.streets[Math.floor(vcpu / map.across)];
