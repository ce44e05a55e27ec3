import { describe, expect, test } from 'vitest';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import { by, portion } from '../../cli/portion.ts';
import type { JsonOp } from '../../log/log.ts';
import { partingOf, totalsOf } from '../../log/totals.ts';
import { presetIds } from '../preset-ids.ts';
import { comparisonText, readComparison } from './compare-text.ts';
import { runSides, runTolerant, type Sides } from './run-sides.ts';
import { switchesFor, turned, withRunLoop } from './switches.ts';

async function sidesOf(text: string): Promise<Sides> {
  const answer = await runSides(readComparison(text), [createHeadlessApp(), createHeadlessApp()]);
  if (!answer.ok) throw new Error(answer.notice.code);
  return answer.sides;
}

describe('the address of a comparison', () => {
  test.each([
    ['c=posted-running', { left: 'p=posted-running', against: null, steps: [-1, -1], set: 1 }],
    [
      'c=ipi-virtualized,ipi-exit&t=3,5',
      { left: 'p=ipi-virtualized', against: { preset: 'ipi-exit' }, steps: [3, 5], set: 1 },
    ],
    ['c=posted-running&t=8,9&g=3', { left: 'p=posted-running', against: null, steps: [8, 9], set: 3 }],
    [
      'c=posted-running&with=apicv&t=-1,0',
      { left: 'p=posted-running', against: { turn: 'apicv' }, steps: [-1, 0], set: 1 },
    ],
    ['c=&s=k1.Ab_-&with=split', { left: 's=k1.Ab_-', against: { turn: 'split' }, steps: [-1, -1], set: 1 }],
  ])('%s', (text, expected) => {
    expect(readComparison(text)).toEqual(expected);
    expect(comparisonText(readComparison(text))).toBe(text);
  });

  test('what is wrong in it is left out', () => {
    expect(readComparison('c=posted-running&with=warp&t=1')).toEqual(readComparison('c=posted-running'));
  });
});

describe('switches', () => {
  test('a machine that says nothing about APICv gets a run loop to count exits in', () => {
    expect(withRunLoop({ op: 'create', vcpus: 1 })).toMatchObject({ runLoop: 'vmx' });
    expect(withRunLoop({ op: 'create', vcpus: 1, avic: true })).toMatchObject({ runLoop: 'svm' });
  });

  test('what a scene is about is the switch to show first', () => {
    expect(switchesFor({ apicv: false })[0]).toBe('apicv');
    expect(switchesFor({ apicv: true, postedInterrupts: true, ipiVirtualization: true })[0]).toBe('ipiv');
    expect(switchesFor({ avic: true })[0]).toBe('avic');
    expect(switchesFor({ apicv: false })).not.toContain('ipiv');
  });

  test('turned twice it is the same machine', () => {
    for (const create of [{ apicv: false }, { apicv: true, postedInterrupts: true }, { avic: true }] as JsonOp[]) {
      for (const name of switchesFor(create)) {
        const there = turned(create, name);
        expect(there, name).not.toEqual(create);
        expect(turned(there, name).apicv ?? false, name).toBe(create.apicv ?? false);
        expect(turned(there, name).avic ?? false, name).toBe(create.avic ?? false);
      }
    }
  });
});

describe('side by side', () => {
  test('posted to a running vCPU: without APICv it takes exits and a kick, with it a notification', async () => {
    const { left, right, turn } = await sidesOf('c=posted-running');
    expect(turn).toEqual({ name: 'apicv', left: true });
    const [posted, injected] = [totalsOf(left.scene), totalsOf(right.scene)];
    expect(posted.count.injected).toBe(0);
    expect(posted.count.notify).toBeGreaterThan(0);
    expect(posted.count.virtual).toBe(posted.count.handlers);
    expect(injected.count.injected).toBe(injected.count.handlers);
    expect(injected.count.notify).toBe(0);
    expect(injected.count.exits).toBeGreaterThan(posted.count.exits);
    expect(injected.count.handlers).toBe(posted.count.handlers);
    expect([...injected.exits.values()].reduce((sum, n) => sum + n, 0)).toBe(injected.count.exits);
    const parting = partingOf(left.scene.steps, right.scene.steps);
    expect(parting?.left).toBe('pir_set');
  });

  test('two presets: an IPI virtualized and not', async () => {
    const { left, right, turn } = await sidesOf('c=ipi-virtualized,ipi-exit');
    expect(turn).toBeNull();
    expect(left.preset).toBe('ipi-virtualized');
    expect(right.preset).toBe('ipi-exit');
    expect(partingOf(left.scene.steps, right.scene.steps)).toMatchObject({
      left: 'ipi_virtualization',
      right: 'kvm_exit',
    });
  });

  test('counts up to a step grow to the totals', async () => {
    const { left } = await sidesOf('c=posted-running');
    expect(totalsOf(left.scene, -1).count.exits).toBe(0);
    let before = 0;
    for (let step = 0; step < left.scene.steps.length; step++) {
      const { count } = totalsOf(left.scene, step);
      expect(count.steps).toBe(step + 1);
      expect(count.entries + count.posted).toBeGreaterThanOrEqual(before);
      before = count.entries + count.posted;
    }
    expect(totalsOf(left.scene, left.scene.steps.length - 1)).toEqual(totalsOf(left.scene));
  });

  test('an op the machine refuses is left out and named; the rest goes on', async () => {
    const ops: JsonOp[] = [
      { op: 'create', vcpus: 1, irqchip: 'full', apicv: false },
      { op: 'device', id: 'nobody', event: 'work' },
      { op: 'vcpu_state', vcpu: 7, state: 'guest' },
      { op: 'device', id: 'nobody', event: 'quiet' },
      { op: 'nmi', vcpu: 0 },
    ];
    const side = await runTolerant(createHeadlessApp(), { preset: null, ops, start: 4 });
    expect(side).toMatchObject({
      start: 1,
      refused: [
        { op: 'device', times: 2 },
        { op: 'vcpu_state', times: 1 },
      ],
    });
  });

  test('an op that does nothing on one side is named there', async () => {
    const { left, right } = await sidesOf('c=cancelled-injection&with=avic');
    expect(left.idle).toEqual([]);
    expect(right.idle.map(({ op }) => op)).toEqual(['race']);
    const same = await sidesOf('c=cancelled-injection&with=hashing');
    expect([...same.left.idle, ...same.right.idle]).toEqual([]);
  });

  test('a preset that is not there is a notice', async () => {
    expect(await runSides(readComparison('c=nobody'), [createHeadlessApp(), createHeadlessApp()])).toMatchObject({
      ok: false,
    });
    expect(
      await runSides(readComparison('c=posted-running,nobody'), [createHeadlessApp(), createHeadlessApp()]),
    ).toMatchObject({
      ok: false,
    });
    expect(await runSides(readComparison('c=<b>'), [createHeadlessApp(), createHeadlessApp()])).toMatchObject({
      ok: false,
    });
  });

  test.each([...presetIds])(`%s with each of its switches (${by(3)})`, async (id) => {
    const { switches: known } = await sidesOf(`c=${id}`);
    expect(known.length).toBeGreaterThan(0);
    for (const { name } of portion(known, 3, id, 1)) {
      const { left, right, switches } = await sidesOf(`c=${id}&with=${name}`);
      expect(switches).toEqual(known);
      expect(left.refused).toEqual([]);
      expect(right.scene.steps.length).toBeGreaterThan(0);
      expect(totalsOf(left.scene).count.steps).toBe(left.scene.steps.length);
    }
  });
});
