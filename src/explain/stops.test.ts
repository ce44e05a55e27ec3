/** Breakpoints and steps of other sizes, on real scenes. */
import { expect, test } from 'vitest';
import { createHeadlessApp } from '../cli/headless-app.ts';
import type { SceneLog } from '../log/log.ts';
import { nextStop, readStop, type Stop, stepTo } from './stops.ts';

const app = createHeadlessApp();

async function scene(id: string): Promise<SceneLog> {
  await app.actions.loadPreset(id, { step: null, play: false });
  const log = app.store.getState().scene;
  if (log === null) throw new Error('no scene');
  return log;
}

const all = (log: SceneLog, stop: Stop | null): number[] => {
  const found: number[] = [];
  if (stop === null) return found;
  for (let at = nextStop(log, -1, 1, [stop]); at !== null; at = nextStop(log, at, 1, [stop])) found.push(at);
  return found;
};

test('a stop of each kind is met, and backwards at the same steps', async () => {
  const log = await scene('intx-shared');
  for (const [kind, text, name] of [
    ['event', 'irr_set', 'irr_set'],
    ['vector', '0x3b', 'irr_set'],
    ['gsi', '11', 'kvm_set_irq'],
    ['function', 'kvm_set_irq', 'kvm_set_irq'],
    ['bit', 'ioapic:0.redirLo[11].14', 'kvm_ack_irq'],
  ] as const) {
    const stop = readStop(kind, text);
    const forward = all(log, stop);
    expect(forward.length, kind).toBeGreaterThan(0);
    expect(
      forward.map((i) => log.steps.get(i)?.name),
      kind,
    ).toContain(name);
    const back: number[] = [];
    if (stop !== null)
      for (let at = nextStop(log, log.steps.length, -1, [stop]); at !== null; at = nextStop(log, at, -1, [stop]))
        back.unshift(at);
    expect(back, kind).toEqual(forward);
  }
});

test('a vCPU that halts and wakes is stopped at', async () => {
  const log = await scene('posted-halted');
  expect(all(log, readStop('vcpu', '1')).length).toBeGreaterThan(0);
  expect(all(log, readStop('vcpu', '40'))).toEqual([]);
});

test('what no step can meet is no stop', () => {
  expect(readStop('event', 'irr-set')).toBe(null);
  expect(readStop('vector', '0x100')).toBe(null);
  expect(readStop('gsi', '-1')).toBe(null);
  expect(readStop('bit', 'ioapic:0.nothing.3')).toBe(null);
  expect(readStop('bit', 'ioapic:0.redirLo[4].40')).toBe(null);
  expect(readStop('vcpu', '<b>')).toBe(null);
});

test('steps by op and function go forth to where the next begins, and back to where it began', async () => {
  const log = await scene('serial-ioapic');
  for (const unit of ['op', 'function'] as const) {
    const forth: number[] = [];
    for (let at: number | null = -1; at !== null; at = stepTo(log, at, 1, unit)) forth.push(at);
    expect(forth.length, unit).toBeGreaterThan(1);
    const last = forth.at(-1) ?? 0;
    expect(stepTo(log, last, -1, unit), unit).toBe(forth.at(-2));
  }
  const journey = stepTo(log, -1, 1, 'journey') ?? -1;
  const next = stepTo(log, journey, 1, 'journey') ?? -1;
  expect(log.steps.get(next)?.journey).toBe(log.steps.get(journey)?.journey);
});

test('a finding is stopped at where the op begins since which it is so, by its rule or by any', async () => {
  const log = await scene('level-early-eoi');
  const found = [{ id: 'eoi-before-quiet', since: { command: log.steps.get(20)?.command ?? 0 } }];
  const stopsAt = (text: string): number[] => {
    const stop = readStop('finding', text);
    const at: number[] = [];
    if (stop === null) return at;
    for (let k = nextStop(log, -1, 1, [stop], found); k !== null; k = nextStop(log, k, 1, [stop], found)) at.push(k);
    return at;
  };
  const first = log.steps.findIndex(({ command }) => command === found[0]?.since.command);
  expect(stopsAt('any')).toEqual([first]);
  expect(stopsAt('eoi-before-quiet')).toEqual([first]);
  expect(stopsAt('level-storm')).toEqual([]);
  expect(readStop('finding', 'Not an id')).toBe(null);
});
