/**
 * Verbs: what can be done to a thing on the stage, each as ops and by the name an edit of it has. One that makes no sense now stays
 * in the list with the reason, so that a reader learns what it would take.
 */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { type Deed, deedOf } from '../deeds.ts';
import type { Text } from '../text.ts';
import { say } from '../text.ts';

/** A number that a verb asks for. */
interface Question {
  readonly usual: number;
  readonly max: number;
  /** Shown in hex. */
  readonly hex: boolean;
  ops(n: number): readonly JsonOp[];
}

export interface Verb {
  readonly name: Text | Deed;
  readonly ops: readonly JsonOp[];
  /** Why it cannot be done now. */
  readonly no: Text | null;
  /** It asks for a number first. */
  readonly question: Question | null;
  /** Id of the gate that it opens: something waits there. */
  readonly gate: string | null;
}

/** Something on the stage, as a selection names it. */
export interface Thing {
  readonly kind: string;
  readonly index: number;
  readonly register?: string;
  readonly sub?: number;
  readonly vector?: number;
}

/** Why a verb cannot be done. */
export const no = (reason: string, params: Readonly<Record<string, string | number>> = {}): Text =>
  say(`verb.no.${reason}` as Text['key'], params);

/** These ops, by the name an edit of them has. @param why null: it can be done */
export const does = (view: MachineView, ops: readonly JsonOp[], why: Text | null = null): Verb => ({
  name: deedOf(ops, view),
  ops,
  no: why,
  question: null,
  gate: null,
});

/** A verb that asks for a number. */
export const asks = (
  key: string,
  params: Readonly<Record<string, string | number>>,
  question: { readonly usual: number; readonly max: number; readonly hex?: boolean; ops(n: number): readonly JsonOp[] },
  why: Text | null = null,
): Verb => ({
  name: say(`verb.${key}` as Text['key'], params),
  ops: [],
  no: why,
  question: { hex: true, ...question },
  gate: null,
});

/** What lets go on what waits at a gate. */
export const opens = (view: MachineView, gate: string, ops: readonly JsonOp[]): Verb => ({ ...does(view, ops), gate });
