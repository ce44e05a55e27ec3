/** The one place where React meets the store. */
import { useStore as useZustand } from 'zustand';
import { store } from './app-store.ts';
import type { AppState } from './types.ts';

/** Re-renders when what the selector picks has changed (Object.is). */
export function useStore<T>(selector: (state: AppState) => T): T {
  return useZustand(store, selector);
}
