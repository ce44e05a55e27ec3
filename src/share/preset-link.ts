/**
 * The short form of a link, `#p=<preset>[@<version>]&t=<step>`, apart from the codec of the long one: a page that opens on a
 * preset does not load the codec first.
 */

import type { Problem } from '../base/problem.ts';

export interface PresetRef {
  readonly id: string;
  /** Null: the newest. */
  readonly version: number | null;
}

/**
 * Moment a link stands at: an index as step set `set` counts (log/step-sets.ts), an event by name ("ioapic_service#2"),
 * the end; null: before the first step.
 */
export type LinkStep = { readonly index: number; readonly set: number } | { readonly name: string } | 'end' | null;

type PresetAnswer =
  | {
      readonly ok: true;
      readonly link: { readonly kind: 'preset'; readonly preset: PresetRef; readonly step: LinkStep };
      readonly dropped: readonly string[];
    }
  | { readonly ok: false; readonly problem: Problem };

export const LINK_TEXT_MAX = 16_384;
export const MAX_STEP = 4_000_000;

const PRESET = /^([a-z0-9]+(?:-[a-z0-9]+)*)(?:@([1-9]\d{0,5}))?$/;

/** "id" or "id@version"; null for anything else. */
export function presetRef(text: unknown): PresetRef | null {
  const parts = typeof text === 'string' ? PRESET.exec(text) : null;
  return parts ? { id: parts[1] as string, version: parts[2] === undefined ? null : Number(parts[2]) } : null;
}

export function presetText({ id, version }: PresetRef): string {
  return version === null ? id : `${id}@${version}`;
}

/** Highest step set a link may name. */
const MAX_SET = 1_000;
const STEP_NAME = /^[a-z]\w{0,60}#[1-9]\d{0,6}$/;

/** What stands in a link for a moment: its `t`, and its `g` where that is not set 1. */
export function stepFields(step: LinkStep): { readonly t: number | string; readonly g: number | null } {
  if (step === null) return { t: -1, g: null };
  if (step === 'end') return { t: 'end', g: null };
  if ('name' in step) return { t: step.name, g: null };
  return { t: step.index, g: step.index < 0 || step.set === 1 ? null : step.set };
}

/**
 * The moment of a link's `t` and `g`.
 * @param g step set that an index counts in; absent: the first
 * @returns undefined for what is none
 */
export function linkStep(t: unknown, g: number): LinkStep | undefined {
  if (t === 'end') return 'end';
  if (typeof t === 'string') return STEP_NAME.test(t) ? { name: t } : undefined;
  if (!Number.isInteger(t) || (t as number) < -1 || (t as number) > MAX_STEP) return undefined;
  // No sign on a zero.
  return t === -1 ? null : { index: (t as number) + 0, set: g };
}

/** A link's `g`. @returns undefined for what is no step set */
export const linkSet = (g: unknown): number | undefined =>
  Number.isInteger(g) && (g as number) >= 1 && (g as number) <= MAX_SET ? (g as number) : undefined;

/** Text of a link to a preset as it is, without the `#`. */
export function encodePresetLink(preset: PresetRef, step: LinkStep): string {
  const { t, g } = stepFields(step);
  return `p=${presetText(preset)}${t === -1 ? '' : `&t=${t}`}${g === null ? '' : `&g=${g}`}`;
}

/**
 * Reads a link as far as this can be done without the codec.
 * @returns null for no link; 'state' for one of the long form
 */
export function decodePresetLink(fragment: string): PresetAnswer | 'state' | null {
  const text = fragment.replace(/^#/, '');
  if (text.length > LINK_TEXT_MAX) {
    const params = { max: LINK_TEXT_MAX, given: text.length };
    return { ok: false, problem: { code: 'link-too-long', place: '#', params } };
  }
  const fields = new URLSearchParams(text);
  if (fields.has('s')) return 'state';
  const name = fields.get('p');
  if (name === null) return null;
  const preset = presetRef(name);
  if (preset === null)
    return { ok: false, problem: { code: 'link-preset', place: 'p', params: { id: name.slice(0, 60) } } };
  const dropped: string[] = [];
  const g = fields.get('g');
  const set = g === null ? 1 : linkSet(/^\d{1,4}$/.test(g) ? Number(g) : null);
  if (set === undefined) dropped.push('g');
  const t = fields.get('t') ?? '-1';
  const step = linkStep(/^-?\d{1,7}$/.test(t) ? Number(t) : t, set ?? 1);
  if (step === undefined) dropped.push('t');
  return { ok: true, link: { kind: 'preset', preset, step: step ?? null }, dropped };
}
