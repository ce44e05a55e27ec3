/** Raw edits: what a field was set to is there, nothing besides, and what is no register cannot be put in. */
import { expect, test } from 'vitest';
import { createSession } from '../engine/machine/session.ts';
import { addressOf, type MachineView } from '../engine/view/machine-view.ts';
import { rawWrite } from './raw-ops.ts';

test('a read-only bit of an RTE is put in by a raw write, and the guest’s write rules do not apply', () => {
  const session = createSession();
  session.answerOrThrow({ op: 'create', vcpus: 1, irqchip: 'full' });
  const { machine } = session;
  if (machine === null) throw new Error('no machine');
  const view: MachineView = { w: machine.w, wordMap: machine.wordMap, routeTables: [], config: machine.config };
  const addresses = ['redirLo', 'redirHi'].map((name) => addressOf(view.wordMap, 'ioapic', 0, name, 11));
  const ops = rawWrite(view, addresses, [0xc03b, 0]) ?? [];
  // The half that stays as it is makes no op.
  expect(ops).toEqual([{ op: 'raw', at: 'ioapic:0.redirLo[11]', value: '0xc03b' }]);
  for (const op of ops) session.answerOrThrow(op);
  expect((machine.w[addresses[0] as number] as number) >>> 0).toBe(0xc03b);
  expect(rawWrite(view, addresses, [0xc03b, 0])).toEqual([]);
  expect(rawWrite(view, [addressOf(view.wordMap, 'vcpu', 0, 'depth', 0)], [3])).toBe(null);
});
