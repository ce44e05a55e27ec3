/** What every group of controls is made of: a fold, a form that acts on the machine, a choice of vCPU. */
import type { FormEvent, ReactNode } from 'react';
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { Fold } from '../kit/fold.tsx';
import { useChange } from '../shared/use-change.ts';
import type { Translate } from '../shared/use-t.ts';

export interface ControlProps {
  readonly view: MachineView;
  readonly t: Translate;
}

/** A group that folds; `open` at first for what a newcomer tries. */
export function Group({ title, open, children }: { title: string; open?: boolean; children: ReactNode }) {
  return (
    <Fold className="fold-group ctl-group" title={title} open={open}>
      {children}
    </Fold>
  );
}

/** Does an act on submit; a form with a wrong field does nothing, its field says why. */
export function useAct(): (ops: () => JsonOp | readonly JsonOp[] | null) => (event: FormEvent) => void {
  const change = useChange();
  return (ops) => (event) => {
    event.preventDefault();
    const list = ops();
    if (list !== null) change(list);
  };
}

/** vCPU 0, vCPU 1, … */
export const vcpuOptions = (view: MachineView): (readonly [number, string])[] =>
  Array.from({ length: view.wordMap.vcpus }, (_, n) => [n, `vCPU ${n}`]);
