import { expect, test } from 'vitest';
import { createSession } from './session.ts';

/** Op and answer, as a real KVM 6.18 gave it. */
const ACROSS_PAGES: [op: object, answer: object][] = [
  [
    { op: 'mmio_write', addr: '0xfee00ffe', value: '0x11223344', size: 4 },
    { ok: true, exit: 'mmio', exit_addr: '0xfee01000', exit_len: 2, exit_data: '0x1122' },
  ],
  [
    { op: 'mmio_write', addr: '0xfee00ffc', value: '0x1122334455667788', size: 8 },
    { ok: true, exit: 'mmio', exit_addr: '0xfee01000', exit_len: 4, exit_data: '0x11223344' },
  ],
  [
    { op: 'mmio_read', addr: '0xfee00ffe', size: 4 },
    { value: '0x0', exit: 'mmio', exit_addr: '0xfee01000', exit_len: 2 },
  ],
  [
    { op: 'mmio_write', addr: '0xfec00ffe', value: '0x11223344', size: 4 },
    {
      ok: true,
      exits: [
        { exit: 'mmio', exit_addr: '0xfec00ffe', exit_len: 2, exit_data: '0x3344' },
        { exit: 'mmio', exit_addr: '0xfec01000', exit_len: 2, exit_data: '0x1122' },
      ],
    },
  ],
  [{ op: 'mmio_write', addr: '0xfee00ffc', value: '0x11223344', size: 4 }, { ok: true }],
];

test.each(ACROSS_PAGES)('an access across a page edge is done page by page: %j', (op, answer) => {
  const session = createSession();
  session.answer({ op: 'create', vcpus: 1, irqchip: 'full' });
  expect(session.answer({ vcpu: 0, ...op })).toEqual(answer);
});

test('an MSR that has nothing to do with interrupts faults', () => {
  const session = createSession();
  session.answer({ op: 'create', vcpus: 1, irqchip: 'full' });
  expect(session.answer({ op: 'rdmsr', vcpu: 0, msr: '0x900' })).toEqual({ gp: true });
  expect(session.answer({ op: 'wrmsr', vcpu: 0, msr: '0xdead', value: 1 })).toEqual({ gp: true });
});
