/** The shape of a preset file: a reader of a broken file gets its code and the place in it. No page loads this: tests and terminals do. */

import * as v from 'valibot';
import type { Problem } from '../base/problem.ts';
import type { Told } from '../i18n/langs.ts';
import { MAX_OPS } from '../spec/limits.ts';
import { makesMachine } from '../spec/ops/makes-machine.ts';

/** A thing to look at: at the nth step of a name ("kvm_eoi#1"), and the key of its text. */
interface PresetLook {
  readonly step: string;
  readonly key: string;
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

type Checked = { readonly ok: true; readonly preset: Preset } | { readonly ok: false; readonly problem: Problem };

const count = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const record = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && value !== null),
  v.check((value) => !Array.isArray(value)),
);

/** Its narration and what it says of a bug are held by tests (check-narration.ts): what is shipped needs no second look. */
const FILE = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)),
  version: count(1, 1e6),
  order: v.pipe(v.number(), v.finite()),
  ops: v.pipe(
    v.array(
      v.pipe(
        record,
        v.check(({ op }) => typeof op === 'string'),
      ),
    ),
    v.minLength(1),
    v.maxLength(MAX_OPS),
  ),
  start: count(1, MAX_OPS),
  end: v.pipe(v.string(), v.regex(/^[\w-]{6}$/)),
  look: v.optional(
    v.array(v.looseObject({ step: v.pipe(v.string(), v.regex(/^\w+#[1-9]\d*$/)), key: v.string() })),
    [],
  ),
  focus: v.optional(v.nullable(v.string()), null),
  narration: v.optional(v.nullable(record), null),
  bug: v.optional(v.nullable(record), null),
});

/** "start", "ops[3]": a field of the file, and the entry of it where it is a list. */
function placeOf({ path }: v.BaseIssue<unknown>): string {
  const [field, entry] = (path ?? []).map(({ key }) => key);
  if (field === undefined) return 'the whole file';
  return typeof entry === 'number' ? `${String(field)}[${entry}]` : String(field);
}

/** @param name the file's name without .json: the id, or id@version */
export function checkPreset(file: unknown, name: string): Checked {
  const wrong = (place: string, code = 'preset-field'): Checked => ({
    ok: false,
    problem: { code, place: `${name}.json: ${place}`, params: { id: name, field: place } },
  });
  if (!v.is(record, file)) return wrong('the whole file');
  const checked = v.safeParse(FILE, file, { abortEarly: true });
  if (!checked.success) return wrong(placeOf(checked.issues[0]));
  const { id, version, ops, start, narration, bug } = checked.output;
  if (name !== id && name !== `${id}@${version}`) return wrong('id');
  const badOp = ops.findIndex(({ op }, i) => makesMachine(op) !== (i === 0));
  if (badOp >= 0) return wrong(`ops[${badOp}]`);
  if (start >= ops.length) return wrong('start');
  return {
    ok: true,
    preset: { ...checked.output, narration: narration as Narration | null, bug: bug as Bug | null },
  };
}
