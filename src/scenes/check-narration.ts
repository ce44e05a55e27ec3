/** The shape of what the narrator says of a preset. For tests and tools: the page trusts what it is shipped with. */
import { isBegun, LANGS } from '../i18n/langs.ts';

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const STEP = /^\w+#[1-9]\d*$/;
const isStep = (v: unknown): boolean => typeof v === 'string' && STEP.test(v);
/** A language that was begun may be missing. */
const isTold = (v: unknown): boolean =>
  isRecord(v) && LANGS.every((lang) => typeof v[lang] === 'string' || (v[lang] === undefined && isBegun(lang)));

/** @returns what of a narration is wrong, null: nothing */
export function checkNarration(file: unknown): string | null {
  if (!isRecord(file) || !isTold(file.question)) return 'narration.question';
  const { beats, end, after } = file;
  if (!Array.isArray(beats) || beats.length === 0) return 'narration.beats';
  const bad = beats.findIndex(
    (b) => !isRecord(b) || !isTold(b) || !isStep(b.from) || !isStep(b.hold) || ('guess' in b && !isTold(b.guess)),
  );
  if (bad >= 0) return `narration.beats[${bad}]`;
  if (end !== undefined && !isStep(end)) return 'narration.end';
  const told =
    after === undefined || (isRecord(after) && isTold(after) && isStep(after.step) && typeof after.fork === 'string');
  return told ? null : 'narration.after';
}
