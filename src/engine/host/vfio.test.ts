/** When KVM looks at an assigned device's remapping entry, and what it makes of it: each caller and branch. */
import { describe, expect, test } from 'vitest';
import { type Bench, bench, type JsonOp } from '../test-bench.ts';
import { readWord } from '../view/machine-view.ts';

const GSI = 40;
const ADDRESS = 0xfee00000;
const msix = (field: string, value: number, entry = 0): JsonOp => ({ op: 'msix', id: 'nvme', entry, field, value });
const mmio = (vcpu: number, offset: number, value: number): JsonOp => ({
  op: 'mmio_write',
  vcpu,
  addr: ADDRESS + offset,
  size: 4,
  value: value >>> 0,
});
const route = (address: number, data: number): JsonOp => ({
  op: 'routing',
  entries: [{ gsi: GSI, msi_addr: address, msi_data: data }],
});

/** Three vCPUs with flat logical ids 1, 2, 4, and a disk whose vector 0 is enabled with this message. */
function disk(address: number, data: number, create: Readonly<Record<string, unknown>> = {}): Bench {
  const b = bench({
    vcpus: 3,
    apicv: true,
    postedInterrupts: true,
    devices: [{ id: 'nvme', kind: 'nvme', gsi: GSI, msix: 2 }],
    ...create,
  });
  for (const vcpu of [0, 1, 2]) b.do(mmio(vcpu, 0xf0, 0x1ff), mmio(vcpu, 0xd0, 1 << (24 + vcpu)));
  b.do(msix('addr_lo', address), msix('data', data), msix('control', 0), msix('capability', 0x8000));
  return b;
}
/** Where the entry leads: a vCPU's descriptor, or the host. */
function leadsTo(b: Bench): string {
  const [low, high] = [0, 1].map((word) => readWord(b.m, 'device', 0, 'irte', word)) as [number, number];
  if ((low & 0x8000) === 0) return (low & 1) === 1 ? 'host' : 'nothing';
  return `vcpu ${(high - 0x200000) >> 6} vector ${((low >>> 16) & 0xff).toString(16)}`;
}
const LOGICAL = ADDRESS + 4;
const to = (dest: number, logical = false): number => (logical ? LOGICAL : ADDRESS) + dest * 0x1000;

test.each<[string, number, number, string]>([
  ['one physical id', to(1), 0x51, 'vcpu 1 vector 51'],
  ['one logical id', to(4, true), 0x52, 'vcpu 2 vector 52'],
  ['everyone', to(0xff), 0x51, 'host'],
  ['two logical ids', to(3, true), 0x51, 'host'],
  ['a logical id beside one nobody has', to(0x81, true), 0x51, 'vcpu 0 vector 51'],
  ['nobody', to(9), 0x51, 'host'],
  ['lowest priority, one candidate', to(2, true), 0x151, 'vcpu 1 vector 51'],
  ['lowest priority, two candidates: the one the hash picks', to(3, true), 0x151, 'vcpu 1 vector 51'],
  ['lowest priority, two candidates, an even vector', to(3, true), 0x150, 'vcpu 0 vector 50'],
  ['an NMI', to(1), 0x400, 'host'],
  ['an SMI', to(1), 0x200, 'host'],
  ['an ExtINT', to(1), 0x751, 'host'],
])('a message for %s', (_name, address, data, where) => expect(leadsTo(disk(address, data))).toBe(where));

test('the entry’s words are those of prepare_irte and set_msi_sid; a posted one keeps what both kinds share', () => {
  const words = (b: Bench): string[] =>
    [0, 1, 2, 3].map((word) => (readWord(b.m, 'device', 0, 'irte', word) >>> 0).toString(16));
  // Present, redirection hint, host vector 0x30; the sender checked.
  expect(words(disk(to(9), 0x51))).toEqual(['300009', '0', '40100', '0']);
  // Present, posted, the guest's vector; no hint, the sender checked all the same.
  expect(words(disk(to(1), 0x51))).toEqual(['518001', '200040', '40100', '1']);
});

test('without APICv nothing is posted', () => {
  expect(leadsTo(disk(to(1), 0x51, { apicv: false }))).toBe('host');
});

test('an APIC that is software-disabled is still the only one; one that is off is nobody', () => {
  const b = disk(to(1), 0x51);
  b.do(mmio(2, 0xf0, 0xff), msix('addr_lo', to(4, true)));
  expect(leadsTo(b)).toBe('vcpu 2 vector 51');
  b.do({ op: 'wrmsr', vcpu: 1, msr: 0x1b, value: 0xfee00000 }, msix('addr_lo', to(1)));
  expect(leadsTo(b)).toBe('host');
});

describe('KVM looks again', () => {
  const looks = (b: Bench): string[] => b.eventsOf('kvm_pi_irte_update', 'irte_remapped');
  const ready = (): Bench => {
    const b = disk(to(1), 0x51);
    b.events();
    return b;
  };

  test('when the route has another message', () => {
    const b = ready();
    b.do(route(to(2), 0x61));
    expect(looks(b)).toEqual([`kvm_pi_irte_update ${GSI} 2 97 0`]);
  });

  test('when the route is gone, and when it comes back', () => {
    const b = ready();
    b.do({ op: 'routing', entries: [] });
    expect([leadsTo(b), looks(b)]).toEqual(['host', [`irte_remapped ${GSI} 0 0`]]);
    b.do(route(to(1), 0x51));
    expect(leadsTo(b)).toBe('vcpu 1 vector 51');
  });

  test('not when the table was replaced and the message stayed', () => {
    const b = ready();
    b.do(route(to(1), 0x51), {
      op: 'routing',
      entries: [
        { gsi: 3, chip: 'ioapic', pin: 3 },
        { gsi: GSI, msi_addr: to(1), msi_data: 0x51 },
      ],
    });
    expect(looks(b)).toEqual([]);
  });

  test('not when another APIC answers to the message now: the entry still leads to the old vCPU', () => {
    const b = disk(to(2, true), 0x51);
    b.do(mmio(1, 0xd0, 8 << 24), mmio(2, 0xd0, 2 << 24));
    b.events();
    b.do({ op: 'device', id: 'nvme', event: 'work' });
    expect(b.eventsOf('kvm_pi_irte_update', 'vtd_post')).toEqual(['vtd_post 81 0']);
    expect(leadsTo(b)).toBe('vcpu 1 vector 51');
  });

  test('when the irqfd goes, and when there is one again', () => {
    const b = ready();
    b.do({ op: 'irqfd_deassign', gsi: GSI });
    expect([leadsTo(b), looks(b)]).toEqual(['host', [`irte_remapped ${GSI} 4 0`]]);
    b.do({ op: 'irqfd', gsi: GSI });
    expect([leadsTo(b), looks(b)]).toEqual(['vcpu 1 vector 51', [`kvm_pi_irte_update ${GSI} 1 81 0`]]);
  });

  test('and writes a posted entry again where another message comes to the same', () => {
    const b = ready();
    b.do(route(to(2, true), 0x51));
    expect(looks(b)).toEqual([`kvm_pi_irte_update ${GSI} 1 81 0`]);
  });

  test('only at the vector whose route it is', () => {
    const b = ready();
    b.do(msix('addr_lo', to(2), 1), msix('data', 0x71, 1), msix('control', 0, 1));
    expect(looks(b).at(-1)).toBe(`kvm_pi_irte_update ${GSI + 1} 2 113 1`);
    expect(leadsTo(b)).toBe('vcpu 1 vector 51');
  });
});
