/** What stands under small sets: the posted-interrupt descriptor's control fields, and vectors in words. */
import { hex } from '../../base/hex.ts';
import { gridAddress, lapicView, readWord } from '../../engine/view/machine-view.ts';
import { PI_DESC } from '../../engine/view/tables.ts';
import { ownerOf } from '../../log/owners.ts';
import { colourOf } from '../../scene/flights.ts';
import type { LapicBox } from '../../scene/vcpu-boxes.ts';
import { type GridBox, type StripBox, vectorCell } from '../../scene/vector-boxes.ts';
import { colourStyle } from './board-types.ts';
import { type CaptionProps, type LapicProps, Register } from './LapicCard.tsx';
import { textSize, textWidth } from './text-fit.ts';
import { saysOf, type Props as VectorSetProps, WRITTEN } from './VectorSet.tsx';

/** The posted-interrupt descriptor's control fields, in one line under its grid. */
export function Descriptor(props: LapicProps & { readonly box: LapicBox }) {
  const { box, lit } = props;
  const word = (register: string): number => readWord(props.view, 'piDesc', props.vcpu, register);
  const { view, vcpu, changed } = props;
  const wrote = (register: keyof typeof PI_DESC.at): boolean =>
    changed?.words.has(view.wordMap.piDesc + vcpu * PI_DESC.size + PI_DESC.at[register]) ?? false;
  const fields = [
    ['ON', String(word('on')), wrote('on') || (lit?.fields.has('desc.on') ?? false)],
    ['SN', String(word('sn')), wrote('sn') || (lit?.fields.has('desc.sn') ?? false)],
    ['NV', hex(word('nv')), wrote('nv')],
    ['NDST', String(word('ndst')), wrote('ndst')],
  ] as const;
  if (box.descX !== null) {
    const { descX: x, descY: y } = box;
    const step = Math.min(21, box.irr.h / 6);
    return (
      <g style={colourStyle(changed?.colour ?? lit?.colour ?? 0)}>
        {fields.map(([name, value, on], i) => (
          <text key={name} className="bd-mono bd-small" x={x} y={y + i * step}>
            <tspan className="bd-key">{name}</tspan>
            <tspan className={on ? 'bd-on' : undefined} x={x + 44}>
              {value}
            </tspan>
          </text>
        ))}
      </g>
    );
  }
  const { ppr, tpr, irr } = lapicView(props.view, props.vcpu);
  const says = saysOf(lit?.fields.has('lapic.ppr') ?? false, ppr, irr);
  // Where the grid is big enough it is written at its line.
  const atLine = box.irr.kind === 'grid' && box.irr.pitch >= WRITTEN;
  return (
    <>
      {!atLine && <Register x={box.irr.x} y={box.descY - 18} name="PPR" value={hex(ppr)} on={says} anchor="start" />}
      <Register x={box.isr.x} y={box.descY - 18} name="TPR" value={hex(tpr)} on={undefined} anchor="start" />
      <text
        className="bd-mono bd-small"
        x={box.card.x + 11}
        y={box.descY}
        style={colourStyle(changed?.colour ?? lit?.colour ?? 0)}
      >
        {fields.map(([name, value, on], i) => (
          <tspan key={name} dx={i === 0 ? 0 : 10}>
            <tspan className="bd-key">{name} </tspan>
            <tspan className={on ? 'bd-on' : undefined}>{value}</tspan>
          </tspan>
        ))}
      </text>
    </>
  );
}

/** Beside a set's name, where there is a descriptor: the register, or RVI or SVI; under it its vectors in words. */
export function Status({ props, box, set, vectors, register }: CaptionProps) {
  const grid = box[set];
  if (grid.kind === 'strip') return null;
  const size = textSize(11, props.stage.layout.scale);
  const right = grid.x + grid.w;
  const status = set === 'irr' ? 'rvi' : 'svi';
  const vector = readWord(props.view, 'vmcs', props.vcpu, status);
  const told = `${status.toUpperCase()} ${hex(vector)}`;
  const fits = textWidth(`${set}${told}`, size, 'mono') + 8 <= grid.w;
  return (
    <>
      {box.descX !== null && (set === 'isr' || grid.pitch < WRITTEN) && (
        <Register {...register} x={right} y={grid.y - 5} anchor="end" />
      )}
      {vector !== 0 && fits && box.descX === null && (
        <text className="bd-label bd-status" x={right} y={grid.y - 5} textAnchor="end">
          {told}
        </text>
      )}
      {box.listY !== null && grid.pitch < 6 && vectors.length > 0 && (
        <VectorList
          props={props}
          vectors={vectors}
          base={gridAddress(props.view, set, props.vcpu)}
          x={grid.x}
          y={box.listY}
          most={2}
        />
      )}
    </>
  );
}

export interface ListProps {
  readonly props: LapicProps;
  readonly vectors: readonly number[];
  /** First word of the set. */
  readonly base: number;
  readonly x: number;
  readonly y: number;
  /** How many there is room for. */
  readonly most: number;
}

/** Vectors of a set in words, the highest first, in the colours of their journeys. */
export function VectorList({ props: { stage, seq }, vectors, base, x, y, most }: ListProps) {
  const shown = [...vectors].reverse().slice(0, most);
  return (
    <text className="bd-mono bd-small" x={x} y={y}>
      {shown.map((vector, i) => {
        const journey = ownerOf(stage.scene, base + (vector >> 5), vector & 31, seq);
        return (
          <tspan key={vector} className="bd-on" style={colourStyle(colourOf(journey))} dx={i === 0 ? 0 : 6}>
            {hex(vector)}
          </tspan>
        );
      })}
      {vectors.length > most && (
        <tspan className="bd-dim" dx={6}>
          +{vectors.length - most}
        </tspan>
      )}
    </text>
  );
}

/** RVI or SVI: a frame around the cell, and a mark at the end of its row. */
export function Pointer({ box, mark }: { box: GridBox | StripBox; mark: NonNullable<VectorSetProps['mark']> }) {
  const { x, y, w, h } = vectorCell(box, mark.vector);
  const kind = mark.on ? 'bd-pointer bd-on' : 'bd-pointer';
  if (box.kind === 'strip') {
    return <path className={kind} d={`M${x + w / 2 - 3} ${box.y + box.h + 4}l3 -4l3 4z`} />;
  }
  const edge = box.x + box.w + 2;
  return (
    <g className={kind}>
      <title>{`${mark.name} ${hex(mark.vector)}`}</title>
      <rect x={x - 1.5} y={y - 1.5} width={w + 3} height={h + 3} rx={1.5} />
      <path d={`M${edge} ${y + h / 2}l5 -3.5v7z`} />
    </g>
  );
}
