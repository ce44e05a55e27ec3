/** The message that needs no chip. */
import { hex } from '../../base/hex.ts';
import '../kit/panel-texts.ts';
import { memo } from 'react';
import { COL } from '../../engine/view/tables.ts';
import { argsIn, cellOf } from '../../log/rows.ts';
import type { CardBox } from '../../scene/layout.ts';
import { FIRST_EVENTS } from '../../spec/events/index.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Title } from './Card.tsx';
import { textSize, textWidth } from './text-fit.ts';

/** How far back the last message is looked for, rows. */
const LOOK_BACK = 20_000;

/** Address and data of the last message before row `seq`. */
function lastMessage({ stage, seq }: CardProps): { addr: number; data: number } | null {
  const { scene } = stage;
  for (let row = seq - 1; row >= Math.max(0, seq - LOOK_BACK); row--) {
    if (cellOf(scene, row, COL.code) !== FIRST_EVENTS.kvm_msi_set_irq.code) continue;
    const { addrLo, data } = argsIn(scene, row, 'kvm_msi_set_irq');
    return { addr: addrLo >>> 0, data: data >>> 0 };
  }
  return null;
}

function MsiCardView(props: CardProps) {
  const { stage, lit, selected, select, t } = props;
  const card = stage.layout.msi as CardBox;
  const message = lastMessage(props);
  const on = lit?.place.at === 'msi';
  const line = on ? 'bd-mono bd-on' : 'bd-mono';
  const { scale } = stage.layout;
  const needs = textWidth('addr ', textSize(11, scale)) + textWidth('0xfee00000', textSize(11.5, scale), 'mono');
  // What is an address can be seen; data could be any number.
  const keys = needs <= card.w - 19;
  const y = card.y + (card.h > 60 ? 40 : 37);
  return (
    <Frame card={card} name="MSI">
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text="MSI"
          name="MSI"
          selection={{ kind: 'vm', index: 0, register: 'routes' }}
          selected={selected}
          select={select}
        />
        {message === null ? (
          <text className="bd-key" x={card.x + 11} y={y}>
            {t('stage.msi.none')}
          </text>
        ) : (
          <>
            <text className={line} x={card.x + 11} y={y}>
              {keys && <tspan className="bd-key">addr </tspan>}
              {hex(message.addr)}
            </text>
            <text className={line} x={card.x + 11} y={y + 16}>
              <tspan className="bd-key">data </tspan>
              {hex(message.data)}
            </text>
          </>
        )}
      </g>
    </Frame>
  );
}

/** The last message. It is no state of KVM's but an event, so it depends on the row and not on the words. */
export const MsiCard = memo(MsiCardView, (a, b) => a.seq === b.seq && sameCard(() => [])(a, b));
