/** Inputs of strangers, made from a seed: texts that are nearly right, right, and anything but. */
import { deflateRawSync } from 'node:zlib';
import { createRng, nextBelow, type RngState } from '../../base/rng.ts';
import type { Field, Fields } from '../../spec/define/op.ts';
import { OPS, type OpName } from '../../spec/ops/index.ts';

type Spec = Field<unknown>['spec'];
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
function strange(c: Chance): unknown {
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

/** Numbers that lead somewhere, by what a number means. */
const LIKELY: Readonly<Record<string, readonly (number | string)[]>> = {
  vcpu: [0, 0, 1],
  gsi: [0, 4, 8, 9, 11, 24, 40],
  vector: [0x20, 0x31, 0x41, 0xec],
  msr: [0x1b, 0x6e0, 0x808, 0x80b, 0x830],
  port: [0x20, 0x21, 0xa0, 0x40, 0x43],
  addr: [0xfee00080, 0xfee000b0, 0xfee000f0, 0xfee00300, 0xfec00000, 0xfec00010],
  data: [0, 1, 0x34, 0x8034, 0x1ff, 0x10700],
  ns: [0, 1_000, 1_000_000],
  count: [1, 2, 3],
};

function likely(spec: Spec, c: Chance): unknown {
  if (c.once(60)) return strange(c);
  switch (spec.kind) {
    case 'int':
    case 'u64':
      return c.once(4)
        ? c.below(spec.kind === 'int' ? Math.min(spec.max, 2 ** 31) + 1 : 2 ** 31)
        : c.pick(LIKELY[spec.as] ?? [0, 1]);
    case 'bit':
    case 'flag':
      return c.below(2);
    case 'text':
      return c.pick(['uart', 'blk', 'nic']);
    case 'choice':
    case 'number':
      return c.pick<unknown>(spec.among);
    case 'list':
      return Array.from({ length: c.below(4) }, () => likely(spec.of.spec, c));
    case 'record':
      return fieldsOf(spec.fields, c);
    case 'either':
      return fieldsOf(c.once(2) ? spec.first : spec.second, c);
  }
}

function fieldsOf(fields: Fields, c: Chance): Json {
  const made: Json = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.absent || field.fallback !== undefined ? c.once(2) : !c.once(80)) made[name] = likely(field.spec, c);
  }
  if (c.once(40)) made[c.pick(['x', '__proto__', 'op', 'constructor'])] = strange(c);
  return made;
}

const NAMES = Object.keys(OPS).filter((name) => name !== 'create') as OpName[];

/** An op of the table, as a rule with values it takes. */
export function anyOp(c: Chance): unknown {
  if (c.once(60)) return strange(c);
  const name = c.pick(NAMES);
  return { ...fieldsOf(OPS[name].fields, c), op: name };
}

/** The create of a machine that can be made. */
export function anyCreate(c: Chance): Json {
  const avic = c.once(5);
  const apicv = !avic && c.once(2);
  return {
    op: 'create',
    vcpus: c.once(20) ? 64 : 1 + c.below(3),
    irqchip: c.once(4) ? 'split' : 'full',
    ...(c.once(2) ? { pit: true } : {}),
    ...(apicv ? { apicv: true, postedInterrupts: c.once(2), pcpus: 2 } : {}),
    ...(avic ? { avic: true, pcpus: 2 } : {}),
    guest: { handlers: [{ vector: 0x31, name: 'h', ns: c.pick([0, 1, 900]) }] },
    devices: [
      { id: 'uart', kind: 'serial', gsi: 4 },
      { id: 'blk', kind: 'nvme', gsi: 40, msix: 2 },
    ],
    ...(c.once(30) ? { [c.pick(['ids', 'routing', 'x'])]: strange(c) } : {}),
  };
}

const packed = (json: string): string => deflateRawSync(json).toString('base64url');

/** JSON of a link: a scene of its own, or one changed from a preset. */
function linkJson(c: Chance, presets: readonly string[]): string {
  const own = c.once(2);
  const json: Json = {
    v: c.once(50) ? strange(c) : 1,
    base: own ? null : c.once(40) ? strange(c) : `${c.pick(presets)}@1`,
    log: [...(own ? [anyCreate(c)] : []), ...Array.from({ length: c.below(12) }, () => anyOp(c))],
    t: c.once(20) ? strange(c) : c.below(40) - 1,
  };
  if (c.once(3)) json.keep = c.once(20) ? strange(c) : c.below(30);
  if (c.once(8)) json.view = c.once(4) ? strange(c) : { sel: 'ioapic:0', panel: 'inspector' };
  if (c.once(8)) json.h = c.once(4) ? strange(c) : 'Ab_-09';
  if (c.once(30)) json[c.pick(['x', '__proto__', 'g'])] = strange(c);
  return JSON.stringify(json);
}

/** Some characters of a text are other ones, or gone, or twice there. */
function hurt(text: string, c: Chance): string {
  let out = text;
  for (let n = 1 + c.below(3); n > 0; n--) {
    const at = c.below(out.length + 1);
    const put = c.pick(['', 'A', '%', '\u0000', '&t=', '.', '_', out.slice(at, at + 4)]);
    out = out.slice(0, at) + put + out.slice(at + c.below(3));
  }
  return out;
}

/** A text behind the # of an address. */
export function anyLink(c: Chance, presets: readonly string[]): string {
  const good = (): string => `s=k1.${packed(linkJson(c, presets))}`;
  return c.pick<() => string>([
    good,
    good,
    good,
    () => hurt(good(), c),
    () => `s=k1.${packed(hurt(linkJson(c, presets), c))}`,
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
  if (type === 'subscribe') body.topics = c.once(3) ? strange(c) : ['state', 'step', 'error'];
  if (c.once(20)) body.v = strange(c);
  return body;
}

/** What may stand in the browser's storage under our name. */
export function anyStored(c: Chance): string {
  const json =
    JSON.stringify(c.once(2) ? strange(c) : { theme: c.once(2) ? strange(c) : 'dark', lang: strange(c) }) ?? 'x';
  return c.once(3) ? hurt(json, c) : json;
}
