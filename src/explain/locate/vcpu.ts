/** Places of events: the vCPU takes it: requests, kicks, injection, INIT and SIPI (x86.c). */
import type { VCPU_EVENTS } from '../../spec/events/vcpu.ts';
import type { Locators } from './locator.ts';
import { says, vcpu, vec, vectorLabel } from './makers.ts';

export const VCPU_LOCATORS: Locators<typeof VCPU_EVENTS> = {
  request: null,
  kick: {
    place: vcpu('state'),
    dock: 'in',
    label: says('kick'),
    long: ({ args }) => ['kick', 'wake', 'kick · IPI', 'kick · self'][args.outcome] ?? 'kick',
    lit: ['vcpu.state'],
  },
  nmi_queued: { place: vcpu('nmi'), dock: 'in', label: says('NMI'), lit: ['vcpu.nmi'] },
  gp_fault: { place: vcpu('state'), dock: 'in', label: says('#GP'), end: 'stage.end.gp', still: true },
  scan_ioapic: null,
  inject_held: {
    place: ({ index, args }) =>
      args.reason === 2
        ? { at: 'cell', vcpu: index, grid: 'irr', vector: args.vector & 0xff }
        : { at: 'vcpu', vcpu: index, part: args.reason === 3 ? 'inject' : 'flags' },
    dock: 'in',
    label: ({ args }) => (args.vector > 0 ? vec(args.vector) : 'held'),
  },
  run_nothing: { place: vcpu('inject'), dock: 'in', label: says('nothing'), lit: ['vcpu.inject'] },
  extint_ack: { place: vcpu('inject'), dock: 'in', label: says('INTA'), lit: ['vcpu.inject'] },
  kvm_inj_virq: {
    place: vcpu('inject'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `inject ${vec(args.vector)}`,
    lit: ['vcpu.inject', 'vcpu.if', 'vcpu.shadow'],
  },
  inject_nmi: { place: vcpu('inject'), dock: 'in', label: says('NMI'), lit: ['vcpu.inject', 'vcpu.nmi'] },
  accept_init: { place: vcpu('state'), dock: 'in', label: says('INIT'), lit: ['vcpu.state'] },
  accept_sipi: {
    place: vcpu('state'),
    dock: 'in',
    label: ({ args }) => `SIPI ${vec(args.vector)}`,
    lit: ['vcpu.state'],
  },
  nmi_unmask: { place: vcpu('nmi'), dock: 'in', label: says('IRET'), lit: ['vcpu.nmi'] },
};
