/** Files that a person gives the page: dropped anywhere, or chosen in one of its dialogs. */
import { useCallback, useEffect, useState } from 'react';
import type { App } from '../../store/create-app.ts';
import type { OpenTrace } from './trace-door.tsx';

interface Files {
  /** What the page of traces shows. */
  readonly trace: OpenTrace;
  readonly setTrace: (trace: OpenTrace) => void;
  /** Opens a file: a scene of ours on the stage, anything else on the page of traces. */
  readonly open: (file: File) => Promise<void>;
}

export function useFiles(app: App): Files {
  const [trace, setTrace] = useState<OpenTrace>(null);
  const open = useCallback(
    async (file: File): Promise<void> => {
      const taken = await import('../share/take-file.ts')
        .then(({ takeFile }) => takeFile(app, file))
        .catch(() => ({ problem: 'part-not-loaded' }));
      if (taken === 'recording') setTrace({ file, problem: null });
      else if (taken === 'opened') setTrace(null);
      else if (taken !== 'overtaken') {
        const { problem } = taken;
        // Over the page of traces nobody sees the page's own sentence.
        setTrace((before) => (before === null ? null : { ...before, problem }));
        if (app.store.getState().notice?.code !== problem) {
          app.actions.notify({ code: problem, place: file.name, params: {} });
        }
      }
    },
    [app],
  );
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
  return { trace, setTrace, open };
}
