/** In words: APIC virtualization: virtual-interrupt delivery, virtualized accesses, IPI virtualization, inhibits. */
import { hex } from '../../base/numbers.ts';
import type { APICV_EVENTS } from '../../spec/events/apicv.ts';
import { INHIBIT_NAMES, inhibitNames } from '../../spec/name-lists.ts';
import { REG } from '../../spec/registers/lapic.ts';
import { lapicWord, reasonWord } from '../context.ts';
import { say } from '../text.ts';
import { addDescriptions } from './index.ts';
import { cls } from './words.ts';

addDescriptions<typeof APICV_EVENTS>({
  set_rvi: (c) => ({ params: { vcpu: c.index, before: hex(c.args.before), after: hex(c.args.after) } }),
  set_svi: (c) => ({ params: { vcpu: c.index, before: hex(c.args.before), after: hex(c.args.after) } }),
  vid_evaluate: (c) => ({
    params: { rvi: hex(c.args.rvi), vppr: hex(c.args.vppr) },
    variant: c.args.recognized === 0 && 'no',
  }),
  vid_deliver: (c) => ({
    params: {
      vcpu: c.index,
      vec: hex(c.args.vector),
      rvi: hex(c.args.rvi),
      cls: cls(c.args.vector),
      pprCls: cls(lapicWord(c, 'ppr')),
    },
    why: [true],
  }),
  vid_held: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector), vppr: hex(c.args.vppr) },
    variant: reasonWord(c) !== 'if' && (reasonWord(c) ?? false),
  }),
  ppr_virtualization: (c) => ({
    params: { vcpu: c.index, vtpr: hex(c.args.vtpr), svi: hex(c.args.svi), vppr: hex(c.args.vppr) },
  }),
  // AMD's page has another name and no EOI-exit bitmap.
  eoi_virtualization: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector), svi: hex(c.args.svi), exits: c.args.exits },
    variant: c.view.config.avic === true ? 'avic' : c.args.exits === 1 && 'exits',
    why: c.view.config.avic === true ? [say('event.eoi_virtualization.avic.why')] : [true],
  }),
  apic_read_virtualized: (c) => ({ variant: c.view.config.avic === true && 'avic' }),
  apic_write_virtualized: (c) => ({ variant: c.view.config.avic === true && 'avic' }),
  apic_access_exit: (c) => ({ variant: c.args.register === REG.eoi && c.args.write === 1 && 'eoi' }),
  tpr_virtualization: (c) => ({ params: { vcpu: c.index, vtpr: hex(c.args.vtpr) } }),
  apic_write_exit: (_c) => ({ why: [true] }),
  msr_exit: (c) => ({ params: { vcpu: c.index, msr: hex(c.args.msr) }, variant: c.args.write === 0 && 'read' }),
  eoi_exitmap: (c) => ({ params: { vcpu: c.index, n: c.args.vectors } }),
  apicv_update: (c) => ({
    params: { vcpu: c.index, inhibits: c.args.inhibits === 0 ? say('word.none') : inhibitNames(c.args.inhibits) },
    variant: c.args.active === 0 && 'off',
    why: [true],
  }),
  apicv_controls: (c) => ({
    params: { vcpu: c.index, pin: hex(c.args.pin), secondary: hex(c.args.secondary), tertiary: hex(c.args.tertiary) },
  }),
  apicv_inhibit: (c) => ({
    params: { inhibit: INHIBIT_NAMES[c.args.reason] ?? c.args.reason },
    variant: c.args.set === 0 && 'clear',
    why: c.args.flips === 1 ? [true] : [],
  }),
  virtual_apic_mode: (c) => ({ params: { vcpu: c.index, secondary: hex(c.args.secondary) } }),
  ipi_virtualization: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector), dest: c.args.dest, target: c.args.vcpu },
  }),
  ipi_not_virtualized: (c) => ({
    params: { dest: c.args.dest >>> 0 },
    variant: c.args.why === 1 ? 'range' : c.args.why === 2 && 'invalid',
  }),
});
