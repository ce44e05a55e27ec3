/** In words: GSI routing: a GSI's way to its chips' pins or to an MSI, and the acknowledgement back (irqchip.c, irq_comm.c). */

import { hex } from '../../base/numbers.ts';
import type { ROUTING_EVENTS } from '../../spec/events/routing.ts';
import { devicesOn } from '../context.ts';
import { say } from '../text.ts';
import type { Descriptions } from './index.ts';
import {
  chipText,
  destModeName,
  gsiParams,
  msiParams,
  resultText,
  routesOf,
  routesText,
  sourceName,
  targetText,
  trigName,
} from './words.ts';

const WHY_ROUTES = ['event.kvm_set_irq.why.none', 'event.kvm_set_irq.why.only'] as const;

export const ROUTING: Descriptions<typeof ROUTING_EVENTS> = {
  ioctl_set_routing: (c) => ({
    params: { entries: c.args.entries },
    variant: c.args.ok === 0 && 'refused',
    why: [true],
  }),
  kvm_set_irq: (c) => ({
    params: { ...gsiParams(c, c.args.gsi), source: sourceName(c.args.source), routes: routesText(c, c.args.gsi) },
    variant: c.args.level === 0 && 'low',
    why:
      c.args.level === 0
        ? []
        : [
            routesOf(c, c.args.gsi) > 1 ||
              say(WHY_ROUTES[routesOf(c, c.args.gsi)] ?? WHY_ROUTES[0], { gsi: c.args.gsi }),
          ],
  }),
  route: (c) => {
    const { gsi, chip, pin, entry: n } = c.args;
    return { params: { gsi, n, target: targetText(c, chip, pin, gsi) }, why: [true] };
  },
  set_irq_result: (c) => ({ params: { status: c.args.status, meaning: resultText(c.args.status) } }),
  kvm_msi_set_irq: (c) => {
    const { addrLo, data, dest } = c.args;
    const logical = (addrLo & 4) !== 0;
    return {
      params: {
        ...msiParams(addrLo, data, dest),
        destMode: destModeName(logical),
        trig: trigName((data & 0x8000) !== 0),
      },
      why: [dest >>> 0 <= 0xff || say('event.kvm_msi_set_irq.why.wide', msiParams(addrLo, data, dest))],
    };
  },
  msi_invalid: (c) => ({ params: { low: hex(c.args.addrHi & 0xff) } }),
  kvm_ack_irq: (c) => {
    const { chip, pin, gsi } = c.args;
    return {
      params: {
        chip: chipText(chip),
        pin,
        gsiText: gsi < 0 ? '' : say('word.andGsi', { gsi, dev: devicesOn(c.view.config, gsi) }),
      },
    };
  },
};
