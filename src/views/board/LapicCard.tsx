/** A local APIC: what waits (IRR), what is being served (ISR), and the line between what can be delivered and what cannot. */
import { memo } from 'react';
import { gridAddress, lapicView, readWord, vectorsIn } from '../../engine/view/machine-view.ts';
import { LAPIC, PI_DESC } from '../../engine/view/tables.ts';
import type { LapicBox } from '../../scene/layout.ts';
import { hex } from '../../scene/station.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Title } from './Card.tsx';
import { VectorList, VectorSet } from './VectorSet.tsx';

interface Props extends CardProps {
  readonly vcpu: number;
}

const MODES = { disabled: '', xapic: 'xAPIC', x2apic: 'x2APIC' } as const;

/** `TPR 0x00`, lit where it decided. */
function Register({
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
  on: boolean;
  anchor: 'start' | 'end';
}) {
  return (
    <text className="bd-mono bd-small" x={x} y={y} textAnchor={anchor}>
      <tspan className="bd-key">{name} </tspan>
      <tspan className={on ? 'bd-wait' : undefined}>{value}</tspan>
    </text>
  );
}

function descriptorFields(props: Props): readonly (readonly [string, string])[] {
  const word = (register: string): number => readWord(props.view, 'piDesc', props.vcpu, register);
  return [
    ['ON', String(word('on'))],
    ['SN', String(word('sn'))],
    ['NV', hex(word('nv'))],
    ['NDST', String(word('ndst'))],
  ];
}

function LapicCardView(props: Props) {
  const { stage, view, vcpu, lit, selected, select, t } = props;
  const box = stage.layout.lapics.get(vcpu) as LapicBox;
  const { card, density } = box;
  const lapic = lapicView(view, vcpu);
  const embed = stage.layout.form === 'embed';
  const irrBase = gridAddress(view, 'irr', vcpu);
  const isrBase = gridAddress(view, 'isr', vcpu);
  const off =
    lapic.mode === 'disabled' ? t('stage.lapic.disabled') : lapic.softwareEnabled ? '' : t('stage.lapic.swDisabled');
  const pprLit = lit?.fields.has('lapic.ppr') ?? false;
  const sets = (
    <>
      <VectorSet
        {...props}
        name="irr"
        box={box.irr}
        vectors={lapic.irr}
        tmr={lapic.tmr}
        base={irrBase}
        ppr={lapic.ppr}
      />
      <VectorSet {...props} name="isr" box={box.isr} vectors={lapic.isr} tmr={lapic.tmr} base={isrBase} ppr={null} />
      {box.pir !== null && (
        <VectorSet
          {...props}
          name="pir"
          box={box.pir}
          vectors={vectorsIn(view.w, gridAddress(view, 'pir', vcpu))}
          tmr={[]}
          base={gridAddress(view, 'pir', vcpu)}
          ppr={null}
        />
      )}
    </>
  );
  const name = `LAPIC ${vcpu}`;
  const stop = { name, selection: { kind: 'lapic', index: vcpu } as const, selected, select };
  if (density === 'line') {
    return (
      <Frame card={card} name={name}>
        <Title card={card} text={String(vcpu)} height={card.h} {...stop} />
        {sets}
      </Frame>
    );
  }
  const dense = density === 'dense';
  const labelY = box.irr.y - 5;
  const right = card.x + card.w - 11;
  const lists = density === 'full' && !embed;
  const sub = density === 'compact' ? 2 : 3;
  return (
    <Frame card={card} name={name} className={off === '' ? undefined : 'bd-asleep'}>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text={name}
          note={embed ? '' : off || MODES[lapic.mode]}
          height={dense ? 22 : density === 'compact' ? 25 : 28}
          {...stop}
          aside={
            dense || embed ? (
              <Register
                x={right}
                y={card.y + (dense ? 16 : 19)}
                name="PPR"
                value={hex(lapic.ppr)}
                on={pprLit}
                anchor="end"
              />
            ) : (
              <text
                className={lit?.fields.has('lapic.id') ? 'bd-mono bd-on' : 'bd-mono bd-dim'}
                x={right}
                y={card.y + 19}
                textAnchor="end"
              >
                id {lapic.id}
              </text>
            )
          }
        />
      </g>
      {dense ? (
        <>
          <text className="bd-label" x={card.x + 11} y={box.irr.y + 10.5}>
            IRR
          </text>
          <text className="bd-label" x={card.x + 11} y={box.isr.y + 10.5}>
            ISR
          </text>
        </>
      ) : (
        <>
          <text className="bd-label" x={box.irr.x} y={labelY}>
            IRR
          </text>
          {!embed && (
            <Register x={box.irr.x + box.irr.w} y={labelY} name="PPR" value={hex(lapic.ppr)} on={pprLit} anchor="end" />
          )}
          <text className="bd-label" x={embed ? card.x + 11 : box.isr.x} y={embed ? box.isr.y + 10.5 : labelY}>
            ISR
          </text>
          {!embed && (
            <Register
              x={box.isr.x + box.isr.w}
              y={labelY}
              name="TPR"
              value={hex(lapic.tpr)}
              on={lit?.fields.has('lapic.tpr') ?? false}
              anchor="end"
            />
          )}
        </>
      )}
      {sets}
      {lists && (
        <>
          <VectorList
            props={props}
            vectors={lapic.irr}
            base={irrBase}
            x={box.irr.x}
            y={box.irr.y + box.irr.h + 15}
            most={sub}
          />
          <VectorList
            props={props}
            vectors={lapic.isr}
            base={isrBase}
            x={box.isr.x}
            y={box.isr.y + box.isr.h + 15}
            most={sub}
          />
        </>
      )}
      {box.desc !== null && box.pir !== null && (
        <>
          <text className="bd-label" x={box.pir.x} y={box.pir.y - 5}>
            PIR
          </text>
          {descriptorFields(props).map(([field, value], i) => (
            <Register
              key={field}
              x={box.desc?.x ?? 0}
              y={(box.desc?.y ?? 0) + 14 + i * 18}
              name={field}
              value={value}
              on={false}
              anchor="start"
            />
          ))}
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
      const lapic = p.view.layout.lapic + vcpu * LAPIC.size;
      const desc = p.view.layout.piDesc + vcpu * PI_DESC.size;
      return [
        [lapic, lapic + LAPIC.size],
        [desc, desc + PI_DESC.size],
      ];
    })(a, b),
);
