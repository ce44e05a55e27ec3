/** A recording or a pasted text as a page: what was found, how the engine fared, what came how often. */
import './traces-texts.ts';
import './traces.css';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { hasText } from '../../i18n/index.ts';
import { RECIPES } from '../../trace/recipe.ts';
import type { ReportRow } from '../../trace/report.ts';
import { type FromTrace, readTrace } from '../../worker/trace-client.ts';
import { type Translate, useT } from '../shared/use-t.ts';

const MAX_PASTE = 8 * 1024 * 1024;
const SAMPLES = [
  { id: 'svm', file: 'traces/svm-2vcpu-v7.3.txt.gz' },
  { id: 'apicv', file: 'traces/vmx-1vcpu-apicv-v6.1.txt.gz' },
] as const;
const SHOWN = 200;

interface TracesProps {
  /** Dropped somewhere on the page before this was open. */
  readonly file: File | null;
  /** What was wrong with a file given since, as `error.<code>`. */
  readonly refused: string | null;
  /** Takes a file that is chosen here: it may be a figure, or a scene. */
  readonly onFile: (file: File) => void;
  readonly onClose: () => void;
}

type Progress = Extract<FromTrace, { type: 'progress' }>;

/** A sentence that crossed from the worker as its key and parameters. */
function sentence(t: Translate, said: unknown): string {
  return String(said)
    .split(/(?<=\])\s(?=\[)/)
    .map((part) => {
      try {
        const [key, params] = JSON.parse(part) as [string, Record<string, string | number>];
        return hasText(key) ? t(key, params) : key;
      } catch {
        return part;
      }
    })
    .join(' ');
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function Traces({ file, refused, onFile, onClose }: TracesProps): ReactNode {
  const t = useT();
  const [rows, setRows] = useState<readonly ReportRow[] | null>(null);
  const [name, setName] = useState('');
  const [progress, setProgress] = useState<Progress | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ key: string; params: Readonly<Record<string, string | number>> } | null>(
    null,
  );
  const job = useRef<{ cancel(): void } | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  const open = useCallback((what: Blob | string, title: string): void => {
    job.current?.cancel();
    setProblem(null);
    setProgress(null);
    setBusy(true);
    job.current = readTrace(what, (message) => {
      if (message.type === 'progress') setProgress(message);
      else {
        setBusy(false);
        setProgress(null);
        if (message.type === 'rows') {
          setRows(message.rows);
          setName(title);
        } else setProblem(message);
      }
    });
  }, []);
  const cancel = (): void => {
    job.current?.cancel();
    setBusy(false);
    setProgress(null);
  };

  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (file !== null) open(file, file.name);
  }, [file, open]);
  useEffect(() => {
    if (refused !== null) setProblem({ key: `error.${refused}`, params: {} });
  }, [refused]);
  useEffect(() => () => job.current?.cancel(), []);

  return (
    <section className="tr" aria-labelledby="tr-title">
      <header className="tr-head">
        <h1 id="tr-title" tabIndex={-1} ref={heading}>
          {t('trace.page.title')}
        </h1>
        {name !== '' && <span className="tr-name">{name}</span>}
        <button type="button" className="btn" onClick={onClose}>
          {t('trace.page.close')}
        </button>
      </header>
      {busy && (
        <p className="tr-progress" role="status">
          <span>
            {progress === null
              ? '…'
              : t('trace.page.progress', {
                  pass: progress.pass,
                  done: (progress.bytes / 1e6).toFixed(1),
                  of: (progress.of / 1e6).toFixed(1),
                })}
          </span>
          <button type="button" className="btn" onClick={cancel}>
            {t('trace.page.cancel')}
          </button>
        </p>
      )}
      {problem !== null && (
        <p className="tr-problem" role="alert">
          {hasText(problem.key) ? t(problem.key, problem.params) : problem.key}
        </p>
      )}
      {rows !== null && <Report rows={rows} t={t} />}
      <Sources t={t} open={open} onFile={onFile} onProblem={(key) => setProblem({ key, params: {} })} />
    </section>
  );
}

function Sources({
  t,
  open,
  onFile,
  onProblem,
}: {
  readonly t: Translate;
  readonly open: (what: Blob | string, title: string) => void;
  readonly onFile: (file: File) => void;
  readonly onProblem: (key: string) => void;
}): ReactNode {
  const [text, setText] = useState('');
  const take = (pasted: string): void => {
    if (pasted.trim() === '') return;
    if (pasted.length > MAX_PASTE) onProblem('trace.page.tooLong');
    else open(pasted, '');
  };
  return (
    <div className="tr-sources">
      <p>{t('trace.page.lead')}</p>
      <label className="tr-file">
        <span>{t('trace.page.choose')}</span>
        <input
          type="file"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            if (chosen !== undefined) onFile(chosen);
          }}
        />
      </label>
      <label className="tr-paste">
        <span>{t('trace.page.paste')}</span>
        <textarea rows={5} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="button" className="btn" onClick={() => take(text)}>
        {t('trace.page.read')}
      </button>
      <fieldset className="tr-samples">
        <legend>{t('trace.page.sample')}</legend>
        {SAMPLES.map((sample) => (
          <button
            key={sample.id}
            type="button"
            className="btn"
            onClick={async () => {
              const answer = await fetch(sample.file).catch(() => null);
              if (answer?.ok) open(await answer.blob(), t(`trace.page.sample.${sample.id}`));
              else onProblem('error.part-not-loaded');
            }}
          >
            {t(`trace.page.sample.${sample.id}`)}
          </button>
        ))}
      </fieldset>
      <details className="tr-recipe">
        <summary>{t('trace.page.recipe')}</summary>
        {RECIPES.map(({ id, commands }) => {
          const key = `trace.recipe.${id}`;
          const cost = `${key}.cost`;
          return (
            <div key={id}>
              <h3>{hasText(key) ? t(key) : id}</h3>
              <pre>{commands.join('\n')}</pre>
              <p>{hasText(cost) ? t(cost) : ''}</p>
            </div>
          );
        })}
      </details>
    </div>
  );
}

function Report({ rows, t }: { readonly rows: readonly ReportRow[]; readonly t: Translate }): ReactNode {
  const of = (kind: string): ReportRow[] => rows.filter((row) => row.kind === kind);
  const [summary] = of('summary');
  const [paste] = of('paste');
  const findings = of('finding');
  const gsis = of('gsi').filter((row) => Number(row.high) > 0);
  const most = Math.max(1, ...gsis.map((row) => Number(row.edges)));
  const asMarkdown = (): string =>
    findings
      .map(
        (f) => `- **${f.id}** (${f.severity}), ${t('trace.page.line', { n: Number(f.line) })}: ${sentence(t, f.says)}`,
      )
      .join('\n');
  return (
    <div className="tr-report">
      {summary !== undefined && (
        <p className="tr-summary">
          {t('trace.page.summary', {
            format: String(summary.format),
            lines: Number(summary.lines).toLocaleString('en-US'),
            vcpus: (summary.vcpus as number[]).join(' '),
            irqchip: String(summary.irqchip),
            vendor: String(summary.vendor),
          })}
          {summary.apicv === true && ` ${t('trace.page.apicv')}`}
        </p>
      )}
      <section aria-labelledby="tr-findings">
        <h2 id="tr-findings">{t('trace.page.findings')}</h2>
        {findings.length === 0 && <p>{t('trace.page.none')}</p>}
        <ol className="tr-findings">
          {findings.slice(0, SHOWN).map((f) => (
            <li key={`${f.id}:${f.line}:${f.vcpu}:${f.gsi}:${f.vector}`} data-severity={String(f.severity)}>
              <code>{String(f.id)}</code>
              <span className="tr-line">{t('trace.page.line', { n: Number(f.line) })}</span>
              <span>{sentence(t, f.says)}</span>
            </li>
          ))}
        </ol>
        <p className="tr-exports">
          <button type="button" className="btn" onClick={() => save('findings.md', 'text/markdown', asMarkdown())}>
            {t('trace.page.export.md')}
          </button>
          <button
            type="button"
            className="btn"
            onClick={() =>
              save(
                'report.jsonl',
                'application/x-ndjson',
                rows
                  .map((row) => JSON.stringify(row.says === undefined ? row : { ...row, says: sentence(t, row.says) }))
                  .join('\n'),
              )
            }
          >
            {t('trace.page.export.json')}
          </button>
        </p>
      </section>
      {paste !== undefined && <PasteRead paste={paste} t={t} />}
      <Table
        title={t('trace.page.prediction')}
        heads={['event', 'right', 'trivial', 'raced', 'wrong', 'missing', 'unknowable']}
        rows={of('prediction').map((p) => [p.event, p.right, p.trivial, p.raced, p.wrong, p.missing, p.unknowable])}
      />
      {gsis.length > 0 && (
        <section className="tr-bars" aria-labelledby="tr-gsis">
          <h2 id="tr-gsis">{t('trace.page.gsis')}</h2>
          {gsis.map((row) => (
            <div key={String(row.gsi)} className="tr-bar">
              <span>GSI {String(row.gsi)}</span>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                {/* The square root, so that one is still seen beside thousands. */}
                <rect width={(100 * Math.sqrt(Number(row.edges))) / Math.sqrt(most)} height={10} />
              </svg>
              <span className="tr-count">{Number(row.edges).toLocaleString('en-US')}</span>
            </div>
          ))}
        </section>
      )}
      <Table
        title={t('trace.page.latency')}
        heads={['vector', 'n', 'p50', 'p90', 'p99', 'max']}
        rows={of('overall-vector').flatMap((v) => {
          const w = v.waiting as { n: number; p50: number; p90: number; p99: number; max: number } | null;
          return w === null ? [] : [[hex(v.vector), w.n, w.p50, w.p90, w.p99, w.max]];
        })}
      />
      <Table
        title={t('trace.page.vectors')}
        heads={['vCPU', 'vector', 'accepted', 'merged', 'injected', 'EOI', 'GSI']}
        rows={of('vector').map((v) => [
          v.vcpu,
          hex(v.vector),
          v.accepted,
          v.merged,
          v.injected,
          v.eoi,
          (v.gsis as number[]).join(' '),
        ])}
      />
    </div>
  );
}

const hex = (value: unknown): string => `0x${Number(value).toString(16)}`;

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
    <div className="tr-table">
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
