import { runInNewContext } from 'node:vm';
import { build, type Rolldown, type UserConfig } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import config from '../../vite.config.ts';
import { createSession } from '../engine/machine/session.ts';
import type { JsonOp } from '../log/log.ts';
import { type FromEngine, PROTOCOL_VERSION, type ToEngine } from '../worker/protocol.ts';
import { createRunner } from '../worker/runner.ts';
import { root } from './deps.mjs';
import { everyPreset } from './scenes-for-tests.ts';

/** The engine's worker as the page's build makes it, by file name. */
const scripts = new Map<string, string>();

beforeAll(async () => {
  const { worker } = config as UserConfig;
  const made = await build({
    root,
    configFile: false,
    logLevel: 'error',
    ...(worker && { worker }),
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'virtual:entry' ? id : undefined),
        load: (id) =>
          id === 'virtual:entry'
            ? `import url from '/src/worker/engine.worker.ts?worker&url'; globalThis.url = url;`
            : undefined,
      },
    ],
    build: { write: false, target: 'es2022', rolldownOptions: { input: 'virtual:entry' } },
  });
  for (const file of (made as Rolldown.RolldownOutput).output)
    if (file.fileName.endsWith('.js') && file.fileName.includes('worker-'))
      scripts.set(file.fileName, file.type === 'chunk' ? file.code : String(file.source));
});

type Batch = Extract<FromEngine, { type: 'batch' }>;

/** What a run says, less what is about the run. */
const told = (said: readonly FromEngine[]): unknown => {
  const batches = said.filter((one): one is Batch => one.type === 'batch');
  return {
    rows: batches.flatMap(({ rows }) => [...rows]),
    answers: batches.flatMap(({ commands }) => commands.map(({ result }) => result)),
    others: said.filter(({ type }) => type === 'refused' || type === 'fault'),
  };
};

const request = (ops: readonly JsonOp[]): ToEngine => ({ v: PROTOCOL_VERSION, type: 'run', id: 1, runId: 1, ops });

/** Runs ops in the scripts. @returns what they said, and the addresses that were loaded on the way */
function inWorker(ops: readonly JsonOp[]): { readonly said: FromEngine[]; readonly loaded: string[] } {
  const name = [...scripts.keys()].find((file) => !file.endsWith('-late.js')) ?? '';
  const said: FromEngine[] = [];
  const loaded: string[] = [];
  const due: (() => void)[] = [];
  const scope: Record<string, unknown> = {
    location: { href: `https://a.host/x.js/${name}` },
    performance,
    MessageChannel: class {
      port1: { onmessage?: () => void } = {};
      port2 = { postMessage: () => void due.push(() => this.port1.onmessage?.()) };
    },
    postMessage: (message: FromEngine) => said.push(message),
    importScripts(url: string) {
      loaded.push(url);
      runInNewContext(scripts.get(url.replace('https://a.host/x.js/', '')) ?? 'no such script', context);
    },
  };
  scope.self = scope;
  const context = scope;
  runInNewContext(scripts.get(name) ?? '', context);
  (scope.onmessage as (event: { data: ToEngine }) => void)({ data: request(ops) });
  for (let work = due.shift(); work !== undefined; work = due.shift()) work();
  return { said, loaded };
}

function here(ops: readonly JsonOp[]): FromEngine[] {
  const said: FromEngine[] = [];
  const due: (() => void)[] = [];
  createRunner({
    createSession,
    now: () => performance.now(),
    send: (message) => void said.push(message),
    later: (work) => void due.push(work),
  }).receive(request(ops));
  for (let work = due.shift(); work !== undefined; work = due.shift()) work();
  return said;
}

test('the built engine does in every scene what the engine does, row by row, and looks like it at the end', () => {
  for (const { id, ops } of everyPreset) {
    const whole = [...(ops as readonly JsonOp[]), { op: 'get' }];
    expect(JSON.stringify(told(inWorker(whole).said)), id).toBe(JSON.stringify(told(here(whole))));
  }
});

test('the rest is loaded by whoever needs it, once, from beside the first script', () => {
  const loadedBy = (id: string): string[] =>
    inWorker(everyPreset.find((preset) => preset.id === id)?.ops as readonly JsonOp[]).loaded;
  expect(scripts.size).toBe(2);
  const late = [...scripts.keys()]
    .filter((file) => file.endsWith('-late.js'))
    .map((file) => `https://a.host/x.js/${file}`);
  for (const id of ['posted-running', 'avic-doorbell', 'pit-extint', 'split-serial', 'irqchip-born'])
    expect(loadedBy(id), id).toEqual(late);
  for (const id of ['intx-shared', 'serial-ioapic', 'msix-blk', 'lapic-timer']) expect(loadedBy(id), id).toEqual([]);
});
