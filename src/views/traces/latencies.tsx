/** How long until the vCPU could take it: a histogram a source, on one logarithmic axis. */
import { max, scaleLog, scaleSqrt } from 'd3';
import type { ReactNode } from 'react';
import type { Picture } from '../../worker/trace-client.ts';
import type { Translate } from '../shared/use-t.ts';
import { type Filter, hex } from './model.ts';
import { useWidth } from './overview.tsx';

const WIDE = 168;
/** Beside the numbers of a narrow page. */
const NARROW = 56;
const HEIGHT = 26;
const MOST = 7;
const COLUMNS = ['n', 'p50', 'p90', 'p99', 'max'] as const;

/** Lower end of a bin, in us (Samples.histogram). */
const lower = (bin: number): number => (bin === 0 ? 0.8 : 2 ** (bin / 4));

export function Latencies({
  picture,
  apicv,
  filter,
  t,
}: {
  readonly picture: Picture;
  readonly apicv: boolean;
  readonly filter: Filter;
  readonly t: Translate;
}): ReactNode {
  const [box, width] = useWidth();
  const across = width < 360 ? NARROW : WIDE;
  const rows = picture.latencies.slice(0, MOST);
  if (rows.length === 0) return null;
  const longest = max(rows, (row) => row.spread.max) ?? 1;
  const x = scaleLog()
    .domain([0.8, Math.max(longest, 10)])
    .range([0, across]);
  // Their words need some room.
  const ticks = x.ticks(4).filter((tick) => Number.isInteger(Math.log10(tick) / (across === WIDE ? 2 : 4)) && tick > 1);
  return (
    <section className="tr-latency" aria-labelledby="tr-latency">
      <div className="tr-card-head">
        <h2 id="tr-latency">{t('trace.page.howlong')}</h2>
        <small>{t(apicv ? 'trace.page.howlong.accept' : 'trace.page.howlong.injection')}</small>
      </div>
      <div ref={box}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t('trace.page.source')}</span>
              </th>
              <th scope="col">
                <span className="visually-hidden">{t('trace.page.histogram')}</span>
              </th>
              {COLUMNS.map((head) => (
                <th key={head} scope="col">
                  {head === 'max' ? t('trace.head.max') : head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const y = scaleSqrt()
                .domain([0, max(row.bins) ?? 1])
                .range([0, HEIGHT - 3]);
              const isOn = row.kind === 'gsi' ? filter.gsi === row.n : filter.vector === row.n;
              return (
                <tr key={`${row.kind}:${row.n}`} data-on={isOn}>
                  <th scope="row">{row.kind === 'gsi' ? `GSI ${row.n}` : hex(row.n)}</th>
                  <td>
                    <svg width={across} height={HEIGHT} aria-hidden="true">
                      {row.bins.map((n, bin) =>
                        n === 0 ? null : (
                          <rect
                            key={lower(bin)}
                            x={x(lower(bin))}
                            width={Math.max(2, x(lower(bin + 1)) - x(lower(bin)) - 1)}
                            y={HEIGHT - 2 - y(n)}
                            height={Math.max(1, y(n))}
                          />
                        ),
                      )}
                      <line x2={across} y1={HEIGHT - 1} y2={HEIGHT - 1} />
                    </svg>
                  </td>
                  {COLUMNS.map((name) => (
                    <td key={name}>{brief(row.spread[name])}</td>
                  ))}
                </tr>
              );
            })}
            <tr className="tr-axis">
              <td />
              <td>
                <svg width={across} height={14} aria-hidden="true">
                  {ticks.map((tick) => (
                    <text key={tick} x={x(tick)} y={11}>
                      {tick >= 1000 ? `${tick / 1000} ms` : `${tick} µs`}
                    </text>
                  ))}
                </svg>
              </td>
              <td colSpan={5}>µs</td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

const brief = (n: number): string =>
  n >= 100 || Number.isInteger(n) ? Math.round(n).toLocaleString('en-US') : n.toFixed(1);
