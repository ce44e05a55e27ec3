/** The eventfds as the panel tells them, held against ops and their answers. */
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { wordsAt } from '../log/fold.ts';
import type { SceneLog } from '../log/log.ts';
import { bellsAt, type Doorbell, doorbellsOf, isRouted } from './doorbells.ts';

type Json = Record<string, unknown>;
const CREATE: Json = { op: 'create', vcpus: 1, irqchip: 'full', roads: true };
const MSI = { msi_addr: '0xfee00000', msi_data: '0x41' };
const store = (addr: string, size: number, value: string): Json => ({ op: 'mmio_write', vcpu: 0, addr, size, value });

const logOf = (...ops: Json[]): SceneLog => sceneOf(ops[0]?.op === 'create' ? ops : [CREATE, ...ops]);
function bells(log: SceneLog): Doorbell[] {
  const { wordMap, routeTables, config } = log;
  return doorbellsOf(log, { w: wordsAt(log, log.used), wordMap, routeTables, config }, log.used);
}
const one = (...ops: Json[]): Doorbell => bells(logOf(...ops))[0] as Doorbell;

describe('an irqfd', () => {
  const assign = { op: 'irqfd', gsi: 24 };
  const signal = { op: 'irqfd_signal', gsi: 24 };
  const route = { op: 'routing', entries: [{ gsi: 24, ...MSI }] };
  const svr = store('0xfee000f0', 4, '0x1ff');

  test('goes at once from the copy of its only route, a message', () => {
    expect(one(svr, route, assign)).toMatchObject({ went: 'never', irqfd: { cached: true, seq: 2 } });
    expect(one(svr, route, assign, signal)).toMatchObject({ went: 'fast' });
  });

  test('of a GSI below 16 has two routes, so nothing is copied, and the work queue raises it', () => {
    const { went, irqfd, routes } = one({ op: 'irqfd', gsi: 10 }, { op: 'irqfd_signal', gsi: 10 });
    expect([went, irqfd?.cached, routes.length]).toEqual(['work', false, 2]);
  });

  test('of a GSI at one IOAPIC pin has one route, and takes the work queue all the same', () => {
    const { went, irqfd, routes } = one({ op: 'irqfd', gsi: 20 }, { op: 'irqfd_signal', gsi: 20 });
    expect([went, irqfd?.cached, routes.length]).toEqual(['work', false, 1]);
  });

  test('takes each new routing table in, and loses its signal where its GSI has no route there', () => {
    const gone = { op: 'routing', entries: [] };
    expect(one(svr, route, assign, gone, signal)).toMatchObject({ went: 'lost', irqfd: { cached: false, seq: 4 } });
    expect(one(svr, route, assign, gone, route, signal)).toMatchObject({ went: 'fast', irqfd: { seq: 6 } });
  });

  test('with a resampler says how often it was told', () => {
    const line = one(
      { op: 'pio_write', vcpu: 0, port: '0x21', value: '0xff' },
      svr,
      store('0xfec00000', 4, '0x30'),
      store('0xfec00010', 4, '0x8041'),
      { op: 'irqfd', gsi: 16, resample: 1 },
      { op: 'irqfd_signal', gsi: 16 },
      { op: 'run', vcpu: 0 },
      { op: 'eoi', vcpu: 0 },
    );
    expect(line).toMatchObject({ went: 'work', irqfd: { resampler: true, resampled: 1 } });
  });
});

describe('a device’s message', () => {
  const device = { id: 'disk', kind: 'virtio-blk', gsi: 24, msix: 2 };
  const create: Json = { ...CREATE, guest: { handlers: [] }, devices: [device] };
  const msix = (entry: number, field: string, value: string | number): Json => ({
    op: 'msix',
    id: 'disk',
    entry,
    field,
    value,
  });
  const set = [
    msix(0, 'addr_lo', '0xfee00000'),
    msix(0, 'data', '0x41'),
    msix(0, 'control', 0),
    msix(0, 'capability', 0x8000),
  ];

  test('stands beside the route the VMM made of it', () => {
    const [first, second] = bells(logOf(create, ...set));
    expect(first).toMatchObject({
      gsi: 24,
      message: { enabled: true, masked: false, data: 0x41 },
      irqfd: { cached: true },
    });
    expect(first !== undefined && isRouted(first)).toBe(true);
    expect(second).toMatchObject({ gsi: 25, message: { masked: true }, routes: [], irqfd: null, bypass: null });
  });

  test('that is changed while masked is not what the route has', () => {
    const [first] = bells(logOf(create, ...set, msix(0, 'control', 1), msix(0, 'data', '0x51')));
    expect(first !== undefined && isRouted(first)).toBe(false);
  });

  test('waits in the pending bits while entry or function is masked', () => {
    const work = { op: 'device', id: 'disk', event: 'work', vector: 0 };
    expect(one(create, ...set, msix(0, 'control', 1), work).message).toMatchObject({ masked: true, pending: true });
    const function_ = one(create, ...set, msix(0, 'capability', 0xc000), work);
    expect(function_.message).toMatchObject({ functionMasked: true, masked: false, pending: true });
    expect(function_.went).toBe('never');
    // One went before it, and is no longer what the way shows.
    expect(one(create, ...set, work, msix(0, 'capability', 0xc000), work).went).toBe('never');
    expect(one(create, ...set, work).went).toBe('fast');
  });

  test('of an assigned device joins producer and consumer, and its IRTE says what came of it', () => {
    const nvme = { ...device, kind: 'nvme' };
    const host = { ...create, devices: [nvme], apicv: true, postedInterrupts: true, runLoop: 'vmx' };
    const svr = store('0xfee000f0', 4, '0x1ff');
    expect(one(host, svr).bypass).toMatchObject({ joined: false, irte: { present: false } });
    expect(one(host, svr, ...set).bypass).toMatchObject({
      joined: true,
      irte: { posted: true, vcpu: 0, vector: 0x41 },
    });
    const nmi = [set[0] as Json, msix(0, 'data', '0x441'), ...set.slice(2)];
    expect(one(host, svr, ...nmi).bypass).toMatchObject({ joined: true, irte: { posted: false } });
  });
});

describe('ioeventfds', () => {
  test('count their signals by address, length and data', () => {
    const bell = (len: number, datamatch?: number): Json => ({
      op: 'ioeventfd',
      bus: 'mmio',
      addr: '0xfebf3000',
      len,
      datamatch,
    });
    const log = logOf(
      bell(2, 1),
      bell(2, 2),
      bell(4),
      store('0xfebf3000', 2, '0x1'),
      store('0xfebf3000', 2, '0x2'),
      store('0xfebf3000', 2, '0x2'),
      store('0xfebf3000', 2, '0x3'),
      store('0xfebf3000', 4, '0x9'),
    );
    const counts = bellsAt(log, log.used).map(({ datamatch, range, signals }) => [range.len, datamatch, signals]);
    expect(counts.toSorted()).toEqual(
      [
        [2, 1n, 1],
        [2, 2n, 2],
        [4, null, 1],
      ].toSorted(),
    );
  });
});
