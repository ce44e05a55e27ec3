/** A press on a token that waits selects where it is held, which "Where is my interrupt?" takes for its question. */
import { useEffect } from 'react';
import { type MachineView, routesOf } from '../../engine/view/machine-view.ts';
import type { Place } from '../../explain/locate/locator.ts';
import type { UnderWay } from '../../scene/under-way.ts';
import type { Selection } from '../../store/types.ts';
import { useApp } from '../../store/use-app.ts';

/** Pins of a chip in the tables of routes. */
const PINS = 24;

/** What stands where an interrupt waits (scene/waits.ts). */
export function selectionAt(at: Place, view: MachineView | null): Selection | null {
  switch (at.at) {
    case 'ioapicPin':
      return { kind: 'ioapic', index: 0, register: 'redirLo', sub: at.pin };
    case 'picPin': {
      const chip = at.pin >> 3;
      const gsi = view === null ? undefined : routesOf(view).pinToGsi[chip * PINS + (at.pin & 7)];
      return { kind: 'pic', index: chip, register: 'irr', ...(gsi !== undefined && gsi >= 0 && { gsi }) };
    }
    case 'cell': {
      const { vcpu, grid, vector } = at;
      return { kind: grid === 'pir' ? 'piDesc' : 'lapic', index: vcpu, register: grid, sub: vector >> 5, vector };
    }
    case 'vcpu':
      return { kind: 'vcpu', index: at.vcpu, register: 'nmiPending' };
    case 'device':
      return { kind: 'device', index: at.slot };
    default:
      return null;
  }
}

/** @param all what is under way at the step that is shown */
export function usePickedTokens(all: readonly UnderWay[]): void {
  const { store, actions } = useApp();
  useEffect(() => {
    const onClick = ({ target }: MouseEvent): void => {
      const token = (target as Element).closest<HTMLElement>('.bd-parked');
      const wait = all.find(({ journey }) => journey === Number(token?.dataset.journey))?.wait;
      const selection = wait ? selectionAt(wait.at, store.getState().view) : null;
      if (selection !== null) actions.select(selection);
    };
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, [all, store, actions]);
}
