/** What was raised when, a row a source; where the findings lie; the playhead. A click goes there, a drag takes a window. */
import { area, brushX, curveStep, max, scaleLinear, scaleSqrt, select } from 'd3';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { ReportRow } from '../../trace/report.ts';
import type { Picture } from '../../worker/trace-client.ts';
import type { Translate } from '../shared/use-t.ts';
import { clockText, type Filter, hex, lineAt, timeOf } from './model.ts';

interface OverviewProps {
  readonly picture: Picture;
  readonly findings: readonly ReportRow[];
  readonly line: number;
  readonly range: readonly [number, number] | null;
  readonly filter: Filter;
  readonly onLine: (line: number) => void;
  readonly onRange: (range: readonly [number, number] | null) => void;
  readonly onGsi: (gsi: number) => void;
  readonly t: Translate;
}

export const ROW = 34;
export const LEFT = 136;
const STRIP = 16;
/** Half of a tick's text. */
const HALF_TICK = 20;
/** Rows of their own; the rest is one row. */
const MOST_ROWS = 6;

export interface Row {
  readonly key: string;
  readonly name: string;
  readonly gsi: number | null;
  readonly total: number;
  readonly bins: readonly number[];
}

export function rowsFor({ overview }: Pick<Picture, 'overview'>, t: Translate): Row[] {
  const named = overview.sources.map(({ kind, n, total, bins }): Row => {
    const name =
      kind === 'gsi'
        ? `GSI ${n}`
        : kind === 'msi'
          ? 'MSI'
          : kind === 'vector'
            ? t('trace.page.source.vector', { vector: hex(n) })
            : t('trace.page.source.others');
    return { key: `${kind}:${n}`, name, gsi: kind === 'gsi' ? n : null, total, bins };
  });
  if (named.length <= MOST_ROWS) return named;
  const rest = named.slice(MOST_ROWS - 1);
  const bins = (rest[0]?.bins ?? []).map((_, i) => rest.reduce((sum, row) => sum + (row.bins[i] ?? 0), 0));
  const total = rest.reduce((sum, row) => sum + row.total, 0);
  const name = t('trace.page.source.rest', { n: rest.length });
  return [...named.slice(0, MOST_ROWS - 1), { key: 'rest', name, gsi: null, total, bins }];
}

/** Width of an element, as it changes. */
export function useWidth(): readonly [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const node = ref.current;
    if (node === null) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(280, entry.contentRect.width)));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Outline of a source's bins. @param left, step where they begin, and how wide they all are */
export function areaOf(row: Row, left: number, step: number): string {
  const y = scaleSqrt()
    .domain([0, max(row.bins) ?? 1])
    .range([ROW - 6, 4]);
  return (
    area<number>()
      .x((_, i) => left + ((i + 0.5) * step) / row.bins.length)
      .y0(ROW - 6)
      .y1((n) => y(n))
      .curve(curveStep)([...row.bins]) ?? ''
  );
}

export function Overview({
  picture,
  findings,
  line,
  range,
  filter,
  onLine,
  onRange,
  onGsi,
  t,
}: OverviewProps): ReactNode {
  const [box, width] = useWidth();
  const rows = useMemo(() => rowsFor(picture, t), [picture, t]);
  const { overview } = picture;
  const narrow = width < 480;
  const left = narrow ? 108 : LEFT;
  const right = narrow ? 8 : 64;
  const height = rows.length * ROW + STRIP + 26;
  const x = useMemo(
    () =>
      scaleLinear()
        .domain([0, Math.max(overview.to - overview.from, 1)])
        .range([left, width - right]),
    [overview, left, right, width],
  );
  const brushed = useRef<SVGGElement>(null);
  const latest = useRef({ onLine, onRange, picture, x });
  useEffect(() => {
    latest.current = { onLine, onRange, picture, x };
  });
  useEffect(() => {
    const node = brushed.current;
    if (node === null) return;
    const brush = brushX<unknown>()
      .extent([
        [left, 0],
        [width - right, rows.length * ROW + STRIP],
      ])
      .on('end', (event: { selection: [number, number] | null; sourceEvent: MouseEvent | null }) => {
        if (event.sourceEvent === null) return;
        const { onLine: go, onRange: take, picture: shown, x: scale } = latest.current;
        if (event.selection === null) {
          const at = event.sourceEvent.clientX - node.getBoundingClientRect().left;
          const origin = (node.ownerSVGElement?.getBoundingClientRect().left ?? 0) - node.getBoundingClientRect().left;
          go(lineAt(shown, shown.overview.from + scale.invert(at - origin)));
          take(null);
          return;
        }
        const [from, to] = event.selection.map((at) => lineAt(shown, shown.overview.from + scale.invert(at))) as [
          number,
          number,
        ];
        take([from, to]);
        go(from);
      });
    const group = select(node);
    group.call(brush as never);
    return () => {
      brush.on('end', null);
      group.selectAll('*').remove();
    };
  }, [left, right, width, rows.length]);
  const ticks = x.ticks(narrow ? 4 : 8);
  const step = (x.range()[1] ?? 1) - left;
  const at = x(timeOf(picture, line) - overview.from);
  return (
    <section className="tr-overview" aria-labelledby="tr-raised">
      <div className="tr-card-head">
        <h2 id="tr-raised">{t('trace.page.raised')}</h2>
        <small>{t('trace.page.raised.scale')}</small>
      </div>
      <div ref={box} className="tr-chart">
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={t('trace.page.raised.label', { n: rows.length, lines: picture.lines })}
        >
          {ticks.map((tick) => (
            <g key={tick} transform={`translate(${x(tick)} 0)`}>
              <line className="tr-grid" y2={rows.length * ROW + STRIP} />
              <text
                className="tr-tick"
                y={height - 6}
                // Beside the edge there is no room for its right half.
                style={x(tick) > width - HALF_TICK ? { textAnchor: 'end' } : undefined}
              >
                {overview.byLine ? tick.toLocaleString('en-US') : `${round(tick)} s`}
              </text>
            </g>
          ))}
          {rows.map((row, i) => (
            <g
              key={row.key}
              className="tr-source"
              data-on={filter.gsi !== null && row.gsi === filter.gsi}
              transform={`translate(0 ${i * ROW})`}
            >
              <rect className="tr-source-back" width={width} height={ROW - 2} y={2} rx={4} />
              <text className="tr-source-name" x={4} y={ROW - 10}>
                {row.name}
              </text>
              <text className="tr-source-total" x={left - 8} y={ROW - 10}>
                {row.total.toLocaleString('en-US')}
              </text>
              <path d={areaOf(row, left, step)} />
              <line className="tr-base" x1={left} x2={width - right} y1={ROW - 6} y2={ROW - 6} />
              {!narrow && (
                <text className="tr-most" x={width - 4} y={ROW - 10}>
                  {t('trace.page.most', { n: max(row.bins) ?? 0 })}
                </text>
              )}
            </g>
          ))}
          <g className="tr-heat" transform={`translate(0 ${rows.length * ROW})`}>
            <text className="tr-source-name" x={4} y={12}>
              {t('trace.page.findings')}
            </text>
            {findings
              .filter((f) => Number(f.line) > 1)
              .map((f) => (
                <rect
                  key={`${f.id}:${f.line}:${f.vcpu}:${f.vector}:${f.gsi}`}
                  data-severity={String(f.severity)}
                  x={x(timeOf(picture, Number(f.line)) - overview.from) - 1.5}
                  y={2}
                  width={3}
                  height={STRIP - 5}
                />
              ))}
          </g>
          <g ref={brushed} className="tr-brush" />
          <g className="tr-playhead" transform={`translate(${Math.min(Math.max(at, left), width - right)} 0)`}>
            <line y1={0} y2={rows.length * ROW + STRIP} />
            <text x={at > width - 140 ? -6 : 6} y={9} textAnchor={at > width - 140 ? 'end' : 'start'}>
              {clockText(picture, timeOf(picture, line))}
            </text>
          </g>
        </svg>
      </div>
      <p className="tr-controls">
        <label>
          {t('trace.page.playhead')}
          <input
            type="range"
            min={1}
            max={Math.max(1, picture.lines)}
            value={line}
            aria-valuetext={t('trace.page.line', { n: line })}
            onChange={(event) => onLine(Number(event.target.value))}
          />
        </label>
        <label>
          {t('trace.page.goto')}
          <input
            type="number"
            min={1}
            max={Math.max(1, picture.lines)}
            value={line}
            onChange={(event) => {
              const to = Number(event.target.value);
              if (Number.isInteger(to) && to >= 1 && to <= picture.lines) onLine(to);
            }}
          />
        </label>
        {range !== null && (
          <button type="button" className="btn" onClick={() => onRange(null)}>
            {t('trace.page.window.clear', { from: range[0], to: range[1] })}
          </button>
        )}
        {rows.some((row) => row.gsi !== null) && (
          <span className="tr-gsi-chips">
            {rows
              .filter((row) => row.gsi !== null)
              .map((row) => (
                <button
                  key={row.key}
                  type="button"
                  className="chip chip-mono"
                  aria-pressed={filter.gsi === row.gsi}
                  onClick={() => onGsi(row.gsi as number)}
                >
                  {row.name}
                </button>
              ))}
          </span>
        )}
      </p>
    </section>
  );
}

const round = (us: number): string => String(Number((us / 1e6).toPrecision(3)));
