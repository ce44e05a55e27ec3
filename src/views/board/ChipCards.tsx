/** The chips between lines and messages: the 8259 pair, the IOAPIC, and the MSI that needs none. */

import { memo } from 'react';
import { picView, type RteView, rteView } from '../../engine/view/machine-view.ts';
import { EV, IOAPIC, PIC, ROW } from '../../engine/view/tables.ts';
import { ownerOf } from '../../log/owners.ts';
import { colourOf } from '../../scene/flights.ts';
import type { Box, CardBox } from '../../scene/layout.ts';
import { PINS } from '../../scene/stage-model.ts';
import { hex, MODE_NAMES } from '../../scene/station.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop, Title } from './Card.tsx';
import { cut } from './text-fit.ts';

const REGISTERS = ['irr', 'imr', 'isr'] as const;

function PicCardView({ stage, view, seq, lit, selected, select, t }: CardProps) {
  const card = stage.layout.pic;
  if (card === null) return null;
  const { x, size, rows, pinY } = card.cells;
  const chips = [picView(view, 0), picView(view, 1)] as const;
  const litPin = lit?.place.at === 'picPin' ? lit.place.pin : -1;
  const output = chips[0].output;
  const outputLit = lit?.fields.has('pic.output') ?? false;
  return (
    <Frame card={card} name={t('stage.pic')}>
      <g style={colourStyle(lit?.colour ?? 0)}>
        <Title
          card={card}
          text={t('stage.pic')}
          name={t('stage.pic')}
          selection={{ kind: 'pic', index: 0 }}
          selected={selected}
          select={select}
          aside={
            <g className={outputLit ? 'bd-field bd-on' : 'bd-field'}>
              <text className="bd-mono bd-dim" x={card.x + card.w - 26} y={card.y + 19} textAnchor="end">
                INT
              </text>
              <circle
                className={output ? 'bd-lamp bd-on' : 'bd-lamp'}
                cx={card.x + card.w - 16}
                cy={card.y + 15}
                r={4.5}
              />
            </g>
          }
        />
        {x.map((px, pin) => (
          <text
            key={px}
            className={pin === litPin ? 'bd-tiny bd-on' : 'bd-tiny'}
            x={px + size / 2}
            y={pinY}
            textAnchor="middle"
          >
            {size > 8 || pin % (size > 5 ? 2 : 4) === 0 ? pin : ''}
          </text>
        ))}
      </g>
      {REGISTERS.map((name) => {
        const bits = (pin: number): boolean => (((chips[pin >> 3]?.[name] ?? 0) >> (pin & 7)) & 1) === 1;
        const pins = x.map((_, pin) => pin).filter(bits);
        const y = rows[name];
        return (
          <Stop
            key={name}
            box={{ x: card.x, y: y - 2, w: card.w, h: size + 4 }}
            name={t('stage.pic.register.aria', { name: name.toUpperCase(), pins: pins.join(', ') || t('stage.none') })}
            selection={{ kind: 'pic', index: 0, register: name }}
            selected={selected}
            select={select}
          >
            <text className="bd-label" x={card.x + 11} y={y + size - 1}>
              {name.toUpperCase()}
            </text>
            {x.map((px, pin) => {
              const set = bits(pin);
              const address = view.layout.pic + (pin >> 3) * PIC.size + PIC.at[name];
              const colour = set && name !== 'imr' ? colourOf(ownerOf(stage.scene, address, pin & 7, seq)) : 0;
              const decided = pin === litPin && (lit?.fields.has(`pic.${name}`) ?? false);
              const kind = !set ? 'bd-cell' : name === 'imr' ? 'bd-cell bd-masked' : 'bd-cell bd-on';
              return (
                <g key={px} style={colourStyle(decided ? (lit?.colour ?? 0) : colour)}>
                  <rect
                    className={decided ? `${kind} bd-decided` : kind}
                    x={px}
                    y={y}
                    width={size}
                    height={size}
                    rx={2}
                  />
                  {name === 'irr' && ((chips[pin >> 3]?.elcr ?? 0) >> (pin & 7)) & 1 ? (
                    <path className="bd-elcr" d={`M${px + 1} ${y + size + 1.5}h${size - 2}`} />
                  ) : null}
                </g>
              );
            })}
          </Stop>
        );
      })}
    </Frame>
  );
}

/** The 8259 pair. */
export const PicCard = memo(
  PicCardView,
  sameCard((p) => [[p.view.layout.pic, p.view.layout.pic + 2 * PIC.size]]),
);

type ColumnName = 'pin' | 'vec' | 'mode' | 'trig' | 'rIRR' | 'dest' | 'M';

/** Columns by width of the card: x as a share of what is inside, and which of them there is room for. */
function columnsFor(width: number): readonly { readonly name: ColumnName; readonly at: number }[] {
  if (width >= 226) {
    return [
      { name: 'pin', at: 0 },
      { name: 'vec', at: 0.13 },
      { name: 'mode', at: 0.3 },
      { name: 'trig', at: 0.5 },
      { name: 'rIRR', at: 0.7 },
      { name: 'dest', at: 0.865 },
    ];
  }
  if (width >= 180) {
    return [
      { name: 'pin', at: 0 },
      { name: 'vec', at: 0.15 },
      { name: 'trig', at: 0.39 },
      { name: 'rIRR', at: 0.67 },
      { name: 'dest', at: 0.84 },
    ];
  }
  return [
    { name: 'pin', at: 0 },
    { name: 'vec', at: 0.2 },
    { name: 'trig', at: 0.5 },
    { name: 'rIRR', at: 0.84 },
  ];
}

const FIELD_OF = {
  pin: 'rte.line',
  vec: 'rte.vector',
  mode: 'rte.mode',
  trig: 'rte.trig',
  rIRR: 'rte.remoteIrr',
  dest: 'rte.dest',
  M: 'rte.mask',
} as const;

function cellText(rte: RteView, column: ColumnName): string {
  switch (column) {
    case 'pin':
      return String(rte.pin);
    case 'vec':
      return hex(rte.vector);
    case 'mode':
      return (MODE_NAMES[rte.deliveryMode] as string).replace('remote read', 'rr');
    case 'trig':
      return rte.level ? 'level' : 'edge';
    case 'rIRR':
      return rte.remoteIrr ? '1' : '·';
    case 'dest':
      return rte.logical ? `L${rte.dest.toString(16)}` : rte.dest > 15 ? rte.dest.toString(16) : String(rte.dest);
    case 'M':
      return rte.masked ? 'M' : '';
  }
}

/** A pin's line and the IOAPIC's memory of it. */
function PinMark({ row, irr, high, masked }: { row: Box; irr: boolean; high: boolean; masked: boolean }) {
  const y = row.y + row.h / 2;
  const x = row.x + 9;
  if (masked) return <path className="bd-mask" d={`M${x} ${y - 3.5}l7 7m0 -7l-7 7`} />;
  return (
    <>
      <path
        className={high ? 'bd-line bd-on' : 'bd-line'}
        d={high ? `M${x - 1} ${y + 4}h3v-8h6` : `M${x - 1} ${y + 4}h9`}
        fill="none"
      />
      <rect className={irr ? 'bd-irr bd-bit' : 'bd-irr bd-cells'} x={x + 12} y={y - 3} width={6} height={6} rx={1.5} />
    </>
  );
}

function IoapicCardView({ stage, view, seq, lit, selected, select, t }: CardProps) {
  const { layout, model } = stage;
  const card = layout.ioapic as CardBox;
  const columns = columnsFor(card.w);
  const x0 = card.x + 31;
  const room = card.w - 31 - 8;
  const litPin = lit?.place.at === 'ioapicPin' ? lit.place.pin : -1;
  const folded = PINS - layout.pinRows.size;
  return (
    <Frame card={card} name="IOAPIC">
      <Title
        card={card}
        text="IOAPIC"
        name="IOAPIC"
        selection={{ kind: 'ioapic', index: 0 }}
        selected={selected}
        select={select}
        aside={
          card.w > 180 && (
            <text className="bd-mono bd-dim" x={card.x + card.w - 11} y={card.y + 19} textAnchor="end">
              0xfec00000
            </text>
          )
        }
      />
      {layout.pinRows.size > 0 &&
        columns.map(({ name, at }) => (
          <text key={name} className="bd-key" x={x0 + at * room} y={card.y + 41}>
            {name}
          </text>
        ))}
      {model.pins.map((pin) => {
        const row = layout.pinRows.get(pin);
        if (row === undefined) return null;
        const rte = rteView(view, pin);
        const on = pin === litPin;
        const journey = ownerOf(stage.scene, view.layout.ioapic + IOAPIC.at.irr, pin, seq);
        const driven = view.w[view.layout.ioapic + IOAPIC.at.lines + pin] !== 0;
        return (
          <g
            key={pin}
            style={colourStyle(on ? (lit?.colour ?? 0) : colourOf(journey))}
            className={rte.masked ? 'bd-row-masked' : undefined}
          >
            <Stop
              box={row}
              name={t('stage.ioapic.pin.aria', {
                pin,
                vector: hex(rte.vector),
                mode: MODE_NAMES[rte.deliveryMode] as string,
                trigger: rte.level ? 'level' : 'edge',
                dest: rte.dest,
                state: t(rte.masked ? 'stage.masked' : 'stage.open'),
              })}
              selection={{ kind: 'ioapic', index: 0, register: 'redirLo', sub: pin }}
              selected={selected}
              select={select}
            >
              <g
                className={
                  on && (lit?.fields.has('rte.mask') || lit?.fields.has('rte.line')) ? 'bd-field bd-on' : 'bd-field'
                }
              >
                <PinMark row={row} irr={rte.irr} high={driven} masked={rte.masked} />
              </g>
              {columns.map(({ name, at }) => {
                const decided = on && (name === 'pin' || (lit?.fields.has(FIELD_OF[name]) ?? false));
                return (
                  <text
                    key={name}
                    className={
                      decided ? 'bd-mono bd-on' : name === 'rIRR' && rte.remoteIrr ? 'bd-mono bd-strong' : 'bd-mono'
                    }
                    x={x0 + at * room}
                    y={row.y + row.h / 2 + 4}
                  >
                    {cellText(rte, name)}
                  </text>
                );
              })}
            </Stop>
          </g>
        );
      })}
      {layout.form !== 'embed' && folded > 0 && (
        <text className="bd-key" x={card.x + 11} y={card.y + card.h - 9}>
          {cut(t('stage.ioapic.folded', { n: folded }), card.w - 22, 11)}
        </text>
      )}
    </Frame>
  );
}

/** The IOAPIC. */
export const IoapicCard = memo(
  IoapicCardView,
  sameCard((p) => [[p.view.layout.ioapic, p.view.layout.ioapic + IOAPIC.size]]),
);

/** How far back the last message is looked for, rows. */
const LOOK_BACK = 20_000;

/** Address and data of the last message before row `seq`. */
function lastMessage({ stage, seq }: CardProps): { addr: number; data: number } | null {
  const { rows } = stage.scene;
  for (let at = (seq - 1) * ROW; at >= Math.max(0, (seq - LOOK_BACK) * ROW); at -= ROW) {
    if (rows[at] === EV.kvm_msi_set_irq)
      return { addr: (rows[at + 4] as number) >>> 0, data: (rows[at + 5] as number) >>> 0 };
  }
  return null;
}

function MsiCardView(props: CardProps) {
  const { stage, lit, selected, select, t } = props;
  const card = stage.layout.msi as CardBox;
  const message = lastMessage(props);
  const on = lit?.place.at === 'msi';
  const line = on ? 'bd-mono bd-on' : 'bd-mono';
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
              <tspan className="bd-key">addr </tspan>
              {hex(message.addr, 8)}
            </text>
            <text className={line} x={card.x + 11} y={y + 16}>
              <tspan className="bd-key">data </tspan>
              {hex(message.data, 4)}
            </text>
          </>
        )}
      </g>
    </Frame>
  );
}

/** The last message. It is no state of KVM's but an event, so it depends on the row and not on the words. */
export const MsiCard = memo(MsiCardView, (a, b) => a.seq === b.seq && sameCard(() => [])(a, b));
