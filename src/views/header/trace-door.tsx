/** The way to a real trace: the header's button, or a file that is no scene of ours. The page of traces is a chunk of its own. */
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import type { Translate } from '../shared/use-t.ts';

const Traces = lazy(() => import('../traces/traces.tsx').then((m) => ({ default: m.Traces })));

/** The page of traces: open with a file or without, or shut. */
export type OpenTrace = {
  readonly file: File | null;
  /** What was wrong with the file given last, as `error.<code>`: it is none to read here, and what is open stays. */
  readonly problem: string | null;
} | null;

/** Open, and nothing given yet. */
export const NO_FILE: OpenTrace = { file: null, problem: null };

interface TraceDoorProps {
  readonly trace: OpenTrace;
  /** What the address asks for: a line of a file, or a recording of ours; null: nothing. */
  readonly asked: string | null;
  readonly setTrace: (trace: OpenTrace) => void;
  /** Takes a file that was chosen on the page of traces, whatever it is. */
  readonly onFile: (file: File) => void;
  readonly t: Translate;
}

export function TraceDoor({ trace, asked, setTrace, onFile, t }: TraceDoorProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = trace !== null;
  useEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal();
  }, [isOpen]);
  return (
    <>
      <button type="button" className="header-btn" onClick={() => setTrace(NO_FILE)}>
        {t('hdr.trace')}
      </button>
      {isOpen && (
        <dialog className="tr-dialog" ref={dialog} onClose={() => setTrace(null)} aria-label={t('hdr.trace')}>
          <Suspense fallback={null}>
            <Traces
              file={trace.file}
              asked={asked}
              refused={trace.problem}
              onFile={onFile}
              onClose={() => dialog.current?.close()}
            />
          </Suspense>
        </dialog>
      )}
    </>
  );
}
