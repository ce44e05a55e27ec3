import { describe, expect, test } from 'vitest';
import {
  type Bench,
  bench,
  enable,
  eoi,
  type JsonOp,
  line,
  picInit,
  picOff,
  pio,
  rte,
  rteHalf,
  rteLow,
  run,
} from '../test-bench.ts';

const irqfd = (gsi: number, resample: 0 | 1 = 0): JsonOp => ({ op: 'irqfd', gsi, resample });
const signal = (gsi: number): JsonOp => ({ op: 'irqfd_signal', gsi });
const deassign = (gsi: number): JsonOp => ({ op: 'irqfd_deassign', gsi });
const poll = (gsi: number): JsonOp => ({ op: 'irqfd_resample_poll', gsi });
const ready = (create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench(create);
  b.do(...(b.m.split ? [] : [picOff]), enable(0));
  return b;
};
const LEVEL = { level: true };

describe('without a resampler', () => {
  test('a signal is a pulse', () => {
    const b = ready();
    b.do(rte(4, 0x31), irqfd(4));
    b.events();
    b.do(signal(4));
    expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 4 1 0', 'kvm_set_irq 4 0 0']);
    expect(b.state('apic0', 'pin 4')).toEqual([
      'pin 4: 31 fixed edge to apic 00',
      'apic0 id 0 xapic on tpr 00 ppr 00 irr 31 isr - tmr -',
    ]);
  });

  test('on a level pin the pulse is one interrupt, never again', () => {
    const b = ready();
    b.do(rte(9, 0x31, LEVEL), irqfd(9), signal(9), run(), eoi());
    expect(b.do(run())).toEqual({ vector: null });
  });
});

describe('a lone MSI route', () => {
  const msiRoute: JsonOp = { op: 'routing', entries: [{ gsi: 5, msi_addr: 0xfee00000, msi_data: 0x41 }] };

  test('needs no work queue', () => {
    const b = ready();
    b.do(msiRoute, irqfd(5));
    b.events();
    b.do(signal(5));
    expect(b.events()).not.toContain('irqfd_inject');
    expect(b.do(run())).toEqual({ vector: 0x41 });
  });

  test('needs it when the map cannot decide: a broadcast', () => {
    const b = ready({ vcpus: 2 });
    b.do(enable(1), { op: 'routing', entries: [{ gsi: 5, msi_addr: 0xfeeff000, msi_data: 0x41 }] }, irqfd(5));
    b.events();
    b.do(signal(5));
    expect(b.events()).toContain('irqfd_inject');
    expect([b.do(run(0)), b.do(run(1))]).toEqual([{ vector: 0x41 }, { vector: 0x41 }]);
  });

  test('is looked up again when the table changes', () => {
    const b = ready();
    b.do(irqfd(5), msiRoute);
    b.events();
    b.do(signal(5));
    expect(b.events()).not.toContain('irqfd_inject');
  });
});

describe('with a resampler', () => {
  const served = (): Bench => {
    const b = ready();
    b.do(rte(9, 0x31, LEVEL), irqfd(9, 1), signal(9));
    return b;
  };

  test('a signal holds the line until the guest acknowledges', () => {
    const b = served();
    expect(b.state('pin 9')).toEqual(['pin 9: 31 fixed level to apic 00 irr remote-irr']);
    b.do(run(), eoi());
    expect(b.state('pin 9', 'irqfd')).toEqual(['pin 9: 31 fixed level to apic 00', 'irqfd gsi 9 resampled 1']);
  });

  test('polling reads and clears what was counted', () => {
    const b = served();
    b.do(run(), eoi());
    expect([b.do(poll(9)), b.do(poll(9))]).toEqual([{ count: 1 }, { count: 0 }]);
  });

  test('the line of user space outlives the acknowledge', () => {
    const b = served();
    b.do(line(9, 1), run(), eoi());
    expect(b.state('pin 9')).toEqual(['pin 9: 31 fixed level to apic 00 irr remote-irr']);
    expect(b.do(poll(9))).toEqual({ count: 1 });
  });

  test('unmasking a pin whose line waits tells the resampler instead of injecting', () => {
    const b = ready();
    b.do(rte(9, 0x31, { level: true, masked: true }), irqfd(9, 1), signal(9), rteHalf(9, 0, rteLow(0x31, LEVEL)));
    expect(b.events()).toContain('irqfd_resample_unmask');
    expect(b.state('pin 9', 'irqfd')).toEqual(['pin 9: 31 fixed level to apic 00', 'irqfd gsi 9 resampled 1']);
  });

  test('an EOI at the PIC acknowledges as well', () => {
    const b = bench();
    b.do(picInit(), pio(0x4d0, 0x20), irqfd(5, 1), signal(5), run(), pio(0x20, 0x20));
    expect(b.do(poll(5))).toEqual({ count: 1 });
    expect(b.state('pic0')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20 elcr 20']);
  });

  test('its going away lowers the line', () => {
    const b = served();
    b.do(deassign(9));
    expect(b.state('pin 9', 'irqfd')).toEqual(['pin 9: 31 fixed level to apic 00 remote-irr']);
  });

  test('needs an in-kernel IOAPIC', () => {
    expect(ready({ irqchip: 'split' }).do(irqfd(9, 1))).toEqual({ rc: -1, errno: 22 });
  });
});

describe('what is not there', () => {
  test.each<[op: JsonOp, answer: object]>([
    [signal(4), { error: 'no irqfd' }],
    [deassign(4), { error: 'no irqfd' }],
    [poll(4), { error: 'no resample irqfd' }],
  ])('%j', (op, answer) => expect(bench().do(op)).toEqual(answer));

  test('a GSI without a route takes an irqfd and loses its signals', () => {
    const b = ready();
    expect(b.do(irqfd(3000))).toEqual({ rc: 0 });
    expect(b.do(signal(3000))).toEqual({ ok: true });
    expect(b.events()).toContain('no_route');
  });

  /** State words are signed: a GSI past 2^31 was not found again. */
  test.each([0x7fffffff, 0x80000000, 0xffffffff])('GSI %i can be assigned, signalled and taken away', (gsi) => {
    const b = ready();
    expect([b.do(irqfd(gsi, 1)), b.do(signal(gsi)), b.do(poll(gsi)), b.do(deassign(gsi))]).toEqual([
      { rc: 0 },
      { ok: true },
      { count: 0 },
      { rc: 0 },
    ]);
  });

  test('a second one on a GSI takes its place, and taking that away leaves none to signal', () => {
    const b = ready();
    b.do(irqfd(9), irqfd(9));
    expect([b.do(signal(9)), b.do(deassign(9)), b.do(signal(9))]).toEqual([
      { ok: true },
      { rc: 0 },
      { error: 'no irqfd' },
    ]);
  });

  test('the 65th irqfd is one too many', () => {
    const b = ready();
    for (let gsi = 0; gsi < 64; gsi++) b.do(irqfd(gsi));
    expect(b.do(irqfd(64))).toEqual({ rc: -1, errno: 24 });
  });
});
