/**
 * Chapters with what the engine says to them: the step of each stop's moment, the right answer of each check. Files are found
 * from the working directory, which is the repository.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ask, type Chapter, type ChapterText, type JsonOp, valueAt } from '../chapters/chapter.ts';
import { COL, ROW } from '../engine/core/log.ts';
import { createSession } from '../engine/machine/session.ts';
import { findStep } from '../log/steps.ts';
import '../spec/events/all.ts';
import { EVENT_NAMES } from '../spec/events/index.ts';
import type { OpResult } from '../spec/ops/index.ts';
import { presetsOf, sceneOf } from './headless-scene.ts';

const CHAPTERS = 'src/chapters';
const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

/** Step of a moment in a scene, as the page counts them. @throws Error where there is no such scene or moment */
function stepOf(id: string, extra: readonly JsonOp[], at: string): number {
  const scene = presetsOf(process.cwd()).find((preset) => preset.id === id);
  if (scene === undefined) throw new Error(`no scene ${id}`);
  const found = findStep(sceneOf([...scene.ops, ...extra], scene.start).steps, at);
  if (found < 0) throw new Error(`scene ${id} has no ${at}`);
  return found;
}

/** What the engine says to a check's question. @throws OpError for an op that makes no sense */
function answerOf(ops: readonly JsonOp[], ask: Ask): unknown {
  const session = createSession();
  let last: OpResult = {};
  for (const op of ops) last = session.answerOrThrow(op);
  if ('path' in ask) return valueAt(last, ask.path);
  const log = session.machine?.log;
  let count = 0;
  for (let at = 0; log !== undefined && at < log.used; at += ROW)
    if (EVENT_NAMES[log.rows[at + COL.code]] === ask.count) count++;
  return count;
}

/** One chapter as the contract has it. */
export interface ChapterLine {
  readonly id: string;
  readonly question: readonly string[];
  readonly title: Both;
  readonly stops: readonly { readonly scene: string; readonly step: number; readonly text: Both }[];
  readonly checks: readonly {
    readonly ops: readonly JsonOp[];
    readonly ask: Ask & { readonly text: Both };
    readonly choices: readonly unknown[];
    readonly answer: unknown;
  }[];
}
type Both = { readonly en: string; readonly 'zh-CN': string };

function lineOf(folder: string): ChapterLine {
  const chapter = readJson<Chapter>(CHAPTERS, folder, 'chapter.json');
  const en = readJson<ChapterText>(CHAPTERS, folder, 'en.json');
  const zh = readJson<ChapterText>(CHAPTERS, folder, 'zh-cn.json');
  const both = (pick: (text: ChapterText) => string | undefined): Both => ({
    en: pick(en) ?? '',
    'zh-CN': pick(zh) ?? '',
  });
  return {
    id: chapter.id,
    question: chapter.questions,
    title: both((text) => text.title),
    stops: chapter.stops.map(({ scene, at, ops = [] }, i) => ({
      scene,
      step: stepOf(scene, ops, at),
      text: both((text) => text.stops[i]),
      ...(ops.length > 0 ? { ops } : {}),
    })),
    checks: chapter.checks.map(({ ops, ask, choices }, i) => ({
      ops,
      ask: { ...ask, text: both((text) => text.checks[i]?.ask) },
      choices,
      answer: answerOf(ops, ask),
    })),
  };
}

/** Every chapter in the order of reading. @throws Error for a moment a scene does not have */
export function chapterLines(): readonly ChapterLine[] {
  return readdirSync(CHAPTERS)
    .sort()
    .filter((folder) => existsSync(join(CHAPTERS, folder, 'chapter.json')))
    .map(lineOf);
}
