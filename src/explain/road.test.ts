/** The road of an access as told, held against the engine: questions, taker and end, at every row of every scene about roads. */
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { buses } from '../engine/kvm/bus.ts';
import { createSession } from '../engine/machine/session.ts';
import { busesAt } from '../log/buses.ts';
import { roadAt } from './road.ts';

type Json = Record<string, unknown>;
const CREATE: Json = { op: 'create', vcpus: 1, irqchip: 'full', pit: true, roads: true };
const store = (addr: string, size = 4, value = '0x1'): Json => ({ op: 'mmio_write', vcpu: 0, addr, size, value });

/** The road of the last op, once it is over. */
function roadOf(...ops: Json[]) {
  const log = sceneOf([CREATE, ...ops]);
  const road = roadAt(log, log.used - 1, log.used);
  if (road === null) throw new Error('no road');
  return road;
}
const answers = (road: ReturnType<typeof roadOf>, part = 0): string =>
  (road.parts[part]?.asked ?? []).map(({ question, answer }) => `${question} ${answer}`).join(', ');

describe('the road of an access', () => {
  test('memory is the processor’s own: nothing is asked', () => {
    const road = roadOf(store('0x1000'));
    expect([road.kind, road.parts[0]?.end, road.parts[0]?.asked]).toEqual(['memory', 'guest', []]);
  });

  test('the IOAPIC is found on the bus once its page is in the MMIO cache', () => {
    const road = roadOf(store('0xfec00000'));
    expect(answers(road)).toBe('apic-page no, mmio-cache yes, slot passed, lapic no, mmio-bus yes');
    expect([road.parts[0]?.end, road.parts[0]?.taker?.kind]).toEqual(['device', 'ioapic']);
  });

  test('the local APIC is asked before the bus', () => {
    const road = roadOf(store('0xfee00080'));
    expect(answers(road)).toBe('apic-page yes, mmio-cache passed, slot passed, lapic yes, mmio-bus passed');
    expect(road.parts[0]?.end).toBe('lapic');
  });

  test('nobody has it: user space, which answers', () => {
    const road = roadOf(store('0xfe000000'));
    expect(answers(road)).toBe('apic-page no, mmio-cache yes, slot passed, lapic no, mmio-bus no');
    expect([road.parts[0]?.end, road.parts[0]?.answered]).toEqual(['user', true]);
  });

  test('a page edge makes two parts with an end each', () => {
    const road = roadOf(
      { op: 'memslot', slot: 1, gpa: '0x100000', size: '0x1000' },
      store('0x100ffe', 4, '0x11223344'),
    );
    expect(road.parts.map(({ addr, len, end }) => [addr, len, end])).toEqual([
      [0x100ffe, 2, 'memory'],
      [0x101000, 2, 'user'],
    ]);
  });

  test('a read-only slot is asked for the copy and refuses it', () => {
    const road = roadOf({ op: 'memslot', slot: 1, gpa: '0x100000', size: '0x1000', readonly: 1 }, store('0x100010'));
    expect(answers(road)).toBe('apic-page no, mmio-cache no, slot no, lapic no, mmio-bus no');
    expect(road.parts[0]?.end).toBe('user');
  });

  test('an ioeventfd takes what it matches and lets the rest go on', () => {
    const bell: Json = { op: 'ioeventfd', bus: 'mmio', addr: '0xfebf3000', len: 2, datamatch: 1 };
    expect(roadOf(bell, store('0xfebf3000', 2)).parts[0]).toMatchObject({
      end: 'eventfd',
      taker: { kind: 'ioeventfd' },
    });
    expect(roadOf(bell, store('0xfebf3000', 2, '0x0')).parts[0]).toMatchObject({ end: 'user', taker: null });
  });

  test('a port finds its chip, or user space; string accesses say how many go at once', () => {
    expect(roadOf({ op: 'pio_write', vcpu: 0, port: 0x21, value: 1 }).parts[0]).toMatchObject({
      end: 'device',
      taker: { kind: 'pic-master' },
    });
    const road = roadOf({ op: 'pio_string', vcpu: 0, port: 0x3f8, dir: 'in', size: 1, count: 3, data: [] });
    expect([road.kind, road.way, road.count, road.parts[0]?.end]).toEqual(['pio', 3, 3, 'user']);
  });

  test('a question not reached yet has no answer', () => {
    const log = sceneOf([CREATE, store('0xfe000000')]);
    const full = roadAt(log, log.used - 1, log.used);
    let last = '';
    const told: string[] = [];
    for (let until = log.commands.at(-1)?.seq ?? 0; until <= log.used; until++) {
      const road = roadAt(log, until - 1, until);
      if (road === null || road.kind !== 'mmio') continue;
      const now = `${answers(road)} | ${road.parts[0]?.end}`;
      if (now !== last) told.push(now);
      last = now;
    }
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told[0]).toContain('mmio-bus ahead');
    expect(told.at(-1)).toBe(`${answers(full as never)} | user`);
  });

  test('an EPT misconfiguration is an eventfd’s on the fast bus: the second store, and even a load', () => {
    const vmx = { ...CREATE, runLoop: 'vmx' };
    const bell: Json = { op: 'ioeventfd', bus: 'mmio', addr: '0xfebf3000', len: 0, datamatch: null };
    const roads = [
      [vmx, bell, store('0xfebf3000')],
      [vmx, bell, store('0xfebf3000'), store('0xfebf3000')],
      [vmx, bell, store('0xfebf3000'), { op: 'mmio_read', vcpu: 0, addr: '0xfebf3000', size: 4 }],
    ].map((ops) => {
      const log = sceneOf(ops);
      return roadAt(log, log.used - 1, log.used);
    });
    expect(roads.map((road) => [road?.kind, road?.exit, road?.parts[0]?.end])).toEqual([
      ['mmio', 'EPT_VIOLATION', 'eventfd'],
      ['fast', 'EPT_MISCONFIG', 'eventfd'],
      ['fast', 'EPT_MISCONFIG', 'eventfd'],
    ]);
  });
});

describe('the buses as the log tells them', () => {
  test('are the engine’s own, range by range, after every op', () => {
    const ops: Json[] = [
      { op: 'create_vm', vcpus: 1 },
      { op: 'create_irqchip' },
      { op: 'create_pit', flags: 1 },
      { op: 'ioeventfd', bus: 'mmio', addr: '0x1fec00000', len: 0, datamatch: null },
      { op: 'ioeventfd', bus: 'pio', addr: '0x20', len: 1, datamatch: null },
      { op: 'coalesced_mmio', addr: '0xfec00000', size: 64 },
      { op: 'ioeventfd', bus: 'mmio', addr: '0xfec00010', len: 4, datamatch: 3 },
      { op: 'coalesced_mmio', addr: '0xfec00000', size: 64, deassign: 1 },
      { op: 'ioeventfd', bus: 'mmio', addr: '0x1fec00000', len: 0, datamatch: null, deassign: 1 },
    ];
    for (let n = 1; n <= ops.length; n++) {
      const log = sceneOf(ops.slice(0, n));
      const session = createSession();
      for (const op of ops.slice(0, n)) session.answerOrThrow(op);
      const told = busesAt(log, log.used).map((bus) => bus.map(({ addr, len, kind }) => [addr, len, kind]));
      const real = buses(session.machine as never);
      expect(told).toEqual(real.map((bus) => bus.map(({ addr, len, kind }) => [addr, len, kind])));
    }
  });
});
