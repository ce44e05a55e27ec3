/** Machines of one's own: every edit makes one the engine runs, and what cannot be made says which field. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import { inX2apic } from '../../engine/view/machine-view.ts';
import { errors } from '../../i18n/en/errors.ts';
import { machine as texts } from '../../i18n/en/machine.ts';
import { KERNELS } from '../../spec/quirks.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { problemsOf } from './check.ts';
import {
  bareMachine,
  createOf,
  devicesOf,
  isX2apic,
  type Machine,
  WAYS,
  withDevice,
  withFields,
  withHandler,
  withoutDevice,
  withVcpus,
  withWork,
  withX2apic,
} from './spec.ts';

const app = createHeadlessApp();
const run = ({ ops, start }: Machine) => app.actions.loadOps(ops, { step: 'end', play: false }, start);
const happened = (name: string): number =>
  [...(app.store.getState().scene?.steps ?? [])].filter((step) => step.name === name).length;

test('four vCPUs in x2APIC mode with an MSI-X disk, from nothing: its interrupt reaches its handler on vCPU 2', async () => {
  const built = withDevice(withX2apic(withVcpus(bareMachine(), 4), true), 'msix', 2);
  expect(problemsOf(built)).toEqual([]);
  expect(await run(withWork(built, 'virtio-blk'))).toBe('done');
  const { view } = app.store.getState();
  expect(view?.config.vcpus).toBe(4);
  expect([0, 1, 2, 3].every((vcpu) => view !== null && inX2apic(view, vcpu))).toBe(true);
  expect(happened('handler_exit')).toBe(1);
});

test.each(WAYS)('a device by %s, added before or after x2APIC mode, is heard', async (way) => {
  for (const built of [
    withX2apic(withDevice(withVcpus(bareMachine(), 2), way, 1), true),
    withDevice(withX2apic(withVcpus(bareMachine(), 2), true), way, 1),
    withDevice(withVcpus(bareMachine(), 2), way, 1),
  ]) {
    const [device] = devicesOf(built);
    expect(await run(withWork(built, device?.id ?? ''))).toBe('done');
    expect(happened('handler_exit'), way).toBeGreaterThan(0);
  }
});

test('xAPIC to x2APIC and back is the machine it was, save what x2APIC cannot say', () => {
  const built = withDevice(withVcpus(bareMachine(), 3), 'line', 2);
  expect(withX2apic(withX2apic(built, true), false)).toEqual(built);
});

test('a device added and taken out leaves the machine as it was', () => {
  for (const way of WAYS) {
    const before = withDevice(bareMachine(), 'line');
    const built = withDevice(before, way, 0, 'nvme');
    const after = withoutDevice(built, 'nvme');
    expect(createOf(after)).toEqual(createOf(before));
    expect(problemsOf(after)).toEqual([]);
  }
});

const edits = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 8 }).map((n) => (m: Machine) => withVcpus(m, n)),
    fc.boolean().map((on) => (m: Machine) => withX2apic(m, on)),
    fc.constantFrom(...WAYS).map((way) => (m: Machine) => (devicesOf(m).length < 8 ? withDevice(m, way) : m)),
    fc.constantFrom('full', 'split', 'none').map((irqchip) => (m: Machine) => withFields(m, { irqchip })),
    fc.constantFrom(...KERNELS).map((kernel) => (m: Machine) => withFields(m, { kernel })),
    fc.constantFrom('none', 'vmx', 'svm').map((runLoop) => (m: Machine) => withFields(m, { runLoop })),
    fc
      .tuple(
        fc.constantFrom('apicv', 'avic', 'postedInterrupts', 'ipiVirtualization', 'pit'),
        fc.constantFrom(true, undefined),
      )
      .map(
        ([field, on]) =>
          (m: Machine) =>
            withFields(m, { [field]: on }),
      ),
    fc.constant((m: Machine) => withHandler(m, null, null)),
    fc.constant((m: Machine) => withHandler(m, 0, { vector: 3 })),
  ),
  { minLength: 1, maxLength: 10 },
);

test('any edits: either the engine runs the machine, or one field is named with a sentence', async () => {
  const all: Readonly<Record<string, string>> = { ...texts, ...errors };
  await fc.assert(
    fc.asyncProperty(edits, async (list) => {
      const built = list.reduce((machine, edit) => edit(machine), bareMachine());
      const [problem] = problemsOf(built);
      if (problem === undefined) expect(await run(built)).toBe('done');
      else expect(all).toHaveProperty([problem.key]);
    }),
    { numRuns: 150 },
  );
});

test.each(presetIds.filter((_, i) => i % 5 === 0))('%s as a machine to edit: one more vCPU and x2APIC', async (id) => {
  await app.actions.loadPreset(id, { step: 'end', play: false });
  const { scene, sceneId } = app.store.getState();
  const built: Machine = { ops: scene?.commands.map(({ op }) => op) ?? [], start: sceneId.start };
  if (createOf(built).op !== 'create') return;
  const more = withVcpus(withX2apic(built, true), Math.min(64, Number(createOf(built).vcpus ?? 1) + 1));
  expect(isX2apic(more)).toBe(true);
  if (problemsOf(more).length === 0) expect(await run(more)).toBe('done');
});

test('what does not go together is said by field', () => {
  const of = (change: Record<string, unknown>): string[] =>
    problemsOf(withFields(bareMachine(), change)).map(({ field, key }) => `${field} ${key}`);
  expect(of({})).toEqual([]);
  expect(of({ vcpus: 65 })).toEqual(['vcpus error.op.range']);
  expect(of({ vcpus: 2, ids: [3, 3] })).toEqual(['ids error.op.ids']);
  expect(of({ irqchip: 'split', pit: true })).toEqual(['pit machine.no.pit']);
  expect(of({ avic: true, apicv: true, runLoop: undefined })[0]).toMatch(/^avic|^runLoop/);
  expect(of({ apicv: true, runLoop: 'none' })).toEqual(['runLoop error.op.notOneOf']);
  expect(of({ postedInterrupts: true })).toEqual(['postedInterrupts machine.no.needsApicv']);
  expect(of({ vcpus: 1, ids: [300] })).toEqual(['ids machine.no.wideId']);
  expect(of({ guest: { handlers: [{ vector: 9, name: 'x', ns: 1 }] } })).toEqual(['guest machine.no.lowVector']);
  expect(of({ devices: [{ id: 'a', kind: 'nvme', gsi: 4, msix: 1 }] })).toEqual(['devices machine.no.lowGsi']);
});
