/**
 * What is odd in the runs of an app, told as it is found, once for each run. The worker that looks ends when it has looked: a
 * deck has many scenes, and most of them stand still.
 */
import { type Params, translate } from '../../i18n/index.ts';
import { firstStepOf } from '../../log/op-steps.ts';
import { stepName } from '../../log/step-name.ts';
import type { App } from '../../store/create-app.ts';
import { type Found, type ReasonClient, startReasoning } from '../../worker/reason-client.ts';
import { sayFinding } from './say-finding.ts';

/** A finding as who frames the page is told it. */
export interface ToldFinding {
  readonly id: string;
  readonly severity: Found['severity'];
  /** "ioapic:0.redirLo[11]" */
  readonly at: string;
  /** First step of the op since which it holds, and its name; -1 and null: before the first. */
  readonly step: number;
  readonly name: string | null;
  /** Whether it still holds at the end. */
  readonly open: boolean;
  readonly params: Found['params'];
  readonly sentence: string;
}

type Start = typeof startReasoning;

const keyOf = ({ id, at, since }: Found): string => `${id} ${at} ${since.command}`;

/** @returns how to stop */
export function tellFindings(
  app: App,
  tell: (finding: ToldFinding) => void,
  start: Start = startReasoning,
): () => void {
  const { store } = app;
  let client: ReasonClient | null = null;
  let told = new Set<string>();
  let seen: unknown = null;
  let first: unknown = null;
  const rest = (): void => {
    client?.stop();
    client = null;
  };

  function found(all: readonly Found[], whole: boolean): void {
    const { scene, ui } = store.getState();
    if (scene === null) return;
    for (const one of all) {
      if (told.has(keyOf(one))) continue;
      const step = firstStepOf(scene, one.since.command);
      const { id, severity, at, open, params } = one;
      const sentence = sayFinding(one, (key, values?: Params) => translate(ui.lang, key, values));
      const name = step < 0 ? null : stepName(scene.steps, step);
      tell({ id, severity, at, step, name, open, params, sentence });
    }
    told = new Set(all.map(keyOf));
    if (whole) rest();
  }

  function follow(): void {
    const { scene } = store.getState();
    if (scene === null || !scene.complete || scene === seen) return;
    seen = scene;
    // Another scene begins with another record; what a scene grew by does not.
    if (scene.commands[0] !== first) told = new Set();
    [first] = scene.commands;
    client ??= start(found);
    client.run(scene.commands.map(({ op }) => op));
  }

  const unsubscribe = store.subscribe(follow);
  follow();
  return () => {
    unsubscribe();
    rest();
  };
}
