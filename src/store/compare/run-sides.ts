/**
 * Runs the two sides of a comparison headless, in an engine of their own. An op that makes no sense on one side's machine is
 * left out there and named; the rest goes on.
 */

import type { JsonOp, SceneLog } from '../../log/log.ts';
import { settleRef } from '../../log/step-sets.ts';
import { loadPresetFile } from '../../scenes/index.ts';
import type { App } from '../create-app.ts';
import { NO_SCENE, type Notice, type SceneEnd } from '../types.ts';
import type { Comparison } from './compare-text.ts';
import { isOn, type Switch, switchesFor, turned, withRunLoop } from './switches.ts';

/** An op that one side's machine refused, or that does nothing there. */
export interface Refused {
  readonly op: string;
  readonly times: number;
}

export interface Side {
  /** Its stage: the scene is in it. */
  readonly app: App;
  /** Preset it is; null: none of ours. */
  readonly preset: string | null;
  readonly ops: readonly JsonOp[];
  readonly start: number;
  readonly scene: SceneLog;
  readonly refused: readonly Refused[];
  /** Ops that do something on the other side only. */
  readonly idle: readonly Refused[];
}

export interface Sides {
  readonly left: Side;
  readonly right: Side;
  /** The switch that differs, and whether it is on at the left; null: two presets. */
  readonly turn: { readonly name: Switch; readonly left: boolean } | null;
  /** Switches that make sense on the left side's machine, and whether each is on there. */
  readonly switches: readonly { readonly name: Switch; readonly left: boolean }[];
}

export type SidesAnswer =
  | { readonly ok: true; readonly sides: Sides }
  | { readonly ok: false; readonly notice: Notice };

/** More refusals than this are no comparison any more. */
const MAX_REFUSED = 50;

/** The codec comes when it is first needed, as everywhere. */
const loadCodec = () => import('../../share/link.ts');

const LOST: Notice = { code: 'lost-run', place: 'c', params: {} };

interface Source {
  readonly preset: string | null;
  readonly ops: readonly JsonOp[];
  readonly start: number;
}

/** What a link's text names. */
async function open(text: string): Promise<Source | Notice> {
  const { decodeLink } = await loadCodec();
  const answer = decodeLink(text);
  if (answer === null) return { code: 'preset-unknown', place: 'c', params: { id: text.slice(2, 60) } };
  if (!answer.ok) return answer.problem;
  const { link } = answer;
  if (link.kind === 'ops' && link.base === null) return { preset: null, ops: link.log, start: link.start ?? 1 };
  const { id, version } = link.kind === 'preset' ? link.preset : (link.base ?? { id: '', version: null });
  const base = await loadPresetFile(id, version ?? undefined);
  if (!base.ok) return base.problem;
  const { ops, start } = base.preset;
  if (link.kind === 'preset') return { preset: id, ops, start };
  const kept = Math.max(1, Math.min(link.keep ?? ops.length, ops.length));
  return { preset: null, ops: [...ops.slice(0, kept), ...link.log], start: Math.min(start, kept) };
}

/** Shows the left side of a comparison as a scene of its own. */
export async function showLeft({ actions }: App, { left }: Comparison): Promise<SceneEnd> {
  const source = await open(left);
  if (isNotice(source)) return source;
  if (source.preset !== null) return actions.loadPreset(source.preset, { play: false });
  return actions.loadOps(source.ops, { play: false }, source.start);
}

/** Runs in an app what can be run of a list of ops. */
export function runTolerant(app: App, { preset, ops, start }: Source): Promise<Side | Notice> {
  return new Promise((resolve) => {
    const whenDone = (end: SceneEnd, leftOut: readonly number[]): void => {
      const { scene, sceneId } = app.store.getState();
      if (end !== 'done' || scene === null) {
        resolve(typeof end === 'object' ? end : LOST);
        return;
      }
      const out = new Set(leftOut);
      const done = ops.filter((_, i) => !out.has(i));
      const refused = timesEach(leftOut.map((i) => String(ops[i]?.op)));
      resolve({ app, preset, ops: done, start: sceneId.start, scene, refused, idle: [] });
    };
    app.feed.run(ops, { ...NO_SCENE, start }, { step: null, play: false, leaveOut: MAX_REFUSED, whenDone });
  });
}

/** What is done to the vCPUs and the host; everything else speaks for itself. */
const HOST_OPS: ReadonlySet<unknown> = new Set([
  'vcpu_state',
  'vmentry',
  'vmexit',
  'schedule',
  'apicv_inhibit',
  'race',
  'post',
  'vtd_msi',
]);

/** Does a command do more than be there? */
function acts({ commands, used }: SceneLog, index: number): boolean {
  const begin = commands[index]?.seq ?? used;
  return (commands[index + 1]?.seq ?? used) - begin > 1;
}

/** Ops that do nothing on one side of the same list, and something on the other. */
function idleOps(side: Side, other: Side): readonly Refused[] {
  if (side.ops.length !== other.ops.length) return [];
  const idle = side.ops.filter(({ op }, i) => HOST_OPS.has(op) && !acts(side.scene, i) && acts(other.scene, i));
  return timesEach(idle.map(({ op }) => String(op)));
}

function timesEach(names: readonly string[]): readonly Refused[] {
  const times = new Map<string, number>();
  for (const op of names) times.set(op, (times.get(op) ?? 0) + 1);
  return [...times].map(([op, n]) => ({ op, times: n }));
}

const isNotice = (value: Source | Side | Notice): value is Notice => 'code' in value;

/** Puts the playheads of both sides after steps that step set `set` counts. */
export function seekSides(apps: readonly [App, App], steps: readonly [number, number], set: number): void {
  for (const [i, { actions, store }] of apps.entries()) {
    const { scene } = store.getState();
    if (scene !== null) actions.seekStep(settleRef(scene.steps, { index: steps[i as 0 | 1], set }));
  }
}

/** Runs both sides, each in the app it is given, and puts their playheads where the comparison says. */
export async function runSides(
  { left, against, steps, set }: Comparison,
  apps: readonly [App, App],
): Promise<SidesAnswer> {
  const own = await open(left);
  if (isNotice(own)) return { ok: false, notice: own };
  const create = withRunLoop(own.ops[0] ?? {});
  const fitting = switchesFor(create);
  const switches = fitting.map((name) => ({ name, left: isOn(create, name) }));
  let other: Source;
  let turn: Sides['turn'] = null;
  if (against !== null && !('turn' in against)) {
    const opened = await open('state' in against ? against.state : `p=${encodeURIComponent(against.preset)}`);
    if (isNotice(opened)) return { ok: false, notice: opened };
    other = { ...opened, ops: [withRunLoop(opened.ops[0] ?? {}), ...opened.ops.slice(1)] };
  } else {
    const wanted = against?.turn;
    const name = (wanted !== undefined && fitting.includes(wanted) ? wanted : fitting[0]) ?? 'split';
    turn = { name, left: isOn(create, name) };
    other = { ...own, ops: [turned(create, name), ...own.ops.slice(1)] };
  }
  const [leftSide, rightSide] = await Promise.all([
    runTolerant(apps[0], { ...own, ops: [create, ...own.ops.slice(1)] }),
    runTolerant(apps[1], other),
  ]);
  if (isNotice(leftSide)) return { ok: false, notice: leftSide };
  if (isNotice(rightSide)) return { ok: false, notice: rightSide };
  seekSides(apps, steps, set);
  const [leftIdle, rightIdle] = turn === null ? [[], []] : [idleOps(leftSide, rightSide), idleOps(rightSide, leftSide)];
  const sides = { left: { ...leftSide, idle: leftIdle }, right: { ...rightSide, idle: rightIdle }, turn, switches };
  return { ok: true, sides };
}
