import { describe, expect, test } from 'vitest';
import { dropRows } from '../../core/log.ts';
import { lapicAt, put } from '../../core/machine.ts';
import { LAPIC } from '../../core/words.ts';
import {
  advance,
  apicRead,
  type Bench,
  bench,
  enable,
  eoi,
  line,
  msi,
  type Ops,
  picOff,
  rte,
  run,
  tpr,
  wrmsr,
} from '../../test-bench.ts';
import { clearIsr, pprOf, refreshPpr, setIsr } from './priority.ts';

const ready = (create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench(create);
  b.do(...(b.m.split ? [] : [picOff]), ...Array.from({ length: b.m.vcpus }, (_, vcpu) => enable(vcpu)));
  b.events();
  return b;
};

/** SDM: the greater class rules; TPR's sub-class counts only when TPR's class does, or ties. */
const closedForm = (tprValue: number, vector: number): number => {
  const isrClass = Math.floor(Math.max(vector, 0) / 16);
  return Math.floor(tprValue / 16) >= isrClass ? tprValue : isrClass * 16;
};

test('PPR is the closed form for every vector in service and every TPR', () => {
  const { m } = bench();
  const at = lapicAt(m, 0);
  for (let vector = 0; vector < 256; vector++) {
    setIsr(m, 0, vector);
    for (let value = 0; value < 256; value++) {
      put(m, at + LAPIC.at.tpr, value);
      refreshPpr(m, 0);
      const want = closedForm(value, vector);
      if (m.w[at + LAPIC.at.ppr] !== want || pprOf(value, vector) !== want) {
        expect.fail(`TPR ${value}, vector ${vector}: PPR ${m.w[at + LAPIC.at.ppr]}, not ${want}`);
      }
    }
    clearIsr(m, 0, vector);
    dropRows(m.log);
  }
  for (let value = 0; value < 256; value++) expect(pprOf(value, -1)).toBe(value);
});

test.each<[name: string, ops: Ops, lines: string]>([
  ['the highest vector is taken first', [msi(0x31), msi(0x51), run()], 'tpr 00 ppr 50 irr 31 isr 51'],
  ['the same class waits for the EOI', [msi(0x51), run(), msi(0x5f), run()], 'tpr 00 ppr 50 irr 5f isr 51'],
  ['a higher class nests', [msi(0x51), run(), msi(0x61), run()], 'tpr 00 ppr 60 irr - isr 51 61'],
  ['EOI ends the highest in service', [msi(0x51), run(), msi(0x61), run(), eoi()], 'tpr 00 ppr 50 irr - isr 51'],
  ['an EOI with nothing in service does nothing', eoi(), 'tpr 00 ppr 00 irr - isr -'],
  ['TPR blocks its own class', [tpr(0x50), msi(0x5f), run()], 'tpr 50 ppr 50 irr 5f isr -'],
  ['TPR lets the class above through', [tpr(0x5f), msi(0x60), run()], 'tpr 5f ppr 60 irr - isr 60'],
  ['the stored PPR keeps the low bits of TPR', tpr(0x2b), 'tpr 2b ppr 2b irr - isr -'],
  [
    'CR8 writes TPR bits 7:4 and clears the rest',
    [tpr(0x2b), { op: 'set_cr8', vcpu: 0, value: 3 }],
    'tpr 30 ppr 30 irr - isr -',
  ],
  [
    'the same vector twice before it is taken is one',
    [msi(0x31), msi(0x31), run(), eoi(), run()],
    'tpr 00 ppr 00 irr - isr -',
  ],
  [
    'the same vector again while in service waits once',
    [msi(0x31), run(), msi(0x31), msi(0x31)],
    'tpr 00 ppr 30 irr 31 isr 31',
  ],
  ['vectors below 16 are accepted and, in class 0, never taken', [msi(0x0f), run()], 'tpr 00 ppr 00 irr 0f isr -'],
])('%s', (_name, ops, wanted) => {
  const b = ready();
  b.do(ops);
  expect(b.state('apic0')[0]).toContain(`${wanted} tmr`);
});

test.each([16, 0x10000, '0x8000000000000003'])('CR8 = %s faults and leaves TPR', (value) => {
  const b = ready();
  expect(b.do(tpr(0x20), { op: 'set_cr8', vcpu: 0, value })).toEqual({ gp: true });
  expect(b.state('apic0')[0]).toContain('tpr 20');
});

test('an irr bit tells whether it was there already', () => {
  const b = ready();
  b.do(msi(0x31), msi(0x31));
  expect(b.eventsOf('irr_set')).toEqual([`irr_set ${0x31} 0`, `irr_set ${0x31} 1`]);
});

describe('TMR', () => {
  test('follows the trigger mode of the last acceptance', () => {
    const b = ready();
    b.do(rte(9, 0x31, { level: true }), line(9, 1));
    expect(b.state('apic0')[0]).toContain('tmr 31');
    b.do(run(), msi(0x31));
    expect(b.state('apic0')[0]).toContain('tmr -');
  });

  test('an EOI after an edge took the vector over reaches the pin as edge, and remote irr stays', () => {
    const b = ready();
    b.do(rte(9, 0x31, { level: true }), line(9, 1), run(), msi(0x31), eoi());
    expect(b.state('pin 9')).toEqual(['pin 9: 31 fixed level to apic 00 irr remote-irr']);
  });
});

describe('EOI and the IOAPIC', () => {
  test('an EOI of a vector no pin has does not reach it', () => {
    const b = ready();
    b.do(rte(9, 0x31, { level: true }), msi(0x41), run(), eoi());
    expect(b.events()).not.toContain('ioapic_update_eoi');
  });

  test('split irqchip: the EOI of a level route exits to user space', () => {
    const b = ready({ irqchip: 'split' });
    b.do({ op: 'routing', entries: [{ gsi: 5, msi_addr: 0xfee00000, msi_data: 0xc031 }] }, line(5, 1));
    expect(b.do(run())).toEqual({ vector: 0x31 });
    expect(b.do(eoi())).toEqual({ ok: true, eoi_exit: [0x31] });
  });

  test.each([
    ['without the flag KVM tells user space all the same', 0, true],
    ['with flag 4 the broadcast is suppressed', 4, false],
  ])('directed EOI, split irqchip: %s', (_name, x2apicApi, exits) => {
    const b = ready({ irqchip: 'split', x2apicApi });
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfee000f0, size: 4, value: 0x11ff });
    b.do({ op: 'routing', entries: [{ gsi: 5, msi_addr: 0xfee00000, msi_data: 0xc031 }] }, line(5, 1), run());
    expect('eoi_exit' in b.do(eoi())).toBe(exits);
  });

  test('flag 8 takes the bit itself away', () => {
    const b = ready({ irqchip: 'split', x2apicApi: 8 });
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfee000f0, size: 4, value: 0x11ff });
    expect(b.do(apicRead(0xf0))).toEqual({ value: '0x1ff' });
    expect(b.do(apicRead(0x30))).toEqual({ value: '0x50014' });
  });

  test('an in-kernel IOAPIC offers no directed EOI', () => {
    const b = ready();
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfee000f0, size: 4, value: 0x11ff });
    expect(b.do(apicRead(0xf0))).toEqual({ value: '0x1ff' });
  });
});

test('nothing is taken while the APIC is disabled, and IRR is kept', () => {
  const b = ready();
  b.do(msi(0x31), wrmsr(0x1b, 0xfee00100));
  expect(b.do(run())).toEqual({ vector: null });
  b.do(wrmsr(0x1b, 0xfee00900));
  expect(b.do(run())).toEqual({ vector: 0x31 });
});

test('time alone takes nothing without a guest', () => {
  const b = ready();
  b.do(msi(0x31), advance(1e6));
  expect(b.state('apic0')[0]).toContain('irr 31 isr -');
});
