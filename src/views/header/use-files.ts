/** Files that a person gives the page: dropped anywhere, or chosen in one of its dialogs. */
import { useCallback, useEffect, useState } from 'react';
import type { App } from '../../store/create-app.ts';
import type { Taken } from '../share/take-file.ts';
import type { OpenTrace } from './trace-door.tsx';

interface Files {
  /** What the page of traces shows. */
  readonly trace: OpenTrace;
  readonly setTrace: (trace: OpenTrace) => void;
  /** Opens a file: a scene of ours on the stage, anything else on the page of traces. */
  readonly open: (file: File) => Promise<void>;
}

const take = (app: App, file: File): Promise<Taken> =>
  import('../share/take-file.ts')
    .then(({ takeFile }) => takeFile(app, file))
    .catch(() => ({ problem: 'part-not-loaded' }));

/** What is wrong with a file, unless it is on the page already. */
function notify({ store, actions }: App, code: string, file: File): void {
  if (store.getState().notice?.code !== code) actions.notify({ code, place: file.name, params: {} });
}

/** Files dropped anywhere come here; the browser would go to them, and leave the page or the deck around it. */
function useDrop(open: (file: File) => Promise<void>): void {
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      void open(file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, [open]);
}

export function useFiles(app: App): Files {
  const [trace, setTrace] = useState<OpenTrace>(null);
  const open = useCallback(
    async (file: File): Promise<void> => {
      const taken = await take(app, file);
      if (taken === 'recording') setTrace({ file, problem: null });
      else if (taken === 'opened') setTrace(null);
      else if (taken !== 'overtaken') {
        const { problem } = taken;
        // Over the page of traces nobody sees the page's own sentence.
        setTrace((before) => (before === null ? null : { ...before, problem }));
        notify(app, problem, file);
      }
    },
    [app],
  );
  useDrop(open);
  return { trace, setTrace, open };
}

/**
 * In a frame: a scene opens; what a machine recorded needs the page itself.
 * @param before is called first; null: nothing is taken, and the browser does not go to the file either
 */
export function useFilesInFrame(app: App, before: (() => void) | null): void {
  const open = useCallback(
    async (file: File): Promise<void> => {
      if (before === null) return;
      before();
      const taken = await take(app, file);
      if (taken === 'recording') notify(app, 'file-in-frame', file);
      else if (typeof taken === 'object') notify(app, taken.problem, file);
    },
    [app, before],
  );
  useDrop(open);
}
