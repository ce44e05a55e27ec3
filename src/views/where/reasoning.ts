/** One worker an app that reasons about its run: started by the first who wants to know, beside the run and never in its way. */
import { useSyncExternalStore } from 'react';
import type { App } from '../../store/create-app.ts';
import { useApp } from '../../store/use-app.ts';
import { type Found, type ReasonClient, startReasoning } from '../../worker/reason-client.ts';

export interface Findings {
  readonly all: readonly Found[];
  /** The rules have looked at the whole run. */
  readonly whole: boolean;
}

interface Reasoning {
  readonly client: ReasonClient;
  get(): Findings;
  subscribe(tell: () => void): () => void;
}

const NOT_YET: Findings = { all: [], whole: false };
const started = new WeakMap<App, Reasoning>();

/** The reasoning of an app's run, which follows it from now on. */
export function reasoningOf(app: App): Reasoning {
  const known = started.get(app);
  if (known !== undefined) return known;
  const listeners = new Set<() => void>();
  let findings = NOT_YET;
  const show = (next: Findings): void => {
    findings = next;
    for (const tell of listeners) tell();
  };
  const client = startReasoning((all, whole) => show({ all, whole }));
  let seen: unknown = null;
  const follow = (): void => {
    const { scene } = app.store.getState();
    // Commands grow in place: their number and the object tell that there are more.
    if (scene === null || !scene.complete || scene === seen) return;
    seen = scene;
    client.run(scene.commands.map(({ op }) => op));
  };
  app.store.subscribe(follow);
  follow();
  const reasoning: Reasoning = {
    client,
    get: () => findings,
    subscribe(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  };
  started.set(app, reasoning);
  return reasoning;
}

/** What the rules have found in the run on screen. */
export function useFindings(): Findings {
  const { subscribe, get } = reasoningOf(useApp());
  return useSyncExternalStore(subscribe, get, get);
}
