import { describe, expect, test } from 'vitest';
import { type Bench, bench, eoi, line, type Ops, picInit, pio, pioRead, pulse, run } from '../../test-bench.ts';

const EOI = pio(0x20, 0x20);
const EOI_SLAVE = pio(0xa0, 0x20);
const ready = (icw4 = 0): Bench => {
  const b = bench();
  b.do(picInit([0, 0], icw4));
  return b;
};

test.each<[name: string, ops: Ops, lines: string[]]>([
  ['an edge is latched and stays when the line falls', pulse(4), ['pic0 irr 10 imr 00 isr 00 base 20 output']],
  ['acknowledge moves an edge from IRR to ISR', [pulse(4), run()], ['pic0 irr 00 imr 00 isr 10 base 20']],
  [
    'a level pin stays in IRR while it is served',
    [pio(0x4d0, 0x20), line(5, 1), run()],
    ['pic0 irr 20 imr 00 isr 20 base 20 elcr 20'],
  ],
  [
    'a level pin that falls before the acknowledge is gone',
    [pio(0x4d0, 0x20), line(5, 1), line(5, 0)],
    ['pic0 irr 00 imr 00 isr 00 base 20 elcr 20'],
  ],
  [
    'a level line still up asks again after its EOI',
    [pio(0x4d0, 0x20), line(5, 1), run(), EOI],
    ['pic0 irr 20 imr 00 isr 00 base 20 elcr 20 output'],
  ],
  ['ELCR cannot make pins 0, 1, 2 level', [pio(0x4d0, 0xff)], ['pic0 irr 00 imr 00 isr 00 base 20 elcr f8']],
  [
    'a masked pin latches and asks when it is unmasked',
    [pio(0x21, 0x10), pulse(4), pio(0x21, 0)],
    ['pic0 irr 10 imr 00 isr 00 base 20 output'],
  ],
  [
    'a lower pin does not ask while a higher one is served',
    [pulse(3), run(), pulse(4)],
    ['pic0 irr 10 imr 00 isr 08 base 20'],
  ],
  [
    'a higher pin asks while a lower one is served',
    [pulse(4), run(), pulse(3)],
    ['pic0 irr 08 imr 00 isr 10 base 20 output'],
  ],
  [
    'non-specific EOI ends the highest in service',
    [pulse(4), run(), pulse(3), run(), EOI],
    ['pic0 irr 00 imr 00 isr 10 base 20'],
  ],
  [
    'specific EOI ends the pin it names',
    [pulse(4), run(), pulse(3), run(), pio(0x20, 0x64)],
    ['pic0 irr 00 imr 00 isr 08 base 20'],
  ],
  [
    'rotating EOI makes the pin served the lowest',
    [pulse(3), run(), pio(0x20, 0xa0), pulse(3), pulse(4), run()],
    ['pic0 irr 08 imr 00 isr 10 base 20'],
  ],
  [
    'set priority makes the named pin the lowest',
    [pio(0x20, 0xc3), pulse(3), pulse(4), run()],
    ['pic0 irr 08 imr 00 isr 10 base 20'],
  ],
  [
    'ICW1 clears edges, mask and service of level pins stays',
    [pio(0x4d0, 0x20), line(5, 1), pulse(4), pio(0x20, 0x11)],
    ['pic0 irr 20 imr 00 isr 00 base 20 elcr 20 output'],
  ],
  [
    'ICW2 keeps the upper five bits',
    [pio(0x20, 0x11), pio(0x21, 0x37), pio(0x21, 4), pio(0x21, 1)],
    ['pic0 irr 00 imr 00 isr 00 base 30'],
  ],
])('%s', (_name, ops, lines) => {
  const b = ready();
  b.do(ops);
  expect(b.state('pic0')).toEqual(lines);
});

describe('the slave', () => {
  test('its request goes in at pin 2 of the master, and both acknowledge', () => {
    const b = ready();
    b.do(pulse(10));
    expect(b.state('pic')).toEqual(['pic0 irr 04 imr 00 isr 00 base 20 output', 'pic1 irr 04 imr 00 isr 00 base 28']);
    expect(b.do(run())).toEqual({ vector: 0x2a });
    expect(b.state('pic')).toEqual(['pic0 irr 00 imr 00 isr 04 base 20', 'pic1 irr 00 imr 00 isr 04 base 28']);
  });

  test('needs an EOI at each chip', () => {
    const b = ready();
    b.do(pulse(10), run(), EOI_SLAVE);
    expect(b.state('pic')).toEqual(['pic0 irr 00 imr 00 isr 04 base 20', 'pic1 irr 00 imr 00 isr 00 base 28']);
    b.do(EOI);
    expect(b.state('pic0')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20']);
  });

  test.each([
    ['fully nested: a higher slave pin waits for the master', 0, { vector: null }],
    ['special fully nested: a higher slave pin preempts', 0x10, { vector: 0x28 }],
  ])('%s', (_name, icw4, taken) => {
    const b = ready(icw4);
    b.do(pulse(10), run(), pulse(8));
    expect(b.do(run())).toEqual(taken);
  });
});

describe('spurious', () => {
  test('IRQ 7: ICW1 drops the edge but not the output, and the acknowledge finds nothing', () => {
    const b = ready();
    b.do(pulse(4), pio(0x20, 0x11));
    expect(b.do(run())).toEqual({ vector: 0x27 });
    expect(b.state('pic0')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20']);
  });

  test('IRQ 15: the slave has nothing any more, the master has pin 2 in service', () => {
    const b = ready();
    b.do(pio(0x4d1, 0x04), line(10, 1), line(10, 0));
    expect(b.do(run())).toEqual({ vector: 0x2f });
    expect(b.state('pic')).toEqual(['pic0 irr 00 imr 00 isr 04 base 20', 'pic1 irr 00 imr 00 isr 00 base 28 elcr 04']);
    expect(b.eventsOf('pic_inta')).toEqual([`pic_inta 15 ${0x2f} 1`]);
  });
});

test('automatic EOI leaves nothing in service', () => {
  const b = ready(2);
  expect(b.do(pulse(4), run())).toEqual({ vector: 0x24 });
  expect(b.state('pic0')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20']);
});

test('rotation in automatic EOI mode moves the lowest priority along', () => {
  const b = ready(2);
  b.do(pio(0x20, 0x80), pulse(3), run(), pulse(3), pulse(4));
  expect([b.do(run()), b.do(run())]).toEqual([{ vector: 0x24 }, { vector: 0x23 }]);
});

test('poll: the next read answers the pin and ends it', () => {
  const b = ready();
  b.do(pulse(4), pio(0x20, 0x0c));
  expect(b.do(pioRead(0x20))).toEqual({ value: '0x84' });
  expect(b.state('pic0')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20']);
  b.do(pio(0x20, 0x0c));
  expect(b.do(pioRead(0x20))).toEqual({ value: '0x7' });
});

test('OCW3 picks IRR or ISR for reads of the even port; the odd one reads the mask', () => {
  const b = ready();
  b.do(pio(0x21, 0x80), pulse(4), run(), pulse(6));
  const read = (ops: Ops) => b.do(ops);
  expect(read([pio(0x20, 0x0a), pioRead(0x20)])).toEqual({ value: '0x40' });
  expect(read([pio(0x20, 0x0b), pioRead(0x20)])).toEqual({ value: '0x10' });
  expect(read(pioRead(0x21))).toEqual({ value: '0x80' });
});

test('special mask mode is stored and has no effect, as in KVM', () => {
  const b = ready();
  b.do(pulse(3), run(), pio(0x20, 0x68), pio(0x21, 0x08), pulse(4));
  expect(b.do(run())).toEqual({ vector: null });
});

describe('what KVM_IRQ_LINE_STATUS hears', () => {
  test.each<[name: string, before: Ops, status: number]>([
    ['latched', [], 1],
    ['still pending: coalesced', pulse(4), 0],
    ['masked, and the IOAPIC masked: nobody', pio(0x21, 0x10), -1],
  ])('%s', (_name, before, status) => {
    const b = ready();
    b.do(before);
    expect(b.do(line(4, 1))).toEqual({ status });
  });
});

describe('ExtINT', () => {
  test('goes through LVT0 of vCPU 0 as reset leaves it, with the APIC software-disabled', () => {
    const b = ready();
    expect(b.do(pulse(4), run())).toEqual({ vector: 0x24 });
    expect(b.do(eoi())).toEqual({ ok: true });
    expect(b.state('pic0')).toEqual(['pic0 irr 00 imr 00 isr 10 base 20']);
  });

  test('nobody hears the output when every LVT0 is masked', () => {
    const b = ready();
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfee00350, size: 4, value: 0x10700 });
    b.events();
    b.do(line(4, 1));
    expect(b.events()).toContain('pic_nobody');
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('needs no LVT0 where the APIC is disabled in APIC_BASE', () => {
    const b = ready();
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfee00350, size: 4, value: 0x10700 });
    b.do({ op: 'wrmsr', vcpu: 0, msr: 0x1b, value: 0xfee00100 }, pulse(4));
    expect(b.do(run())).toEqual({ vector: 0x24 });
  });
});
