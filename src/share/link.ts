/**
 * The link format: what stands after the `#` of an address.
 *
 *   #p=<preset>[@<version>]&t=<step>[&g=<set>]    a preset as it is
 *   #s=k1.<base64url(deflate-raw(JSON))>      anything else
 *
 * JSON = { v, base: "preset@version" | null, keep?, start?, log: [[op, …], …], t, g?, view?, h?, runs? }: the first `keep` ops of
 * the base, then those of `log`. `h` is the hash of the state at the end. `k1` names the codec. The text is untrusted: it is
 * capped before and after unpacking, every field is checked on its own, and one that is wrong costs itself only.
 */

import type { Problem } from '../base/problem.ts';
import type { JsonOp } from '../spec/define/op.ts';
import { MAX_LINK_OPS, MAX_VCPUS } from '../spec/limits.ts';
import { makesMachine } from '../spec/ops/makes-machine.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { deflate, inflate } from './deflate.ts';
import { packOp, unpackOp } from './op-codec.ts';
import {
  decodePresetLink,
  encodePresetLink,
  LINK_TEXT_MAX,
  type LinkStep,
  linkSet,
  linkStep,
  type PresetRef,
  presetRef,
  presetText,
  stepFields,
} from './preset-link.ts';
import { CURRENT_LINK_VERSION, upgrade } from './upgraders.ts';

export { packOp } from './op-codec.ts';
export { aloneWithNotes, writeRuns } from './runs.ts';
export { hashState } from './state-hash.ts';

export const LINK_CAPS = { text: LINK_TEXT_MAX, json: 262_144, ops: MAX_LINK_OPS, vcpus: MAX_VCPUS } as const;

/** What of the page is in a link besides the scene. */
export interface LinkView {
  /** Selected component, "ioapic:0", with a register after a dot. */
  readonly sel?: string;
  readonly panel?: string;
}

export type Link =
  | { readonly kind: 'preset'; readonly preset: PresetRef; readonly step: LinkStep }
  | {
      readonly kind: 'ops';
      readonly base: PresetRef | null;
      /** Ops of the base that are kept; null: all. */
      readonly keep: number | null;
      /** First op whose steps are shown; null: as the base has it. */
      readonly start: number | null;
      readonly log: readonly JsonOp[];
      readonly step: LinkStep;
      readonly view: LinkView;
      readonly hash: string | null;
      /** The tree of runs that this is one of, unread (runs.ts); absent: it comes alone. */
      readonly runs?: unknown;
    };

export type LinkAnswer =
  /** `dropped`: places of what was wrong and left out. */
  | { readonly ok: true; readonly link: Link; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly problem: Problem };

const HASH = /^[\w-]{6}$/;
const SELECTION = /^[a-zA-Z]+:\d{1,3}(\.\w+)?$/;
const PANEL = /^[a-z]{1,20}$/;

/** Most places named of what was left out. */
const MOST_DROPPED = 50;

const fail = (code: string, place: string, params: Problem['params'] = {}): LinkAnswer => ({
  ok: false,
  problem: { code, place, params },
});

/** Text of a link, without the `#`. @returns null when it is over the caps */
export function encodeLink(link: Link): string | null {
  if (link.kind === 'preset') return encodePresetLink(link.preset, link.step);
  if (link.log.length > LINK_CAPS.ops) return null;
  const { t, g } = stepFields(link.step);
  const json: Record<string, unknown> = {
    v: CURRENT_LINK_VERSION,
    base: link.base ? presetText(link.base) : null,
    ...(link.keep === null ? {} : { keep: link.keep }),
    ...(link.start === null ? {} : { start: link.start }),
    log: link.log.map(packOp),
    t,
    ...(g === null ? {} : { g }),
    ...(Object.keys(link.view).length > 0 ? { view: link.view } : {}),
    ...(link.hash === null ? {} : { h: link.hash }),
    ...(link.runs == null ? {} : { runs: link.runs }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  if (bytes.length > LINK_CAPS.json) return null;
  const text = `s=k1.${toBase64url(deflate(bytes))}`;
  return text.length > LINK_CAPS.text ? null : text;
}

/** Reads the text after the `#`. @returns null when it is empty or holds no link of ours */
export function decodeLink(fragment: string): LinkAnswer | null {
  const quick = decodePresetLink(fragment);
  return quick === 'state' ? decodeState(new URLSearchParams(fragment.replace(/^#/, '')).get('s') ?? '') : quick;
}

function decodeState(text: string): LinkAnswer {
  const dot = text.indexOf('.');
  const codec = dot < 0 ? '' : text.slice(0, dot);
  if (codec !== 'k1') {
    return /^k\d{1,3}$/.test(codec) ? fail('link-newer', `s=${codec}`, { version: codec }) : fail('link-broken', 's');
  }
  const packed = fromBase64url(text.slice(dot + 1));
  if (packed === null) return fail('link-broken', 's');
  const bytes = inflate(packed, LINK_CAPS.json);
  if (bytes === 'too-big') return fail('link-too-big', 's', { max: LINK_CAPS.json });
  if (bytes === null) return fail('link-broken', 's');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail('link-broken', 's');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail('link-broken', 's');
  const raw = json as Readonly<Record<string, unknown>>;
  const { v } = raw;
  if (!Number.isInteger(v) || (v as number) < 1) return fail('link-broken', 's.v');
  if ((v as number) > CURRENT_LINK_VERSION) return fail('link-newer', 's.v', { version: v as number });
  return checkState(upgrade(raw, v as number));
}

function checkState(json: Readonly<Record<string, unknown>>): LinkAnswer {
  const dropped: string[] = [];
  /** A field that may be absent; what is there and wrong is dropped. */
  function optional<T>(place: string, value: unknown, read: (value: unknown) => T | undefined): T | null {
    if (value === undefined || value === null) return null;
    const good = read(value);
    if (good === undefined) dropped.push(place);
    return good ?? null;
  }
  const count = (value: unknown): number | undefined =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 20_000 ? (value as number) : undefined;
  const matching = (pattern: RegExp) => (value: unknown) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;

  const known = ['v', 'base', 'keep', 'start', 'log', 't', 'g', 'view', 'h', 'runs'];
  dropped.push(
    ...Object.keys(json)
      .filter((key) => !known.includes(key))
      .map((key) => key.slice(0, 60)),
  );

  const base = json.base === null || json.base === undefined ? null : presetRef(json.base);
  if (base === null && json.base != null) {
    return fail('link-preset', 's.base', {
      id: typeof json.base === 'string' ? json.base.slice(0, 60) : typeof json.base,
    });
  }
  if (!Array.isArray(json.log)) return fail('link-broken', 's.log');
  if (json.log.length > LINK_CAPS.ops) {
    return fail('too-many-ops', `s.log[${LINK_CAPS.ops}]`, { max: LINK_CAPS.ops });
  }
  const log: JsonOp[] = [];
  for (const [i, packed] of (json.log as unknown[]).entries()) {
    const op = unpackOp(packed, `log[${i}]`, dropped);
    if (op === null) dropped.push(`log[${i}]`);
    else log.push(op);
  }
  if (base === null) {
    const [create] = log;
    if (!makesMachine(create?.op)) return fail('no-create', 's.log[0]');
    const vcpus = typeof create?.vcpus === 'object' ? 0 : Number(create?.vcpus ?? 0);
    if (vcpus > LINK_CAPS.vcpus) {
      return fail('too-many-vcpus', 's.log[0].vcpus', { max: LINK_CAPS.vcpus, given: vcpus });
    }
  }
  const view = optional('view', json.view, (value) =>
    typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined,
  );
  dropped.push(
    ...Object.keys(view ?? {})
      .filter((key) => key !== 'sel' && key !== 'panel')
      .map((key) => `view.${key.slice(0, 60)}`),
  );
  const sel = optional('view.sel', view?.sel, matching(SELECTION));
  const panel = optional('view.panel', view?.panel, matching(PANEL));
  const set = optional('g', json.g, linkSet) ?? 1;
  // Before the first step is null, which `optional` keeps for what is not there: both mean the same.
  const step = optional<LinkStep>('t', json.t, (value) => linkStep(value, set));
  const link: Link = {
    kind: 'ops',
    base,
    keep: optional('keep', json.keep, count),
    start: optional('start', json.start, count),
    log,
    step,
    view: { ...(sel === null ? {} : { sel }), ...(panel === null ? {} : { panel }) },
    hash: optional('h', json.h, matching(HASH)),
    ...(json.runs == null ? {} : { runs: json.runs }),
  };
  // Thousands of places would be no help to anybody.
  return { ok: true, link, dropped: dropped.slice(0, MOST_DROPPED) };
}
