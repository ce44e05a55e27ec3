/** The posted-interrupt descriptor's control fields. */
import { hex } from '../../base/hex.ts';
import { lapicView, readWord } from '../../engine/view/machine-view.ts';
import { PI_DESC } from '../../engine/view/tables.ts';
import type { LapicBox } from '../../scene/vcpu-boxes.ts';
import { colourStyle } from './board-types.ts';
import { type LapicProps, Register } from './LapicCard.tsx';
import { saysOf, WRITTEN } from './VectorSet.tsx';

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
