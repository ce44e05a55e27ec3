/**
 * The only writer of `scene`: asks the engine, takes in its batches, and keeps the scene before a request until the request
 * is done, to go back to it when the engine refuses or breaks.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { Problem } from '../base/problem.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import { KEEP_UP_ROWS, keepUp } from '../log/reader.ts';
import { findRef, type StepRef, settleRef } from '../log/step-sets.ts';
import { seqAt } from '../log/steps.ts';
import type { EngineClient, FromEngine } from '../worker/client.ts';
import { awaitParts } from './await-parts.ts';
import { createSceneBuilder, leftBefore, markOf, type SceneBuilder } from './scene-builder.ts';
import { type AppState, ARRIVE, type Notice, type Playhead, type SceneEnd, type SceneId } from './types.ts';
import { viewAt } from './view-at.ts';

/** Where a fresh scene's playhead begins. */
export interface Opening {
  /** Moment to stand at, done; past the end: the last. Null: before the first. */
  readonly step: StepRef | null;
  readonly play: boolean;
  /** Called exactly once, whatever happens. */
  readonly whenDone?: (end: SceneEnd, leftOut: readonly number[]) => void;
  /** Most ops that may be left out where the machine refuses them. */
  readonly leaveOut?: number;
}

export interface SceneFeed {
  /** A fresh scene from these ops. */
  run(ops: readonly JsonOp[], id: SceneId, opening: Opening): void;
  /**
   * Ops after the command at the playhead; what came after that command is dropped. At the end of the scene: appended.
   * While the engine is still busy with a request it waits for that.
   * @param after the command, where it is not to be worked out from the playhead
   * @param whenDone called exactly once, whatever happens
   */
  poke(ops: readonly JsonOp[], after?: number, whenDone?: Opening['whenDone']): void;
  /** A scene is wanted whose ops are still to come. @returns whether nothing else was wanted since: a slow file is late */
  ask(): () => boolean;
  readonly engine: EngineClient;
}

/** The run behind a scene. `alive`: the engine has it and can go on from its end. */
interface Source {
  readonly runId: number;
  readonly builder: SceneBuilder | null;
  readonly alive: boolean;
}

interface Request {
  readonly runId: number;
  readonly builder: SceneBuilder;
  readonly opening: Opening;
  readonly sceneId: SceneId;
  /** By their index in the list as it was given. */
  readonly leftOut: number[];
  /** Has the scene come far enough to be shown before it is complete? */
  readonly isReached: (log: SceneLog) => boolean;
  /** What to go back to. */
  readonly before: Pick<AppState, 'scene' | 'sceneId' | 'playhead' | 'view'>;
  readonly source: Source;
  /** Takes back what was added to arrays that the scene in `before` shares. */
  readonly undo: () => void;
  /** Its scene is on the stage. */
  shown: boolean;
  /** The poke before this one. */
  readonly lastPoke: LastPoke | null;
}

interface LastPoke {
  readonly step: number;
  /** Its last command. */
  readonly end: number;
}

type Batch = Extract<FromEngine, { type: 'batch' }>;

/** How a request ends whose engine failed; what is known of it is in `fault`. */
const FAULT: Notice = { code: 'fault', place: '', params: {} };

/** How a poke ends that finds no scene. */
const NO_MACHINE: Notice = { code: 'no-scene', place: '', params: {} };

const NOTHING: Source = { runId: 0, builder: null, alive: false };

/** Command that holds the playhead: the last one when all steps have happened. */
function commandAtPlayhead(scene: SceneLog, playhead: Playhead, start: number): number {
  const last = scene.commands.length - 1;
  const { step, phase } = playhead;
  if (step < 0) return scene.steps.length === 0 ? last : Math.min(last, start - 1);
  if (step >= scene.steps.length - 1 && phase >= ARRIVE) return last;
  return scene.steps.get(step)?.command ?? last;
}

/** The scene's name, its first shown op being counted without those that were left out. */
const asDone = ({ sceneId, leftOut }: Request): SceneId =>
  leftOut.length === 0 ? sceneId : { ...sceneId, start: sceneId.start - leftBefore(leftOut, sceneId.start) };

export function createSceneFeed(
  state: StoreApi<AppState>,
  connect: (onMessage: (message: FromEngine) => void) => EngineClient,
): SceneFeed {
  let asked = 0;
  let nextRun = 1;
  let source = NOTHING;
  let request: Request | null = null;
  let waiting: Parameters<SceneFeed['poke']>[] = [];
  /** A long batch is being read, and what came meanwhile. */
  let reading = false;
  const unheard: FromEngine[] = [];
  /** The last poke, while the playhead has not moved on since: another one there comes after it, not instead of it. */
  let lastPoke: LastPoke | null = null;
  state.subscribe(({ playhead }) => {
    if (lastPoke !== null && playhead.step !== lastPoke.step) lastPoke = null;
  });

  const engine = connect(awaitParts(hear));

  /** Puts the request's scene on the stage, or more of it. */
  function show(r: Request, log: SceneLog): void {
    const old = state.getState();
    let { playhead } = old;
    if (!r.shown) {
      const { step, play } = r.opening;
      const at = step === null ? -1 : settleRef(log.steps, step);
      // Who pressed play before there was a scene meant this one.
      const playing = play || (old.scene === null && playhead.playing);
      playhead = { ...playhead, step: at, phase: at < 0 ? 0 : 1, playing, until: null };
    }
    if (log.complete && playhead.step >= log.steps.length)
      playhead = { ...playhead, step: log.steps.length - 1, phase: 1 };
    const arrived = playhead.phase >= ARRIVE;
    const same =
      r.shown &&
      old.view !== null &&
      old.scene !== null &&
      playhead === old.playhead &&
      seqAt(old.scene, playhead.step, arrived) === seqAt(log, playhead.step, arrived);
    // What was selected is a part of another machine.
    const ui = r.shown ? old.ui : { ...old.ui, selected: null };
    r.shown = true;
    state.setState({ ui, scene: log, sceneId: asDone(r), playhead, view: same ? old.view : viewAt(log, playhead) });
  }

  function takeBatch(message: Batch): void {
    if (request === null || message.runId !== request.runId) return;
    const r = request;
    r.builder.add(message);
    r.leftOut.push(...(message.leftOut ?? []));
    const log = r.builder.log();
    readOn(r, message, log);
  }

  /** Goes on when the readers a stage asks have taken the log in: by slices, and what the engine says next waits, as its credit does. */
  function readOn(r: Request, message: Batch, log: SceneLog | null): void {
    reading = request === r && log !== null && !keepUp(log, KEEP_UP_ROWS);
    if (!reading) {
      if (request === r) goOn(r, message, log);
      return;
    }
    setTimeout(() => {
      readOn(r, message, log);
      hearWaiting();
    }, 0);
  }

  function goOn(r: Request, message: Batch, log: SceneLog | null): void {
    engine.ack(message.runId, message.rows);
    if (log === null) return;
    // Not before it can be shown as asked, so that a refusal until then changes nothing on screen.
    if (log.complete || r.isReached(log)) show(r, log);
    if (!message.done) return;
    source = { runId: r.runId, builder: r.builder, alive: true };
    request = null;
    if (message.cut !== undefined) state.setState({ notice: message.cut });
    r.opening.whenDone?.('done', r.leftOut);
    next();
  }

  function next(): void {
    const due = waiting.shift();
    if (due !== undefined) poke(...due);
  }

  function goBack(r: Request, wrong: Partial<Pick<AppState, 'notice' | 'fault'>>, alive: boolean): void {
    request = null;
    source = { ...r.source, alive: alive && r.source.alive };
    r.undo();
    lastPoke = r.lastPoke;
    const { scene } = r.before;
    // Nobody will send the rest of a scene that was still coming when this request took its place.
    const whole = scene !== null && !scene.complete ? { ...scene, complete: true } : scene;
    if (!r.shown && state.getState().scene === scene) {
      state.setState({ scene: whole, ...wrong });
      r.opening.whenDone?.(wrong.notice ?? FAULT, []);
      next();
      return;
    }
    const playhead: Playhead = { ...r.before.playhead, playing: false, until: null };
    state.setState({ ...r.before, scene: whole, playhead, ...wrong });
    r.opening.whenDone?.(wrong.notice ?? FAULT, []);
    next();
  }

  function refused(notice: Problem, about: number, lost: boolean): void {
    if (request === null || about !== request.runId) return;
    goBack(request, { notice }, !lost || request.runId !== source.runId);
  }

  function hear(message: FromEngine): void {
    unheard.push(message);
    hearWaiting();
  }

  function hearWaiting(): void {
    while (!reading && unheard.length > 0) take(unheard.shift() as FromEngine);
  }

  function take(message: FromEngine): void {
    switch (message.type) {
      case 'batch':
        takeBatch(message);
        break;
      case 'refused':
        refused(message.error, message.runId, message.lost);
        break;
      case 'fault': {
        const fault = { seq: message.seq, stack: message.stack };
        // seq -1: the whole worker is gone, and every run with it.
        const alive = message.seq >= 0 && message.runId !== source.runId;
        if (request !== null) goBack(request, { fault }, alive);
        else {
          source = { ...source, alive: source.alive && alive };
          state.setState({ fault });
        }
        break;
      }
      case 'ready':
        break;
    }
  }

  function before(): Pick<Request, 'before' | 'source' | 'leftOut'> {
    const { scene, sceneId, playhead, view } = state.getState();
    return { before: { scene, sceneId, playhead, view }, source, leftOut: [] };
  }

  function run(ops: readonly JsonOp[], sceneId: SceneId, opening: Opening): void {
    const givenUp = waiting;
    waiting = [];
    lastPoke = null;
    const runId = nextRun++;
    // A request still going on is given up; the scene it belongs to cannot be gone on with.
    const overtaken = request;
    if (request !== null) source = { ...source, alive: source.alive && request.runId !== source.runId };
    const builder = createSceneBuilder(sceneId.start);
    // What half of a scene took the place of is the last good one still.
    const { before: last, undo } = overtaken?.shown ? overtaken : { ...before(), undo: () => {} };
    request = {
      runId,
      builder,
      opening,
      sceneId,
      isReached: ({ steps }) => steps.length > 0 && (opening.step === null || findRef(steps, opening.step) !== null),
      before: last,
      source,
      undo,
      shown: false,
      leftOut: [],
      lastPoke: null,
    };
    state.setState({ notice: null, fault: null });
    overtaken?.opening.whenDone?.('overtaken', []);
    for (const [, , whenDone] of givenUp) whenDone?.('overtaken', []);
    engine.run({ runId, ops, ...(opening.leaveOut === undefined ? {} : { leaveOut: opening.leaveOut }) });
  }

  function poke(...order: Parameters<SceneFeed['poke']>): void {
    if (request !== null) {
      waiting.push(order);
      return;
    }
    const [ops, after, whenDone] = order;
    const { scene, sceneId, playhead } = state.getState();
    if (scene === null) {
      whenDone?.(NO_MACHINE, []);
      return;
    }
    const at = after ?? lastPoke?.end ?? commandAtPlayhead(scene, playhead, sceneId.start);
    const earlier = lastPoke;
    lastPoke = { step: playhead.step, end: at + ops.length };
    const atEnd = at === scene.commands.length - 1;
    const common = {
      opening: { step: null, play: true, whenDone },
      sceneId: { ...sceneId, kept: Math.min(sceneId.kept, at + 1) },
      isReached: ({ steps }: SceneLog) => steps.length > playhead.step,
      ...before(),
      shown: true,
      lastPoke: earlier,
    };
    if (source.alive && atEnd && source.builder !== null) {
      const { builder, runId } = source;
      const mark = markOf(scene);
      request = { ...common, runId, builder, undo: () => builder.rewind(mark) };
      engine.extend({ runId, ops });
    } else if (source.alive) {
      const newRunId = nextRun++;
      const builder = createSceneBuilder(sceneId.start, { scene, upTo: at });
      request = { ...common, runId: newRunId, builder, undo: () => {} };
      engine.fork({ runId: source.runId, newRunId, atCommand: at, ops });
    } else {
      // The engine has lost the run (a fault, a refusal on the way): the whole scene again, shown once it is as long.
      const runId = nextRun++;
      request = { ...common, runId, builder: createSceneBuilder(sceneId.start), undo: () => {} };
      engine.run({ runId, ops: [...scene.commands.slice(0, at + 1).map((command) => command.op), ...ops] });
    }
    state.setState({
      scene: { ...scene, complete: false },
      playhead: { ...playhead, playing: true, until: null },
      notice: null,
      fault: null,
    });
  }

  function ask(): () => boolean {
    const mine = ++asked;
    return () => mine === asked;
  }

  return { run, poke, ask, engine };
}
