/** A 256-bit vector set: 16 x 16 cells with the waterline across, or a strip of sixteen classes. */

import { Suspense } from 'react';
import { hex } from '../../base/hex.ts';
import { ownerOf } from '../../log/owners.ts';
import type { Point } from '../../scene/anchors.ts';
import { colourOf } from '../../scene/flights.ts';
import { classBox, type GridBox, type StripBox, underWater, vectorAt, vectorCell } from '../../scene/vector-boxes.ts';
import { whereItComes } from '../shared/where-it-comes.ts';
import { type CardProps, colourStyle } from './board-types.ts';
import { Stop } from './Card.tsx';
import { textSize, textWidth } from './text-fit.ts';

const Pointer = whereItComes(() => import('./Descriptor.tsx').then((m) => m.Pointer));

export interface Props extends CardProps {
  readonly vcpu: number;
  readonly name: 'irr' | 'isr' | 'pir';
  readonly box: GridBox | StripBox;
  readonly vectors: readonly number[];
  /** Level-triggered ones among them. */
  readonly tmr: readonly number[];
  /** First word of the set. */
  readonly base: number;
  /** Null: no waterline here. */
  readonly ppr: number | null;
  /** RVI or SVI, where the processor keeps them. */
  readonly mark?: { readonly name: 'RVI' | 'SVI'; readonly vector: number; readonly on: boolean } | null;
}

/** The 256 empty cells as one path; the sixteen reserved vectors as another. */
const cellPaths = new Map<number, readonly [string, string]>();

function emptyCells(pitch: number): readonly [string, string] {
  const known = cellPaths.get(pitch);
  if (known !== undefined) return known;
  const box: GridBox = { kind: 'grid', x: 0, y: 0, w: pitch * 16, h: pitch * 16, pitch };
  const paths = ['', ''];
  for (let vector = 0; vector < 256; vector++) {
    const { x, y, w } = vectorCell(box, vector);
    const side = Number(w.toFixed(2));
    paths[vector < 16 ? 1 : 0] += `M${x.toFixed(2)} ${y.toFixed(2)}h${side}v${side}h${-side}z`;
  }
  const pair = [paths[0] as string, paths[1] as string] as const;
  cellPaths.set(pitch, pair);
  return pair;
}

function Background({ box }: { box: GridBox | StripBox }) {
  if (box.kind === 'grid') {
    const [cells, reserved] = emptyCells(box.pitch);
    return (
      <g transform={`translate(${box.x} ${box.y})`}>
        <path className="bd-cells" d={cells} />
        <path className="bd-cells bd-reserved" d={reserved} />
      </g>
    );
  }
  return (
    <>
      {Array.from({ length: 16 }, (_, group) => {
        const bar = classBox(box, group);
        return (
          <rect
            key={bar.x}
            className={group === 0 ? 'bd-cells bd-reserved' : 'bd-cells'}
            {...{ x: bar.x, y: bar.y, width: bar.w, height: bar.h }}
            rx={1.5}
          />
        );
      })}
    </>
  );
}

/** From this pitch on, classes, vectors and PPR are written at the grid itself. */
export const WRITTEN = 4.4;

/** From this pitch on a vector's name stands beside its cell: after it, or before it near the right edge. */
const NAMED = 6;
const named = (vector: number): boolean => (vector & 15) < 11;

const digit = (n: number): string => n.toString(16);

/** Classes at the left edge: a few to go by, and in bold those in which there is a vector. */
function Classes({ box, vectors }: { box: GridBox; vectors: readonly number[] }) {
  const busy = new Set(vectors.map((vector) => vector >> 4));
  const near = Math.ceil(9 / box.pitch);
  const free = (group: number): boolean => [...busy].every((b) => b === group || Math.abs(b - group) >= near);
  const shown = [...new Set([...busy, ...(box.pitch < 7 ? [15, 8, 0] : [15, 12, 8, 4, 0]).filter(free)])];
  return (
    <>
      {shown.map((group) => (
        <text
          key={group}
          className={busy.has(group) ? 'bd-label bd-strong bd-status' : 'bd-label'}
          x={box.x - 4}
          y={box.y + (15.5 - group) * box.pitch + 3.8}
          textAnchor="end"
        >
          {digit(group)}
        </text>
      ))}
    </>
  );
}

/** Low nibbles under the last grid, the same way. */
function Nibbles({ box, vectors }: { box: GridBox; vectors: readonly number[] }) {
  const busy = new Set(vectors.map((vector) => vector & 15));
  const free = (low: number): boolean => [...busy].every((b) => b === low || Math.abs(b - low) * box.pitch >= 9);
  return (
    <>
      {[...busy, ...[0, 4, 8, 12].filter((low) => !busy.has(low) && free(low))].map((low) => (
        <text
          key={low}
          className={busy.has(low) ? 'bd-label bd-strong bd-status' : 'bd-label'}
          x={box.x + (low + 0.5) * box.pitch}
          y={box.y + box.h + 12}
          textAnchor="middle"
        >
          {digit(low)}
        </text>
      ))}
    </>
  );
}

/** Where PPR is written. */
interface Written {
  readonly left: boolean;
  /** From the line to the baseline. */
  readonly dy: number;
}
const ABOVE = -4;

/** At the right end of its line and over it; where a vector or its name stands there, at the left, or under the line. */
export function pprPlace(box: GridBox | StripBox, ppr: number, vectors: readonly number[], scale: number): Written {
  const first = { left: false, dy: ABOVE };
  if (box.kind === 'strip') return first;
  const size = textSize(11, scale);
  const line = underWater(box, ppr).y;
  const word = textWidth('PPR 0x00', size, 'mono');
  const name = box.pitch < NAMED ? 0 : textWidth('0x00', size, 'mono') + 4;
  const meets = ({ left, dy }: Written): boolean => {
    const [from, to] = left ? [box.x, box.x + word] : [box.x + box.w - word, box.x + box.w];
    return vectors.some((vector) => {
      const { x, y, w, h } = vectorCell(box, vector);
      const [begins, ends] = named(vector) ? [x, x + w + name] : [x - name, x + w];
      // The name stands over the middle of its cell.
      return line + dy > y - (name && size) && line + dy - size < y + h && begins < to && from < ends;
    });
  };
  const under = size * 0.75 + 3;
  const places = [first, { left: true, dy: ABOVE }, { left: false, dy: under }, { left: true, dy: under }];
  return places.find((place) => !meets(place)) ?? first;
}

/** How a priority that has decided is written: it is a closed gate only where it keeps what waits in the IRR from the processor. */
export type Says = 'bd-wait' | 'bd-strong' | undefined;
export const saysOf = (lit: boolean, priority: number, irr: readonly number[]): Says =>
  lit ? ((irr.at(-1) ?? 256) >> 4 <= priority >> 4 ? 'bd-wait' : 'bd-strong') : undefined;

/** Everything at or under the line waits. */
function Water({ box, ppr, says, at }: { box: GridBox | StripBox; ppr: number; says: Says; at: Written }) {
  const { x, y, w, h } = underWater(box, ppr);
  const line = box.kind === 'grid' ? `M${x - 4} ${y}H${x + w + 4}` : `M${x + w} ${y - 2.5}V${y + h + 2.5}`;
  return (
    <g className={says === undefined ? 'bd-water' : 'bd-water bd-on'}>
      <rect x={x} y={y} width={w} height={h} />
      <path d={line} />
      {box.kind === 'grid' && box.pitch >= WRITTEN && (
        <text
          className={says === 'bd-wait' ? 'bd-ppr bd-wait' : 'bd-ppr'}
          data-field="lapic.ppr"
          x={at.left ? x : x + w}
          y={y + at.dy}
          textAnchor={at.left ? 'start' : 'end'}
        >
          PPR {hex(ppr)}
        </text>
      )}
    </g>
  );
}

/** Where in the drawing a pointer is. */
function pointIn(element: SVGGraphicsElement, event: { clientX: number; clientY: number }): Point | null {
  const matrix = element.getScreenCTM();
  return matrix === null ? null : new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
}

/** A set: the set itself can be pressed anywhere, each vector in it as well. */
export function VectorSet(props: Props) {
  const { stage, seq, lit, vcpu, name, box, vectors, tmr, base, ppr, selected, select, t } = props;
  const upper = name.toUpperCase();
  const kind = name === 'pir' ? 'piDesc' : 'lapic';
  const set = new Set(tmr);
  const pointer = props.mark != null && props.mark.vector !== 0 ? props.mark : null;
  // A vector that is not set has no mark of its own to put the ring on.
  const empty = selected?.kind === kind && selected.register === name ? selected.vector : undefined;
  const chosen = empty === undefined || vectors.includes(empty) ? null : vectorCell(box, empty);
  const litCell = lit?.place.at === 'cell' && lit.place.grid === name ? lit.place.vector : -1;
  return (
    <g>
      <g
        onClickCapture={(event) => {
          const point = pointIn(event.currentTarget, event);
          if (point === null) return;
          event.stopPropagation();
          const vector = vectorAt(box, point.x, point.y);
          select({ kind, index: vcpu, register: name, sub: vector >> 5, vector });
        }}
      >
        <Stop
          box={{ x: box.x, y: box.y, w: box.w, h: box.h }}
          inset={-3}
          name={t('stage.grid.aria', {
            vcpu,
            name: upper,
            vectors: vectors.length ? vectors.map((v) => hex(v)) : t('stage.none'),
          })}
          selection={{ kind, index: vcpu, register: name, sub: 0 }}
          selected={selected}
          select={select}
        >
          <Background box={box} />
          {box.kind === 'grid' && box.pitch >= WRITTEN && (name !== 'isr' || box.pitch >= 6) && (
            <Classes box={box} vectors={vectors} />
          )}
          {box.kind === 'grid' && name === 'isr' && box.pitch >= 6 && <Nibbles box={box} vectors={vectors} />}
          {ppr !== null && (
            <Water
              box={box}
              ppr={ppr}
              says={saysOf(lit?.fields.has('lapic.ppr') ?? false, ppr, vectors)}
              at={pprPlace(box, ppr, vectors, stage.layout.scale)}
            />
          )}
        </Stop>
      </g>
      {vectors.map((vector) => {
        const cell = vectorCell(box, vector);
        const colour = colourOf(ownerOf(stage.scene, base + (vector >> 5), vector & 31, seq));
        const level = set.has(vector);
        const text = t('stage.vector.aria', {
          name: upper,
          vector: hex(vector),
          group: vector >> 4,
          trigger: level ? t('stage.vector.level') : '',
        });
        return (
          <g key={vector} style={colourStyle(vector === litCell && lit !== null ? lit.colour : colour)}>
            <Stop
              box={cell}
              inset={-2}
              name={text}
              selection={{ kind, index: vcpu, register: name, sub: vector >> 5, vector }}
              selected={selected}
              select={select}
            >
              <title>{text}</title>
              <rect
                className="bd-bit"
                x={cell.x}
                y={cell.y}
                width={cell.w}
                height={cell.h}
                rx={Math.min(1.5, cell.w / 4)}
              />
              {box.kind === 'grid' && box.pitch >= NAMED && (
                <text
                  className="bd-vector"
                  x={named(vector) ? cell.x + cell.w + 4 : cell.x - 4}
                  // Over the way that leads to it; in the top class beside it, for over that is the set's own name.
                  y={Math.max(cell.y, box.y + 9)}
                  textAnchor={named(vector) ? 'start' : 'end'}
                >
                  {hex(vector)}
                </text>
              )}
              {level && (
                <rect
                  className="bd-level"
                  x={cell.x + cell.w * 0.3}
                  y={cell.y + cell.h * 0.3}
                  width={cell.w * 0.4}
                  height={cell.h * 0.4}
                />
              )}
            </Stop>
          </g>
        );
      })}
      {chosen !== null && (
        <g className="bd-stop">
          <rect
            className="bd-chosen"
            x={chosen.x - 2}
            y={chosen.y - 2}
            width={chosen.w + 4}
            height={chosen.h + 4}
            rx={3}
          />
        </g>
      )}
      {pointer !== null && (
        <Suspense fallback={null}>
          <Pointer box={box} mark={pointer} />
        </Suspense>
      )}
    </g>
  );
}
