/**
 * The short form of a link, `#p=<preset>[@<version>]&t=<step>`, apart from the codec of the long one: a page that opens on a
 * preset does not load the codec first.
 */

export interface PresetRef {
  readonly id: string;
  /** Null: the newest. */
  readonly version: number | null;
}

/** `error.<code>` with its parameters, and where in the link. */
export interface LinkProblem {
  readonly code: string;
  readonly place: string;
  readonly params: Readonly<Record<string, string | number>>;
}

type PresetAnswer =
  | {
      readonly ok: true;
      readonly link: { readonly kind: 'preset'; readonly preset: PresetRef; readonly step: number | null };
      readonly dropped: readonly string[];
    }
  | { readonly ok: false; readonly problem: LinkProblem };

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

/** Text of a link to a preset as it is, without the `#`. */
export function encodePresetLink(preset: PresetRef, step: number | null): string {
  return `p=${presetText(preset)}${step === null || step < 0 ? '' : `&t=${step}`}`;
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
  const t = fields.get('t');
  const step = t !== null && /^\d{1,7}$/.test(t) && Number(t) <= MAX_STEP ? Number(t) : null;
  const wrong = t !== null && step === null && t !== '-1';
  return { ok: true, link: { kind: 'preset', preset, step }, dropped: wrong ? ['t'] : [] };
}
