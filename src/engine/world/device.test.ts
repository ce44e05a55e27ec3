import { describe, expect, test } from 'vitest';
import { DEVICE } from '../core/words.ts';
import { type Bench, bench, enable, eoi, type JsonOp, msiAddress, picOff, rte, run } from '../test-bench.ts';

const work = (id: string, vector?: number): JsonOp => ({ op: 'device', id, event: 'work', ...(vector && { vector }) });
const quiet = (id: string): JsonOp => ({ op: 'device', id, event: 'quiet' });
const msix = (field: string, value: number, entry = 0): JsonOp => ({ op: 'msix', id: 'blk', entry, field, value });
/** Address and data of an entry; `control` 0 unmasks. */
const program = (entry: number, vector: number, control = 0): JsonOp[] => [
  msix('addr_lo', msiAddress(), entry),
  msix('addr_hi', 0, entry),
  msix('data', vector, entry),
  msix('control', control, entry),
];
const ENABLE = msix('capability', 0x8000);

const ready = (devices: readonly object[], create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench({ devices, ...create });
  b.do(picOff, enable(0));
  b.events();
  return b;
};
const shared = (): Bench => {
  const b = ready([
    { id: 'net', kind: 'virtio-net', gsi: 11 },
    { id: 'uart', kind: 'serial', gsi: 11 },
  ]);
  b.do(rte(11, 0x31, { level: true }));
  b.events();
  return b;
};
const disk = (): Bench => ready([{ id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2 }]);

const config = (id: string): JsonOp => ({ op: 'device', id, event: 'config' });
const cap = (field: string, value: number): JsonOp => ({ op: 'msi_cap', id: 'nic', field, value });

describe('virtio-pci: configuration and queues', () => {
  const isr = (b: Bench): number => b.m.w[b.m.wordMap.device + DEVICE.at.virtioIsr] as number;

  test('on a line the ISR says which, and its read clears both and lowers the line', () => {
    const b = shared();
    b.do(work('net'));
    expect(isr(b)).toBe(1);
    b.do(config('net'));
    expect(isr(b)).toBe(3);
    b.do(quiet('net'));
    expect(isr(b)).toBe(0);
    expect(b.state('device net')[0]).toContain('line 0');
  });

  test('with MSI-X the change has the vector its driver chose, and the ISR is not used', () => {
    const b = ready([{ id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2, configVector: 1 }]);
    b.do(program(0, 0x51), program(1, 0x61), ENABLE, work('blk', 0));
    expect(b.do(run())).toEqual({ vector: 0x51 });
    b.do(eoi(), config('blk'));
    expect([b.do(run()), isr(b)]).toEqual([{ vector: 0x61 }, 0]);
  });

  test('with MSI-X and no vector chosen nothing is sent', () => {
    const b = disk();
    b.do(program(0, 0x51), ENABLE);
    b.events();
    b.do(config('blk'));
    expect(b.events()).toEqual(['device_config']);
    expect(b.do(run())).toEqual({ vector: null });
  });
});

describe('MSI capabilities', () => {
  const nic = (msiCap?: string): Bench =>
    ready([{ id: 'nic', kind: 'e1000', gsi: 44, msi: 4, ...(msiCap && { msiCap }) }]);

  test('four messages share an address; the low bits of data are the vector’s, and each has a mask bit', () => {
    const b = nic('64-mask');
    b.do(cap('addr_lo', msiAddress()), cap('addr_hi', 0), cap('data', 0x63), cap('mask', 2), cap('enable', 1));
    const routed = b.eventsOf('vmm_route').map((line) => line.split(' ').at(-1));
    expect(routed).toEqual([0x60, 0x62, 0x63].map(String));
    b.do({ op: 'device', id: 'nic', event: 'work', vector: 1 });
    expect(b.eventsOf('msix_pending')).toEqual(['msix_pending 1 0']);
    b.do(cap('mask', 0));
    expect(b.do(run())).toEqual({ vector: 0x61 });
  });

  test('the smallest has neither an upper half nor masks', () => {
    const b = nic('32');
    expect(() => b.do(cap('mask', 1))).toThrow(expect.objectContaining({ code: 'op.noMsiField' }));
    b.do(cap('addr_lo', msiAddress()), cap('data', 0x71), cap('enable', 1), work('nic'));
    expect(b.do(run())).toEqual({ vector: 0x70 });
  });
});

describe('INTx', () => {
  test('work raises the line, quiet lowers it', () => {
    const b = shared();
    b.do(work('net'));
    expect(b.state('device net', 'pin')).toEqual([
      'pin 11: 31 fixed level to apic 00 irr remote-irr',
      'device net line 1 pending 1 raised 1',
    ]);
    b.do(quiet('net'));
    expect(b.state('device net', 'pin')).toEqual([
      'pin 11: 31 fixed level to apic 00 remote-irr',
      'device net line 0 pending 0 raised 1',
    ]);
  });

  test('more work while the line is up raises nothing', () => {
    const b = shared();
    b.do(work('net'), work('net'));
    expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 11 1 0']);
    expect(b.state('device net')).toEqual(['device net line 1 pending 2 raised 1']);
  });

  test('two devices on one line: the line falls when both are quiet', () => {
    const b = shared();
    b.do(work('net'), work('uart'), quiet('net'));
    expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 11 1 0']);
    b.do(quiet('uart'));
    expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 11 0 0']);
  });

  test('quiet on a quiet device does nothing', () => {
    const b = shared();
    b.do(quiet('net'));
    expect(b.events()).toEqual([]);
  });
});

describe('INTx of an assigned device comes through a resampling irqfd', () => {
  const nvme = (): Bench => {
    const b = ready([{ id: 'nvme', kind: 'nvme', gsi: 10 }]);
    b.do(rte(10, 0x31, { level: true }));
    b.events();
    return b;
  };

  test('work signals it, and only the guest’s EOI lowers the pin', () => {
    const b = nvme();
    b.do(work('nvme'), quiet('nvme'));
    expect(b.state('pin', 'irqfd')).toEqual([
      'pin 10: 31 fixed level to apic 00 irr remote-irr',
      'irqfd gsi 10 resampled 0',
    ]);
    b.do(run(), eoi());
    expect(b.state('pin', 'irqfd')).toEqual(['pin 10: 31 fixed level to apic 00', 'irqfd gsi 10 resampled 1']);
  });

  /** Its line counted as the VMM's, so another device's interrupt on the GSI was never raised. */
  test('a device that shares the GSI raises its own source', () => {
    const b = ready([
      { id: 'nvme', kind: 'nvme', gsi: 10 },
      { id: 'net', kind: 'virtio-net', gsi: 10 },
    ]);
    b.do(rte(10, 0x31, { level: true }));
    b.events();
    b.do(work('nvme'), work('net'));
    expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 10 1 1', 'kvm_set_irq 10 1 0']);
  });

  /** The irqfd was refused, and slot -1 was signalled. */
  test('with the IOAPIC in user space its line is moved instead', () => {
    const b = bench({ irqchip: 'split', devices: [{ id: 'nvme', kind: 'nvme', gsi: 10 }] });
    b.do({ op: 'routing', entries: [{ gsi: 10, msi_addr: msiAddress(), msi_data: 0x31 }] }, enable(0), work('nvme'));
    expect(b.do(run())).toEqual({ vector: 0x31 });
  });

  test('a line still up at the EOI signals again', () => {
    const b = nvme();
    b.do(work('nvme'), run(), eoi());
    expect(b.do(run())).toEqual({ vector: 0x31 });
  });
});

describe('MSI-X', () => {
  test('a device that has it off uses its line', () => {
    const b = disk();
    b.do(work('blk'));
    expect(b.state('device')).toEqual(['device blk line 1 pending 1 raised 1']);
  });

  test('an unmasked entry gets its route and irqfd, then sends', () => {
    const b = disk();
    b.do(program(0, 0x51), ENABLE);
    expect(b.events()).toEqual(expect.arrayContaining(['vmm_route', 'ioctl_set_routing', 'irqfd_assign']));
    b.do(work('blk'));
    expect(b.do(run())).toEqual({ vector: 0x51 });
  });

  test('entry n is the n-th GSI of the device', () => {
    const b = disk();
    b.do(program(0, 0x51), program(1, 0x61), ENABLE, work('blk', 1));
    expect(b.eventsOf('irqfd_wakeup')).toEqual(['irqfd_wakeup 41']);
    expect(b.do(run())).toEqual({ vector: 0x61 });
  });

  test('a masked MSI-X entry keeps its message pending until unmasked', () => {
    const b = disk();
    b.do(program(0, 0x51, 1), ENABLE, work('blk'), work('blk'));
    expect(b.state('device')).toEqual(['device blk line 0 pending 2 raised 0 msix-pending 1']);
    expect(b.do(run())).toEqual({ vector: null });
    b.do(msix('control', 0));
    expect(b.state('device')).toEqual(['device blk line 0 pending 2 raised 1']);
    expect(b.do(run())).toEqual({ vector: 0x51 });
    b.do(eoi());
    expect(b.do(run())).toEqual({ vector: null });
  });

  test('the function mask holds every entry', () => {
    const b = disk();
    b.do(program(0, 0x51), program(1, 0x61), msix('capability', 0xc000), work('blk'), work('blk', 1));
    expect(b.eventsOf('msix_pending')).toEqual(['msix_pending 0 1', 'msix_pending 1 1']);
    b.do(ENABLE);
    expect([b.do(run()), b.state('apic0')[0]]).toEqual([
      { vector: 0x61 },
      'apic0 id 0 xapic on tpr 00 ppr 60 irr 51 isr 61 tmr -',
    ]);
  });

  test('a changed entry changes its route', () => {
    const b = disk();
    b.do(program(0, 0x51), ENABLE, msix('data', 0x71), work('blk'));
    expect(b.do(run())).toEqual({ vector: 0x71 });
  });

  test('writing what stands there calls nobody', () => {
    const b = disk();
    b.do(program(0, 0x51), ENABLE);
    b.events();
    b.do(msix('data', 0x51), ENABLE);
    expect(b.events()).toEqual(['msix_write', 'msix_write']);
  });

  test('the routes of other GSIs stay', () => {
    const b = disk();
    b.do(program(0, 0x51), ENABLE, { op: 'irq_line', gsi: 4, level: 1 });
    expect(b.eventsOf('route')).toEqual(['route 4 2 4 0', 'route 4 0 4 1']);
  });
});

test.each<[name: string, op: JsonOp, code: string]>([
  ['a device that is not there', work('gpu'), 'op.noDevice'],
  ['a vector past its table', work('blk', 3), 'op.range'],
  ['an entry past its table', msix('data', 0, 2), 'op.range'],
  ['the PIT is no device of its own', work('pit'), 'op.pitDevice'],
  ['a change of configuration of what is no virtio device', config('nic'), 'op.noVirtio'],
  ['the upper half of a 32-bit MSI address', cap('addr_hi', 1), 'op.noMsiField'],
  ['a mask bit where the capability has none', cap('mask', 1), 'op.noMsiField'],
])('%s is refused', (_name, op, code) => {
  const b = ready([
    { id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2 },
    { id: 'pit', kind: 'pit' },
    { id: 'nic', kind: 'e1000', gsi: 44, msi: 1, msiCap: '32' },
  ]);
  expect(() => b.do(op)).toThrow(expect.objectContaining({ code }));
});
