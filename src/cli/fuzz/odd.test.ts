/** Inputs that somebody thought of, door by door: each is read, or has one known sentence; beside the fuzz, which thinks of nothing. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readMessage } from '../../embed/messages.ts';
import { createSession } from '../../engine/machine/session.ts';
import { errors } from '../../i18n/en/errors.ts';
import { notices } from '../../i18n/en/notices.ts';
import { traces } from '../../i18n/en/traces.ts';
import { addTexts, hasText } from '../../i18n/index.ts';
import { decodeLink, encodeLink } from '../../share/link.ts';
import { readStateFile } from '../../share/state-file.ts';
import { analyse } from '../../trace/analyse.ts';
import { readPaste } from '../../trace/pastes/index.ts';
import { bytesSource, TraceError } from '../../trace/source.ts';
import { createHeadlessApp } from '../headless-app.ts';

addTexts('en', { ...errors, ...notices });
addTexts('en', traces);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (time: string, gsi = '4'): string =>
  ` CPU 0/KVM-9 [000] .... ${time}: kvm_set_irq: gsi ${gsi} level 0 source 0\n`;
const GOOD = line('1.000001').repeat(60);
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
/** @param reads absent: either */
const TRACES: Readonly<Record<string, readonly [Uint8Array, boolean?]>> = {
  'NULs in its words': [bytes(GOOD.replaceAll('gsi', '\0gsi'))],
  'a tail of NULs': [bytes(GOOD + '\0'.repeat(100_000)), true],
  'CR alone': [bytes(GOOD.replaceAll('\n', '\r'))],
  'CR LF': [bytes(GOOD.replaceAll('\n', '\r\n')), true],
  'UTF-16, little end first': [Uint8Array.from([0xff, 0xfe, ...Buffer.from(GOOD, 'utf16le')])],
  'UTF-16, big end first': [Uint8Array.from([0xfe, 0xff, ...Buffer.from(GOOD, 'utf16le').swap16()])],
  'a byte order mark': [Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes(GOOD)]), true],
  'one line without end': [bytes(GOOD.replaceAll('\n', ' ').repeat(50))],
  'CPU 1,000,000,000': [bytes(GOOD.replaceAll('[000]', '[1000000000]')), true],
  'a CPU of twenty digits': [bytes(GOOD.replaceAll('[000]', '[99999999999999999999]'))],
  'times that go back': [bytes(Array.from({ length: 500 }, (_, i) => line(`${500 - i}.000001`)).join('')), true],
  'a time of twenty digits': [bytes(line('99999999999999999999.000001').repeat(50))],
  'a time below 0': [bytes(line('-5.000001').repeat(50))],
  'no time at all': [bytes(line('NaN').repeat(50))],
  'GSI -1': [bytes(line('1.000001', '-1').repeat(50))],
  'GSI 2^32': [bytes(line('1.000001', '4294967296').repeat(50))],
  'two gzips on end': [joined(gzipSync(GOOD), gzipSync(GOOD)), true],
  'gzip, then something else': [joined(gzipSync(GOOD), bytes('something else'))],
  'gzip, cut off': [gzipSync(GOOD).subarray(0, 40)],
  'gzip of nothing': [gzipSync(''), false],
  'gzip of gzip of gzip': [gzipSync(gzipSync(gzipSync(GOOD)))],
  'a head of zstd alone': [Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff, 0xff, 0, 0]), false],
  'trace.dat 7 of 0xff': [joined(bytes('\x17\x08\x44tracing7\0'), new Uint8Array(3_000).fill(255)), false],
  'trace.dat 6 with a page of 2 GB': [
    joined(bytes('\x17\x08\x44tracing6\0'), Uint8Array.of(0, 8, 0, 16, 0, 0, 255, 255, 255, 127), new Uint8Array(500)),
    false,
  ],
  nothing: [new Uint8Array(), false],
  'lone surrogates': [joined(bytes(GOOD), Uint8Array.of(0xed, 0xa0, 0x80, 10), bytes(GOOD)), true],
  'events that are keys of every object': [bytes(GOOD.replaceAll('kvm_set_irq', '__proto__'))],
  'a command of 20,000 signs': [bytes(GOOD.replaceAll('CPU 0/KVM', 'x'.repeat(20_000)))],
  'a line of blanks': [bytes(`${' '.repeat(200_000)}x\n${GOOD}`), true],
  'a line of colons': [bytes(`${':'.repeat(200_000)}\n${GOOD}`), true],
  'colours of a terminal': [bytes(GOOD.replaceAll('gsi', '\x1b[31mgsi\x1b[0m')), true],
};

test.each(Object.entries(TRACES))('a trace with %s', async (_name, [input, reads]) => {
  readPaste(new TextDecoder().decode(input));
  const end = await analyse(bytesSource(input)).then(
    () => null,
    (error: unknown) => error,
  );
  if (end !== null) expect(end).toBeInstanceOf(TraceError);
  if (end instanceof TraceError) expect(hasText(`trace.error.${end.code}`), end.code).toBe(true);
  if (reads !== undefined) expect(end === null).toBe(reads);
});

const OPS: Readonly<Record<string, unknown>> = {
  '-0': { op: 'irq_line', gsi: -0, level: 1 },
  NaN: { op: 'irq_line', gsi: Number.NaN, level: 1 },
  Infinity: { op: 'advance', ns: Number.POSITIVE_INFINITY },
  '1e300': { op: 'advance', ns: 1e300 },
  'an address of 80 bits': { op: 'mmio_write', vcpu: 0, addr: '0xffffffffffffffffffff', size: 4, value: 1 },
  'a write over the end of memory': { op: 'mmio_write', vcpu: 0, addr: '0xfffffffffffffffc', size: 8, value: '0xffff' },
  'a BigInt': { op: 'mmio_write', vcpu: 0, addr: 4_276_092_928n, size: 4, value: 1 },
  'the name __proto__': JSON.parse('{"op":"__proto__"}'),
  'the name constructor': { op: 'constructor' },
  'a list': ['irq_line', 4, 1],
  null: null,
  'half a vCPU': { op: 'run', vcpu: 0.5 },
  'a vCPU below 0': { op: 'run', vcpu: -1 },
  'a name that is half a character': { op: 'save', what: 'lapic', vcpu: 0, as: '\ud800' },
  'a Map': new Map([['op', 'get']]),
  'a field nested 5,000 deep': { op: 'get', x: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) },
  '5,000 routes': { op: 'routing', entries: Array.from({ length: 5_000 }, () => ({ gsi: 4 })) },
};

test.each(Object.entries(OPS))('an op with %s has one answer, and as a message of a host too', (_name, op) => {
  const session = createSession();
  session.answer({ op: 'create', vcpus: 1, irqchip: 'full' });
  const { error } = session.answer(op);
  expect(['string', 'undefined']).toContain(typeof error);
  expect(readMessage({ ns: 'irqscope', v: 1, id: 1, type: 'set', op })).not.toBeNull();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const CREATE = '{"op":"create","vcpus":1,"irqchip":"full"}';
const packed = (json: string): string => `s=k1.${deflateRawSync(json).toString('base64url')}`;
const scene = (more: string, log = CREATE): string => packed(`{"v":1,"base":null,"log":[${log}]${more}}`);
const LINKS: Readonly<Record<string, string>> = {
  'a key that is there twice': packed(`{"v":1,"v":2,"base":null,"log":[${CREATE}]}`),
  'a field that is there twice': scene('', `${CREATE},{"op":"irq_line","gsi":4,"gsi":5,"level":1}`),
  'a prototype of its own': scene(',"__proto__":{"log":[]}'),
  'a base that is a key of every object': packed('{"v":1,"base":"constructor@1","log":[]}'),
  'a preset that is one': 'p=hasOwnProperty',
  'step 1e309': scene(',"t":1e309'),
  'step -0': scene(',"t":-0'),
  'step -0 of a preset': 'p=intx-shared&t=-0',
  'a step below all numbers': scene(',"t":-9007199254740993'),
  'version 0': packed('{"v":0}'),
  'something behind its end': `${scene('')}AAAA`,
  padding: `${scene('')}==`,
  'another codec': 's=k2.AAAA',
  'two states': 's=k1.A&s=k1.B',
  'half a character': scene('', CREATE.replace('full"', 'full","devices":[{"id":"\\ud800","kind":"serial","gsi":4}]')),
  'runs that are each other’s parents': scene(
    ',"runs":{"tree":"t","now":1,"list":[{"id":0,"parent":1},{"id":1,"parent":0}]}',
  ),
  'a view of keys of every object': scene(',"view":{"sel":"constructor:0.__proto__","panel":"__proto__"}'),
  'ops kept below 0': packed('{"v":1,"base":"intx-shared@1","keep":-5,"log":[]}'),
  'a start of 1e15': scene(',"start":1e15'),
  'step set 99': scene(',"g":99,"t":3'),
  'a hash that is an object': scene(',"h":{}'),
  null: packed('null'),
};

test('links: each ends once, in its scene or in a known sentence, and is written again as it was read', async () => {
  const app = createHeadlessApp();
  await app.actions.loadPreset('serial-ioapic', { play: false });
  for (const [name, text] of Object.entries(LINKS)) {
    const answer = decodeLink(text);
    const again = answer?.ok === true ? encodeLink(answer.link) : null;
    if (answer?.ok === true && again !== null)
      expect(decodeLink(again), name).toMatchObject({ ok: true, link: answer.link });
    const end = await app.actions.openLink(text, { play: false });
    const { notice, fault, scene: shown } = app.store.getState();
    expect([fault, shown?.complete], name).toEqual([null, true]);
    if (end !== 'opened') expect(notice, name).not.toBeNull();
    if (notice !== null) expect(hasText(`error.${notice.code}`), name).toBe(true);
    expect(readStateFile(JSON.stringify({ type: 'irqscope', version: 1, link: text })), name).toHaveProperty('ok');
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  app.close();
});
