/**
 * Embed contract, version 1: what a page that frames us may say, and what we answer. What comes in is untrusted: one shape
 * per command, numbers checked, everything else dropped.
 */

export const EMBED_NS = 'irqscope';
export const EMBED_VERSION = 1;

const TOPICS = ['state', 'step', 'error', 'resize'] as const;
export type Topic = (typeof TOPICS)[number];

export type Command =
  | { readonly type: 'hello' }
  | { readonly type: 'seek'; readonly step: number }
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** A link's text, as behind the # of an address. */
  | { readonly type: 'load'; readonly link: string }
  | { readonly type: 'getState' }
  | { readonly type: 'subscribe'; readonly topics: readonly Topic[] };

export type Incoming =
  | { readonly kind: 'command'; readonly id: unknown; readonly command: Command }
  /** reveal.js says these two plain strings to every frame of a slide. */
  | { readonly kind: 'slide'; readonly shown: boolean }
  | { readonly kind: 'wrong'; readonly id: unknown; readonly code: 'version' | 'command' };

/** Commands that change the scene or give it away: only from the origin that the address names. */
export const NEEDS_ORIGIN: ReadonlySet<Command['type']> = new Set<Command['type']>(['load', 'getState']);

const MAX_LINK = 16_384;
const isStep = (v: unknown): v is number => Number.isInteger(v) && Math.abs(v as number) <= 4_000_000;

function commandOf(m: Readonly<Record<string, unknown>>): Command | null {
  switch (m.type) {
    case 'hello':
    case 'play':
    case 'pause':
    case 'getState':
      return { type: m.type };
    case 'seek':
      return isStep(m.step) ? { type: 'seek', step: m.step } : null;
    case 'step': {
      const by = m.by ?? 1;
      return isStep(by) ? { type: 'step', by } : null;
    }
    case 'load':
      if (typeof m.preset === 'string' && m.preset.length <= 100) {
        return { type: 'load', link: `p=${encodeURIComponent(m.preset)}` };
      }
      return typeof m.state === 'string' && m.state.length <= MAX_LINK ? { type: 'load', link: m.state } : null;
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

/** Keys that a presentation wants for itself; with keys=parent they are passed on. */
export const PARENT_KEYS: ReadonlySet<string> = new Set([
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'PageUp',
  'PageDown',
  'Home',
  'End',
  'Escape',
  ' ',
  '.',
]);
