/** Inputs of strangers, made from a seed: texts that are nearly right, right, and anything but. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { createRng, nextBelow, type RngState } from '../../base/rng.ts';
import { createSession, type Session } from '../../engine/machine/session.ts';
import { stateFile } from '../../share/state-file.ts';
import { presetsOf } from '../headless-scene.ts';
import { powerOn, validCreate, validOp } from './valid-ops.ts';

type Json = Record<string, unknown>;

export interface Chance {
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  /** True once in so many times. */
  once(inSo: number): boolean;
}

export function chanceOf(seed: number): Chance {
  const rng: RngState = createRng(seed);
  const below = (limit: number): number => nextBelow(rng, limit);
  return {
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    once: (inSo) => below(inSo) === 0,
  };
}

const nested = (depth: number): unknown => JSON.parse(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`);

/** What JSON can say where we meant something else. */
export function strange(c: Chance): unknown {
  return c.pick<() => unknown>([
    () => null,
    () => c.below(2) === 0,
    () => '',
    () => -1,
    () => c.pick([0.5, 1e308, 2 ** 53, 2 ** 64, 4_294_967_296, -0]),
    () => c.pick(['NaN', '0x', '0xffffffffffffffffff', '__proto__', 'constructor', '\u202e\u0000', '٣']),
    () => 'x'.repeat(c.below(5_000)),
    () => nested(c.below(c.once(50) ? 800 : 6)),
    () => Array.from({ length: c.below(c.once(50) ? 5_000 : 4) }, () => c.below(9)),
    () => JSON.parse('{"__proto__":{"op":"get"},"toString":1,"length":-1}'),
  ])();
}

/** An op of the table, as a rule one that its reader takes: now and then one value is another, or a field too many. */
export function anyOp(c: Chance): unknown {
  if (c.once(60)) return strange(c);
  const op = validOp(c.below);
  if (c.once(12)) op[c.pick(Object.keys(op).filter((key) => key !== 'op'))] = strange(c);
  if (c.once(40)) op[c.pick(['x', '__proto__', 'constructor'])] = strange(c);
  return op;
}

/** The create of a machine that can be made. */
function anyCreate(c: Chance): Json {
  return { ...validCreate(c.below), ...(c.once(30) ? { [c.pick(['ids', 'routing', 'x'])]: strange(c) } : {}) };
}

/** A chapter's address has its id, which is its folder's name without the number. */
const CHAPTERS = readdirSync(join(import.meta.dirname, '../../chapters'))
  .filter((name) => /^\d/.test(name))
  .map((name) => name.replace(/^\d+-/, ''));

const packed = (json: string): string => deflateRawSync(json).toString('base64url');

const SCENES = new Map(presetsOf(join(import.meta.dirname, '../../..')).map((scene) => [scene.id, scene] as const));

const made = (session: Session): { readonly vcpus: number } => session.machine ?? { vcpus: 0 };

/** Ops that a machine takes one after the other; the first makes it, where nothing stands before them. */
function takenOps(c: Chance, before: readonly unknown[]): unknown[] {
  const session = createSession();
  const takes = (op: unknown): boolean => {
    const { error } = session.answer(op);
    if (session.machine !== null) session.machine.log.used = 0;
    return error === undefined;
  };
  for (const op of before) takes(op);
  const ops: unknown[] = [];
  while (session.machine === null) {
    const create = validCreate(c.below);
    if (takes(create)) ops.push(create, ...powerOn(made(session).vcpus).filter(takes));
  }
  for (let n = c.below(20); n > 0; n--) {
    const op = validOp(c.below);
    if (takes(op)) ops.push(op);
  }
  return ops;
}

/** JSON of a link: a scene of its own, or one changed from a preset. @param runs its ops are such as the machine takes */
function linkJson(c: Chance, presets: readonly string[], runs: boolean): string {
  const own = c.once(2);
  const preset = c.pick(presets);
  const scene = SCENES.get(preset);
  const version = scene?.version ?? 1;
  const json: Json = {
    v: c.once(80) ? strange(c) : 1,
    base: own ? null : c.once(60) ? strange(c) : `${preset}@${c.once(10) ? 1 : version}`,
    log: runs
      ? takenOps(c, own ? [] : (scene?.ops ?? []))
      : [...(own ? [anyCreate(c)] : []), ...Array.from({ length: c.below(12) }, () => anyOp(c))],
    t: c.once(20) ? strange(c) : c.below(40) - 1,
  };
  if (c.once(runs ? 12 : 3)) json.keep = c.once(20) ? strange(c) : c.below(30);
  if (c.once(8)) json.view = c.once(4) ? strange(c) : { sel: 'ioapic:0', panel: 'inspector' };
  if (c.once(8)) json.h = c.once(4) ? strange(c) : 'Ab_-09';
  if (c.once(30)) json[c.pick(['x', '__proto__', 'g'])] = strange(c);
  return JSON.stringify(json);
}

/** Some characters of a text are other ones, or gone, or twice there. */
export function hurt(text: string, c: Chance): string {
  let out = text;
  for (let n = 1 + c.below(3); n > 0; n--) {
    const at = c.below(out.length + 1);
    const put = c.pick(['', 'A', '%', '\u0000', '&t=', '.', '_', out.slice(at, at + 4)]);
    out = out.slice(0, at) + put + out.slice(at + c.below(3));
  }
  return out;
}

/** A text behind the # of an address. @param runs most have ops that their machine takes */
export function anyLink(c: Chance, presets: readonly string[], runs = false): string {
  const good = (): string => `s=k1.${packed(linkJson(c, presets, runs && !c.once(12)))}`;
  if (runs && !c.once(3)) return good();
  return c.pick<() => string>([
    good,
    good,
    good,
    good,
    good,
    good,
    good,
    () => `p=${c.pick(presets)}${c.once(2) ? `&t=${c.below(60)}` : ''}`,
    () => hurt(good(), c),
    () => `s=k1.${packed(hurt(linkJson(c, presets, false), c))}`,
    () => `ch=${c.pick(['', ...CHAPTERS, 'x', '\u202e'])}&stop=${c.pick(['1', '2', '9', '-1', 'x', '1e9'])}`,
    () => `s=k1.${packed(JSON.stringify(strange(c)))}`,
    () => `p=${c.pick(presets)}${c.once(2) ? `&t=${c.below(60)}` : ''}`,
    () => hurt(`p=${c.pick(presets)}@1&t=${c.pick(['1', 'end', 'irr_set%231', '-1', '99999999'])}`, c),
    () => `c=${c.pick(presets)},${c.pick(presets)}&t=${c.below(20)},${c.below(20)}`,
    () => hurt(`c=${c.pick(presets)}&with=${c.pick(['apicv', 'avic', 'split'])}`, c),
    () => String.fromCharCode(...Array.from({ length: c.below(60) }, () => c.below(c.once(3) ? 0x10000 : 128))),
  ])();
}

/** A message of a page that frames us. */
export function anyMessage(c: Chance, presets: readonly string[]): unknown {
  if (c.once(12)) return strange(c);
  const type = c.pick([
    'hello',
    'seek',
    'step',
    'play',
    'pause',
    'load',
    'getState',
    'set',
    'focus',
    'view',
    'subscribe',
    'answer',
    'export',
    'cancel',
    'x',
  ]);
  const body: Json = { ns: 'irqscope', v: 1, id: c.once(20) ? strange(c) : c.below(1_000), type };
  if (type === 'seek') body.step = c.once(6) ? strange(c) : c.pick<unknown>([c.below(60) - 1, 'end', 'irr_set#1']);
  if (type === 'step') body.by = c.once(6) ? strange(c) : c.below(9) - 4;
  if (type === 'load')
    body[c.once(2) ? 'preset' : 'state'] = c.once(6) ? strange(c) : c.once(2) ? c.pick(presets) : anyLink(c, presets);
  if (type === 'set') body.op = anyOp(c);
  if (type === 'focus') body.node = c.once(3) ? strange(c) : c.pick(['ioapic:0', 'lapic:1.irr', 'x:0']);
  if (type === 'view') body[c.pick(['theme', 'lang', 'panels', 'controls', 'x'])] = c.once(3) ? strange(c) : 'dark';
  if (type === 'answer')
    Object.assign(body, { quiz: c.once(3) ? strange(c) : 'x', choice: c.once(3) ? strange(c) : 1 });
  if (type === 'export') {
    body.format = c.once(4) ? strange(c) : c.pick(['svg', 'png', 'gif', 'mp4', 'text', 'json']);
    if (c.once(2))
      body[c.pick(['scale', 'theme', 'lang', 'step', 'steps'])] = c.once(2) ? strange(c) : c.pick([1, 'dark', [0, 3]]);
  }
  if (type === 'cancel') body.of = c.once(3) ? strange(c) : c.below(1_000);
  if (type === 'subscribe') body.topics = c.once(3) ? strange(c) : ['state', 'step', 'error', 'quiz', 'finding'];
  if (c.once(20)) body.v = strange(c);
  return body;
}

/** A file somebody drops on the page, as text. */
export function anyFile(c: Chance, presets: readonly string[]): string {
  const good = (): string => stateFile(c.once(2) ? null : c.pick(presets), anyLink(c, presets));
  return c.pick<() => string>([
    good,
    good,
    () => hurt(good(), c),
    () => JSON.stringify({ type: 'irqscope', version: c.once(2) ? 1 : strange(c), link: strange(c) }),
    () => JSON.stringify(strange(c)),
    () => hurt('', c),
  ])();
}

/** A text as people paste it, or a part of a recording: lines left out, doubled, hurt, of another kind among them. */
export function anyPasted(c: Chance, samples: readonly string[]): string {
  const lines = c.pick(samples).split('\n');
  const from = c.below(lines.length);
  const some = c.once(3) ? lines : lines.slice(from, from + 1 + c.below(200));
  const out = some.flatMap((line) => {
    if (c.once(40)) return [];
    if (c.once(40)) return [line, line];
    if (c.once(60)) return [line, c.pick(c.pick(samples).split('\n'))];
    return [c.once(15) ? hurt(line, c) : line];
  });
  return c.once(20) ? hurt(out.join('\r\n'), c) : out.join('\n');
}

/** What may stand in the browser's storage under our name. */
export function anyStored(c: Chance): string {
  const json =
    JSON.stringify(c.once(2) ? strange(c) : { theme: c.once(2) ? strange(c) : 'dark', lang: strange(c) }) ?? 'x';
  return c.once(3) ? hurt(json, c) : json;
}
