/**
 * The worst inputs within the caps, door by door: `npm run fuzz -- --worst` looks for them among families that are bad by design and
 * prints what they cost, which stands in share/PROMISES.md. With `npm test` the families are tried small, so that none is forgotten.
 */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readMessage } from '../../embed/messages.ts';
import { createSession } from '../../engine/machine/session.ts';
import { ROW } from '../../engine/view/tables.ts';
import { errors } from '../../i18n/en/errors.ts';
import { addTexts } from '../../i18n/index.ts';
import type { JsonOp, SceneLog } from '../../log/log.ts';
import { copyRows, PAGE_ROWS } from '../../log/rows.ts';
import { branchesOf } from '../../scene/branches.ts';
import { carriedBy } from '../../share/carried.ts';
import { decodeLink, LINK_CAPS } from '../../share/link.ts';
import { packOp, unpackOp } from '../../share/op-codec.ts';
import { readRuns } from '../../share/runs.ts';
import { readStateFile, STATE_FILE_MAX } from '../../share/state-file.ts';
import { createApp } from '../../store/create-app.ts';
import { analyse } from '../../trace/analyse.ts';
import { MAX_PASTE, readPaste } from '../../trace/pastes/index.ts';
import { bytesSource, TraceError } from '../../trace/source.ts';
import { createEngineClient, type FromEngine } from '../../worker/client.ts';
import { createRunner } from '../../worker/runner.ts';
import { manyRows } from '../bench-scenes.ts';
import { cpuMs } from '../cpu-time.ts';
import { SLOWEST_MS } from './each.ts';

addTexts('en', errors);
const WORST = process.env.WORST !== undefined;
/** Share of the full size. */
const SIZE = WORST ? Number(process.env.WORST) : 1 / 32;
const some = (n: number): number => Math.max(1, Math.floor(n * SIZE));
/** Ops of a run, each of which makes tens of thousands of rows: with `npm test` a twelfth as many. */
const someOps = (n: number): number => some(WORST ? n : n / 12);

interface Cost {
  /** CPU of the longest task, ms: nothing else happens meanwhile. */
  task: number;
  /** CPU of all of it, ms. */
  all: number;
  /** Growth of what the process holds, MiB. */
  memory: number;
}
const held = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
};

/** What an input costs. @param one gets what a task is to be run by */
async function costOf(one: (task: <T>(work: () => T) => T) => Promise<unknown> | unknown): Promise<Cost> {
  (globalThis as { gc?: () => void }).gc?.();
  const cost: Cost = { task: 0, all: 0, memory: 0 };
  const before = held();
  await one((work) => {
    const from = cpuMs();
    const result = work();
    const took = cpuMs() - from;
    cost.all += took;
    cost.task = Math.max(cost.task, took);
    cost.memory = Math.max(cost.memory, held() - before);
    return result;
  });
  return cost;
}

const packed = (json: string): string => `s=k1.${deflateRawSync(json, { level: 9 }).toString('base64url')}`;
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const link = (log: unknown, more = ''): string =>
  packed(`{"v":1,"base":null,"log":${typeof log === 'string' ? log : JSON.stringify(log)}${more}}`);

const mmio = (vcpu: number, addr: number, value: number): JsonOp => ({ op: 'mmio_write', vcpu, addr, size: 4, value });
/** A line that stays high and a handler that takes no time: what one op of virtual time makes of it has no end. */
const storm = (advances: number, vcpus = 1): JsonOp[] => [
  { op: 'create', vcpus, irqchip: 'full', guest: { handlers: [{ vector: 0x41, name: 'x', ns: 0 }] } },
  ...Array.from({ length: vcpus }, (_, vcpu) => mmio(vcpu, 0xfee000f0, 0x1ff)),
  mmio(0, 0xfec00000, 0x10 + 22),
  mmio(0, 0xfec00010, 0x8041),
  { op: 'irq_line', gsi: 11, level: 1 },
  ...Array.from({ length: advances }, () => ({ op: 'advance', ns: 1e9 })),
];
const many = (op: JsonOp, n: number, vcpus = 64): JsonOp[] => [
  { op: 'create', vcpus, irqchip: 'full' },
  ...Array.from({ length: n }, () => op),
];

const RUNS: Readonly<Record<string, () => readonly JsonOp[]>> = {
  'a line that storms, op after op': () => storm(someOps(64)),
  'a line that storms beside 63 idle vCPUs': () => storm(someOps(64), 64),
  'broadcasts to 64 vCPUs': () => manyRows(someOps(900)).ops,
  'pictures of 64 vCPUs': () => many({ op: 'get' }, someOps(1_900)),
  'string instructions of 65,536 elements': () =>
    many({ op: 'pio_string', vcpu: 0, port: 0x20, dir: 'in', count: 65_536 }, someOps(1_900), 1),
  'settles of 10,000': () => [
    ...storm(0),
    ...Array.from({ length: someOps(1_900) }, () => ({ op: 'settle', events: 10_000 })),
  ],
};

const TEXTS: Readonly<Record<string, () => string>> = {
  'JSON of 262,144 bytes, one list in the other': () => link(nested(some(120_000))),
  'an op whose field is nested': () =>
    link(`[{"op":"create","vcpus":1},{"op":"irq_line","gsi":4,"level":1,"x":${nested(some(120_000))}}]`),
  '2,000 ops with 30 unknown fields': () =>
    link(
      Array.from({ length: some(2_000) }, (_, i) =>
        i === 0
          ? { op: 'create', vcpus: 1 }
          : Object.fromEntries([['op', 'settle'], ...Array.from({ length: 30 }, (_, k) => [`k${k}`, 0])]),
      ),
    ),
  'a number of 200,000 digits': () => link(`[{"op":"create","vcpus":${'9'.repeat(some(200_000))}}]`),
  'a text that unpacks for ever': () => packed(' '.repeat(some(64 << 20))),
  '16,384 signs of an address': () => `p=${'%'.repeat(some(16_000))}`,
  'a tree of runs': () =>
    link(
      [{ op: 'create', vcpus: 1 }],
      `,"runs":{"tree":"t","list":${JSON.stringify(Array.from({ length: some(4_000) }, (_, i) => ({ id: i, parent: i - 1 })))}}`,
    ),
};

const FILES: Readonly<Record<string, () => Uint8Array>> = {
  'one line without end': () =>
    new TextEncoder().encode(` CPU 0/KVM-9 [000] .... 1.000001: kvm_set_irq: ${'x'.repeat(some(32 << 20))}`),
  blanks: () =>
    new TextEncoder().encode(
      ` CPU 0/KVM-9 [000] .... 1.000001: kvm_set_irq: gsi 4 level 0 source 0\n${' '.repeat(some(32 << 20))}`,
    ),
  'digits and dots': () =>
    new TextEncoder().encode(
      ` CPU 0/KVM-9 [000] .... 1.000001: kvm_set_irq: gsi 4 level 0 source 0\n${'1.'.repeat(some(16 << 20))}`,
    ),
  'lines of one event, each another vCPU': () =>
    new TextEncoder().encode(
      Array.from(
        { length: some(200_000) },
        (_, i) => ` CPU ${i}/KVM-${i} [000] .... ${i}.000001: kvm_set_irq: gsi ${i} level 0 source ${i}`,
      ).join('\n'),
    ),
  'zeros, packed a thousandfold': () => gzipSync(new Uint8Array(some(256 << 20))),
};

const PASTES: Readonly<Record<string, () => string>> = {
  'one line of a paste': () => `irr=${'10 '.repeat(some(MAX_PASTE / 3))}`,
  'lines of dumps': () => 'dumping local APIC state for CPU 1\nISR\t 81\n'.repeat(some(MAX_PASTE / 44)),
  'pins of an IOAPIC': () => '  pin 1 0x0300000000004027\n'.repeat(some(MAX_PASTE / 27)),
  'pins, and the dumps they are held against': () =>
    `${'  pin 1 0x0300000000004027\n'.repeat(some(MAX_PASTE / 54))}${'dumping local APIC state for CPU 3\nISR 1\n'.repeat(some(MAX_PASTE / 84))}`,
  'empty lines below a table': () => `CPU0\n${'\n'.repeat(some(MAX_PASTE - 8))}`,
  'a log of timeouts that never end': () => 'nvme0: I/O x '.repeat(some(MAX_PASTE / 13)),
  'columns of /proc/interrupts': () =>
    `${' CPU0'.repeat(some(40_000))}\n  11: ${'1 '.repeat(some(100_000))} IO-APIC 11-edge x\n`,
};

/** Runs ops as the page does. Tasks of the engine and of the page are told apart. */
async function runOf(
  ops: readonly JsonOp[],
  onEngine: (work: () => void) => void,
  onPage: (work: () => void) => void,
): Promise<SceneLog | null> {
  const due: (() => void)[] = [];
  const app = createApp({
    frames: { request: () => 0, cancel: () => {} },
    connect: (onMessage) =>
      createEngineClient(
        onMessage,
        [
          [
            'page',
            (hear: (message: FromEngine) => void) => {
              const runner = createRunner({
                createSession,
                now: () => performance.now(),
                send: (message) => due.push(() => onPage(() => hear(structuredClone(message)))),
                later: (work) => due.push(() => onEngine(work)),
              });
              due.push(() => hear({ v: 1, type: 'ready' }));
              return {
                post: (message) => due.push(() => onEngine(() => runner.receive(structuredClone(message)))),
                close: () => {},
              };
            },
          ],
        ],
        { now: () => 0, after: () => () => {} },
      ),
  });
  let done = false;
  void app.actions.loadOps(ops, { play: false }).then(() => {
    done = true;
  });
  while (!done) {
    await new Promise((soon) => setTimeout(soon, 0));
    for (let n = 0; n < 50 && due.length > 0; n++) due.shift()?.();
  }
  return app.store.getState().scene;
}

const table: string[] = [];
/** @param limit of one task, ms */
function tell(door: string, input: string, { task, all, memory }: Cost, extra = ''): void {
  table.push(
    `| ${door} | ${input}${extra} | ${task.toFixed(0)} ms | ${all.toFixed(0)} ms | ${memory.toFixed(0)} MiB |`,
  );
  expect(task, `${door}: ${input}`).toBeLessThan(SLOWEST_MS);
}

test('links and files of text', { timeout: 0 }, async () => {
  for (const [input, make] of Object.entries(TEXTS)) {
    const text = make();
    const size = ` (${text.length.toLocaleString('en-US')} characters)`;
    tell('link, read', input, await costOf((task) => task(() => decodeLink(text))), size);
    const file = JSON.stringify({ type: 'irqscope', version: 1, link: text.slice(0, LINK_CAPS.text) }).padEnd(
      some(STATE_FILE_MAX),
    );
    tell('state file', input, await costOf((task) => task(() => readStateFile(file))));
    tell(
      'embed message',
      input,
      await costOf((task) => task(() => readMessage({ ns: 'irqscope', v: 1, id: 1, type: 'load', state: text }))),
    );
  }
  const op: Record<string, unknown> = { op: 'create', vcpus: 1, x: JSON.parse(nested(some(3_000))) };
  tell(
    'embed message',
    'an op nested deep',
    await costOf((task) => task(() => readMessage({ ns: 'irqscope', v: 1, id: 1, type: 'set', op }))),
  );
});

test('runs of a link', { timeout: 0 }, async () => {
  for (const [input, make] of Object.entries(RUNS)) {
    const ops = make();
    let scene: SceneLog | null = null;
    const engine = await costOf(async (task) => {
      const page = await costOf(async (onPage) => {
        scene = await runOf(
          ops,
          (work) => task(work),
          (work) => onPage(work),
        );
      });
      tell('link, on the page', input, page);
    });
    const log = scene as SceneLog | null;
    tell(
      'link, in the worker',
      input,
      engine,
      log === null ? ' (refused)' : ` (${log.used.toLocaleString('en-US')} events)`,
    );
    if (log === null) continue;
    tell('link, its ways', input, await costOf((task) => task(() => branchesOf(log))));
    // Rows long gone are made again on the page's own thread.
    const jumps = await costOf((task) => {
      for (let at = 0; at < 12; at++) {
        const from = Math.floor((log.used * ((at * 5) % 12)) / 12);
        task(() => copyRows(log, from, Math.min(log.used, from + PAGE_ROWS / 4)));
      }
    });
    tell('link, a jump in it', input, jumps, ` (${ROW} numbers a row)`);
  }
});

test('pastes, recordings and pictures', { timeout: 0 }, async () => {
  for (const [input, make] of Object.entries(PASTES)) {
    const text = make();
    tell('paste', input, await costOf((task) => task(() => readPaste(text))));
  }
  for (const [input, make] of Object.entries(FILES)) {
    const bytes = make();
    // Read by slices: a task is what lies between two of its pauses.
    let from = cpuMs();
    const cost: Cost = { task: 0, all: 0, memory: 0 };
    const before = held();
    const pause = (): Promise<void> => {
      const took = cpuMs() - from;
      cost.all += took;
      cost.task = Math.max(cost.task, took);
      cost.memory = Math.max(cost.memory, held() - before);
      from = cpuMs();
      return Promise.resolve();
    };
    try {
      await analyse(bytesSource(bytes), { keep: true }, pause);
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
    }
    await pause();
    table.push(
      `| recording, in the worker | ${input} (${(bytes.length / 2 ** 20).toFixed(1)} MiB) | ${cost.task.toFixed(0)} ms | ${cost.all.toFixed(0)} ms | ${cost.memory.toFixed(0)} MiB |`,
    );
    expect(cost.task, input).toBeLessThan(10 * SLOWEST_MS);
  }
  const svg = new TextEncoder().encode('<svg ').length;
  const picture = new Uint8Array(some(64 << 20)).map((_, i) => '<svg '.charCodeAt(i % svg));
  tell('picture', 'an SVG that begins over and over', await costOf((task) => task(() => carriedBy(picture))));
  const kept = {
    tree: 't',
    list: Array.from({ length: some(20_000) }, (_, id) => ({ id, parent: id - 1, splice: { at: 0, put: [] } })),
    now: 0,
  };
  const packer = { pack: packOp, unpack: (op: unknown) => unpackOp(op, 'runs', []) };
  tell('kept tree', '20,000 runs, one of the other', await costOf((task) => task(() => readRuns(kept, null, packer))));
});

test('the table', () => {
  if (WORST)
    console.log(['| door | input | longest task | all of it | memory |', '|---|---|---|---|---|', ...table].join('\n'));
  expect(table.length).toBeGreaterThan(40);
});
