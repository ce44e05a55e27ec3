/** The chips between lines and messages: the 8259 pair and the IOAPIC. */

import { memo, Suspense } from 'react';
import { hex } from '../../base/hex.ts';
import { picView, type RteView, rteView } from '../../engine/view/machine-view.ts';
import { IOAPIC, PIC } from '../../engine/view/tables.ts';
import type { MessageKey } from '../../i18n/index.ts';
import { ownerOf } from '../../log/owners.ts';
import { colourOf } from '../../scene/flights.ts';
import type { Box, CardBox } from '../../scene/layout.ts';
import { PINS } from '../../scene/stage-model.ts';
import { DELIVERY_MODE } from '../../spec/delivery-mode.ts';
import { whereItComes } from '../shared/where-it-comes.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop, Title, Unused } from './Card.tsx';
import { fitsBeside, textSize, textWidth } from './text-fit.ts';

/** The first scene has the pair folded. */
const PicRegisters = whereItComes(() => import('./PicRegisters.tsx').then((m) => m.PicRegisters));

function PicCardView(props: CardProps) {
  const { stage, view, selected, select, t } = props;
  const card = stage.layout.pic;
  if (card === null) return null;
  const chips = [picView(view, 0), picView(view, 1)] as const;
  const { scale } = stage.layout;
  const masked = chips.every(({ imr }) => (imr & 0xff) === 0xff);
  if (card.cells.x.length === 0) {
    const state = t(masked ? 'stage.pic.allMasked' : 'stage.unused');
    return (
      <Frame card={card} name={t('stage.pic')} className={stage.model.userChips ? 'bd-folded bd-user' : 'bd-folded'}>
        <Title
          card={card}
          text={t('stage.pic')}
          name={t('stage.pic')}
          selection={{ kind: 'pic', index: 0 }}
          selected={selected}
          select={select}
          aside={fitsBeside(t('stage.pic'), state, card.w, scale) && <Unused card={card} text={state} />}
        />
      </Frame>
    );
  }
  return (
    <Frame card={card} name={t('stage.pic')} className={stage.model.userChips ? 'bd-user' : undefined}>
      <Suspense fallback={null}>
        <PicRegisters {...props} />
      </Suspense>
    </Frame>
  );
}

/** The 8259 pair. */
export const PicCard = memo(
  PicCardView,
  sameCard((p) => [[p.view.wordMap.pic, p.view.wordMap.pic + 2 * PIC.size]]),
);

type ColumnName = 'pin' | 'vec' | 'mode' | 'trig' | 'rIRR' | 'dest';

/** Columns, the richest choice first: what goes first is what a row can be read without; edge or level its wire's end shows too. */
const COLUMNS: readonly (readonly ColumnName[])[] = [
  ['pin', 'vec', 'mode', 'trig', 'rIRR', 'dest'],
  ['pin', 'vec', 'trig', 'rIRR', 'dest'],
  ['pin', 'vec', 'rIRR', 'dest'],
  ['pin', 'vec', 'rIRR'],
];
/** A text whose key is the word itself, so that it stands there before the texts of panels have come. rIRR is a name. */
const said = (word: string, t: CardProps['t']): string => t(word as MessageKey);
/** The widest each has: columns stay where they are whatever is written. */
const WIDEST: Readonly<Record<ColumnName, string>> = {
  pin: '23',
  vec: '0xff',
  mode: 'ExtINT',
  trig: 'level',
  rIRR: '1',
  dest: 'ff',
};
/** Least distance between two columns. */
const APART = 4;
/** Heads are short words of narrow letters. */
const HEAD = 0.92;

interface Placed {
  readonly name: ColumnName;
  readonly x: number;
  /** The last one ends at the card's. */
  readonly end: boolean;
}

/**
 * Columns that stand side by side, and where: each as wide as its head or its widest value.
 * @param scale of the drawing, by which text grows
 */
function columnsFor(x: number, room: number, scale: number, t: CardProps['t']): readonly Placed[] {
  const mono = textSize(11.5, scale);
  const head = (name: ColumnName): number => textWidth(said(name, t), textSize(11, scale)) * HEAD;
  const value = (name: ColumnName): number => textWidth(said(WIDEST[name], t), mono, 'mono');
  const widthsOf = (names: readonly ColumnName[]): number[] =>
    names.map((name, i) => {
      const before = names[i - 1];
      // The last head ends at the card's, so it may reach over what the head before it leaves free.
      const free = i < names.length - 1 ? 0 : Math.max(0, value(before) - head(before));
      return Math.max(value(name), head(name) - free);
    });
  const needs = (widths: readonly number[]): number => widths.reduce((a, w) => a + w + APART, -APART);
  const names = COLUMNS.find((some) => needs(widthsOf(some)) <= room) ?? COLUMNS[3];
  const widths = widthsOf(names);
  const spare = Math.max(0, room - needs(widths)) / (names.length - 1);
  let at = x;
  return names.map((name, i) => {
    const end = i === names.length - 1;
    const placed = { name, x: end ? x + room : at, end };
    at += widths[i] + APART + spare;
    return placed;
  });
}

const FIELD_OF = {
  pin: 'rte.line',
  vec: 'rte.vector',
  mode: 'rte.mode',
  trig: 'rte.trig',
  rIRR: 'rte.remoteIrr',
  dest: 'rte.dest',
} as const;

function cellText(rte: RteView, column: ColumnName, t: CardProps['t']): string {
  switch (column) {
    case 'pin':
      return String(rte.pin);
    case 'vec':
      return hex(rte.vector);
    case 'mode':
      return DELIVERY_MODE[rte.deliveryMode] as string;
    case 'trig':
      return said(rte.level ? 'level' : 'edge', t);
    case 'rIRR':
      return rte.remoteIrr ? '1' : '·';
    case 'dest':
      return rte.logical ? `L${rte.dest.toString(16)}` : rte.dest > 15 ? rte.dest.toString(16) : String(rte.dest);
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
  const columns = columnsFor(card.x + 31, card.w - 31 - 9, layout.scale, t);
  const litPin = lit?.place.at === 'ioapicPin' ? lit.place.pin : -1;
  const whose = t('stage.ioapic.user');
  const folded = PINS - layout.pinRows.size;
  const title = model.userChips && textWidth(whose, 13, 'bold') <= card.w - 22 ? whose : 'IOAPIC';
  const others = t('stage.ioapic.folded', { n: folded });
  // What has no room is left out: it can be read in the inspector.
  const roomy = textWidth(others, textSize(11, layout.scale)) <= card.w - 16;
  return (
    <Frame card={card} name="IOAPIC" className={model.userChips ? 'bd-user' : undefined}>
      <Title
        card={card}
        text={title}
        name="IOAPIC"
        selection={{ kind: 'ioapic', index: 0 }}
        selected={selected}
        select={select}
        aside={
          card.h <= 30 ? (
            <Unused card={card} text={t('stage.unused')} />
          ) : (
            fitsBeside(title, '0xfec00000', card.w, layout.scale, 'mono') && (
              <text className="bd-mono bd-dim" x={card.x + card.w - 11} y={card.y + 19} textAnchor="end">
                0xfec00000
              </text>
            )
          )
        }
      />
      {layout.pinRows.size > 0 &&
        columns.map(({ name, x, end }) => (
          <text key={name} className="bd-key" x={x} y={card.y + 41} textAnchor={end ? 'end' : 'start'}>
            {said(name, t)}
          </text>
        ))}
      {model.pins.map((pin) => {
        const row = layout.pinRows.get(pin);
        if (row === undefined) return null;
        const rte = rteView(view, pin);
        const on = pin === litPin;
        const journey = ownerOf(stage.scene, view.wordMap.ioapic + IOAPIC.at.irr, pin, seq);
        const driven = view.w[view.wordMap.ioapic + IOAPIC.at.lines + pin] !== 0;
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
                mode: DELIVERY_MODE[rte.deliveryMode] as string,
                trigger: t(`stage.level.${rte.level ? 'level' : 'edge'}`),
                dest: rte.dest,
                state: t(rte.masked ? 'stage.masked' : 'stage.open'),
              })}
              selection={{ kind: 'ioapic', index: 0, register: 'redirLo', sub: pin }}
              selected={selected}
              select={select}
            >
              <g
                data-field="rte.mask"
                data-row=""
                className={
                  on && (lit?.fields.has('rte.mask') || lit?.fields.has('rte.line')) ? 'bd-field bd-on' : 'bd-field'
                }
              >
                <PinMark row={row} irr={rte.irr} high={driven} masked={rte.masked} />
              </g>
              {columns.map(({ name, x, end }) => {
                const decided = on && (name === 'pin' || (lit?.fields.has(FIELD_OF[name]) ?? false));
                return (
                  <text
                    key={name}
                    data-field={FIELD_OF[name]}
                    data-row=""
                    className={
                      decided ? 'bd-mono bd-on' : name === 'rIRR' && rte.remoteIrr ? 'bd-mono bd-strong' : 'bd-mono'
                    }
                    x={x}
                    y={row.y + row.h / 2 + 4}
                    textAnchor={end ? 'end' : 'start'}
                  >
                    {cellText(rte, name, t)}
                  </text>
                );
              })}
            </Stop>
          </g>
        );
      })}
      {layout.form !== 'embed' && folded > 0 && card.h > 30 && roomy && (
        <text className="bd-key" x={card.x + 11} y={card.y + card.h - 9}>
          {others}
        </text>
      )}
    </Frame>
  );
}

/** The IOAPIC. */
export const IoapicCard = memo(
  IoapicCardView,
  sameCard((p) => [[p.view.wordMap.ioapic, p.view.wordMap.ioapic + IOAPIC.size]]),
);
