/**
 * Tokens and trails at a moment, as functions of the log and the playhead. A token rests at the last place of its branch;
 * during a step the branch of that step flies from where it was to where the step happens, and has arrived at ARRIVE.
 */

import { lastAtMost } from '../base/bisect.ts';
import { happeningOf, locatorOf } from '../explain/locate/index.ts';
import type { EndReason } from '../explain/locate/locator.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { commandAt, type Steps } from '../log/steps.ts';
import { ARRIVE } from './advance.ts';
import { type Anchor, anchorAt, type Point, stepAnchor } from './anchors.ts';
import type { Ask } from './asks.ts';
import type { Telling } from './beats.ts';
import { type Branch, type BranchTree, branchesOf } from './branches.ts';
import type { Box, StageLayout } from './layout.ts';
import { joinPaths, type Path, pathBetween, pointAt } from './paths.ts';
import type { StageModel } from './stage-model.ts';
import type { Wait } from './waits.ts';

/** Everything flights are computed from. */
export interface Stage {
  readonly scene: SceneLog;
  readonly model: StageModel;
  readonly layout: StageLayout;
  /** What waits after a step; absent while what tells it is still to come (scene/waits.ts). */
  readonly waits?: ((scene: SceneLog, step: number) => readonly Wait[]) | null;
  /** Fields that rise while a step moves; absent the same way (scene/lifts.ts). */
  readonly lifts?: ((stage: Stage, step: number) => readonly string[]) | null;
  /** What crosses in a step; absent the same way (scene/crossings.ts). */
  readonly crossings?: ((stage: Stage, step: number) => readonly Crossing[]) | null;
  /** What a step asks; absent the same way (scene/asks.ts). */
  readonly asks?: ((stage: Stage, step: number) => readonly Ask[]) | null;
  /** By what its beats are told; absent: nothing steps back. */
  readonly telling?: Telling;
  /** Nothing travels: what moves fades from where it was to where it goes. */
  readonly still?: boolean;
}

export interface Flight {
  readonly branch: number;
  readonly journey: number;
  readonly step: number;
  /** Null: it appears at `to`. */
  readonly from: Anchor | null;
  readonly to: Anchor;
  /** Null where it does not move. */
  readonly path: Path | null;
}

/** What a token does: it flies, has come to rest on its way, waits to be let on, or has ended. */
export type TokenState = 'moving' | 'resting' | 'waiting' | 'ended';

export interface Token {
  readonly branch: number;
  /** Last step that moved it, and where it was before; -1: it only waits, or has not been anywhere. */
  readonly step: number;
  readonly from: number;
  readonly journey: number;
  /** What it knows where it rests or is going to. */
  readonly label: string;
  /** What it is called until it gets there: text changes where it docks. */
  readonly before: string;
  /** Where it rests, or will. */
  readonly anchor: Anchor;
  /** Set while this very step moves it. */
  readonly flight: Flight | null;
  readonly ended: EndReason | null;
  /** Belongs to the journey that is shown. */
  readonly current: boolean;
  /** Waits its turn at a fork. */
  readonly waiting: boolean;
  /** Is held, by what. */
  readonly wait: Wait | null;
  /** A vector of the host on its way, not an interrupt of the guest. */
  readonly signal: boolean;
}

/** Number of journey colours. */
const COLOURS = 4;

/** Colour of a journey, 1..4, then they repeat; 0 for none. */
export function colourOf(journey: number): number {
  return journey <= 0 ? 0 : ((journey - 1) % COLOURS) + 1;
}

/** Ways of neighbouring journeys keep this far apart, px. */
export const apart = (journey: number): number => ((journey % 3) - 1) * 3;

interface Cache {
  /** What it was computed from: a log that was taken back has a tree of its own. */
  readonly tree: BranchTree;
  readonly anchors: Map<number, Anchor | null>;
  readonly flights: Map<number, Flight | null>;
}

const caches = new WeakMap<StageLayout, Cache>();

function cacheOf(stage: Stage): Cache {
  const tree = branchesOf(stage.scene);
  let cache = caches.get(stage.layout);
  if (cache?.tree !== tree) {
    cache = { tree, anchors: new Map(), flights: new Map() };
    caches.set(stage.layout, cache);
  }
  return cache;
}

/** Step before this one in the way of its token: in its branch, or where that forked; -1 none. */
function stepBefore(branch: Branch, step: number): number {
  const at = branch.steps.indexOf(step);
  return at > 0 ? branch.steps[at - 1] : branch.from;
}

const FARTHEST = 64;

/** Where the token of a step is once it has arrived. Steps this stage has no place for leave it where it was. */
export function anchorOf(stage: Stage, step: number): Anchor | null {
  const cache = cacheOf(stage).anchors;
  const known = cache.get(step);
  if (known !== undefined) return known;
  const tree = branchesOf(stage.scene);
  // Back along the way to a step whose anchor is known, then forward again: the bus takes the height of what came before.
  const way: number[] = [];
  for (let at = step; at >= 0 && !cache.has(at) && way.length < FARTHEST; ) {
    way.push(at);
    const branch = tree.branches[tree.branchOf[at] ?? -1];
    at = branch === undefined ? -1 : stepBefore(branch, at);
  }
  // The host's handler of a remapped interrupt signals the eventfd where the interrupt left the IOMMU.
  for (const at of way.reverse()) {
    const branch = tree.branches[tree.branchOf[at] ?? -1];
    const before = branch === undefined ? -1 : stepBefore(branch, at);
    const from = before < 0 ? null : (cache.get(before) ?? null);
    const target = stage.scene.steps.get(at);
    const stays =
      from !== null && target?.name === 'irqfd_wakeup' && stage.scene.steps.get(before)?.name === 'vtd_remap';
    if (stays) cache.set(at, from);
    else cache.set(at, target === undefined ? null : (stepAnchor(stage, target, from) ?? from));
  }
  return cache.get(step) ?? null;
}

/** The way of a flight, by way of the interrupt remapping table where the message passes that. */
function wayOf(
  { layout, model, scene }: Stage,
  step: number,
  before: number,
  a: Anchor,
  b: Anchor,
  shift: number,
): Path {
  const name = scene.steps.get(step)?.name;
  const via = name === undefined ? undefined : locatorOf(name)?.via;
  const sent = scene.steps.get(before);
  if (via !== undefined && sent?.name === 'device_event') {
    const place = via(sent.where & 0xffff);
    const [enter, leave] = [anchorAt(layout, model, place, 'in'), anchorAt(layout, model, place, 'out')];
    if (enter !== null && leave !== null)
      return joinPaths(pathBetween(layout, a, enter, shift), pathBetween(layout, leave, b, shift));
  }
  return pathBetween(layout, a, b, shift);
}

/** How a step moves its token; null where it moves none. */
export function flightOf(stage: Stage, step: number): Flight | null {
  const cache = cacheOf(stage).flights;
  const known = cache.get(step);
  if (known !== undefined) return known;
  const tree = branchesOf(stage.scene);
  const branch = tree.branches[tree.branchOf[step] ?? -1];
  const to = branch === undefined ? null : anchorOf(stage, step);
  let flight: Flight | null = null;
  if (branch !== undefined && to !== null) {
    const before = stepBefore(branch, step);
    const from = before < 0 ? null : anchorOf(stage, before);
    const still = from === null || (from.point.x === to.point.x && from.point.y === to.point.y);
    const path = still ? null : wayOf(stage, step, before, from, to, apart(branch.journey));
    flight = { branch: branch.id, journey: branch.journey, step, from, to, path };
  }
  cache.set(step, flight);
  return flight;
}

/** Last step of a branch that has begun at `step`; -1 none. */
function tipAt(branch: Branch, step: number): number {
  const { steps } = branch;
  return steps[lastAtMost(steps.length, (i) => steps[i], step)] ?? -1;
}

/** Number of branches that have begun at `step`. */
function begunAt(tree: BranchTree, step: number): number {
  const { branches } = tree;
  return lastAtMost(branches.length, (i) => branches[i]?.steps[0] ?? 0, step) + 1;
}

/** How many branches back and ahead are looked at: what waits longer shows as a lit bit only. */
const LOOK_BACK = 240;
const LOOK_AHEAD = 24;

/** What a token was called where it docked before. */
export function nameBefore({ scene }: Stage, branch: Branch, tip: number): string | null {
  const at = scene.steps.get(stepBefore(branch, tip));
  const locator = at === undefined || branch.side ? null : locatorOf(at.name);
  return at === undefined || locator === null ? null : locator.label(happeningOf(at));
}

function tokenAt(
  stage: Stage,
  branch: Branch,
  tip: number,
  step: number,
  journey: number,
  waiting: boolean,
): Token | null {
  const { steps } = stage.scene;
  const target = steps.get(tip) as Step;
  const anchor = anchorOf(stage, tip);
  const locator = locatorOf(target.name);
  if (anchor === null || locator === null) return null;
  const happening = happeningOf(target);
  const label = locator.label(happening);
  return {
    branch: branch.id,
    step: tip,
    from: stepBefore(branch, tip),
    journey: branch.journey,
    label,
    before: nameBefore(stage, branch, tip) ?? label,
    anchor,
    flight: tip === step && !waiting ? flightOf(stage, step) : null,
    ended: waiting ? null : (locator.end ?? null),
    current: branch.journey === journey,
    waiting,
    wait: null,
    signal: locator.onward !== undefined,
  };
}

/** Journey a step is about: its own, else that of the last one that had one. */
function journeyShown(steps: Steps, step: number): number {
  for (let i = step; i >= 0 && i > step - LOOK_BACK; i--) {
    const journey = steps.get(i)?.journey ?? 0;
    if (journey !== 0) return journey;
  }
  return 0;
}

/** The token of what waits. */
function waitingToken({ layout, model }: Stage, wait: Wait, journey: number): Token | null {
  const anchor = anchorAt(layout, model, wait.at, wait.at.at === 'device' ? 'out' : 'in');
  if (anchor === null) return null;
  const { label } = wait;
  const still = { flight: null, ended: null, waiting: false, signal: false };
  return {
    branch: -1,
    step: -1,
    from: -1,
    journey: wait.journey,
    label,
    before: label,
    anchor,
    current: wait.journey === journey,
    wait,
    ...still,
  };
}

/**
 * Every token on the stage while `step` is shown.
 * @param arrived the step's own token has come to where it goes
 */
export function tokensAt(stage: Stage, step: number, arrived = true): Token[] {
  const tokens = movedAt(stage, step).slice();
  const { scene } = stage;
  const own = scene.steps.get(step)?.journey ?? 0;
  const journey = journeyShown(scene.steps, step);
  for (const wait of stage.waits?.(scene, arrived ? step : step - 1) ?? []) {
    // What is let on in this step is on its way again.
    if (!arrived && wait.journey === own) continue;
    const token = waitingToken(stage, wait, journey);
    if (token === null) continue;
    // It is the same token that came here.
    const same = tokens.findIndex(
      (t) => t.journey === wait.journey && t.anchor.card === token.anchor.card && (t.flight === null || arrived),
    );
    if (same >= 0) tokens.splice(same, 1, { ...token, flight: tokens[same]?.flight ?? null });
    else tokens.push(token);
  }
  return tokens;
}

/** What movedAt has found last: tokens and trails of one moment are asked for together. */
let moved: { readonly stage: Stage; readonly step: number; readonly tokens: readonly Token[] } | null = null;

/** Tokens of the branches that have begun and go on. */
function movedAt(stage: Stage, step: number): readonly Token[] {
  if (moved?.stage !== stage || moved.step !== step) moved = { stage, step, tokens: findMoved(stage, step) };
  return moved.tokens;
}

function findMoved(stage: Stage, step: number): readonly Token[] {
  const { scene } = stage;
  const tree = branchesOf(scene);
  if (scene.steps.nameOf(step) === undefined) return [];
  const { commands } = scene;
  const own = commandAt(commands, scene.steps.seqOf(step));
  const journey = journeyShown(scene.steps, step);
  /** By its row alone: what is far back is not made again. */
  const isBeside = (other: number): boolean => commandAt(commands, scene.steps.seqOf(other)) === own;
  const tokens: Token[] = [];
  const begun = begunAt(tree, step);
  for (let i = Math.max(0, begun - LOOK_BACK); i < begun; i++) {
    const branch = tree.branches[i] as Branch;
    const tip = tipAt(branch, step);
    const goesOn = tip !== branch.steps.at(-1);
    if (!goesOn && (!isBeside(tip) || (branch.low && tip !== step))) continue;
    // What went along with the journey has been seen by the step after it.
    if (branch.side && (tip < step - 1 || (tip < step && goesOnAt(stage, step)))) continue;
    const token = tokenAt(stage, branch, tip, step, journey, false);
    if (token !== null) tokens.push(token);
  }
  for (let i = begun; i < Math.min(tree.branches.length, begun + LOOK_AHEAD); i++) {
    const branch = tree.branches[i] as Branch;
    if (
      branch.side ||
      branch.from < 0 ||
      branch.from > step ||
      scene.steps.nameOf(branch.from) === 'kvm_eoi' ||
      scene.steps.nameOf(branch.from) === 'irr_set' ||
      !isBeside(branch.steps[0])
    )
      continue;
    const token = tokenAt(stage, branch, branch.from, step, journey, true);
    if (token !== null) tokens.push(token);
  }
  return tokens;
}

/** What crosses into the guest or out of it, and a vector that goes on from a physical CPU: they fly with the step's token. */
export interface Crossing {
  readonly kind: 'exit' | 'entry' | 'signal';
  readonly journey: number;
  readonly label: string;
  readonly path: Path;
}

/** The vector that was sent in the step before is on its way into the guest. */
const goesOnAt = (stage: Stage, step: number): boolean =>
  stage.crossings?.(stage, step).some(({ kind }) => kind === 'signal') ?? false;

/** How many flights of the way to where things happen are drawn in full; older ones fade. */
const FRESH = 9;

/** Steps that led to this one, the latest first. */
function lineage(tree: BranchTree, step: number): number[] {
  const way: number[] = [];
  for (let at = step; at >= 0 && way.length < FARTHEST; ) {
    const branch = tree.branches[tree.branchOf[at] ?? -1];
    if (branch === undefined) break;
    way.push(at);
    at = stepBefore(branch, at);
  }
  return way;
}

/** From row to row along the edge of one card: that is seen, and leaves nothing drawn on the edge. */
export const alongEdge = ({ from, to }: Flight): boolean => from?.card === to.card && from.side === to.side;

/** Ways that stay drawn while `step` is shown: the latest of the one that led here in full, all others paler. */
export function trailsAt(stage: Stage, step: number): { readonly flight: Flight; readonly current: boolean }[] {
  const { scene } = stage;
  const tree = branchesOf(scene);
  const journey = journeyShown(scene.steps, step);
  const tokens = movedAt(stage, step);
  const shown = new Set(tokens.map((token) => token.branch));
  let last = step;
  while (last >= 0 && last > step - LOOK_BACK && tree.branchOf[last] === -1) last--;
  const fresh = new Set(lineage(tree, last).slice(0, FRESH));
  const trails: { flight: Flight; current: boolean }[] = [];
  const seen = new Set<number>();
  const add = (branch: Branch): void => {
    for (const at of branch.steps) {
      if (at >= step || seen.has(at)) continue;
      seen.add(at);
      const flight = flightOf(stage, at);
      if (flight?.path && !alongEdge(flight)) trails.push({ flight, current: fresh.has(at) });
    }
  };
  for (const branch of (tree.byJourney.get(journey) ?? []).slice(-24)) {
    if ((!branch.side && !branch.low) || shown.has(branch.id)) add(branch);
  }
  for (const id of shown) if (tree.branches[id]?.journey !== journey) add(tree.branches[id] as Branch);
  return trails.sort((a, b) => Number(a.current) - Number(b.current));
}

/** Share of its way a token has flown at a phase of its step: fast off, and into its dock without a bump. */
export function travelled(phase: number): number {
  const t = Math.max(0, Math.min(1, phase / ARRIVE));
  return 1 - (1 - t) ** 3;
}

/** Over so many px a pill becomes the disc that runs through a card, and a pill again. */
export const MORPH = 36;
/** Diameter of that disc. */
export const DISC = 15;
/** Farthest the rail lies under the middle of a row. */
const RAIL = 12;
/** How far a pill keeps off a card. */
export const OFF = 3;

/** Left and right edge of the free space around a point between two columns; null: there is none to keep to. */
export function gutterAt({ layout }: Stage, point: Point): readonly [number, number] | null {
  if (layout.form === 'tall') {
    // One column: a gutter on either side of it.
    const [column] = layout.columns;
    if (column === undefined || point.y > column.bottom + 9) return null;
    const right = column.x + column.w;
    return point.x <= column.x + 1 ? [0, column.x] : point.x >= right - 1 ? [right, layout.w] : null;
  }
  let before: StageLayout['columns'][number] | undefined;
  let after: typeof before;
  for (const column of layout.columns) {
    if (column.w <= 0) continue;
    if (column.x >= point.x - 1) {
      after = column;
      break;
    }
    before = column;
  }
  const bottom = Math.max(before?.bottom ?? 0, after?.bottom ?? 0);
  const left = before === undefined ? 0 : before.x + before.w;
  // Under all cards, or along between two that stand one over the other: no gutter is there.
  return point.y > bottom + 9 || point.x < left - 1 ? null : [left, after?.x ?? layout.w];
}

/** Width of a token that is no more than its number: what the streets of a map have room for. */
const BADGE = 20;

/** How wide a pill may be at a point: in the map of many vCPUs it is a disc, and becomes one on its way there. */
export function widthAt({ layout: { map } }: Stage, { y }: Point, w: number): number {
  if (map === null) return w;
  const open = Math.max(0, Math.min(1, (map.headY - y) / MORPH));
  return Math.min(w, BADGE + Math.max(0, w - BADGE) * open);
}

/** Where the middle of a pill of that width is that is at a point of its way: in the gutter, on no card. */
export function keptOff(stage: Stage, point: Point, w: number): Point {
  const gutter = gutterAt(stage, point);
  if (gutter === null) return point;
  const [least, most] = [gutter[0] + w / 2 + OFF, gutter[1] - w / 2 - OFF];
  return { x: least > most ? (gutter[0] + gutter[1]) / 2 : Math.max(least, Math.min(most, point.x)), y: point.y };
}

/** A token on its way. */
export interface Pose extends Point {
  readonly w: number;
  /** On a card's rail, as a disc. */
  readonly disc: boolean;
}

/** Where a token is that has flown that share of its way. @param w width of its pill */
export function poseAt(stage: Stage, flight: Flight, w: number, share: number): Pose {
  const { path, from, to } = flight;
  if (path === null || from === null || share >= 1) {
    const rests = to.side === 'tile' ? widthAt(stage, to.point, w) : w;
    return { ...keptOff(stage, to.point, rests), w: rests, disc: false };
  }
  const gone = share * path.length;
  const point = pointAt(path, share);
  const part = path.parts.find((p) => gone >= p.from && gone <= p.to);
  const small = Math.min(w, DISC);
  if (part !== undefined) {
    // A pill grows as it leaves a card, and shrinks as it comes to one it goes through.
    const out = part.from > 0 ? gone - part.from : MORPH;
    const left = part.to < path.length - 0.5 ? part.to - gone : MORPH;
    const open = Math.min(1, out / MORPH, left / MORPH);
    const tiled = to.side === 'tile' || from.side === 'tile';
    const wide = Math.min(small + (w - small) * open, tiled ? widthAt(stage, point, w) : w);
    return { ...keptOff(stage, point, wide), w: wide, disc: open <= 0 };
  }
  // On a card's rail. From the gutter it rested in it slides there, and at the end into the one where it will rest.
  const rail = (row: Box | null): number => (row === null ? 0 : Math.min(row.h / 2 - 3, RAIL));
  const begins = gone < (path.parts[0]?.from ?? path.length);
  const near = begins ? gone : path.length - gone;
  const k = Math.max(0, 1 - near / MORPH);
  const rest = keptOff(stage, (begins ? from : to).point, w);
  const edge = (begins ? from : to).point;
  const between =
    path.parts[0] === undefined
      ? path.length
      : begins
        ? (path.parts[0].from ?? 0)
        : path.length - (path.parts.at(-1)?.to ?? 0);
  const away = between - near < MORPH ? Math.max(0, (between - near) / MORPH) : 1;
  const down = rail(begins ? from.row : to.row) * Math.min(1, near / MORPH, away);
  return { x: point.x + (rest.x - edge.x) * k, y: point.y + down, w: small + (w - small) * k, disc: k <= 0 };
}
