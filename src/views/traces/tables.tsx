/** The tables under the picture: the engine against the trace, GSIs, vectors, vCPUs. */
import type { ReactNode } from 'react';
import type { traces } from '../../i18n/en/traces.ts';
import type { ReportRow } from '../../trace/report.ts';
import type { Translate } from '../shared/use-t.ts';
import { type Filter, hex, matches, rowsOf } from './model.ts';

const SHOWN = 200;
/** What scrolls must be reachable by keyboard, whatever is in it. */
const REACHABLE = { tabIndex: 0 };

interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** A head that is a word; names (GSI, EOI) and percentiles are the same in every language. */
type Head = keyof typeof traces extends infer Key ? (Key extends `trace.head.${infer Name}` ? Name : never) : never;

const spread = (value: unknown): unknown[] => {
  const s = value as Spread | null;
  return s === null || s === undefined ? ['', '', '', ''] : [s.p50, s.p90, s.p99, s.max];
};

export function Tables({
  rows,
  filter,
  t,
}: {
  readonly rows: readonly ReportRow[];
  readonly filter: Filter;
  readonly t: Translate;
}): ReactNode {
  const of = (kind: string): ReportRow[] => rowsOf(rows, kind).filter((row) => matches(filter, row));
  const head = (name: Head): string => t(`trace.head.${name}`);
  return (
    <>
      <Table
        title={t('trace.page.prediction')}
        heads={[
          head('event'),
          head('right'),
          head('trivial'),
          head('raced'),
          head('wrong'),
          head('missing'),
          head('unknowable'),
        ]}
        rows={rowsOf(rows, 'prediction').map((p) => [
          p.event,
          p.right,
          p.trivial,
          p.raced,
          p.wrong,
          p.missing,
          p.unknowable,
        ])}
      />
      <Table
        title={t('trace.page.gsis')}
        heads={['GSI', head('high'), head('low'), head('edges'), head('repeats'), 'p50', 'p90', 'p99', head('max')]}
        rows={of('gsi').map((g) => [g.gsi, g.high, g.low, g.edges, g.repeats, ...spread(g.latency)])}
      />
      <Table
        title={t('trace.page.vectors')}
        heads={['vCPU', head('vector'), head('accepted'), head('merged'), head('injected'), 'EOI', 'pv EOI', 'GSI']}
        rows={of('vector').map((v) => [
          v.vcpu,
          hex(v.vector),
          v.accepted,
          v.merged,
          v.injected,
          v.eoi,
          v.pvEoi,
          (v.gsis as number[]).join(' '),
        ])}
      />
      <Table
        title={t('trace.page.latency')}
        heads={[head('vector'), 'n', 'p50', 'p90', 'p99', head('max')]}
        rows={of('overall-vector').flatMap((v) => {
          const w = v.waiting as Spread | null;
          return w === null ? [] : [[hex(v.vector), w.n, ...spread(w)]];
        })}
      />
      <Table
        title={t('trace.page.vcpus')}
        heads={['vCPU', head('entries'), head('exits'), head('reinjected'), head('soft'), 'NMI']}
        rows={of('vcpu').map((v) => [v.vcpu, v.entries, v.exits, v.reinjected, v.soft, v.nmi ?? '–'])}
      />
    </>
  );
}

function Table({
  title,
  heads,
  rows,
}: {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}): ReactNode {
  if (rows.length === 0) return null;
  return (
    <div className="tr-table" {...REACHABLE}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((row) => (
            <tr key={row.slice(0, 2).join(':')}>
              {row.map((cell, i) => (
                <td key={heads[i]}>{typeof cell === 'number' ? cell.toLocaleString('en-US') : String(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
