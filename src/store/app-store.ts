/** The page's one store. */
import { createAppStore } from './create-store.ts';

export const store = createAppStore();
