/** What is asked for and cannot be: KVM's errno where it has one, else an error at its place; the machine stays as it was. */
import { expect, test } from 'vitest';
import type { Machine } from '../core/machine.ts';
import type { JsonOp } from '../test-bench.ts';
import { createSession } from './session.ts';

const EEXIST = { rc: -1, errno: 17 };
const EINVAL = { rc: -1, errno: 22 };
const ENOENT = { rc: -1, errno: 2 };
const bell = (addr: string, len: number, more: object = {}): JsonOp => ({
  op: 'ioeventfd',
  bus: 'mmio',
  addr,
  len,
  ...more,
});
const slot = (id: number, gpa: string, size: string): JsonOp => ({ op: 'memslot', slot: id, gpa, size });
const BELL = '0xfebf3000';

test.each<[what: string, create: object, before: JsonOp[], asked: JsonOp, answer: object]>([
  ['the very same ioeventfd', {}, [bell(BELL, 4)], bell(BELL, 4), EEXIST],
  ['one without a length over another', {}, [bell(BELL, 4)], bell(BELL, 0), EEXIST],
  ['one of any data over one of some', {}, [bell(BELL, 2, { datamatch: 1 })], bell(BELL, 2), EEXIST],
  ['a length that is none', {}, [], bell(BELL, 3), EINVAL],
  ['no length, and data to match', {}, [], bell(BELL, 0, { datamatch: 1 }), EINVAL],
  ['an address that wraps', {}, [], bell('0xffffffffffffffff', 4), EINVAL],
  ['to give up what was not asked for', {}, [bell(BELL, 4)], bell(BELL, 2, { deassign: 1 }), ENOENT],
  ['a slot over another', {}, [slot(1, '0x100000', '0x2000')], slot(2, '0x101000', '0x1000'), EEXIST],
  ['a slot over the first MiB', {}, [], slot(1, '0xff000', '0x2000'), EEXIST],
  ['a slot that is no whole pages', {}, [], slot(1, '0x100800', '0x1000'), EINVAL],
  ['a slot over KVM’s own at the APIC page', { runLoop: 'vmx' }, [], slot(1, '0xfedff000', '0x3000'), EEXIST],
  ['a zone on a third bus', {}, [], { op: 'coalesced_mmio', pio: 2, addr: BELL, size: 4 }, EINVAL],
])('%s', (_what, create, before, asked, answer) => {
  const session = createSession();
  for (const op of [{ op: 'create', vcpus: 1, irqchip: 'full', ...create }, ...before]) session.answerOrThrow(op);
  const machine = session.machine as Machine;
  const words = machine.w.slice();
  expect(session.answer(asked)).toEqual(answer);
  expect(machine.w).toEqual(words);
});

test.each<[what: string, asked: JsonOp]>([
  ['a bus nobody knows', bell(BELL, 4, { bus: 'isa' })],
  ['slot 0, the guest’s own memory', slot(0, '0x100000', '0x1000')],
  ['a port past the last', { op: 'pio_write', vcpu: 0, port: '0x10000', value: 1 }],
])('%s is an error, and nothing changes', (_what, asked) => {
  const session = createSession();
  session.answerOrThrow({ op: 'create', vcpus: 1, irqchip: 'full' });
  const machine = session.machine as Machine;
  const words = machine.w.slice();
  expect(session.answer(asked)).toHaveProperty('error');
  expect(session.machine).toBe(machine);
  expect(machine.w).toEqual(words);
});

test('without KVM’s own slot there a slot over the APIC page is memory, as on kvm_amd without AVIC', () => {
  const session = createSession();
  const ops: JsonOp[] = [
    { op: 'create', vcpus: 1, irqchip: 'full' },
    slot(3, '0xfee00000', '0x1000'),
    { op: 'mmio_write', vcpu: 0, addr: '0xfee00080', value: '0x20', size: 4 },
  ];
  expect(ops.map((op) => session.answer(op)).slice(1)).toEqual([{ rc: 0 }, { ok: true }]);
  expect(session.answer({ op: 'mmio_read', vcpu: 0, addr: '0xfee00080', size: 4 })).toEqual({ value: '0x20' });
});
