/** What pieces of a large file show while it is read: the same picture as the whole, without its axis and without what can be asked. */
import { type ReactNode, useMemo } from 'react';
import type { FromTrace } from '../../worker/trace-client.ts';
import type { Translate } from '../shared/use-t.ts';
import { areaOf, LEFT, ROW, rowsFor, useWidth } from './overview.tsx';

export type Look = Extract<FromTrace, { type: 'glance' }>;

interface FirstLookProps {
  readonly look: Look;
  readonly t: Translate;
}

export function FirstLook({ look: { overview, pieces }, t }: FirstLookProps): ReactNode {
  const [box, width] = useWidth();
  const rows = useMemo(() => rowsFor({ overview }, t), [overview, t]);
  const left = width < 480 ? 108 : LEFT;
  return (
    <section className="tr-overview tr-first-look" aria-labelledby="tr-first-look">
      <div className="tr-card-head">
        <h2 id="tr-first-look">{t('trace.page.firstLook', { n: pieces })}</h2>
      </div>
      <div ref={box} className="tr-chart">
        <svg width={width} height={rows.length * ROW} role="img" aria-label={t('trace.page.firstLook', { n: pieces })}>
          {rows.map((row, i) => (
            <g key={row.key} className="tr-source" transform={`translate(0 ${i * ROW})`}>
              <rect className="tr-source-back" width={width} height={ROW - 2} y={2} rx={4} />
              <text className="tr-source-name" x={4} y={ROW - 10}>
                {row.name}
              </text>
              <path d={areaOf(row, left, width - 8 - left)} />
              <line className="tr-base" x1={left} x2={width - 8} y1={ROW - 6} y2={ROW - 6} />
            </g>
          ))}
        </svg>
      </div>
    </section>
  );
}
