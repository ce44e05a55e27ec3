/** The one place where React meets an app: whose stage a component belongs to is the context's to say. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import { useStore as useZustand } from 'zustand';
import { assert } from '../base/assert.ts';
import type { App } from './create-app.ts';
import type { PanelRow } from './panel-step.ts';
import type { AppState } from './types.ts';

const Context = createContext<App | null>(null);

/** Everything below it belongs to this app. */
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  assert(app, 'no app above this component');
  return app;
}

/** Re-renders when what the selector picks has changed (Object.is). */
export function useStore<T>(selector: (state: AppState) => T): T {
  return useStoreOf(useApp(), selector);
}

/** As useStore, of an app that is not the one above the component. */
export function useStoreOf<T>({ store }: App, selector: (state: AppState) => T): T {
  return useZustand(store, selector);
}

/** Index of the step that panels tell, -1 before the first. @param row in which frame of a step it is told (panel-step.ts) */
export function usePanelStep(row: PanelRow = 0): number {
  const { subscribe, get } = useApp().panelSteps[row];
  return useSyncExternalStore(subscribe, get, get);
}
