/** What changes the scene: another preset, ops from a link, one thing done differently. */

import { alsoLoad } from '../../i18n/index.ts';
import type { JsonOp } from '../../log/log.ts';
import { loadPresetFile } from '../../scenes/index.ts';
import type { AppCore } from '../create-app.ts';
import type { Opening } from '../scene-feed.ts';
import { NO_SCENE, type SceneEnd, type SceneId } from '../types.ts';

/** What is said of the scenes, by the name of a language's folder. */
const TEXTS: Readonly<Partial<Record<string, () => Promise<{ readonly default: Readonly<Record<string, string>> }>>>> =
  {
    'zh-cn': () => import('../../scenes/texts-zh-cn.ts'),
  };
alsoLoad((folder) => TEXTS[folder]?.().then((m) => m.default));

const FROM_THE_START: Opening = { step: null, play: true };

/**
 * Replaces the scene by a preset, once its file is here and the engine has begun.
 * @param version content version; absent: the newest
 * @returns what is wrong when it was refused (the reason is in `notice` as well, the scene before it stays)
 */
export async function loadPreset(
  app: AppCore,
  id: string,
  opening: Partial<Opening> = {},
  version?: number,
): Promise<SceneEnd> {
  return loadChanged(app, { preset: id, version, keep: null, ops: [] }, opening);
}

/** A preset up to some command, and ops of one's own after it. */
export interface ChangedPreset {
  readonly preset: string;
  readonly version: number | undefined;
  /** Leading ops of the preset that stay; null: all. */
  readonly keep: number | null;
  readonly ops: readonly JsonOp[];
}

/** As loadPreset, with a part of the preset dropped and ops added. */
export async function loadChanged(
  app: AppCore,
  from: ChangedPreset,
  opening: Partial<Opening> = {},
): Promise<SceneEnd> {
  const isNewest = app.feed.ask();
  const answer = await loadPresetFile(from.preset, from.version);
  if (!isNewest()) return 'overtaken';
  if (!answer.ok) {
    app.store.setState({ notice: answer.problem });
    return answer.problem;
  }
  const { id, version, ops, start, look, end, narration } = answer.preset;
  const kept = Math.max(1, Math.min(from.keep ?? ops.length, ops.length));
  const pinned = from.version !== undefined;
  const sceneId: SceneId = {
    preset: id,
    version,
    pinned,
    kept,
    total: ops.length,
    start: Math.min(start, kept),
    look,
    end,
    narration,
  };
  return runToDone(app, [...ops.slice(0, kept), ...from.ops], sceneId, opening);
}

/** Replaces the scene by ops of one's own; the first is a create. @param start first op whose steps are shown */
export function loadOps(
  app: AppCore,
  ops: readonly JsonOp[],
  opening: Partial<Opening> = {},
  start = 1,
): Promise<SceneEnd> {
  app.feed.ask();
  return runToDone(app, ops, { ...NO_SCENE, start }, opening);
}

function runToDone(app: AppCore, ops: readonly JsonOp[], id: SceneId, opening: Partial<Opening>): Promise<SceneEnd> {
  return new Promise((resolve) => {
    app.feed.run(ops, id, { ...FROM_THE_START, ...opening, whenDone: resolve });
  });
}

/** Handlers ending and timers firing that may follow a poke: a storm shows itself in fewer, and stays watchable. */
const POKE_EVENTS = 16;

/** Ops, and time for the model guest to answer them. */
export const withRoom = (ops: readonly JsonOp[]): readonly JsonOp[] => [...ops, { op: 'settle', events: POKE_EVENTS }];

/**
 * Does something to the machine where the playhead stands, lets the model guest settle, and plays on from there. In the
 * middle of a scene that makes a branch: what came after the command at the playhead is dropped.
 * @returns what became of these ops, though others were waiting before or after them
 */
export function poke(app: AppCore, ops: JsonOp | readonly JsonOp[]): Promise<SceneEnd> {
  const list = Array.isArray(ops) ? (ops as readonly JsonOp[]) : [ops as JsonOp];
  return new Promise((resolve) => app.feed.poke(withRoom(list), undefined, resolve));
}

/** A new machine with some of its configuration changed, and the same ops after its create. */
export async function reconfigure(app: AppCore, change: JsonOp): Promise<SceneEnd> {
  const { scene, sceneId } = app.store.getState();
  if (scene === null) return 'overtaken';
  const [create, ...rest] = scene.commands.map((command) => command.op);
  return loadOps(app, [{ ...create, ...change }, ...rest], {}, sceneId.start);
}
