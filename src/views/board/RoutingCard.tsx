/** The GSI routing table: a row a GSI, a chip a route. */

import { memo } from 'react';
import { hex } from '../../base/hex.ts';
import type { RouteEntry } from '../../engine/core/machine.ts';
import { routesOf } from '../../engine/view/machine-view.ts';
import { VM } from '../../engine/view/tables.ts';
import type { CardBox } from '../../scene/layout.ts';
import { CHIP } from '../../spec/names.ts';
import { type CardProps, colourStyle, sameCard } from './board-types.ts';
import { Frame, Stop } from './Card.tsx';
import { textSize, textWidth } from './text-fit.ts';

const nameOf = (entry: RouteEntry): string =>
  entry.chip === CHIP.msi
    ? `MSI ${hex(entry.data & 0xff)}`
    : `${entry.chip === CHIP.ioapic ? 'IOAPIC' : 'PIC'} ${entry.pin}`;

/** From route to route of a GSI. */
const ROUTE = 16;

function RoutingCardView({ stage, view, lit, selected, select, t }: CardProps) {
  const { layout, model } = stage;
  const card = layout.routing as CardBox;
  const table = routesOf(view);
  const litRow = lit?.place.at === 'route' ? lit.place.gsi : -1;
  const bare = layout.form === 'embed';
  const stacked = layout.form !== 'tall';
  const size = textSize(11, layout.scale);
  const chipsX = card.x + (bare ? 11 : 11 + Math.max(23, textWidth('GSI', size) + 6));
  return (
    <Frame card={card} name={t('stage.column.routing')}>
      {!bare && (
        <>
          <text className="bd-key" x={card.x + 11} y={card.y + 18}>
            GSI
          </text>
          <text className="bd-key" x={chipsX} y={card.y + 18}>
            {t('stage.routes')}
          </text>
        </>
      )}
      {model.gsis.map((gsi, i) => {
        const row = layout.routeRows.get(gsi);
        if (row === undefined) return null;
        const entries = table?.byGsi[gsi] ?? [];
        const on = gsi === litRow;
        let x = chipsX;
        const y = row.y + row.h / 2;
        return (
          <g key={gsi} style={colourStyle(on ? (lit?.colour ?? 0) : 0)}>
            <Stop
              box={row}
              name={t('stage.route.aria', {
                gsi,
                routes: entries.length ? entries.map(nameOf) : t('stage.route.none'),
              })}
              selection={{ kind: 'vm', index: 0, register: 'routes', sub: 0, gsi }}
              mark={false}
              selected={selected}
              select={select}
              first={i === 0}
            >
              {!bare && (
                <text className={on ? 'bd-mono bd-on' : 'bd-mono'} x={card.x + 11} y={y + 4}>
                  {gsi}
                </text>
              )}
              {entries.slice(0, 3).map((entry, k) => {
                const text = nameOf(entry);
                const wide = textWidth(text, size, 'mono');
                // Text that is big in its card gives up margin before it leaves the ring of its row.
                const room = card.x + card.w - 8 - wide;
                const at = stacked ? Math.max(card.x + (bare ? 5 : 30), Math.min(x, room)) : x;
                const w = Math.min(card.x + card.w - 3 - at, wide + 10);
                if (!stacked) x += w + 4;
                const cy = stacked ? y + (k - (entries.length - 1) / 2) * ROUTE : y;
                const chosen =
                  on &&
                  lit?.fields.has('route.chips') === true &&
                  lit.args.chip === entry.chip &&
                  lit.args.pin === entry.pin;
                return (
                  <g key={text} className={chosen ? 'bd-chip bd-on' : 'bd-chip'}>
                    <rect x={at - 5} y={cy - 7.5} width={w} height={15} rx={4} />
                    <text data-field={chosen ? 'route.chips' : undefined} x={at} y={cy + 3.8} className="bd-small">
                      {text}
                    </text>
                  </g>
                );
              })}
              {entries.length === 0 && (
                <text className="bd-key" x={chipsX} y={y + 4}>
                  {t('stage.route.none')}
                </text>
              )}
            </Stop>
          </g>
        );
      })}
    </Frame>
  );
}

/** The routing table. */
export const RoutingCard = memo(
  RoutingCardView,
  sameCard((p) => [[p.view.wordMap.vm + VM.at.routes, p.view.wordMap.vm + VM.at.routes + 1]]),
);
