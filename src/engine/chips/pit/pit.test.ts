import { describe, expect, test } from 'vitest';
import { advance, type Bench, bench, enable, eoi, picInit, pio, pioRead, rte, run } from '../../test-bench.ts';

/** Channel 0: low then high byte, this mode, this count. */
const load = (mode: number, count: number) => [
  pio(0x43, 0x30 | (mode << 1)),
  pio(0x40, count & 0xff),
  pio(0x40, count >> 8),
];
const COUNT = 1193;
/** What 1193 counts of 1193181 Hz are, ns. */
const PERIOD = Math.floor((COUNT * 1e9) / 1193181);
const ready = (): Bench => {
  // KVM_CREATE_PIT2 with the speaker.
  const b = bench();
  b.do({ op: 'create_pit', flags: 1 });
  b.do(picInit());
  b.events();
  return b;
};
const ticks = (b: Bench): number => b.eventsOf('pit_tick').length;
/** Takes the tick through the PIC and ends it. */
const serve = [run(), pio(0x20, 0x20)];

test('mode 2 ticks every period, on GSI 0', () => {
  const b = ready();
  b.do(load(2, COUNT), advance(PERIOD - 1));
  expect(ticks(b)).toBe(0);
  b.do(advance(1));
  expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 0 1 2', 'kvm_set_irq 0 0 2']);
  expect(b.do(run())).toEqual({ vector: 0x20 });
});

test('mode 0 ticks once', () => {
  const b = ready();
  b.do(load(0, COUNT), advance(1e9));
  expect(ticks(b)).toBe(1);
});

test('mode 5 of channel 0 stops it', () => {
  const b = ready();
  b.do(load(2, COUNT), load(5, COUNT), advance(1e9));
  expect(ticks(b)).toBe(0);
});

test('count 0 is 65536', () => {
  const b = ready();
  b.do(load(2, 0));
  expect(b.state('pit')).toEqual(['pit count 65536 pending 0 acked']);
});

test('a period below 200 us is slowed to it, but for the first', () => {
  const b = ready();
  b.do(load(2, 12), advance(1e6));
  expect(ticks(b)).toBe(5);
});

describe('re-injection', () => {
  test('tick is held until the one before is acknowledged', () => {
    const b = ready();
    b.do(load(2, COUNT), advance(3 * PERIOD));
    expect(b.eventsOf('pit_do_work', 'pit_held')).toEqual(['pit_do_work', 'pit_held 2', 'pit_held 3']);
    expect(b.state('pit')).toEqual([`pit count ${COUNT} pending 3`]);
  });

  test('each acknowledge sends one that was held', () => {
    const b = ready();
    b.do(load(2, COUNT), advance(3 * PERIOD), load(5, COUNT));
    const taken = [1, 2, 3, 4].map(() => b.do(run(), pio(0x20, 0x20)) && b.state('pit')[0]);
    expect(taken).toEqual([
      `pit count ${COUNT} pending 2`,
      `pit count ${COUNT} pending 1`,
      `pit count ${COUNT} pending 0 acked`,
      `pit count ${COUNT} pending 0 acked`,
    ]);
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('an EOI at the IOAPIC acknowledges too', () => {
    const b = bench({ pit: true });
    b.do(pio(0x21, 0xff), pio(0xa1, 0xff), enable(0), rte(0, 0x30), load(2, COUNT), advance(PERIOD), run(), eoi());
    expect(b.state('pit')).toEqual([`pit count ${COUNT} pending 0 acked`]);
  });

  test('unmasking GSI 0 forgets what was missed', () => {
    const b = ready();
    b.do(pio(0x21, 1), load(2, COUNT), advance(3 * PERIOD));
    expect(b.state('pit')).toEqual([`pit count ${COUNT} pending 3`]);
    b.do(pio(0x21, 0));
    expect(b.state('pit')).toEqual([`pit count ${COUNT} pending 0 acked`]);
  });

  test('a new count forgets it too', () => {
    const b = ready();
    b.do(load(2, COUNT), advance(3 * PERIOD), load(2, COUNT));
    expect(b.state('pit')).toEqual([`pit count ${COUNT} pending 0 acked`]);
  });
});

test('an acknowledged tick leaves nothing pending', () => {
  const b = ready();
  b.do(load(2, COUNT));
  for (let i = 0; i < 5; i++) b.do(advance(PERIOD), serve);
  expect(b.state('pit', 'pic0')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20', `pit count ${COUNT} pending 0 acked`]);
});

describe('reading', () => {
  test('a latched count stands still, low byte first', () => {
    const b = ready();
    b.do(load(2, 0x1234), advance(100_000), pio(0x43, 0x00), advance(1_000_000));
    const gone = Math.floor((100_000 * 1193181) / 1e9);
    const want = 0x1234 - gone;
    expect([b.do(pioRead(0x40)), b.do(pioRead(0x40))]).toEqual([
      { value: `0x${(want & 0xff).toString(16)}` },
      { value: `0x${(want >> 8).toString(16)}` },
    ]);
  });

  test('read-back latches the status: output, access, mode', () => {
    const b = ready();
    b.do(load(3, 0x1234), pio(0x43, 0xe2));
    expect(b.do(pioRead(0x40))).toEqual({ value: '0xb6' });
  });

  test('port 0x61 shows gate, speaker and the refresh bit', () => {
    const b = ready();
    b.do(pio(0x61, 3));
    expect(Number(b.do(pioRead(0x61)).value) & 3).toBe(3);
  });

  test('the control port reads 0', () => expect(ready().do(pioRead(0x43))).toEqual({ value: '0x0' }));
});

test('without KVM_CREATE_PIT2 the ports go to user space', () => {
  expect(bench().do(pio(0x43, 0x34))).toEqual({ ok: true, exit: 'io', exit_port: '0x43', exit_data: '0x34' });
  expect(bench().do(pioRead(0x40))).toEqual({ value: '0x0', exit: 'io', exit_port: '0x40' });
});

test('LVT0 as NMI makes a tick that goes out an NMI: the watchdog', () => {
  const b = bench({ pit: true, guest: { handlers: [], idle: 'halt' } });
  const asNmi = { op: 'mmio_write', vcpu: 0, addr: 0xfee00350, size: 4, value: 0x400 };
  b.do(picInit([0xff, 0xff]), enable(0), asNmi, load(2, COUNT), advance(2 * PERIOD - 1));
  expect(b.eventsOf('handler_enter')).toEqual(['handler_enter 2 1 -1']);
});

describe('the timer of channel 0', () => {
  test.each([
    [0, 1],
    [1, 1],
    [2, 5],
    [3, 5],
    [4, 1],
    [5, 0],
    // Modes 6 and 7 are 2 and 3.
    [6, 5],
    [7, 5],
  ])('mode %i ticks %i times in five periods', (mode, count) => {
    const b = ready();
    b.do(load(mode, COUNT), advance(5 * PERIOD));
    expect(ticks(b)).toBe(count);
  });

  test('a control word alone changes nothing: the timer goes on as it was loaded', () => {
    const b = ready();
    b.do(load(2, COUNT), pio(0x43, 0x30), advance(3 * PERIOD));
    expect(ticks(b)).toBe(3);
    b.do(pio(0x40, COUNT & 0xff), pio(0x40, COUNT >> 8));
    b.events();
    b.do(advance(5 * PERIOD));
    expect(ticks(b)).toBe(1);
  });

  test('a new count starts anew', () => {
    const b = ready();
    b.do(load(2, COUNT), advance(PERIOD - 1), pio(0x40, COUNT & 0xff), pio(0x40, COUNT >> 8), advance(PERIOD - 1));
    expect(ticks(b)).toBe(0);
    b.do(advance(1));
    expect(ticks(b)).toBe(1);
  });

  test('BCD is stored and counts in binary', () => {
    const b = ready();
    b.do(pio(0x43, 0x35), pio(0x40, 0x00), pio(0x40, 0x10), advance(Math.floor((0x1000 * 1e9) / 1193181)));
    expect(ticks(b)).toBe(1);
    b.do(pio(0x43, 0xe2));
    expect(Number(b.do(pioRead(0x40)).value) & 1).toBe(1);
  });
});

describe('what a channel reads', () => {
  /** Control word of a channel, then its count. */
  const set = (channel: number, access: number, mode: number, ...bytes: number[]) => [
    pio(0x43, (channel << 6) | (access << 4) | (mode << 1)),
    ...bytes.map((byte) => pio(0x40 + channel, byte)),
  ];
  const wait = (counts: number) => advance(Math.ceil((counts * 1e9) / 1193181));
  const value = (b: Bench, port: number): number => Number(b.do(pioRead(port)).value);
  const word = (b: Bench, channel: number): number => value(b, 0x40 + channel) | (value(b, 0x40 + channel) << 8);
  const status = (b: Bench, channel: number): number => {
    b.do(pio(0x43, 0xe0 | (2 << channel)));
    return value(b, 0x40 + channel);
  };

  test.each<[number, number, number]>([
    // mode, counts gone by, count read with an initial count of 1000
    [0, 100, 900],
    [0, 1001, 0xffff],
    [1, 100, 900],
    [2, 100, 900],
    [2, 1100, 900],
    [3, 100, 800],
    [3, 600, 800],
    [4, 100, 900],
    [5, 1001, 0xffff],
  ])('channel 2 in mode %i after %i counts: %i', (mode, gone, want) => {
    const b = ready();
    b.do(set(2, 3, mode, 0xe8, 0x03), wait(gone));
    expect(word(b, 2)).toBe(want);
  });

  test.each<[number, number, number]>([
    // mode, counts gone by, OUT
    [0, 999, 0],
    [0, 1000, 1],
    [1, 999, 1],
    [1, 1000, 0],
    [2, 999, 0],
    [2, 1000, 1],
    [2, 1001, 0],
    [3, 499, 1],
    [3, 500, 0],
    [3, 1000, 1],
    [4, 999, 0],
    [4, 1000, 1],
    [4, 1001, 0],
    [5, 1000, 1],
  ])('OUT of channel 2 in mode %i after %i counts is %i', (mode, gone, want) => {
    const b = ready();
    b.do(set(2, 3, mode, 0xe8, 0x03), wait(gone));
    expect(status(b, 2)).toBe((want << 7) | 0x30 | (mode << 1));
  });

  test('access: low byte, high byte, both', () => {
    const b = ready();
    b.do(set(2, 1, 0, 0x34));
    expect([value(b, 0x42), value(b, 0x42)]).toEqual([0x34, 0x34]);
    b.do(set(2, 2, 0, 0x12));
    expect([value(b, 0x42), value(b, 0x42)]).toEqual([0x12, 0x12]);
    b.do(set(2, 3, 0, 0x34, 0x12));
    expect([value(b, 0x42), value(b, 0x42), value(b, 0x42)]).toEqual([0x34, 0x12, 0x34]);
  });

  test('the status comes before a latched count, and each once', () => {
    const b = ready();
    b.do(set(2, 3, 2, 0xe8, 0x03), wait(100), pio(0x43, 0xc8), wait(100));
    expect([value(b, 0x42), word(b, 2), word(b, 2)]).toEqual([0x34, 900, 800]);
  });

  test('a second latch before the first was read is dropped; a latch of one byte is one read', () => {
    const b = ready();
    b.do(set(2, 1, 2, 200), wait(50), pio(0x43, 0x80), wait(50), pio(0x43, 0x80));
    expect([value(b, 0x42), value(b, 0x42)]).toEqual([150, 100]);
  });

  test('read-back picks its channels', () => {
    const b = ready();
    b.do(set(1, 1, 2, 100), set(2, 1, 2, 200), wait(10), pio(0x43, 0xd4), wait(10));
    expect([value(b, 0x41), value(b, 0x42)]).toEqual([90, 180]);
  });

  test('channel 0 that has fired goes on counting past 0', () => {
    const b = ready();
    b.do(load(0, COUNT), advance(PERIOD), wait(10));
    expect(word(b, 0)).toBe(0x10000 - 9);
  });

  test.each([
    [0, 900],
    [1, 1000],
    [2, 1000],
    [3, 1000],
    [4, 900],
    [5, 1000],
  ])('a rising gate in mode %i: the count reads %i', (mode, want) => {
    const b = ready();
    b.do(set(2, 3, mode, 0xe8, 0x03), wait(100), pio(0x61, 1));
    expect(word(b, 2)).toBe(want);
    b.do(wait(100), pio(0x61, 1));
    expect(word(b, 2)).toBe(mode === 3 ? want - 200 : want - 100);
  });
});

describe('without re-injection', () => {
  const loose = (): Bench => {
    const b = bench({ pit: true, pitReinject: false });
    b.do(picInit());
    b.events();
    return b;
  };

  test('no tick is held or made up for', () => {
    const b = loose();
    b.do(load(2, COUNT), advance(3 * PERIOD));
    expect(b.eventsOf('pit_do_work', 'pit_held')).toEqual(['pit_do_work', 'pit_do_work', 'pit_do_work']);
    expect(b.do(run())).toEqual({ vector: 0x20 });
    b.do(pio(0x20, 0x20));
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('nobody listens to the acknowledge', () => {
    const b = loose();
    b.do(load(2, COUNT), advance(PERIOD), run(), pio(0x20, 0x20));
    expect(b.eventsOf('pit_ack')).toEqual([]);
  });
});
