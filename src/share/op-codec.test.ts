/** Ops in links: the short forms are a format, so what stood first stands first for ever. */
import { expect, test } from 'vitest';
import { FIELDS } from './op-codec.ts';

/** The fields of each op as links have had them since version 1. */
const FROZEN: Readonly<Record<string, readonly string[]>> = {
  irq_line: ['gsi', 'level'],
  msi: ['addr', 'data'],
  routing: ['entries'],
  irqfd: ['gsi', 'resample'],
  irqfd_deassign: ['gsi', 'resample'],
  irqfd_signal: ['gsi'],
  irqfd_resample_poll: ['gsi'],
  mmio_write: ['vcpu', 'addr', 'size', 'value'],
  mmio_read: ['vcpu', 'addr', 'size'],
  pio_write: ['vcpu', 'port', 'value'],
  pio_read: ['vcpu', 'port'],
  wrmsr: ['vcpu', 'msr', 'value'],
  rdmsr: ['vcpu', 'msr'],
  set_cr8: ['vcpu', 'value'],
  eoi: ['vcpu'],
  nmi: ['vcpu'],
  extint: ['vcpu', 'vector'],
  run: ['vcpu'],
  iret: ['vcpu'],
  nop: ['vcpu'],
  cpu: ['vcpu'],
  note: [],
  get: [],
  advance: ['ns'],
  settle: ['events'],
  device: ['id', 'event', 'vector'],
  msix: ['id', 'entry', 'field', 'value'],
  vcpu_state: ['vcpu', 'state'],
  post: ['vcpu', 'vector'],
  vtd_msi: ['irte'],
  vmentry: ['vcpu'],
  vmexit: ['vcpu'],
  get_vmx: ['vcpu'],
};

/** Ops that stand in links as objects: they were first written so. */
const OBJECTS = ['create', 'guest', 'schedule', 'apicv_inhibit', 'race'];

test('a short form only ever grew at its end', () => {
  for (const [name, fields] of Object.entries(FROZEN)) {
    expect([name, ...(FIELDS[name] ?? []).slice(0, fields.length)]).toEqual([name, ...fields]);
  }
});

test('what was an object is one still', () => {
  for (const name of OBJECTS) expect(FIELDS).not.toHaveProperty(name);
});
