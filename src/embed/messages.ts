/**
 * Embed contract, version 1: what a page that frames us may say, and what we answer. What comes in is untrusted: one shape
 * per command, numbers checked, everything else dropped.
 */

import { unpackOp } from '../share/op-codec.ts';

export const EMBED_NS = 'irqscope';
export const EMBED_VERSION = 1;

const TOPICS = ['state', 'step', 'error', 'resize', 'quiz', 'finding'] as const;
export type Topic = (typeof TOPICS)[number];

/** Settings of the frame's query that may change while it runs; '' gives back the usual one. */
const VIEW = ['theme', 'lang', 'panels', 'controls'] as const;
type ViewChange = Readonly<Partial<Record<(typeof VIEW)[number], string>>>;

/** A step: its index (-1: before the first), "name#n" (the nth step of that name, from 1), or the last. */
export type StepRef = number | string;

export type Command =
  | { readonly type: 'hello' }
  | { readonly type: 'seek'; readonly step: StepRef }
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** A link's text, as behind the # of an address. */
  | { readonly type: 'load'; readonly link: string }
  | { readonly type: 'getState' }
  /** An op of the op language, done at the step that is shown. */
  | { readonly type: 'set'; readonly op: Readonly<Record<string, unknown>> }
  /** A component, "ioapic:0". */
  | { readonly type: 'focus'; readonly node: string }
  | { readonly type: 'view'; readonly change: ViewChange }
  | { readonly type: 'subscribe'; readonly topics: readonly Topic[] };

export type Incoming =
  | { readonly kind: 'command'; readonly id: unknown; readonly command: Command }
  /** reveal.js says these two plain strings to every frame of a slide. */
  | { readonly kind: 'slide'; readonly shown: boolean }
  | { readonly kind: 'wrong'; readonly id: unknown; readonly code: 'version' | 'command' };

/** Commands that change the scene or give it away: only from the origin that the address names. */
export const NEEDS_ORIGIN: ReadonlySet<Command['type']> = new Set<Command['type']>(['load', 'getState', 'set']);

const STEP_NAME = /^(end|\w{1,60}#\d{1,7})$/;
const MAX_LINK = 16_384;
const MAX_OP = 65_536;
const MAX_SETTING = 200;
const isStep = (v: unknown): v is number => Number.isInteger(v) && Math.abs(v as number) <= 4_000_000;

const isObject = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/** An op that can be carried: as JSON, and no more of it than a link may have. */
function opOf(v: unknown): Readonly<Record<string, unknown>> | null {
  if (!isObject(v) || typeof v.op !== 'string') return null;
  try {
    if (JSON.stringify(v).length > MAX_OP) return null;
    const wrong: string[] = [];
    const op = unpackOp(v, 'op', wrong);
    return wrong.length === 0 ? op : null;
  } catch {
    return null;
  }
}

function viewOf(m: Readonly<Record<string, unknown>>): ViewChange | null {
  const change: Record<string, string> = {};
  for (const name of VIEW) {
    const value = m[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > MAX_SETTING) return null;
    change[name] = value;
  }
  return Object.keys(change).length === 0 ? null : change;
}

function commandOf(m: Readonly<Record<string, unknown>>): Command | null {
  switch (m.type) {
    case 'hello':
    case 'play':
    case 'pause':
    case 'getState':
      return { type: m.type };
    case 'seek':
      return isStep(m.step) || (typeof m.step === 'string' && STEP_NAME.test(m.step))
        ? { type: 'seek', step: m.step }
        : null;
    case 'step': {
      const by = m.by ?? 1;
      return isStep(by) ? { type: 'step', by } : null;
    }
    case 'load':
      if (typeof m.preset === 'string' && m.preset.length <= 100) {
        return { type: 'load', link: `p=${encodeURIComponent(m.preset)}` };
      }
      return typeof m.state === 'string' && m.state.length <= MAX_LINK ? { type: 'load', link: m.state } : null;
    case 'set': {
      const op = opOf(m.op);
      return op === null ? null : { type: 'set', op };
    }
    case 'focus':
      return typeof m.node === 'string' && m.node.length <= MAX_SETTING ? { type: 'focus', node: m.node } : null;
    case 'view': {
      const change = viewOf(m);
      return change === null ? null : { type: 'view', change };
    }
    case 'subscribe': {
      const asked = Array.isArray(m.topics) ? (m.topics as unknown[]) : TOPICS;
      return { type: 'subscribe', topics: TOPICS.filter((topic) => asked.includes(topic)) };
    }
    default:
      return null;
  }
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
