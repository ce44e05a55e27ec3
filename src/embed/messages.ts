/**
 * Embed contract, version 1: what a page that frames us may say, and what we answer. What comes in is untrusted: one shape
 * per command, numbers checked, everything else dropped.
 */

import * as v from 'valibot';
import { LANGS, type Lang, languageOf, shortName } from '../i18n/langs.ts';
import { unpackOp } from '../share/op-codec.ts';
import { LINK_TEXT_MAX } from '../share/preset-link.ts';

export const EMBED_NS = 'irqscope';
export const EMBED_VERSION = 1;

const TOPICS = ['state', 'step', 'error', 'resize', 'quiz', 'finding'] as const;
export type Topic = (typeof TOPICS)[number];

/** Settings of the frame's query that may change while it runs; '' gives back the usual one. */
const VIEW = ['theme', 'lang', 'panels', 'controls'] as const;
type ViewChange = Readonly<Partial<Record<(typeof VIEW)[number], string>>>;

/** A step: its index (-1: before the first), "name#n" (the nth step of that name, from 1), or the last. */
export type StepRef = number | string;

const FORMATS = ['svg', 'png', 'gif', 'mp4', 'text', 'json'] as const;
const THEMES = ['light', 'dark', 'print'] as const;

/** What a host wants as a file; what it leaves out is as the frame has it. */
export interface ExportOrder {
  readonly format: (typeof FORMATS)[number];
  readonly theme?: (typeof THEMES)[number];
  readonly lang?: Lang;
  /** Pixels of a PNG for each of the figure's, 1 to 4. */
  readonly scale: number;
  /** px */
  readonly width: number;
  readonly step?: StepRef;
  /** First and last step of a film; absent: all. */
  readonly steps?: readonly [StepRef, StepRef];
}

export type Command =
  | { readonly type: 'hello' }
  | { readonly type: 'seek'; readonly step: StepRef }
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** A link's text, as behind the # of an address. */
  | { readonly type: 'load'; readonly link: string }
  /** `quiet`: without asking the reader, who is asked for what the reader made. */
  | { readonly type: 'getState'; readonly quiet: boolean }
  /** An op of the op language, done at the step that is shown. */
  | { readonly type: 'set'; readonly op: Readonly<Record<string, unknown>> }
  /** A component, "ioapic:0". */
  | { readonly type: 'focus'; readonly node: string }
  | { readonly type: 'view'; readonly change: ViewChange }
  /** Answers the question that is asked. */
  | { readonly type: 'answer'; readonly choice: number; readonly quiz?: string }
  /** A figure of what is shown, or of another step of it. */
  | { readonly type: 'export'; readonly order: ExportOrder }
  /** Ends the making of what was ordered with this id. */
  | { readonly type: 'cancel'; readonly of: string | number }
  | { readonly type: 'subscribe'; readonly topics: readonly Topic[] };

export type Incoming =
  | { readonly kind: 'command'; readonly id: unknown; readonly command: Command }
  /** reveal.js says these two plain strings to every frame of a slide. */
  | { readonly kind: 'slide'; readonly shown: boolean }
  | { readonly kind: 'wrong'; readonly id: unknown; readonly code: 'version' | 'command' };

/** Commands that change the scene or give it away: only from the origin that the address names. */
export const NEEDS_ORIGIN: ReadonlySet<Command['type']> = new Set<Command['type']>([
  'load',
  'getState',
  'set',
  'export',
]);

const MAX_OP = 65_536;

const step = v.pipe(v.number(), v.integer(), v.minValue(-4_000_000), v.maxValue(4_000_000));
const stepRef = v.union([step, v.pipe(v.string(), v.regex(/^(end|\w{1,60}#\d{1,7})$/))]);
const setting = v.pipe(v.string(), v.maxLength(200));

/** Half a surrogate pair has no place in an address, and encodeURIComponent throws on it. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** An op that can be carried: as JSON no longer than a link may be, and with no field that the op does not have. */
function opOf(raw: object): Readonly<Record<string, unknown>> | null {
  try {
    if (JSON.stringify(raw).length > MAX_OP) return null;
    const wrong: string[] = [];
    const op = unpackOp(raw, 'op', wrong);
    return wrong.length === 0 ? op : null;
  } catch {
    // Nested too deep to be written.
    return null;
  }
}

const isTopic = (topic: unknown): topic is Topic => (TOPICS as readonly unknown[]).includes(topic);

/** One shape a command. What a shape does not name is dropped. */
const COMMAND = v.union([
  v.object({ type: v.picklist(['hello', 'play', 'pause']) }),
  v.object({ type: v.literal('getState'), quiet: v.fallback(v.boolean(), false) }),
  v.object({ type: v.literal('seek'), step: stepRef }),
  v.object({ type: v.literal('step'), by: v.nullish(step, 1) }),
  v.pipe(
    v.object({ type: v.literal('load'), preset: v.pipe(v.string(), v.maxLength(100)) }),
    v.transform(({ type, preset }) => ({ type, link: `p=${encodeURIComponent(wellFormed(preset))}` })),
  ),
  v.pipe(
    v.object({ type: v.literal('load'), state: v.pipe(v.string(), v.maxLength(LINK_TEXT_MAX)) }),
    v.transform(({ type, state }) => ({ type, link: state })),
  ),
  v.pipe(
    v.object({ type: v.literal('set'), op: v.looseObject({ op: v.string() }) }),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const op = opOf(dataset.value.op);
      if (op !== null) return { type: dataset.value.type, op };
      addIssue({ message: 'op' });
      return NEVER;
    }),
  ),
  v.object({ type: v.literal('focus'), node: setting }),
  v.pipe(
    v.object({ type: v.literal('view'), ...v.entriesFromList(VIEW, v.optional(setting)) }),
    v.transform(({ type, ...change }) => ({ type, change })),
    v.check(({ change }) => Object.keys(change).length > 0),
  ),
  v.pipe(
    v.object({
      type: v.literal('export'),
      format: v.picklist(FORMATS),
      theme: v.optional(v.picklist(THEMES)),
      lang: v.optional(v.picklist(LANGS.flatMap((lang) => [shortName(lang), lang]))),
      scale: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(4)), 1),
      width: v.optional(v.pipe(v.number(), v.minValue(320), v.maxValue(4_000), v.transform(Math.round)), 960),
      step: v.optional(stepRef),
      steps: v.optional(v.tuple([stepRef, stepRef])),
    }),
    v.transform(({ type, lang, ...order }) => ({
      type,
      order: { ...order, ...(lang === undefined ? {} : { lang: languageOf(lang) ?? 'en' }) },
    })),
  ),
  v.object({
    type: v.literal('answer'),
    choice: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
    quiz: v.optional(setting),
  }),
  v.object({ type: v.literal('cancel'), of: v.union([v.string(), v.number()]) }),
  v.pipe(
    v.object({ type: v.literal('subscribe'), topics: v.fallback(v.array(v.unknown()), () => [...TOPICS]) }),
    v.transform(({ type, topics }) => ({
      type,
      topics: TOPICS.filter((topic) => topics.filter(isTopic).includes(topic)),
    })),
  ),
]);

function commandOf(message: Readonly<Record<string, unknown>>): Command | null {
  const read = v.safeParse(COMMAND, message);
  return read.success ? (read.output as Command) : null;
}

/** @returns null for what is not meant for us */
export function readMessage(data: unknown): Incoming | null {
  if (data === 'slide:start' || data === 'slide:stop') return { kind: 'slide', shown: data === 'slide:start' };
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  const m = data as Readonly<Record<string, unknown>>;
  if (m.ns !== EMBED_NS) return null;
  const id = typeof m.id === 'string' || typeof m.id === 'number' ? m.id : null;
  if (m.v !== EMBED_VERSION) return { kind: 'wrong', id, code: 'version' };
  const command = commandOf(m);
  return command === null ? { kind: 'wrong', id, code: 'command' } : { kind: 'command', id, command };
}
