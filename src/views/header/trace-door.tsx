/** The way to a real trace: the header's button, or a file dropped anywhere. The page of traces is a chunk of its own. */
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { Translate } from '../shared/use-t.ts';

const Traces = lazy(() => import('../traces/traces.tsx').then((m) => ({ default: m.Traces })));

export function TraceDoor({ t }: { readonly t: Translate }): ReactNode {
  const [trace, setTrace] = useState<{ readonly file: File | null } | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      setTrace({ file });
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, []);
  const isOpen = trace !== null;
  useEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal();
  }, [isOpen]);
  return (
    <>
      <button type="button" className="header-btn" onClick={() => setTrace({ file: null })}>
        {t('hdr.trace')}
      </button>
      {isOpen && (
        <dialog className="tr-dialog" ref={dialog} onClose={() => setTrace(null)} aria-label={t('hdr.trace')}>
          <Suspense fallback={null}>
            <Traces file={trace.file} onClose={() => dialog.current?.close()} />
          </Suspense>
        </dialog>
      )}
    </>
  );
}
