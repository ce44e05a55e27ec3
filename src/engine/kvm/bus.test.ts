import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUS, type IoRange } from '../../spec/iodevs.ts';
import type { Machine } from '../core/machine.ts';
import { createSession } from '../machine/session.ts';
import { firstRange } from '../view/io-ranges.ts';
import { buses, registerDevice, unregisterDevice } from './bus.ts';

function machine(irqchip: 'full' | 'split'): Machine {
  const session = createSession();
  session.answer({ op: 'create', vcpus: 1, irqchip, pit: 1 });
  return session.machine as Machine;
}
const full = () => machine('full');
const range = (addr: number, len: number, id: number): IoRange => ({ addr: BigInt(addr), len, kind: 'ioeventfd', id });
const names = (bus: number, m = full()): string[] => (buses(m)[bus] ?? []).map(({ kind, id }) => `${kind}${id || ''}`);

describe('who sits on which bus', () => {
  test('a full irqchip with a PIT: one device on MMIO, four on the ports, in address order', () => {
    expect(names(BUS.mmio)).toEqual(['ioapic']);
    expect(names(BUS.pio)).toEqual(['pic-master', 'pit', 'pic-slave', 'elcr']);
    expect([names(BUS.virtioCcwNotify), names(BUS.fastMmio)]).toEqual([[], []]);
  });

  test('a PIT asked for with flag 0 brings its speaker', () => {
    const session = createSession();
    for (const op of [{ op: 'create_vm' }, { op: 'create_irqchip' }, { op: 'create_pit', flags: 1 }])
      session.answer(op);
    expect(names(BUS.pio, session.machine as Machine)).toEqual(['pic-master', 'pit', 'speaker', 'pic-slave', 'elcr']);
  });

  test('a split irqchip: nobody', () => {
    expect(buses(machine('split'))).toEqual([[], [], [], []]);
  });
});

describe('a range finds its place', () => {
  const order = (...ranges: IoRange[]): number[] => {
    const m = machine('split');
    for (const each of ranges) registerDevice(m, BUS.mmio, each);
    return (buses(m)[BUS.mmio] ?? []).map(({ id }) => id);
  };
  test('by address', () =>
    expect(order(range(0x300, 4, 1), range(0x100, 4, 2), range(0x200, 4, 3))).toEqual([2, 3, 1]));
  test('a short one before the long one it starts with', () => {
    expect(order(range(0x100, 0x100, 1), range(0x100, 4, 2))).toEqual([2, 1]);
  });
  test('of two alike the older stays first', () => {
    expect(order(range(0x100, 4, 1), range(0x100, 4, 2))).toEqual([1, 2]);
  });
  test('one without length goes behind those at its own address', () => {
    expect(order(range(0x100, 4, 1), range(0x100, 0, 2), range(0x104, 4, 3))).toEqual([1, 2, 3]);
  });
});

test('unregistering takes out the one device and leaves the tables before it as they were', () => {
  const m = full();
  const before = buses(m);
  registerDevice(m, BUS.pio, range(0x500, 2, 7));
  unregisterDevice(m, BUS.pio, 'ioeventfd', 7);
  expect([buses(m), m.busTables[0]]).toEqual([before, before]);
});

test('a bus holds 1,000 devices; ioeventfds do not count, and fit no more either', () => {
  const m = full();
  for (let id = 1; id <= 1200; id++) expect(registerDevice(m, BUS.mmio, range(0x1000 + id, 1, id))).toBe(0);
  for (let id = 1; id < 1000; id++) registerDevice(m, BUS.mmio, { ...range(id, 1, id), kind: 'coalesced' });
  expect(registerDevice(m, BUS.mmio, { ...range(2, 1, 1), kind: 'coalesced' })).toBe(-28);
  // The kernel's test stands before it looks at what comes: a full bus takes no ioeventfd either.
  expect(registerDevice(m, BUS.mmio, range(2, 1, 1))).toBe(-28);
});

test('without overlaps the search finds exactly the range that holds the access', () => {
  const gaps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 9 }), len: fc.integer({ min: 1, max: 9 }) }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(gaps, fc.nat(400), fc.integer({ min: 1, max: 8 }), (shape, addr, len) => {
      let next = 0;
      const ranges = shape.map(({ gap, len: size }, id) => {
        const at = next + gap;
        next = at + size;
        return range(at, size, id);
      });
      const holds = ranges.findIndex((r) => addr >= Number(r.addr) && addr + len <= Number(r.addr) + r.len);
      expect(firstRange(ranges, addr, len)).toBe(holds);
    }),
  );
});
