/**
 * A chapter as its files have it: a question, stops on running scenes, and questions back whose right answers the engine
 * computes. Nothing here knows a page.
 */
import type { JsonOp } from '../spec/define/op.ts';
import type { OpResult } from '../spec/ops/index.ts';

export type { JsonOp };

export interface ChapterStop {
  readonly scene: string;
  /** The moment, "kvm_eoi#1": the first event of that name in the scene. */
  readonly at: string;
  /** What the reader does there, after the scene's own ops. */
  readonly ops?: readonly JsonOp[];
}

/** Where in the last answer the value stands ("lapic[0].irr", "exits.length"), or how many events of a name the ops make. */
export type Ask = { readonly path: string } | { readonly count: string };

export interface ChapterCheck {
  readonly ops: readonly JsonOp[];
  readonly ask: Ask;
  /** Values to choose from; the engine's is one of them. null: there is no such value. */
  readonly choices: readonly unknown[];
}

export interface Chapter {
  readonly id: string;
  /** Ids of the open questions that it answers. */
  readonly questions: readonly string[];
  readonly stops: readonly ChapterStop[];
  readonly checks: readonly ChapterCheck[];
}

export interface ChapterText {
  readonly title: string;
  readonly question: string;
  readonly stops: readonly string[];
  readonly checks: readonly { readonly ask: string; readonly why: string }[];
}

/** The value at a path of an answer; null where there is none. */
export function valueAt(answer: OpResult, path: string): unknown {
  let value: unknown = answer;
  for (const name of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? null;
}

/** Two JSON values are the same. */
export const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
