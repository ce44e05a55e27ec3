/** Ways not taken. APIC virtualization: virtual-interrupt delivery, virtualized accesses, IPI virtualization, inhibits. */
import type { APICV_EVENTS } from '../../spec/events/apicv.ts';
import { reasonWord } from '../context.ts';
import {
  away,
  eoiExit,
  hasHost,
  ifOff,
  ifOn,
  inhibited,
  inhibitedBefore,
  SHORTHAND,
  shorthand,
  tpr,
  withApicv,
  withIpiv,
  withoutIpiv,
} from './host.ts';
import { addForks } from './index.ts';
import { tprLowFork } from './makers.ts';

addForks<typeof APICV_EVENTS>({
  apic_access_exit: (c) => withApicv(c, c.index, 'fork.allowed.access'),
  vid_deliver: (c) => [
    ...tpr(c, c.index, c.args.vector),
    ...ifOff(c, c.index),
    ...inhibited(c, c.index, 'fork.inhibitedInject'),
  ],
  vid_held: (c) => [
    ...(reasonWord(c) === 'if' ? ifOn(c, c.index) : []),
    ...(reasonWord(c) === 'ppr' ? tprLowFork(c, c.index, c.args.vector) : []),
  ],
  eoi_virtualization: (c) =>
    hasHost(c)
      ? [...eoiExit(c, c.args.vector, c.args.exits === 1), ...inhibited(c, c.index, inhibitedBefore(c, c.args.vector))]
      : [],
  eoi_induced: (c) => eoiExit(c, c.args.vector, true),
  self_ipi_virtualization: (c) => inhibited(c, c.index, 'fork.inhibitedExit'),
  apic_write_virtualized: (c) => (c.args.register === 0x80 ? withApicv(c, c.index, 'fork.allowed.access') : []),
  apic_write_exit: (c) => [
    ...withIpiv(c),
    ...shorthand(c, 'fork.noShorthand', 0),
    ...inhibited(c, c.index, 'fork.inhibitedExit'),
  ],
  apicv_inhibit: (c) => (c.args.set === 1 ? [{ key: 'fork.noInhibit', params: {}, ops: [], replaces: true }] : []),
  apicv_update: (c) => withApicv(c, c.index),
  ipi_virtualization: (c) => [
    ...away(c, c.args.vcpu),
    ...shorthand(c, 'fork.ipiShorthand', SHORTHAND),
    ...inhibited(c, c.index, 'fork.inhibitedExit'),
    withoutIpiv,
  ],
  ipi_not_virtualized: (c) => (c.args.why === 0 ? shorthand(c, 'fork.noShorthand', 0) : []),
});
