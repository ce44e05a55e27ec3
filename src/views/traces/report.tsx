/** A trace that was read, as a page: the picture, the findings, the stage at the playhead, the lines, the tables. */
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { AppProvider } from '../../store/use-app.ts';
import type { ReportRow } from '../../trace/report.ts';
import { Board } from '../board/Board.tsx';
import { save } from '../shared/save.ts';
import type { Translate } from '../shared/use-t.ts';
import { Latencies } from './latencies.tsx';
import { leaveTrace } from './left.ts';
import { addressText, fragmentOf, hashOf, type LineAddress } from './line-address.ts';
import { Lines } from './lines.tsx';
import { asMarkdown } from './markdown.ts';
import {
  type Filter,
  FOLD_MS,
  hex,
  matches,
  NO_FILTER,
  notListed,
  type OpenedTrace,
  rowsOf,
  SHOWN,
  sentence,
  timeIn,
  timeOf,
} from './model.ts';
import { OnStage } from './on-stage.tsx';
import { Overview } from './overview.tsx';
import { SaveScene } from './save-scene.tsx';
import { Tables } from './tables.tsx';
import { AROUND, type Moment, useMoment } from './use-moment.ts';
import { Where } from './where.tsx';

/** A scene of so many lines around the playhead, where no window was taken. */
const SCENE_LINES = 200;
/** Shortest and longest pause between two lines while it plays: a second of the trace is a second, a long gap is folded. */
const LEAST_MS = 120;

interface ReportProps {
  readonly trace: OpenedTrace;
  /** Reads it again for another VM of the file; null: it cannot be. */
  readonly onVm: ((vm: number) => void) | null;
  readonly t: Translate;
}

export function Report({ trace, onVm, t }: ReportProps): ReactNode {
  const { rows, picture } = trace;
  const [paste] = rowsOf(rows, 'paste');
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const findings = rowsOf(rows, 'finding');
  const shown = findings.filter((f) => matches(filter, f));
  return (
    <div className="tr-report">
      <Summary rows={rows} onVm={onVm} t={t} />
      {picture !== null ? (
        <Timed trace={trace} picture={picture} filter={filter} setFilter={setFilter} findings={shown} t={t} />
      ) : (
        <Findings trace={trace} findings={shown} onLine={null} t={t} />
      )}
      {paste !== undefined && <PasteRead paste={paste} t={t} />}
      <Tables rows={rows} filter={filter} t={t} />
    </div>
  );
}

function Summary({
  rows,
  onVm,
  t,
}: { readonly rows: readonly ReportRow[] } & Pick<ReportProps, 'onVm' | 't'>): ReactNode {
  const [summary] = rowsOf(rows, 'summary');
  if (summary === undefined) return null;
  const vms = (summary.vms ?? []) as readonly number[];
  return (
    <p className="tr-summary">
      {vms.length > 1 && onVm !== null && (
        <label>
          {t('trace.page.vm')}{' '}
          <select value={Number(summary.vm)} onChange={(event) => onVm(Number(event.target.value))}>
            {Array.from(vms.keys(), (i) => (
              <option key={i} value={i}>
                {t('trace.page.vm.n', { n: i + 1 })}
              </option>
            ))}
          </select>{' '}
        </label>
      )}
      {t('trace.page.summary', {
        format: String(summary.format),
        lines: Number(summary.lines).toLocaleString('en-US'),
        vcpus: summary.vcpus as number[],
        irqchip: String(summary.irqchip),
        vendor: String(summary.vendor),
      })}
      {summary.apicv === true && ` ${t('trace.page.apicv')}`}
    </p>
  );
}

interface TimedProps {
  readonly trace: OpenedTrace;
  readonly picture: NonNullable<OpenedTrace['picture']>;
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
  readonly findings: readonly ReportRow[];
  readonly t: Translate;
}

/** Where a trace opens: at its first wrong line, else where its first interrupt arrives. */
function firstLine(findings: readonly ReportRow[], lines: number): number {
  const wrong = findings.find((f) => f.severity === 'wrong') ?? findings.find((f) => Number(f.line) > 1);
  return Math.min(Math.max(Number(wrong?.line ?? 1), 1), Math.max(lines, 1));
}

function Timed({ trace, picture, filter, setFilter, findings, t }: TimedProps): ReactNode {
  const { job, rows } = trace;
  const [line, setLine] = useState(() => trace.line ?? firstLine(findings, picture.lines));
  const [range, setRange] = useState<readonly [number, number] | null>(null);
  const [playing, setPlaying] = useState(false);
  const [moment, stage] = useMoment(job, line, picture.lines, picture.hasStates);
  const [summary] = rowsOf(rows, 'summary');
  const apicv = summary?.apicv === true;
  const { size, hash, sample } = trace;
  const format = String(summary?.format);
  useEffect(() => {
    if (sample !== null) leaveTrace(sample);
    else if (hash !== null) leaveTrace(addressText({ format, size, hash, line }));
  }, [sample, hash, format, size, line]);
  const isWrong = findings.some((f) => f.severity === 'wrong' && Number(f.line) === line);
  // The next line comes when this one's has been read, after as long as it took on the host.
  const ready = moment?.line === line;
  useEffect(() => {
    if (!playing || !ready) return;
    if (line >= picture.lines) {
      setPlaying(false);
      return;
    }
    const gap =
      gapAfter(moment, line) ??
      (picture.overview.byLine ? 0 : (timeOf(picture, line + 1) - timeOf(picture, line)) / 1000);
    const timer = setTimeout(() => setLine(line + 1), Math.max(LEAST_MS, Math.min(gap, FOLD_MS)));
    return () => clearTimeout(timer);
  }, [playing, ready, line, picture, moment]);
  const window = range ?? [Math.max(1, line - AROUND), Math.min(picture.lines, line - AROUND + SCENE_LINES)];
  const inRange = range === null ? findings : findings.filter((f) => isIn(f, range));
  return (
    <>
      <Overview
        picture={picture}
        findings={findings}
        line={line}
        range={range}
        filter={filter}
        onLine={setLine}
        onRange={setRange}
        onGsi={(gsi) => setFilter({ ...filter, gsi: filter.gsi === gsi ? null : gsi })}
        t={t}
      />
      <Latencies picture={picture} apicv={apicv} filter={filter} t={t} />
      <section className="tr-stage" aria-labelledby="tr-stage-title">
        <div className="tr-card-head">
          <h2 id="tr-stage-title">{t('trace.page.stage', { line: line.toLocaleString('en-US') })}</h2>
          <Legend apicv={apicv} t={t} />
        </div>
        {picture.hasStates ? (
          <div className="tr-board" data-empty={moment?.hasStage !== true} data-wrong={isWrong} data-hidden={apicv}>
            {apicv && <Hatch />}
            <AppProvider value={stage}>
              <Board variant="embed" name={t('trace.page.stage', { line })} />
            </AppProvider>
          </div>
        ) : (
          <p>{t('trace.page.stage.none')}</p>
        )}
        {moment?.scene != null && (
          <OnStage scene={moment.scene} line={moment.line} findings={findings} onLine={setLine} t={t} />
        )}
        {moment?.state != null && <Where state={moment.state} filter={filter} t={t} />}
      </section>
      <Findings trace={trace} findings={inRange} onLine={setLine} t={t}>
        <Filters rows={rows} filter={filter} setFilter={setFilter} t={t} />
        <ShareLine trace={trace} line={line} format={String(summary?.format)} t={t} />
        {picture.hasStates && <SaveScene job={job} range={window as [number, number]} t={t} />}
      </Findings>
      <Lines
        moment={moment}
        line={line}
        last={picture.lines}
        findings={findings}
        onLine={setLine}
        playing={playing}
        onPlay={() => setPlaying(!playing)}
        t={t}
      />
    </>
  );
}

/** Milliseconds from a line to the next, by the times they carry; null where one has none. */
function gapAfter(moment: Moment | null, line: number): number | null {
  const [here, next] = [line, line + 1].map((at) => moment?.lines.find((raw) => raw.line === at));
  if (here === undefined || next === undefined) return null;
  const gap = (timeIn(next.text) - timeIn(here.text)) / 1000;
  return Number.isNaN(gap) ? null : gap;
}

/** What the marks on the stage say: seen, worked out, not to be seen. */
function Legend({ apicv, t }: { readonly apicv: boolean } & Pick<TimedProps, 't'>): ReactNode {
  return (
    <small className="tr-legend">
      <span>
        <span className="tr-dot" aria-hidden="true" /> {t('trace.page.mark.trace')}
      </span>
      <span>
        <span className="tr-box" aria-hidden="true" /> {t('trace.page.stage.legend')}
      </span>
      {apicv && (
        <span>
          <span className="tr-box tr-hatched" aria-hidden="true" /> {t('trace.page.mark.hidden')}
        </span>
      )}
    </small>
  );
}

/** The pattern with which a local APIC is drawn whose registers the processor keeps to itself. */
function Hatch(): ReactNode {
  return (
    <svg width={0} height={0} aria-hidden="true" className="tr-pattern">
      <pattern id="tr-hatch" width={8} height={8} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="tr-pattern-back" width={8} height={8} />
        <line className="tr-pattern-line" y2={8} />
      </pattern>
    </svg>
  );
}

/** The line as an address: who has the file drops it again. */
function ShareLine({
  trace,
  line,
  format,
  t,
}: Pick<TimedProps, 'trace' | 't'> & { readonly line: number; readonly format: string }): ReactNode {
  const [copied, setCopied] = useState(0);
  const [link, setLink] = useState<string | null>(null);
  const { file, size } = trace;
  if (file === null) return null;
  const copy = async (): Promise<void> => {
    const address: LineAddress = { format, size, hash: await hashOf(file), line };
    const text = `${document.URL.replace(/#.*/, '')}#${fragmentOf(address)}`;
    setLink(text);
    await navigator.clipboard.writeText(text).then(
      () => setCopied(line),
      () => setCopied(0),
    );
  };
  return (
    <p className="tr-exports">
      <button type="button" className="btn" onClick={() => void copy()}>
        {t('trace.page.share')}
      </button>
      {copied === line && <span role="status">{t('trace.page.copied')}</span>}
      {link !== null && (
        <input
          className="tr-link"
          readOnly
          value={link}
          aria-label={t('trace.page.share.link')}
          onFocus={(event) => event.target.select()}
        />
      )}
    </p>
  );
}

const isIn = (f: ReportRow, [from, to]: readonly [number, number]): boolean =>
  Number(f.toLine) >= from && Number(f.line) <= to;

function Filters({
  rows,
  filter,
  setFilter,
  t,
}: Pick<TimedProps, 'filter' | 'setFilter' | 't'> & { readonly rows: readonly ReportRow[] }): ReactNode {
  const options = useMemo(() => {
    const numbers = (kind: string, name: string): number[] =>
      [...new Set(rowsOf(rows, kind).map((row) => Number(row[name])))].sort((a, b) => a - b);
    return {
      gsi: numbers('gsi', 'gsi'),
      vector: numbers('vector', 'vector'),
      vcpu: numbers('vcpu', 'vcpu').filter((id) => id >= 0),
    };
  }, [rows]);
  return (
    <fieldset className="tr-filters">
      <legend className="visually-hidden">{t('trace.page.filter')}</legend>
      {(['gsi', 'vector', 'vcpu'] as const).map((name) => (
        <label key={name}>
          {t(`trace.page.filter.${name}`)}
          <select
            value={filter[name] ?? ''}
            onChange={(event) =>
              setFilter({ ...filter, [name]: event.target.value === '' ? null : Number(event.target.value) })
            }
          >
            <option value="">{t('trace.page.filter.all')}</option>
            {options[name].map((n) => (
              <option key={n} value={n}>
                {name === 'vector' ? hex(n) : n}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  );
}

function Findings({
  trace,
  findings,
  onLine,
  children,
  t,
}: {
  readonly trace: OpenedTrace;
  readonly findings: readonly ReportRow[];
  /** Null: its lines cannot be shown. */
  readonly onLine: ((line: number) => void) | null;
  readonly children?: ReactNode;
  readonly t: Translate;
}): ReactNode {
  const { rows, job, picture } = trace;
  const rawOf = async (f: ReportRow): Promise<string[]> => {
    const at = Number(f.line);
    if (picture === null || at <= 1) return [];
    const raw = await job.ask({ what: 'lines', from: at, to: at }).catch(() => []);
    return raw.map(({ text }) => text);
  };
  const asJson = (): string =>
    rows
      .map((row) => JSON.stringify(row.says === undefined ? row : { ...row, says: sentence(t, row.says) }))
      .join('\n');
  return (
    <section className="tr-found" aria-labelledby="tr-findings">
      <div className="tr-card-head">
        <h2 id="tr-findings">{t('trace.page.findings')}</h2>
        <small>{agreement(rows, t)}</small>
      </div>
      {findings.length === 0 && <p>{t('trace.page.none')}</p>}
      <ol className="tr-findings">
        {findings.slice(0, SHOWN).map((f) => (
          <li key={`${f.id}:${f.line}:${f.vcpu}:${f.gsi}:${f.vector}`} data-severity={String(f.severity)}>
            <code>{String(f.id)}</code>
            {onLine === null ? (
              <span className="tr-line">{t('trace.page.line', { n: Number(f.line) })}</span>
            ) : (
              <button type="button" className="tr-line" onClick={() => onLine(Number(f.line))}>
                {t('trace.page.line', { n: Number(f.line) })}
              </button>
            )}
            <span>{sentence(t, f.says)}</span>
          </li>
        ))}
      </ol>
      {notListed(findings.length, rows, t).map((more) => (
        <p key={more}>{more}</p>
      ))}
      {children}
      <p className="tr-exports">
        <button
          type="button"
          className="btn"
          onClick={() =>
            void asMarkdown(findings, rows, rawOf, t).then((text) =>
              save('findings.md', new Blob([text], { type: 'text/markdown' })),
            )
          }
        >
          {t('trace.page.export.md')}
        </button>
        <button
          type="button"
          className="btn"
          onClick={() => save('report.jsonl', new Blob([asJson()], { type: 'application/x-ndjson' }))}
        >
          {t('trace.page.export.json')}
        </button>
        {picture !== null && (
          <button
            type="button"
            className="btn"
            onClick={() =>
              void job.ask({ what: 'chrome' }).then(
                (file) => save('trace.json', file),
                // Said on the page already.
                () => {},
              )
            }
          >
            {t('trace.page.export.chrome')}
          </button>
        )}
      </p>
    </section>
  );
}

/** How many lines the engine foresaw, of those it judged. */
function agreement(rows: readonly ReportRow[], t: Translate): string {
  const judged = rowsOf(rows, 'prediction');
  if (judged.length === 0) return '';
  const sum = (name: string): number => judged.reduce((total, row) => total + Number(row[name]), 0);
  const agree = sum('right') - sum('trivial') + sum('raced');
  const all = agree + sum('wrong');
  return t('trace.page.agree', {
    n: agree.toLocaleString('en-US'),
    of: all.toLocaleString('en-US'),
    unknowable: sum('unknowable').toLocaleString('en-US'),
  });
}

function PasteRead({ paste, t }: { readonly paste: ReportRow; readonly t: Translate }): ReactNode {
  const limits = paste.limits as readonly string[];
  const ask = paste.ask as readonly string[];
  return (
    <section aria-labelledby="tr-read">
      <h2 id="tr-read">{t('trace.page.read.title')}</h2>
      <details>
        <summary>{String(paste.shape)}</summary>
        <pre>{JSON.stringify(paste.read, null, 1)}</pre>
      </details>
      {limits.length > 0 && <h3>{t('trace.page.limits')}</h3>}
      <ul>
        {limits.map((limit) => (
          <li key={limit}>{sentence(t, limit)}</li>
        ))}
      </ul>
      {ask.length > 0 && <h3>{t('trace.page.ask')}</h3>}
      <pre>{ask.join('\n')}</pre>
    </section>
  );
}
