/** A request at the 8259 that has to wait for another's EOI says so: no event of its own does. */
import { expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import type { JsonOp } from '../../log/log.ts';
import { viewAt } from '../../store/view-at.ts';
import { describeStep } from './index.ts';

const out = (port: number, value: number): JsonOp => ({ op: 'pio_write', vcpu: 0, port, value, size: 1 });
/** Both chips started, vectors 0x20 and 0x28, nothing masked, pin 3 in service. */
const SERVING: readonly JsonOp[] = [
  { op: 'create', vcpus: 1, irqchip: 'full' },
  ...[out(0x20, 0x11), out(0x21, 0x20), out(0x21, 4), out(0x21, 1), out(0x21, 0)],
  ...[out(0xa0, 0x11), out(0xa1, 0x28), out(0xa1, 2), out(0xa1, 1), out(0xa1, 0)],
  { op: 'irq_line', gsi: 3, level: 1 },
  { op: 'run', vcpu: 0 },
];

/** Parameters of "waits for its EOI" at the rise of a GSI, null where it does not say so. */
function holder(gsi: number, ...before: readonly JsonOp[]): unknown {
  const scene = sceneOf([...SERVING, ...before, { op: 'irq_line', gsi, level: 1 }], SERVING.length + before.length);
  const at = [...scene.steps].findIndex(({ name }) => name === 'pic_line');
  const step = scene.steps.get(at);
  if (step === undefined) throw new Error('no rise');
  const { why } = describeStep(scene, step, viewAt(scene, { step: at, phase: 0 }));
  const said = why.find((line) => line !== true && line.key === 'event.pic_line.why.held');
  return said === undefined || said === true ? null : said.params;
}

test('a pin of lower priority waits for the bit in service, one of higher does not', () => {
  expect(holder(4)).toEqual({ holder: 3 });
  expect(holder(1)).toBeNull();
  // After the EOI nothing holds it.
  expect(holder(4, out(0x20, 0x20))).toBeNull();
  // A masked pin waits for its mask.
  expect(holder(4, out(0x21, 0x10))).toBeNull();
});
