/** The shape of a preset file, checked by hand: a reader of a broken file gets its code and the place in it. */

import { MAX_OPS } from '../spec/limits.ts';
import { makesMachine } from '../spec/ops/makes-machine.ts';

/** A thing to look at: at the nth event of a name ("kvm_eoi#1"), and the key of its text. */
interface PresetLook {
  readonly step: string;
  readonly key: string;
}

/** A sentence in each language of the page. */
export interface Told {
  readonly en: string;
  readonly 'zh-CN': string;
}

/** A run of steps that one sentence tells: from its first step to the next beat's. Steps are named as in a look. */
export interface ToldBeat extends Told {
  readonly from: string;
  /** Where it rests until the sentence could be read. */
  readonly hold: string;
  /** A question to guess before it. */
  readonly guess?: Told;
}

/** What the narrator says of a scene. */
export interface Narration {
  /** What the scene answers. */
  readonly question: Told;
  readonly beats: readonly ToldBeat[];
  /** Last step the beats tell; absent: the scene's last. */
  readonly end?: string;
  /** The what-if offered when it has ended: a fork of that step. */
  readonly after?: Told & { readonly step: string; readonly fork: string };
}

/** A real bug: what finds it, what public record there is of it, and the same scene without it. */
export interface Bug {
  /** Rule that speaks at the end (explain/findings). */
  readonly finding: string;
  /** Commit that fixed it; null where no commit of the kernel did. */
  readonly commit: string | null;
  /** Address of its public record. */
  readonly evidence: string;
  /** Component that is to blame, "ioapic:0": what "spot it" asks for. */
  readonly at: string;
  /** Fields of `create` that are others, or the ops from `start` on, and the hash of the state it ends in. */
  readonly fixed: {
    readonly create?: Readonly<Record<string, unknown>>;
    readonly ops?: Preset['ops'];
    readonly end: string;
  };
}

export interface Preset {
  readonly id: string;
  /** Content version; a change that alters what happens raises it, and the old file stays as <id>@<version>.json. */
  readonly version: number;
  readonly order: number;
  /** JSON ops; the first is the create. */
  readonly ops: readonly Readonly<Record<string, unknown>>[];
  /** First op whose steps are shown. */
  readonly start: number;
  /** Hash of the state it ended in when this version was made (share/state-hash.ts): another one means that the rules have changed. */
  readonly end: string;
  readonly look: readonly PresetLook[];
  /** Component to have in sight, "ioapic:0". */
  readonly focus: string | null;
  /** Null: beats and sentences are made by rule (scene/beats.ts). */
  readonly narration: Narration | null;
  /** Null: nothing is wrong on purpose. */
  readonly bug: Bug | null;
}

/** `error.<code>`, where in the file, and the sentence's parameters. */
export interface PresetProblem {
  readonly code: string;
  readonly place: string;
  readonly params: Readonly<Record<string, string | number>>;
}

const KEYS = ['id', 'version', 'order', 'ops', 'start', 'end', 'look', 'focus', 'narration', 'bug'];

type Checked = { readonly ok: true; readonly preset: Preset } | { readonly ok: false; readonly problem: PresetProblem };

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const isStep = (v: unknown): boolean => typeof v === 'string' && /^\w+#[1-9]\d*$/.test(v);
const isCount = (v: unknown, min: number, max: number): v is number =>
  Number.isInteger(v) && (v as number) >= min && (v as number) <= max;

/** @param name the file's name without .json: the id, or id@version */
export function checkPreset(file: unknown, name: string): Checked {
  const wrong = (place: string, code = 'preset-field'): Checked => ({
    ok: false,
    problem: { code, place: `${name}.json: ${place}`, params: { id: name, field: place } },
  });
  if (!isRecord(file)) return wrong('the whole file');
  const unknown = Object.keys(file).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return wrong(unknown);
  const { id, version, order, ops, start, end, look = [], focus = null, narration = null, bug = null } = file;
  if (!isCount(version, 1, 1e6)) return wrong('version');
  if (typeof id !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) return wrong('id');
  if (name !== id && name !== `${id}@${version}`) return wrong('id');
  if (typeof order !== 'number' || !Number.isFinite(order)) return wrong('order');
  if (!Array.isArray(ops) || ops.length === 0 || ops.length > MAX_OPS) return wrong('ops');
  const badOp = ops.findIndex(
    (op, i) => !isRecord(op) || typeof op.op !== 'string' || makesMachine(op.op) !== (i === 0),
  );
  if (badOp >= 0) return wrong(`ops[${badOp}]`);
  if (!isCount(start, 1, ops.length - 1)) return wrong('start');
  if (typeof end !== 'string' || !/^[\w-]{6}$/.test(end)) return wrong('end');
  if (!Array.isArray(look)) return wrong('look');
  const badLook = look.findIndex((l) => !isRecord(l) || !isStep(l.step) || typeof l.key !== 'string');
  if (badLook >= 0) return wrong(`look[${badLook}]`);
  if (focus !== null && typeof focus !== 'string') return wrong('focus');
  // Its sentences are held by a test (check-narration.ts): what is shipped needs no second look.
  if (narration !== null && !isRecord(narration)) return wrong('narration');
  if (bug !== null && !isRecord(bug)) return wrong('bug');
  return {
    ok: true,
    preset: {
      id,
      version,
      order,
      ops,
      start,
      end,
      look,
      focus,
      narration: narration as Narration | null,
      bug: bug as Bug | null,
    },
  };
}
