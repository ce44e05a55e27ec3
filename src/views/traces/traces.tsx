/** The page of traces: what is open, what is being read, and where more comes from. */
import './traces-texts.ts';
import '../timeline/timeline.css';
import './traces.css';
import { type ReactNode, startTransition, useCallback, useEffect, useRef, useState } from 'react';
import { visible } from '../../base/visible.ts';
import { hasText } from '../../i18n/index.ts';
import { readTrace, type TraceJob } from '../../worker/trace-client.ts';
import { useT } from '../shared/use-t.ts';
import { FirstLook, type Look } from './first-look.tsx';
import { leaveTrace, PASTED } from './left.ts';
import { addressText, hashOf, type LineAddress, readAddress } from './line-address.ts';
import type { OpenedTrace, Problem, Progress } from './model.ts';
import { Report } from './report.tsx';
import { fetchSample, SAMPLES } from './samples.ts';
import { Sources } from './sources.tsx';

interface TracesProps {
  /** Dropped somewhere on the page before this was open. */
  readonly file: File | null;
  /** A line of a file, or a recording of ours, that the page's address names. */
  readonly asked: string | null;
  /** What was wrong with a file given since, as `error.<code>`. */
  readonly refused: string | null;
  /** Takes a file that is chosen here: it may be a figure, or a scene. */
  readonly onFile: (file: File) => void;
  readonly onClose: () => void;
}

export function Traces({ file, asked, refused, onFile, onClose }: TracesProps): ReactNode {
  const t = useT();
  const tNow = useRef(t);
  useEffect(() => {
    tNow.current = t;
  });
  const [trace, setTrace] = useState<OpenedTrace | null>(null);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [look, setLook] = useState<Look | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  /** The one being read; the one that is open answers until it is done. */
  const reading = useRef<TraceJob | null>(null);
  const opened = useRef<TraceJob | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  const [wanted, setWanted] = useState<LineAddress | null>(null);
  const wantedNow = useRef<LineAddress | null>(null);
  useEffect(() => {
    wantedNow.current = wanted;
  });

  const open = useCallback((what: Blob | string, name: string, vm?: number, sample: string | null = null): void => {
    const address = typeof what === 'string' ? readAddress(what) : null;
    if (address !== null) {
      setWanted(address);
      return;
    }
    reading.current?.close();
    setProblem(null);
    setProgress(null);
    setLook(null);
    setBusy(true);
    // Without TLS a page has no hash: then no address is known to be the file's.
    const hashed = typeof what === 'string' ? null : hashOf(what).catch(() => null);
    if (typeof what === 'string') leaveTrace(PASTED);
    else if (sample !== null) leaveTrace(sample);
    else
      void hashed?.then((hash) => {
        if (hash !== null && reading.current === job)
          leaveTrace(addressText({ format: 'recording', size: what.size, hash, line: 1 }));
      });
    const job = readTrace(
      what,
      (message) => {
        if (message.type === 'progress') {
          setProgress(message);
          return;
        }
        if (message.type === 'glance') {
          setLook(message);
          return;
        }
        if (message.type === 'failed' && opened.current === job) {
          // It was asked something it cannot answer: the file has changed, or its worker is gone. What is shown stays.
          setProblem(message);
          return;
        }
        setLook(null);
        setBusy(false);
        setProgress(null);
        reading.current = null;
        if (message.type === 'failed') {
          job.close();
          setProblem(message);
          if (opened.current === null) leaveTrace(null);
          return;
        }
        if (message.type !== 'rows') return;
        opened.current?.close();
        opened.current = job;
        const file = typeof what === 'string' ? null : what;
        const size = typeof what === 'string' ? what.length : what.size;
        const { rows, picture } = message;
        // In pieces: a report is some thousand elements.
        const show = (line: number | null, hash: string | null): void =>
          startTransition(() => setTrace({ name, size, file, rows, picture, job, line, hash, sample }));
        if (hashed === null) {
          show(null, null);
          return;
        }
        void hashed.then((hash) => {
          const goal = wantedNow.current;
          const isIt = goal !== null && goal.size === size && goal.hash === hash;
          setWanted(null);
          if (goal !== null && !isIt) setProblem({ key: 'trace.page.other', params: {} });
          show(isIt ? goal.line : null, hash);
        });
      },
      vm,
    );
    reading.current = job;
  }, []);
  const cancel = (): void => {
    reading.current?.close();
    reading.current = null;
    setBusy(false);
    setProgress(null);
    setLook(null);
    if (opened.current === null) leaveTrace(null);
  };

  useEffect(() => {
    if (asked === null) return;
    if (asked === PASTED) {
      setProblem({ key: 'trace.page.pasteAgain', params: {} });
      return;
    }
    const sample = SAMPLES.find((one) => one.id === asked);
    if (sample === undefined) {
      const address = readAddress(asked);
      if (address === null) setProblem({ key: 'trace.page.address', params: {} });
      else setWanted(address);
      return;
    }
    void fetchSample(sample).then((blob) => {
      if (blob === null) setProblem({ key: 'error.part-not-loaded', params: {} });
      else open(blob, tNow.current(`trace.page.sample.${sample.id}`), undefined, sample.id);
    });
  }, [asked, open]);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (file !== null) open(file, file.name);
  }, [file, open]);
  useEffect(() => {
    if (refused !== null) setProblem({ key: `error.${refused}`, params: {} });
  }, [refused]);
  useEffect(
    () => () => {
      leaveTrace(null);
      reading.current?.close();
      opened.current?.close();
    },
    [],
  );

  return (
    <section className="tr" aria-labelledby="tr-title">
      <header className="tr-head">
        <h1 id="tr-title" tabIndex={-1} ref={heading}>
          {t('trace.page.title')}
        </h1>
        {trace !== null && trace.name !== '' && <span className="tr-name">{visible(trace.name)}</span>}
        <button type="button" className="btn" onClick={onClose}>
          {t('trace.page.close')}
        </button>
      </header>
      {busy && (
        <div className="tr-progress" role="status">
          <progress
            max={2}
            value={progress === null ? 0 : progress.pass - 1 + progress.bytes / Math.max(1, progress.of)}
          />
          <span>
            {progress === null
              ? '…'
              : t('trace.page.progress', {
                  pass: progress.pass,
                  done: (progress.bytes / 1e6).toFixed(1),
                  of: (progress.of / 1e6).toFixed(1),
                  lines: progress.lines.toLocaleString('en-US'),
                })}
          </span>
          <button type="button" className="btn" onClick={cancel}>
            {t('trace.page.cancel')}
          </button>
        </div>
      )}
      {look !== null && <FirstLook look={look} t={t} />}
      {problem !== null && (
        <p className="tr-problem" role="alert">
          {hasText(problem.key) ? t(problem.key, problem.params) : problem.key}
        </p>
      )}
      {wanted !== null && (
        <p className="tr-problem" role="status">
          {t('trace.page.again', {
            size: wanted.size.toLocaleString('en-US'),
            line: wanted.line.toLocaleString('en-US'),
          })}
        </p>
      )}
      {trace !== null && (
        <Report
          key={`${trace.name}:${trace.size}:${trace.rows.length}`}
          trace={trace}
          onVm={trace.file === null ? null : (vm) => open(trace.file as Blob, trace.name, vm, trace.sample)}
          t={t}
        />
      )}
      <Sources t={t} open={open} onFile={onFile} onProblem={(key) => setProblem({ key, params: {} })} />
    </section>
  );
}
