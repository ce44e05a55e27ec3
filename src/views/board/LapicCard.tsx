/** A local APIC: what waits (IRR), what is being served (ISR), and the line between what can be delivered and what cannot. */

import { memo, Suspense } from 'react';
import { hex } from '../../base/hex.ts';
import { gridAddress, lapicView, readWord, vectorsIn } from '../../engine/view/machine-view.ts';
import { LAPIC, PI_DESC, VMCS } from '../../engine/view/tables.ts';
import type { LapicBox } from '../../scene/vcpu-boxes.ts';
import { whereItComes } from '../shared/where-it-comes.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Title, Unused } from './Card.tsx';
import type { ListProps } from './Descriptor.tsx';
import { nameX, textSize, textWidth } from './text-fit.ts';
import { type Says, saysOf, VectorSet, WRITTEN } from './VectorSet.tsx';

/** Scenes without posted interrupts do without it. */
const small = () => import('./Descriptor.tsx');
const Descriptor = whereItComes(async () => (await small()).Descriptor);
const Status = whereItComes(async () => (await small()).Status);
const List = whereItComes(async () => (await small()).VectorList);
const VectorList = (list: ListProps) => (
  <Suspense fallback={null}>
    <List {...list} />
  </Suspense>
);

export interface LapicProps extends CardProps {
  readonly vcpu: number;
}
type Props = LapicProps;

const MODES = { disabled: '', xapic: 'xAPIC', x2apic: 'x2APIC' } as const;

/** `TPR 0x00`, marked where it decided. */
export function Register({
  x,
  y,
  name,
  value,
  on,
  anchor,
}: {
  x: number;
  y: number;
  name: string;
  value: string;
  on: Says;
  anchor: 'start' | 'end';
}) {
  return (
    <text className="bd-mono bd-small" x={x} y={y} textAnchor={anchor}>
      <tspan className="bd-key">{name} </tspan>
      <tspan className={on}>{value}</tspan>
    </text>
  );
}

export interface CaptionProps {
  readonly props: Props;
  readonly box: LapicBox;
  readonly set: 'irr' | 'isr';
  readonly vectors: readonly number[];
  readonly register: { readonly name: string; readonly value: string; readonly on: Says };
}

/** A set's name, the register that goes with it, and its vectors in words: around the grid, beside it, or the name alone. */
function Caption({ props, box, set, vectors, register }: CaptionProps) {
  const grid = box[set];
  const { card, density } = box;
  const base = gridAddress(props.view, set, props.vcpu);
  if (grid.kind === 'strip') {
    return (
      <text className="bd-label" x={nameX(set, card.x, grid.x, props.stage.layout.scale)} y={grid.y + grid.h / 2 + 4}>
        {set.toUpperCase()}
      </text>
    );
  }
  const size = textSize(11, props.stage.layout.scale);
  const taken = textWidth(`${set}${register.value}`, size, 'mono') + 8;
  const whole = taken + textWidth(`${register.name} `, size);
  const means = props.t(`stage.grid.${set}`);
  const name = (
    <text className="bd-label" x={grid.x} y={grid.y - 5}>
      <tspan className="bd-strong bd-status">{set.toUpperCase()}</tspan>
      {density === 'big' && box.pir === null && whole + 6 + textWidth(means, size) <= grid.w && (
        <tspan className="bd-key" dx={6}>
          {means}
        </tspan>
      )}
    </text>
  );
  const right = grid.x + grid.w;
  if (density === 'mini') return name;
  if (box.pir !== null) {
    return (
      <>
        {name}
        <Suspense fallback={null}>
          <Status {...{ props, box, set, vectors, register }} />
        </Suspense>
      </>
    );
  }
  // Where the register does not fit beside the set's name it is its value alone, and that only while it decides.
  const fits = whole <= grid.w;
  const says = (set === 'isr' || grid.pitch < WRITTEN) && (fits || (register.on !== undefined && taken <= grid.w));
  return (
    <>
      {name}
      {says && <Register {...register} name={fits ? register.name : ''} x={right} y={grid.y - 5} anchor="end" />}
      {density === 'full' && grid.pitch < 6 && vectors.length > 0 && (
        <VectorList props={props} vectors={vectors} base={base} x={grid.x} y={grid.y + grid.h + 15} most={3} />
      )}
    </>
  );
}

function LapicCardView(props: Props) {
  const { stage, view, vcpu, lit, selected, select, t } = props;
  const box = stage.layout.lapics.get(vcpu) as LapicBox;
  const { card, density } = box;
  const lapic = lapicView(view, vcpu);
  const irrBase = gridAddress(view, 'irr', vcpu);
  const isrBase = gridAddress(view, 'isr', vcpu);
  const pirBase = gridAddress(view, 'pir', vcpu);
  const off =
    lapic.mode === 'disabled' ? t('stage.lapic.disabled') : lapic.softwareEnabled ? '' : t('stage.lapic.swDisabled');
  const { changed } = props;
  const pointer = (mark: 'RVI' | 'SVI', register: 'rvi' | 'svi') => ({
    name: mark,
    vector: readWord(view, 'vmcs', vcpu, register),
    on: changed?.words.has(view.wordMap.vmcs + vcpu * VMCS.size + VMCS.at[register]) ?? false,
  });
  const sets = (
    <>
      {box.pir !== null && (
        <VectorSet
          {...props}
          name="pir"
          box={box.pir}
          vectors={vectorsIn(view.w, pirBase)}
          tmr={[]}
          base={pirBase}
          ppr={null}
        />
      )}
      <VectorSet
        {...props}
        name="irr"
        box={box.irr}
        vectors={lapic.irr}
        tmr={lapic.tmr}
        base={irrBase}
        ppr={lapic.ppr}
        mark={pointer('RVI', 'rvi')}
      />
      <VectorSet
        {...props}
        name="isr"
        box={box.isr}
        vectors={lapic.isr}
        tmr={lapic.tmr}
        base={isrBase}
        ppr={null}
        mark={pointer('SVI', 'svi')}
      />
    </>
  );
  const name = `LAPIC ${vcpu}`;
  const stop = { name, selection: { kind: 'lapic', index: vcpu } as const, selected, select };
  if (density === 'folded') {
    return (
      <Frame card={card} name={name} className="bd-folded">
        <Title
          card={card}
          text={name}
          height={box.titleH}
          {...stop}
          aside={<Unused card={card} text={t('stage.unused')} />}
        />
      </Frame>
    );
  }
  const says = (field: 'lapic.ppr' | 'lapic.tpr', priority: number): Says =>
    saysOf(lit?.fields.has(field) ?? false, priority, lapic.irr);
  const ppr = { name: 'PPR', value: hex(lapic.ppr), on: says('lapic.ppr', lapic.ppr) };
  const tpr = { name: 'TPR', value: hex(lapic.tpr), on: says('lapic.tpr', lapic.tpr) };
  const aside = { x: card.x + card.w - 11, y: card.y + box.titleH / 2 + 5 };
  const small = density === 'dense' || density === 'mini';
  // Both in a narrow title would stand on one another; the inspector has PPR.
  const roomy = textWidth(name, 13, 'bold') + textWidth(`${ppr.name} ${ppr.value}`, 11.5, 'mono') + 30 <= card.w;
  return (
    <Frame card={card} name={name} className={off === '' ? undefined : 'bd-asleep'}>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text={name}
          note={density === 'mini' || (density === 'dense' && card.w < 190) ? '' : off || MODES[lapic.mode]}
          height={box.titleH}
          {...stop}
          aside={
            density === 'mini' && box.irr.kind === 'grid' && box.irr.pitch >= WRITTEN ? null : small &&
              !roomy ? null : small ? (
              <Register {...aside} {...ppr} anchor="end" />
            ) : (
              <text
                className={lit?.fields.has('lapic.id') ? 'bd-mono bd-on' : 'bd-mono bd-dim'}
                {...aside}
                textAnchor="end"
              >
                id {lapic.id}
              </text>
            )
          }
        />
      </g>
      <Caption props={props} box={box} set="irr" vectors={lapic.irr} register={ppr} />
      <Caption props={props} box={box} set="isr" vectors={lapic.isr} register={tpr} />
      {sets}
      {box.pir !== null && (
        <>
          <text
            className="bd-label"
            x={box.pir.kind === 'strip' ? nameX('PIR', card.x, box.pir.x, stage.layout.scale) : box.pir.x}
            y={box.pir.kind === 'strip' ? box.pir.y + box.pir.h / 2 + 4 : box.pir.y - 5}
          >
            PIR
          </text>
          {box.pir.kind === 'grid' && (
            <Suspense fallback={null}>
              <Descriptor {...props} box={box} />
            </Suspense>
          )}
          {box.listY !== null && box.descX === null && box.pir.kind === 'grid' && box.pir.pitch < 6 && (
            <VectorList
              props={props}
              vectors={vectorsIn(view.w, pirBase)}
              base={pirBase}
              x={box.pir.x}
              y={box.listY}
              most={2}
            />
          )}
        </>
      )}
    </Frame>
  );
}

/** A local APIC. */
export const LapicCard = memo(
  LapicCardView,
  (a, b) =>
    a.vcpu === b.vcpu &&
    sameCard((p) => {
      const { vcpu } = p as Props;
      const lapic = p.view.wordMap.lapic + vcpu * LAPIC.size;
      const desc = p.view.wordMap.piDesc + vcpu * PI_DESC.size;
      const status = p.view.wordMap.vmcs + vcpu * VMCS.size + VMCS.at.rvi;
      return [
        [lapic, lapic + LAPIC.size],
        [desc, desc + PI_DESC.size],
        [status, status + 2],
      ];
    })(a, b),
);
