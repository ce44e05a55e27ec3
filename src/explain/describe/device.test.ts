/** Who quiets what: the sentence of a driver that serves a device says what made the line go low, and that a message needs nothing. */
import { expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import { viewAt } from '../../store/view-at.ts';
import { describeStep } from './index.ts';

const lineScene = (kind: string, extra: Record<string, unknown> = {}) =>
  sceneOf(
    [
      {
        op: 'create',
        vcpus: 1,
        irqchip: 'full',
        devices: [{ id: 'dev', kind, gsi: 11, ...extra }],
        guest: { handlers: [{ vector: 0x41, name: 'h', ns: 100, devices: ['dev'] }] },
      },
      { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: '0x1ff' },
      { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: '0x26' },
      { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: '0x8041' },
      { op: 'msix', id: 'dev', entry: 0, field: 'addr_lo', value: '0xfee00000' },
      { op: 'msix', id: 'dev', entry: 0, field: 'data', value: '0x41' },
      { op: 'msix', id: 'dev', entry: 0, field: 'control', value: 0 },
      { op: 'msix', id: 'dev', entry: 0, field: 'capability', value: '0x8000' },
      { op: 'device', id: 'dev' },
      { op: 'settle' },
    ].filter(({ op }) => op !== 'msix' || extra.msix !== undefined),
  );

test.each([
  ['serial', {}, 'serial'],
  ['virtio-net', {}, 'virtio'],
  ['nvme', {}, 'nvme'],
  ['e1000', {}, 'e1000'],
  ['virtio-blk', { msix: 1 }, 'message'],
])('%s %j is quieted in the way of %s', (kind, extra, variant) => {
  const scene = lineScene(kind, extra);
  const step = [...scene.steps].find(({ name }) => name === 'device_quiet');
  if (step === undefined) throw new Error('never quieted');
  expect(describeStep(scene, step, viewAt(scene, { step: step.index, phase: 0 })).variant).toBe(variant);
});
