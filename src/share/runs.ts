/**
 * The tree of runs: a scene as it began, and every change of it by hand as a branch. A branch is what was cut out of its parent's
 * ops and what was put in; nothing is ever thrown away by an edit. Undo goes to the parent, redo to the child last been to.
 */
import type { JsonOp } from '../spec/define/op.ts';
import { MAX_OPS } from '../spec/limits.ts';

/** Most runs of a tree: beyond, the oldest branch that nobody stands on goes. */
export const MAX_RUNS = 200;
/** Longest name a person gives to a run. */
export const MAX_RUN_NAME = 60;

/** Most notes of a tree, and the longest one. */
export const MAX_NOTES = 50;
export const MAX_NOTE = 500;

/** Words of a person, pinned to a moment and to a component. Text, and never anything else. */
export interface Note {
  /** "ioapic_service#2"; null: before the first step. */
  readonly at: string | null;
  /** "ioapic:0.redirLo"; null: to nothing but the moment. */
  readonly sel: string | null;
  readonly text: string;
}

/** What a change was, as key and parameters of its text. */
export interface Deed {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Ops `at` to `at + cut - 1` gone, `put` in their place. */
export interface Splice {
  readonly at: number;
  readonly cut: number;
  readonly put: readonly JsonOp[];
}

export interface Run {
  /** Never given to another run of the tree. */
  readonly id: number;
  /** Null: the scene as it began, whose splice holds all its ops. */
  readonly parent: number | null;
  readonly splice: Splice;
  readonly deed: Deed | null;
  /** The reader's own name for it. */
  readonly name: string | null;
  /** Step it was left at, -1 before the first. */
  readonly step: number;
  /** Child last been to. */
  readonly next: number | null;
  /** First command whose steps are shown; null: as in its parent. */
  readonly start: number | null;
}

/** A preset the tree began as, or a scene of its own. */
export interface Root {
  readonly preset: string | null;
  readonly version: number;
  readonly pinned: boolean;
  /** First command whose steps are shown. */
  readonly start: number;
  /** Leading ops that are the preset's; null: the preset as it is. */
  readonly kept: number | null;
}

export interface Runs {
  /** Name of the tree, for where it is kept. */
  readonly tree: string;
  readonly root: Root;
  readonly list: readonly Run[];
  /** The run on screen. */
  readonly now: number;
  readonly notes: readonly Note[];
  /** It was kept, or carried by a link or a file. */
  readonly found: boolean;
}

export const runOf = ({ list }: Runs, id: number): Run | undefined => list.find((run) => run.id === id);

export const applySplice = (ops: readonly JsonOp[], { at, cut, put }: Splice): JsonOp[] => [
  ...ops.slice(0, at),
  ...put,
  ...ops.slice(at + cut),
];

/** From the scene as it began down to a run. */
export function lineOf(runs: Runs, id: number): readonly Run[] {
  const line: Run[] = [];
  for (let run = runOf(runs, id); run !== undefined && line.length <= MAX_RUNS; ) {
    line.unshift(run);
    run = run.parent === null ? undefined : runOf(runs, run.parent);
  }
  return line;
}

/** All ops of a run. */
export function opsOf(runs: Runs, id: number): readonly JsonOp[] {
  return lineOf(runs, id).reduce<readonly JsonOp[]>((ops, run) => applySplice(ops, run.splice), []);
}

/** What redo would go through from here, the nearest first. */
export function aheadOf(runs: Runs): readonly Run[] {
  const ahead: Run[] = [];
  for (let run = runOf(runs, runs.now); run !== undefined && ahead.length < MAX_RUNS; ) {
    run = run.next === null ? undefined : runOf(runs, run.next);
    if (run !== undefined) ahead.push(run);
  }
  return ahead;
}

/** First command of a run whose steps are shown. */
export const startOf = (runs: Runs, id: number): number =>
  lineOf(runs, id).findLast(({ start }) => start !== null)?.start ?? runs.root.start;

/** Leading ops of a run that are still those of the scene it began as. */
export const keptOf = (runs: Runs, id: number, total: number): number =>
  lineOf(runs, id)
    .slice(1)
    .reduce((kept, { splice }) => Math.min(kept, splice.at), total);

const same = (a: JsonOp | undefined, b: JsonOp | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b));

export const sameOps = (a: readonly JsonOp[], b: readonly JsonOp[]): boolean =>
  a.length === b.length && a.every((op, i) => same(op, b[i]));

/** The smallest cut that makes `after` of `before`: what both begin and end with stays. */
export function spliceOf(before: readonly JsonOp[], after: readonly JsonOp[]): Splice {
  const most = Math.min(before.length, after.length);
  let at = 0;
  while (at < most && same(before[at], after[at])) at++;
  let tail = 0;
  while (tail < most - at && same(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++;
  return { at, cut: before.length - at - tail, put: after.slice(at, after.length - tail) };
}

export function plantRuns(tree: string, root: Root, ops: readonly JsonOp[], step: number): Runs {
  const first: Run = {
    id: 0,
    parent: null,
    splice: { at: 0, cut: 0, put: ops },
    deed: null,
    name: null,
    step,
    next: null,
    start: null,
  };
  return { tree, root, list: [first], now: 0, notes: [], found: false };
}

const withRun = (runs: Runs, id: number, change: Partial<Run>): Runs => ({
  ...runs,
  list: runs.list.map((run) => (run.id === id ? { ...run, ...change } : run)),
});

/** The oldest leaf that does not lead to where the reader is goes, while there are too many. */
function pruned(runs: Runs): Runs {
  if (runs.list.length <= MAX_RUNS) return runs;
  const parents = new Set([...runs.list.map(({ parent }) => parent), runs.now]);
  const oldest = runs.list.find(({ id }) => !parents.has(id));
  if (oldest === undefined) return runs;
  const list = runs.list
    .filter((run) => run !== oldest)
    .map((run) => (run.next === oldest.id ? { ...run, next: null } : run));
  return { ...runs, list };
}

/** A branch from the run on screen, which is on screen then. @param step where the run before it was left */
export function growRun(
  runs: Runs,
  after: readonly JsonOp[],
  deed: Deed | null,
  step: number,
  start: number | null = null,
): Runs {
  const id = Math.max(...runs.list.map((run) => run.id)) + 1;
  const splice = spliceOf(opsOf(runs, runs.now), after);
  const run: Run = { id, parent: runs.now, splice, deed, name: null, step, next: null, start };
  const left = withRun(runs, runs.now, { step, next: id });
  return pruned({ ...left, list: [...left.list, run], now: id });
}

/** Another run is on screen. Redo from its ancestors leads to it from now on. @param step where the one before was left */
export function moveTo(runs: Runs, id: number, step: number): Runs {
  if (runOf(runs, id) === undefined || id === runs.now) return runs;
  let moved = withRun(runs, runs.now, { step });
  for (const run of lineOf(runs, id)) if (run.parent !== null) moved = withRun(moved, run.parent, { next: run.id });
  return { ...moved, now: id };
}

export const nameRun = (runs: Runs, id: number, name: string | null): Runs =>
  withRun(runs, id, { name: name === null ? null : name.slice(0, MAX_RUN_NAME) });

/** The run with these ops, the one on screen first. */
export function findRun(runs: Runs, ops: readonly JsonOp[]): Run | null {
  if (sameOps(opsOf(runs, runs.now), ops)) return runOf(runs, runs.now) ?? null;
  return runs.list.find(({ id }) => sameOps(opsOf(runs, id), ops)) ?? null;
}

/** The run on screen and what led to it: what a link takes along for its notes. */
export function aloneWithNotes(runs: Runs): Runs {
  const line = lineOf(runs, runs.now);
  const last = line.at(-1);
  return { ...runs, list: line.map((run) => (run === last ? { ...run, next: null } : run)) };
}

// -- as JSON, in a file, a link or the browser's storage

/** How ops stand in JSON. */
interface Packer {
  readonly pack: (op: JsonOp) => unknown;
  /** Null for what is no op. */
  readonly unpack: (packed: unknown) => JsonOp | null;
}

/** Ops of the first run stand there only where no preset has them. */
export function writeRuns(runs: Runs, { pack }: Packer): unknown {
  const { preset, version, pinned, start, kept } = runs.root;
  const isWhole = preset !== null && kept === null;
  return {
    tree: runs.tree,
    base: preset === null ? null : `${preset}@${version}`,
    ...(pinned ? { pinned: 1 } : {}),
    start,
    ...(kept === null ? {} : { kept }),
    now: runs.now,
    ...(runs.notes.length === 0 ? {} : { notes: runs.notes.map(({ at, sel, text }) => [at, sel, text]) }),
    list: runs.list.map(({ id, parent, splice, deed, name, step, next, start: own }) => ({
      id,
      parent,
      at: splice.at,
      cut: splice.cut,
      ...(parent === null && isWhole ? {} : { put: splice.put.map(pack) }),
      ...(deed === null ? {} : { deed: [deed.key, deed.params] }),
      ...(name === null ? {} : { name }),
      step,
      ...(next === null ? {} : { next }),
      ...(own === null ? {} : { start: own }),
    })),
  };
}

const isRecord = (v: unknown): v is JsonOp => typeof v === 'object' && v !== null && !Array.isArray(v);
const isCount = (v: unknown, most: number): v is number =>
  Number.isInteger(v) && (v as number) >= 0 && (v as number) <= most;
const MAX_ID = 1_000_000;
const MAX_STEP = 4_000_000;

/** A deed's key and parameters come from strangers: a known shape, and short. */
function readDeed(raw: unknown): Deed | null {
  if (!Array.isArray(raw)) return null;
  const [key, params] = raw as unknown[];
  if (typeof key !== 'string' || !/^deed\.[a-zA-Z]{1,30}$/.test(key) || !isRecord(params)) return null;
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params).slice(0, 8)) {
    if (!/^[a-zA-Z]\w{0,20}$/.test(name)) continue;
    if (typeof value === 'string') kept[name] = value.slice(0, 80);
    else if (typeof value === 'number' && Number.isFinite(value)) kept[name] = value;
  }
  return { key, params: kept };
}

function readRun(raw: unknown, unpack: Packer['unpack']): Run | null {
  if (!isRecord(raw)) return null;
  const { id, parent = null, at, cut, put = [], deed, name, step, next = null, start } = raw;
  if (!isCount(id, MAX_ID) || !isCount(at, MAX_OPS) || !isCount(cut, MAX_OPS) || !Array.isArray(put)) return null;
  if ((parent !== null && !isCount(parent, MAX_ID)) || (next !== null && !isCount(next, MAX_ID))) return null;
  if (put.length > MAX_OPS) return null;
  const ops = put.map(unpack);
  if (ops.includes(null)) return null;
  return {
    id,
    parent,
    splice: { at, cut, put: ops as JsonOp[] },
    deed: readDeed(deed),
    name: typeof name === 'string' && name.trim() !== '' ? name.slice(0, MAX_RUN_NAME) : null,
    step: step === -1 || isCount(step, MAX_STEP) ? (step as number) : -1,
    next,
    start: isCount(start, MAX_OPS) && start > 0 ? start : null,
  };
}

function readNotes(raw: unknown): readonly Note[] {
  if (!Array.isArray(raw)) return [];
  return (raw as unknown[]).slice(0, MAX_NOTES).flatMap((one): Note[] => {
    if (!Array.isArray(one)) return [];
    const [at, sel, text] = one as unknown[];
    if (typeof text !== 'string' || text.trim() === '') return [];
    return [
      {
        at: typeof at === 'string' && /^[a-z]\w{0,60}#[1-9]\d{0,6}$/.test(at) ? at : null,
        sel: typeof sel === 'string' && /^[a-zA-Z]+:\d{1,3}(\.\w+)?$/.test(sel) ? sel : null,
        text: text.slice(0, MAX_NOTE),
      },
    ];
  });
}

/** `base` of a tree's JSON: "preset@version", or null. */
export function baseOf(json: unknown): { readonly preset: string; readonly version: number } | null {
  const base = isRecord(json) ? json.base : null;
  const parts = typeof base === 'string' ? /^([a-z0-9]+(?:-[a-z0-9]+)*)@([1-9]\d{0,5})$/.exec(base) : null;
  return parts === null ? null : { preset: parts[1] as string, version: Number(parts[2]) };
}

/**
 * Reads what writeRuns wrote, which may have been changed by anybody since.
 * @param presetOps ops of the preset that `baseOf` names; null: it names none
 * @returns null for what is no tree
 */
export function readRuns(json: unknown, presetOps: readonly JsonOp[] | null, { unpack }: Packer): Runs | null {
  if (!isRecord(json) || !Array.isArray(json.list) || json.list.length === 0 || json.list.length > MAX_RUNS)
    return null;
  const { tree, now, start, pinned, kept, notes } = json;
  if (typeof tree !== 'string' || !/^[\w-]{1,40}$/.test(tree) || !isCount(now, MAX_ID)) return null;
  const list: Run[] = [];
  const lengths = new Map<number, number>();
  for (const raw of json.list as unknown[]) {
    const read = readRun(raw, unpack);
    if (read === null || lengths.has(read.id)) return null;
    const first = list.length === 0;
    // The first is the root; each other one hangs on one before it, and cuts what that has.
    if (first !== (read.parent === null)) return null;
    const run =
      first && presetOps !== null && read.splice.put.length === 0
        ? { ...read, splice: { at: 0, cut: 0, put: presetOps } }
        : read;
    const { at, cut, put } = run.splice;
    const before = run.parent === null ? 0 : lengths.get(run.parent);
    if (before === undefined || at + cut > before || before - cut + put.length > MAX_OPS) return null;
    if (before - cut + put.length === 0) return null;
    lengths.set(run.id, before - cut + put.length);
    list.push(run);
  }
  if (!lengths.has(now)) return null;
  const children = list.map((run) => {
    const child = list.find(({ id }) => id === run.next);
    return child?.parent === run.id ? run : { ...run, next: null };
  });
  const base = baseOf(json);
  const root: Root = {
    preset: base?.preset ?? null,
    version: base?.version ?? 0,
    pinned: pinned === 1,
    start: isCount(start, MAX_OPS) ? start : 1,
    kept: isCount(kept, MAX_OPS) ? kept : null,
  };
  return { tree, root, list: children, now, notes: readNotes(notes), found: true };
}
