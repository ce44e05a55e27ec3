/** What a panel does to the machine: in front of the step that is shown, and undone by name. */
import { useCallback } from 'react';
import type { JsonOp } from '../../log/log.ts';
import { change } from '../../store/actions/edits.ts';
import { useApp } from '../../store/use-app.ts';

export function useChange(): (ops: JsonOp | readonly JsonOp[]) => void {
  const app = useApp();
  return useCallback((ops) => change(app, ops), [app]);
}
