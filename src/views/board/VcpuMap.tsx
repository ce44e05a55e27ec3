/** Every vCPU in one look: a tile says what it does, which classes wait in IRR, and whether a vector is in service. */
import '../kit/panel-texts.ts';
import { memo, useMemo } from 'react';
import { gridAddress, lapicView, vcpuView } from '../../engine/view/machine-view.ts';
import { ownerOf } from '../../log/owners.ts';
import { colourOf } from '../../scene/flights.ts';
import type { VcpuMap as MapBox, TileBox } from '../../scene/vcpu-map.ts';
import { classBox } from '../../scene/vector-boxes.ts';
import type { Selection } from '../../store/types.ts';
import { inPlaces } from '../shared/in-places.ts';
import type { Translate } from '../shared/use-t.ts';
import { type CardProps, colourStyle } from './board-types.ts';
import { Stop } from './Card.tsx';
import { ASLEEP, stateOf } from './vcpu-state.ts';

const GROUP = { role: 'group' } as const;

/** The sixteen empty classes of a strip as one path. */
function emptyStrip(tile: TileBox): string {
  let d = '';
  for (let group = 0; group < 16; group++) {
    const { x, y, w, h } = classBox(tile.strip, group);
    d += `M${x.toFixed(1)} ${y.toFixed(1)}h${w.toFixed(1)}v${h.toFixed(1)}h${(-w).toFixed(1)}z`;
  }
  return d;
}

interface TileProps {
  readonly tile: TileBox;
  readonly state: ReturnType<typeof stateOf>;
  readonly asleep: boolean;
  /** Colours of the classes in IRR, the lowest first: `4:1,b:2`. */
  readonly waits: string;
  /** Colour of the highest vector in service plus one; 0 nothing is; -1: one of before the scene. */
  readonly serves: number;
  readonly unfolded: boolean;
  readonly chosen: Selection | null;
  readonly select: (selection: Selection) => void;
  readonly t: Translate;
}

/** One tile; drawn again only when what it says has changed. */
const Tile = memo(function Tile({ tile, asleep, waits, serves, unfolded, chosen, select, t, state }: TileProps) {
  const { x, y, w, vcpu, strip } = tile;
  // What says nothing is not looked at again: of a run of 64 vCPUs a jump changes two tiles of three.
  const cells = useMemo(() => <path className="bd-cells" d={emptyStrip(tile)} />, [tile]);
  const [ground, number] = useMemo(
    () => [
      <rect key="ground" className="bd-card" x={tile.x} y={tile.y} width={tile.w} height={tile.h} rx={5} />,
      <text key="number" className="bd-label bd-tile-name" x={tile.x + 5} y={tile.y + 14}>
        {tile.vcpu}
      </text>,
    ],
    [tile],
  );
  return (
    <g
      {...GROUP}
      className={`bd-tile${asleep ? ' bd-asleep' : ''}${unfolded ? ' bd-unfolded' : ''}`}
      data-card={tile.id}
      data-vcpu-state={state}
    >
      {ground}
      <Stop
        box={tile}
        inset={0}
        name={t('stage.vcpu.aria', { vcpu, state: t(`stage.vcpu.${state}`) })}
        selection={{ kind: 'lapic', index: vcpu }}
        selected={chosen}
        select={select}
        first
      >
        {number}
        {serves !== 0 && (
          <rect
            className={serves < 0 ? 'bd-busy' : 'bd-bit'}
            x={x + w - 12}
            y={y + 6}
            width={7}
            height={7}
            rx={1.5}
            style={colourStyle(serves - 1)}
          />
        )}
        {cells}
        {inPlaces(waits === '' ? [] : waits.split(',')).map(({ one, place }) => {
          const [group, colour] = one.split(':').map(Number) as [number, number];
          const cell = classBox(strip, group);
          return (
            <rect
              key={place}
              className="bd-bit"
              x={cell.x}
              y={cell.y - 1}
              width={Math.max(2.5, cell.w)}
              height={cell.h + 2}
              style={colourStyle(colour)}
            />
          );
        })}
      </Stop>
    </g>
  );
});

/** Colour of each class that waits: that of its highest vector. */
function waitsOf({ stage, seq }: CardProps, base: number, irr: readonly number[]): string {
  if (irr.length === 0) return '';
  const byClass = new Map<number, number>();
  for (const vector of irr)
    byClass.set(vector >> 4, colourOf(ownerOf(stage.scene, base + (vector >> 5), vector & 31, seq)));
  return [...byClass].map(([group, colour]) => `${group}:${colour}`).join(',');
}

function Legend({ map, acting, t }: { readonly map: MapBox; readonly acting: number; readonly t: Translate }) {
  const y = map.y + 20;
  const end = map.x + map.w;
  return (
    <>
      <text className="bd-head" x={map.x + 32} y={y}>
        {t('stage.map.title', { vcpus: map.tiles.length, acting })}
      </text>
      {map.w > 700 && (
        <text className="bd-note" x={end} y={y} textAnchor="end">
          {t('stage.map.legend')}
        </text>
      )}
    </>
  );
}

/** The map of a stage with many vCPUs. */
export function VcpuMap(props: CardProps & { readonly map: MapBox }) {
  const { map, stage, view, seq, selected, select, t } = props;
  const { model } = stage;
  const acting = model.vcpus - model.folds.filter((id) => id.startsWith('vcpu:')).length;
  const unfolded = new Set(map.unfolded);
  return (
    <g {...GROUP} aria-label={t('stage.map.title', { vcpus: map.tiles.length, acting })} data-part="map">
      <Legend map={map} acting={acting} t={t} />
      {map.streets.map((street) => (
        <path key={street} className="bd-bus bd-street" d={`M${map.trunkX} ${street}H${map.x + map.w}`} />
      ))}
      {map.tiles.map((tile) => {
        const { vcpu } = tile;
        const lapic = lapicView(view, vcpu);
        const v = vcpuView(view, vcpu);
        const state = stateOf(v, model.host);
        const top = lapic.isr.at(-1);
        const isrBase = gridAddress(view, 'isr', vcpu);
        // Colour is for interrupts that are told; what others were busy with before is none of them.
        const told = !model.folds.includes(`vcpu:${vcpu}`);
        const own = top === undefined ? 0 : ownerOf(stage.scene, isrBase + (top >> 5), top & 31, seq);
        const serves = top === undefined ? 0 : told ? colourOf(own) + 1 : -1;
        const mine = selected !== null && selected.index === vcpu ? selected : null;
        return (
          <Tile
            key={vcpu}
            tile={tile}
            state={state}
            asleep={ASLEEP.includes(state)}
            waits={waitsOf(props, gridAddress(view, 'irr', vcpu), lapic.irr)}
            serves={serves}
            unfolded={unfolded.has(vcpu)}
            chosen={mine}
            select={select}
            t={t}
          />
        );
      })}
    </g>
  );
}
