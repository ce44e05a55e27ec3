import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { fromBase64url, toBase64url } from './base64url.ts';
import { deflate, inflate } from './deflate.ts';
import { decodeLink, encodeLink, LINK_CAPS, type Link } from './link.ts';
import { packOp, unpackOp } from './op-codec.ts';
import { hashState } from './state-hash.ts';
import { CURRENT_LINK_VERSION, checkUpgraders, upgrade } from './upgraders.ts';

const SEED = 20_260_102;
const FIXTURES = import.meta.glob<string>('./fixtures/*.txt', { eager: true, import: 'default', query: '?raw' });

type OpsLink = Extract<Link, { kind: 'ops' }>;
const CREATE = { op: 'create', vcpus: 2, irqchip: 'full' };
const ops = (over: Partial<OpsLink> = {}): OpsLink => ({
  kind: 'ops',
  base: { id: 'serial-ioapic', version: 2 },
  keep: null,
  start: null,
  log: [],
  step: null,
  view: {},
  hash: null,
  ...over,
});

/** A link around any JSON, as somebody else might make one. */
const linkAround = (json: unknown): string =>
  `s=k1.${toBase64url(deflateSync(new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json))))}`;
const problemOf = (text: string) => {
  const answer = decodeLink(text);
  return answer === null || answer.ok ? null : answer.problem;
};
const good = (text: string) => {
  const answer = decodeLink(text);
  if (!answer?.ok) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
};

describe('a preset as it is', () => {
  test.each([
    ['p=serial-ioapic', { id: 'serial-ioapic', version: null }, null],
    ['#p=serial-ioapic&t=12', { id: 'serial-ioapic', version: null }, { index: 12, set: 1 }],
    ['p=serial-ioapic@2&t=0', { id: 'serial-ioapic', version: 2 }, { index: 0, set: 1 }],
    ['p=serial-ioapic&t=7&g=2', { id: 'serial-ioapic', version: null }, { index: 7, set: 2 }],
    ['p=serial-ioapic&t=end', { id: 'serial-ioapic', version: null }, 'end'],
  ])('%s', (text, preset, step) => {
    expect(good(text).link).toEqual({ kind: 'preset', preset, step });
    expect(encodeLink(good(text).link)).toBe(text.replace('#', ''));
  });

  test('a bad step costs itself only', () => {
    expect(good('p=msi&t=soon')).toEqual({
      ok: true,
      link: { kind: 'preset', preset: { id: 'msi', version: null }, step: null },
      dropped: ['t'],
    });
  });

  test('what is no name is refused by name', () =>
    expect(problemOf('p=../etc')).toMatchObject({ code: 'link-preset' }));
});

test('an address without a link is none', () => {
  for (const text of ['', '#', '#top', 'x=1']) expect(decodeLink(text)).toBeNull();
});

describe(`ops there and back (seed ${SEED})`, () => {
  const value = fc.oneof(
    fc.nat(0xffff_ffff),
    fc.bigInt(0n, 2n ** 64n - 1n).map((n) => `0x${n.toString(16)}`),
  );
  const op = fc.oneof(
    fc.record({ op: fc.constant('irq_line'), gsi: value, level: fc.constantFrom(0, 1) }),
    fc.record({ op: fc.constant('msi'), addr: value, data: value }),
    fc.record({ op: fc.constant('device'), id: fc.string(), event: fc.constant('work') }),
    fc.record({ op: fc.constant('guest'), vcpu: value, halt: fc.constant(1) }),
    fc.record({
      op: fc.constant('routing'),
      entries: fc.array(fc.record({ gsi: value, chip: fc.constant('ioapic'), pin: value })),
    }),
    fc.record({ op: fc.constant('settle') }),
    fc.record({ op: fc.constantFrom('toString', 'constructor', 'eoi') }),
  );
  const link = fc.record({
    kind: fc.constant('ops' as const),
    base: fc.constantFrom({ id: 'a-b-c', version: 3 }, { id: 'x', version: null }),
    keep: fc.option(fc.integer({ min: 1, max: 20_000 })),
    start: fc.option(fc.integer({ min: 1, max: 20_000 })),
    log: fc.array(op, { maxLength: 60 }),
    step: fc.oneof(
      fc.constantFrom(null, 'end' as const, { name: 'irr_set#12' }),
      fc.record({ index: fc.nat(4_000_000), set: fc.integer({ min: 1, max: 3 }) }),
    ),
    view: fc.constantFrom({}, { sel: 'ioapic:0.redirLo' }, { panel: 'controls' }),
    hash: fc.constantFrom(null, 'Ab_-09'),
  });

  test('decode after encode is the same link, with nothing dropped', () => {
    fc.assert(
      fc.property(link, (made) => {
        const text = encodeLink(made as OpsLink);
        expect(text).toMatch(/^s=k1\.[\w-]+$/);
        expect(good(text as string)).toEqual({ ok: true, link: made, dropped: [] });
      }),
      { seed: SEED },
    );
  });

  test('each op is the same after packing', () => {
    fc.assert(
      fc.property(op, (made) => {
        const dropped: string[] = [];
        expect(unpackOp(JSON.parse(JSON.stringify(packOp(made))), 'log[0]', dropped)).toEqual(made);
        expect(dropped).toEqual([]);
      }),
      { seed: SEED },
    );
  });

  test('bytes are the same after base64url', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
      }),
      { seed: SEED },
    );
  });

  test('no text whatever makes the reader throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        decodeLink(`s=k1.${text}`);
        decodeLink(text);
      }),
      { seed: SEED },
    );
    fc.assert(
      fc.property(fc.json(), (json) => void decodeLink(linkAround(json))),
      { seed: SEED },
    );
  });
});

describe('a link that is wrong is refused with its place', () => {
  test.each([
    ['damaged', 's=k1.AAAA', 'link-broken', 's'],
    ['not base64', 's=k1.*', 'link-broken', 's'],
    ['cut off', `${linkAround({ v: 1, base: null, log: [CREATE] }).slice(0, -9)}`, 'link-broken', 's'],
    ['no JSON', linkAround('{"v":1'), 'link-broken', 's'],
    ['no object', linkAround([1]), 'link-broken', 's'],
    ['no version', linkAround({ log: [] }), 'link-broken', 's.v'],
    ['of a newer codec', 's=k2.AAAA', 'link-newer', 's=k2'],
    ['of a newer version', linkAround({ v: CURRENT_LINK_VERSION + 1 }), 'link-newer', 's.v'],
    ['no log', linkAround({ v: 1, base: 'msi@1' }), 'link-broken', 's.log'],
    ['a base that is no name', linkAround({ v: 1, base: '<b>', log: [] }), 'link-preset', 's.base'],
    ['no create', linkAround({ v: 1, base: null, log: [['settle']] }), 'no-create', 's.log[0]'],
    ['65 vCPUs', linkAround({ v: 1, base: null, log: [{ ...CREATE, vcpus: 65 }] }), 'too-many-vcpus', 's.log[0].vcpus'],
    ['2001 ops', linkAround({ v: 1, base: 'msi@1', log: Array(2001).fill(['settle']) }), 'too-many-ops', 's.log[2000]'],
    ['too long', `s=k1.${'A'.repeat(LINK_CAPS.text)}`, 'link-too-long', '#'],
    ['a bomb', linkAround(`"${' '.repeat(5_000_000)}"`), 'link-too-big', 's'],
  ])('%s', (_name, text, code, place) => expect(problemOf(text)).toMatchObject({ code, place }));

  test('a bomb is given up long before it is unpacked', () => {
    const bomb = deflateSync(new Uint8Array(40_000_000));
    // What comes later is no deflate stream any more; nobody gets that far.
    bomb.fill(0xff, bomb.length / 2);
    expect(inflate(bomb, LINK_CAPS.json)).toBe('too-big');
  });
});

test('one bad field costs itself only, and is named', () => {
  const text = linkAround({
    v: 1,
    base: 'msi@1',
    keep: 'all',
    log: [['irq_line', 4, 1], 'x', ['reboot'], ['eoi', 0, 1]],
    t: 1.5,
    view: { sel: '<script>', panel: 'now' },
    h: 'short',
    more: 1,
  });
  expect(good(text)).toEqual({
    ok: true,
    link: ops({ base: { id: 'msi', version: 1 }, log: [{ op: 'irq_line', gsi: 4, level: 1 }], view: { panel: 'now' } }),
    dropped: expect.arrayContaining(['more', 'log[1]', 'log[2]', 'log[3]', 'view.sel', 'keep', 't', 'h']),
  });
  expect(good(text).dropped).toHaveLength(8);
});

test('a scene over the caps has no link', () => {
  const log = Array.from({ length: 2001 }, () => ({ op: 'settle' }));
  expect(encodeLink(ops({ log }))).toBeNull();
  expect(encodeLink(ops({ log: log.slice(1) }))).not.toBeNull();
});

describe('versions', () => {
  test('every old version has its way up, one by one', () => {
    const up = { 1: (j: object) => ({ ...j, b: 1 }), 2: (j: object) => ({ ...j, c: 2 }) };
    expect(() => checkUpgraders(up, 3)).not.toThrow();
    expect(() => checkUpgraders(up, 4)).toThrow('no upgrader takes link version 3 to 4');
    expect(() => checkUpgraders(up, 2)).toThrow('link version 2 needs no upgrader');
    expect(upgrade({ a: 0 }, 1, up, 3)).toEqual({ a: 0, b: 1, c: 2 });
    expect(upgrade({ a: 0 }, 2, up, 3)).toEqual({ a: 0, c: 2 });
  });

  test('there is a frozen link for every version there has been', () => {
    for (let v = 1; v <= CURRENT_LINK_VERSION; v++) {
      expect(Object.keys(FIXTURES).some((path) => path.startsWith(`./fixtures/v${v}-`))).toBe(true);
    }
  });

  test.each(Object.entries(FIXTURES))('%s opens as it did', (_path, file) => {
    // First line: the link as it was made. The rest: what it means.
    const [text = '', ...rest] = file.split('\n');
    const link = JSON.parse(rest.join('\n'));
    // An index that says no step set counts in the first.
    const step = typeof link.step === 'number' ? { index: link.step, set: 1 } : link.step;
    expect(good(text)).toEqual({ ok: true, link: { ...link, step }, dropped: [] });
  });
});

describe('the hash of a state', () => {
  const words: [string, number, string, number, number][] = [
    ['lapic', 0, 'irr', 1, 0x10000],
    ['ioapic', 0, 'redirLo', 4, 0x34],
  ];
  test('is six characters and the same in any order', () => {
    expect(hashState(words)).toMatch(/^[\w-]{6}$/);
    expect(hashState([...words].reverse())).toBe(hashState(words));
  });
  test('does not see registers that are zero', () => {
    expect(hashState([...words, ['new', 0, 'thing', 0, 0]])).toBe(hashState(words));
  });
  test('knows a register that was renamed by its first name', () => {
    expect(hashState([['vcpu', 1, 'offCpuHi', 0, 7]])).toBe(hashState([['vcpu', 1, 'spare', 1, 7]]));
  });
  test('sees every other change', () => {
    expect(hashState([['lapic', 1, 'irr', 1, 0x10000], words[1] as (typeof words)[0]])).not.toBe(hashState(words));
    expect(hashState(words.slice(1))).not.toBe(hashState(words));
  });
});

describe('what cannot be carried any further is left out and named', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const around = (log: string, more = ''): string =>
    `s=k1.${toBase64url(deflate(new TextEncoder().encode(`{"v":1,"base":"serial-ioapic@1","log":[${log}]${more}}`)))}`;

  test.each([
    ['an unknown field', `{"op":"irq_line","gsi":4,"level":1,"x":${nested(5000)}}`, 'log[0].x'],
    ['a field of a part', `{"op":"vtd_msi","irte":{"posted":1,"x":${nested(5000)}}}`, 'log[0].irte.x'],
    ['the only field of an unknown op', `{"op":"reboot","now":${nested(5000)}}`, 'log[0].now'],
    ['a name every object has', `{"op":"irq_line","gsi":4,"level":1,"__proto__":${nested(50)}}`, 'log[0].__proto__'],
  ])('%s', (_, op, place) => {
    const answer = decodeLink(around(op));
    expect(answer).toMatchObject({ ok: true, dropped: [place] });
    expect(JSON.stringify(answer).length).toBeLessThan(400);
  });

  test.each([
    ['a number', `{"op":"irq_line","gsi":${nested(5000)},"level":1}`],
    ['a list', `{"op":"routing","entries":[${nested(5000)}]}`],
    ['a text', `{"op":"device","id":"${'x'.repeat(5000)}","event":"data"}`],
    ['an op’s name', `{"op":"${'x'.repeat(5000)}"}`],
  ])('depth and length in the place of %s', (_, op) => {
    const answer = decodeLink(around(op));
    expect(answer).toMatchObject({ ok: true });
    expect(JSON.stringify(answer).length).toBeLessThan(400);
    structuredClone(answer);
  });

  test('deep JSON in every field of the link itself', () => {
    for (const field of ['base', 'keep', 'start', 't', 'view', 'h', 'v', 'log', 'more']) {
      const json = `{"v":1,"log":[],${JSON.stringify(field)}:${nested(20_000)}}`;
      const answer = decodeLink(`s=k1.${toBase64url(deflate(new TextEncoder().encode(json)))}`);
      expect([field, JSON.stringify(answer).length < 400]).toEqual([field, true]);
    }
  });

  test('of a view’s fields too', () => {
    expect(decodeLink(around('', ',"view":{"sel":"ioapic:0","zoom":3}'))).toMatchObject({ dropped: ['view.zoom'] });
  });
});
