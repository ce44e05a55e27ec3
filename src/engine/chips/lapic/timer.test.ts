import { describe, expect, test } from 'vitest';
import {
  advance,
  apic,
  apicRead,
  type Bench,
  bench,
  enable,
  eoi,
  picOff,
  rdmsr,
  run,
  settle,
  wrmsr,
} from '../../test-bench.ts';

const LVTT = 0x320;
const TMICT = 0x380;
const TMCCT = 0x390;
const TDCR = 0x3e0;
const DEADLINE = 0x6e0;
const PERIODIC = 0x20000;
const TSC = 0x40000;
const BY_ONE = 0xb;

/** Timer on vector 0x40, dividing by 1: a count is a nanosecond. */
const ready = (mode: number, create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench(create);
  b.do(picOff, enable(0), apic(LVTT, mode | 0x40), apic(TDCR, BY_ONE));
  b.events();
  return b;
};
const ticks = (b: Bench): number => b.eventsOf('timer_expired').length;

describe('one-shot', () => {
  test('fires once, at its count', () => {
    const b = ready(0);
    b.do(apic(TMICT, 1000), advance(999));
    expect(b.state('apic0')[0]).toContain('irr -');
    b.do(advance(1));
    expect(b.state('apic0')[1]).toBe('apic0 timer pending');
    b.events();
    b.do(advance(1e6));
    expect(ticks(b)).toBe(0);
    expect(b.do(run())).toEqual({ vector: 0x40 });
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('counts down in the current count', () => {
    const b = ready(0);
    b.do(apic(TMICT, 1000), advance(300));
    expect(b.do(apicRead(TMCCT))).toEqual({ value: `0x${(700).toString(16)}` });
    b.do(advance(1000));
    expect(b.do(apicRead(TMCCT))).toEqual({ value: '0x0' });
  });

  test.each([
    [0x0, 2],
    [0x1, 4],
    [0x2, 8],
    [0x3, 16],
    [0x8, 32],
    [0x9, 64],
    [0xa, 128],
    [0xb, 1],
  ])('TDCR %i divides by %i', (tdcr, by) => {
    const b = ready(0);
    b.do(apic(TDCR, tdcr), apic(TMICT, 100), advance(100 * by - 1));
    expect(ticks(b)).toBe(0);
    b.do(advance(1));
    expect(ticks(b)).toBe(1);
  });

  test('another divider rescales what is left', () => {
    const b = ready(0);
    b.do(apic(TMICT, 1000), advance(400), apic(TDCR, 0), advance(1199));
    expect(ticks(b)).toBe(0);
    b.do(advance(1));
    expect(ticks(b)).toBe(1);
  });

  test('count 0 stops it', () => {
    const b = ready(0);
    b.do(apic(TMICT, 1000), apic(TMICT, 0), advance(1e6));
    expect(ticks(b)).toBe(0);
  });

  test('a masked entry expires and delivers nothing', () => {
    const b = ready(0);
    b.do(apic(LVTT, 0x10040), apic(TMICT, 1000), advance(1000));
    expect(b.events()).toEqual(expect.arrayContaining(['timer_expired', 'lvt_masked']));
    expect(b.state('apic0')[0]).toContain('irr -');
  });
});

describe('the reserved mode', () => {
  const RESERVED = 0x60000;

  test('is stored, and no count or deadline starts in it', () => {
    const b = ready(RESERVED);
    b.do(apic(TMICT, 1000), wrmsr(DEADLINE, 5000), advance(1e6));
    expect(ticks(b)).toBe(0);
    expect(b.do(apicRead(LVTT))).toEqual({ value: '0x60040' });
    expect(b.do(apicRead(TMICT))).toEqual({ value: '0x3e8' });
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x0' });
  });

  test('a one-shot that runs goes on in it', () => {
    const b = ready(0);
    b.do(apic(TMICT, 1000), apic(LVTT, RESERVED | 0x40), advance(1000));
    expect(ticks(b)).toBe(1);
    expect(b.do(run())).toEqual({ vector: 0x40 });
  });

  test.each(['intel', 'amd'])('one that has fired leaves no deadline for another divider to start (%s)', (vendor) => {
    const b = ready(0, { vendor });
    b.do(apic(TMICT, 1000), advance(1000), run(), eoi(), apic(LVTT, RESERVED | 0x40));
    b.events();
    b.do(apic(TDCR, 0), advance(1e6), apic(TDCR, BY_ONE), advance(1e6));
    expect(ticks(b)).toBe(0);
  });

  test('a deadline does not', () => {
    const b = ready(TSC);
    b.do(wrmsr(DEADLINE, 5000), apic(LVTT, RESERVED | 0x40), advance(1e6));
    expect(ticks(b)).toBe(0);
  });
});

describe('without TSC_DEADLINE in CPUID', () => {
  const old = (mode: number): Bench => ready(mode, { tscDeadline: false });

  test('bit 18 of LVTT is not there: what asks for a deadline gets a one-shot', () => {
    const b = old(TSC);
    expect(b.do(apicRead(LVTT))).toEqual({ value: '0x40' });
    b.do(apic(TMICT, 1000), advance(1000));
    expect(b.do(run())).toEqual({ vector: 0x40 });
  });

  test('the reserved mode is periodic', () => {
    const b = old(0x60000);
    b.do(apic(TMICT, 250_000), advance(1e6));
    expect(ticks(b)).toBe(4);
  });

  test('a write to the deadline is dropped, not refused', () => {
    const b = old(TSC);
    expect(b.do(wrmsr(DEADLINE, 5000), rdmsr(DEADLINE))).toEqual({ value: '0x0' });
  });
});

describe('current count', () => {
  test('right after the start it is the initial count, in every divider', () => {
    for (const tdcr of [0, 1, 2, 3, 8, 9, 10, 11]) {
      const b = ready(0);
      b.do(apic(TDCR, tdcr), apic(TMICT, 1_000_003));
      expect(b.do(apicRead(TMCCT))).toEqual({ value: `0x${(1_000_003).toString(16)}` });
    }
  });

  test('a periodic timer that has just fired counts from the top', () => {
    const b = ready(PERIODIC);
    b.do(apic(TMICT, 250_000), advance(250_000));
    expect(b.do(apicRead(TMCCT))).toEqual({ value: `0x${(250_000).toString(16)}` });
  });

  test('is 0 in deadline mode, with count 0, and once a one-shot has fired', () => {
    const b = ready(TSC);
    b.do(wrmsr(DEADLINE, 5000));
    expect(b.do(apicRead(TMCCT))).toEqual({ value: '0x0' });
    b.do(apic(LVTT, 0x40));
    expect(b.do(apicRead(TMCCT))).toEqual({ value: '0x0' });
    b.do(apic(TMICT, 10), advance(10));
    expect(b.do(apicRead(TMCCT))).toEqual({ value: '0x0' });
  });
});

describe('what expired waits for the vCPU’s thread', () => {
  test('masked, it stays pending and goes in when the entry is unmasked', () => {
    const b = ready(0);
    b.do(apic(LVTT, 0x10040), apic(TMICT, 1000), advance(1000));
    expect(b.do(run())).toEqual({ vector: null });
    b.do(apic(LVTT, 0x41));
    expect(b.do(run())).toEqual({ vector: 0x41 });
  });

  test.each<[string, ReturnType<typeof apic>]>([
    ['a new count', apic(TMICT, 1e6)],
    ['software disable', apic(0xf0, 0xff)],
    ['another kind of mode', apic(LVTT, TSC | 0x10040)],
  ])('%s forgets it', (_name, op) => {
    const b = ready(0);
    b.do(apic(LVTT, 0x10040), apic(TMICT, 1000), advance(1000), op, apic(0xf0, 0x1ff), apic(LVTT, 0x40));
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('a deadline reads back until it is injected', () => {
    const b = ready(TSC);
    b.do(apic(LVTT, TSC | 0x10040), wrmsr(DEADLINE, 5000), advance(5000));
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x1388' });
    b.do(apic(LVTT, TSC | 0x40));
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x0' });
  });

  test('another divider does not start a one-shot that waits', () => {
    const b = ready(0);
    b.do(apic(LVTT, 0x10040), apic(TMICT, 1000), advance(1000), apic(TDCR, 0));
    b.events();
    b.do(advance(1e6));
    expect(ticks(b)).toBe(0);
  });
});

describe('periodic', () => {
  test('fires again and again', () => {
    const b = ready(PERIODIC);
    b.do(apic(TMICT, 250_000), advance(1e6));
    expect(ticks(b)).toBe(4);
  });

  test('ticks that nobody took are one interrupt', () => {
    const b = ready(PERIODIC);
    b.do(apic(TMICT, 250_000), advance(1e6), run(), eoi());
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('periodic timer below 200 us is slowed to it', () => {
    const b = ready(PERIODIC);
    b.do(apic(TMICT, 1000), advance(1e6));
    expect(ticks(b)).toBe(5);
  });

  test('a fast one-shot is not slowed, until its mode becomes periodic', () => {
    const b = ready(0);
    b.do(apic(TMICT, 1000), apic(LVTT, PERIODIC | 0x40), advance(1e6));
    expect(b.eventsOf('timer_expired').length).toBe(1 + 4);
  });

  test('a storm stops at the cap of one op and goes on in the next', () => {
    const b = ready(PERIODIC);
    b.do(apic(TMICT, 200_000));
    expect(b.do(advance(200_000 * 10_001))).toEqual({ ok: true, events: 10_000 });
    expect(b.do(advance(0))).toEqual({ ok: true, events: 1 });
  });
});

describe('TSC deadline', () => {
  test('fires when the TSC reaches it, and reads back until then', () => {
    const b = ready(TSC);
    b.do(wrmsr(DEADLINE, 5000), advance(4999));
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x1388' });
    b.do(advance(1));
    expect(ticks(b)).toBe(1);
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x0' });
  });

  test('tsc deadline 0 disarms', () => {
    const b = ready(TSC);
    b.do(wrmsr(DEADLINE, 5000), wrmsr(DEADLINE, 0), advance(1e6));
    expect(ticks(b)).toBe(0);
  });

  test.each([
    ['in the past', 5000],
    ['this very instant', 10_000],
  ])('a deadline %s fires at once, without the timer', (_name, deadline) => {
    const b = ready(TSC);
    b.do(advance(10_000));
    b.events();
    b.do(wrmsr(DEADLINE, deadline));
    expect(b.events()).toEqual(['timer_expired', 'timer_inject', 'kvm_apic_accept_irq', 'irr_set', 'kick']);
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x0' });
    expect(b.do(run())).toEqual({ vector: 0x40 });
  });

  test('a deadline counts on the guest’s TSC, which MSR 0x10 moves; an armed timer stays', () => {
    const b = ready(TSC);
    b.do(advance(1000), wrmsr(0x10, 1_000_000), wrmsr(DEADLINE, 1_000_500), advance(499));
    expect(b.do(rdmsr(0x10))).toEqual({ value: `0x${(1_000_499).toString(16)}` });
    b.do(wrmsr(0x10, 0));
    expect(ticks(b)).toBe(0);
    b.do(advance(1));
    expect(ticks(b)).toBe(1);
  });

  test('the TSC can be set back below 0 and wraps', () => {
    const b = ready(TSC);
    b.do(advance(1000), { op: 'wrmsr', vcpu: 0, msr: 0x10, value: '0xffffffffffffffff' }, advance(2));
    expect(b.do(rdmsr(0x10))).toEqual({ value: '0x1' });
  });

  test('is ignored in the other modes', () => {
    const b = ready(0);
    b.do(wrmsr(DEADLINE, 5000), advance(1e6));
    expect(b.do(rdmsr(DEADLINE))).toEqual({ value: '0x0' });
    expect(ticks(b)).toBe(0);
  });

  test('the initial count is ignored in this mode', () => {
    const b = ready(TSC);
    b.do(apic(TMICT, 1000), advance(1e6));
    expect(ticks(b)).toBe(0);
    expect(b.do(apicRead(TMICT))).toEqual({ value: '0x0' });
  });

  test('a change of mode disarms', () => {
    const b = ready(TSC);
    b.do(wrmsr(DEADLINE, 5000), apic(LVTT, 0x40), apic(LVTT, TSC | 0x40), advance(1e6));
    expect(ticks(b)).toBe(0);
  });

  /** Kept as a double once, a deadline of 2^53 read back as 0 and the largest one fired at once. */
  test.each(['0x20000000000000', '0xff00000000000001', '0xffffffffffffffff'])(
    '%s is kept whole and far away',
    (value) => {
      const b = ready(TSC);
      b.do({ op: 'wrmsr', vcpu: 0, msr: DEADLINE, value }, advance(1e9));
      expect(ticks(b)).toBe(0);
      expect(b.do(rdmsr(DEADLINE))).toEqual({ value });
    },
  );
});

test('software disable stops what is pending, not the clock', () => {
  const b = ready(PERIODIC);
  b.do(apic(TMICT, 250_000), apic(0xf0, 0xff), advance(1e6));
  expect(b.state('apic0')[0]).toContain('irr -');
});

test('a model guest takes each tick and EOIs it', () => {
  const b = ready(PERIODIC, { guest: { handlers: [{ vector: 0x40, name: 'timer', ns: 2000 }], idle: 'halt' } });
  b.do(apic(TMICT, 1e6), advance(3_500_000), settle);
  expect(b.eventsOf('handler_enter')).toEqual([
    `handler_enter 64 1 -1`,
    `handler_enter 64 1 -1`,
    `handler_enter 64 1 -1`,
  ]);
  expect(b.state('vcpu0', 'apic0')).toEqual([
    'apic0 id 0 xapic on tpr 00 ppr 00 irr - isr - tmr -',
    'apic0 timer running',
    'vcpu0 halted',
  ]);
});
