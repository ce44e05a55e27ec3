/** Verbs of pins: of the IOAPIC and the 8259 pair, and of the line behind one. */
import { type MachineView, picView, readWord, routesOf, rteView } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { CHIP } from '../../spec/names.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { type Gate, type Way, wayOf } from '../gates/gate.ts';
import { IOAPIC_GATES } from '../gates/ioapic.ts';
import { vcpusFor } from '../gates/match.ts';
import { writeRte } from '../guest-ops.ts';
import { asks, does, no, opens, type Verb } from './verb.ts';

const { MASK, TRIG_MODE } = masks(RTE);

/** The GSI that is routed to a pin; the first of several. */
function gsiOf(view: MachineView, chip: number, pin: number): number | null {
  const entry = routesOf(view)?.entries.find((e) => e.chip === chip && e.pin === pin);
  return entry?.gsi ?? null;
}

const raise = (gsi: number): JsonOp => ({ op: 'irq_line', gsi, level: 1 });
const lower = (gsi: number): JsonOp => ({ op: 'irq_line', gsi, level: 0 });

/** What can be done to a line. @param gsi null: no route leads here */
export function lineVerbs(view: MachineView, gsi: number | null): Verb[] {
  const why = gsi === null ? no('noRoute') : null;
  const of = gsi ?? 0;
  return [does(view, [raise(of)], why), does(view, [lower(of)], why), does(view, [raise(of), lower(of)], why)];
}

/** Gates that are shut in front of what waits here, each with what opens it. */
export function opened(view: MachineView, gates: readonly Gate[], way: Way): Verb[] {
  return gates.flatMap((gate) => {
    if (gate.look(view, way)?.closed !== true) return [];
    const [ops] = gate.opens(view, way);
    return ops === undefined ? [] : [opens(view, gate.id, ops)];
  });
}

export function ioapicVerbs(view: MachineView, pin: number): Verb[] {
  if (view.config.irqchip !== 'full') return [does(view, writeRte(0, pin, 0, MASK), no('noIoapic'))];
  const lo = readWord(view, 'ioapic', 0, 'redirLo', pin);
  const hi = readWord(view, 'ioapic', 0, 'redirHi', pin);
  const { vector, dest, logical, deliveryMode: mode, level, irr } = rteView(view, pin);
  const gsi = gsiOf(view, CHIP.ioapic, pin);
  const vcpus = vcpusFor(view, dest, logical);
  const way = wayOf({
    ioapicPin: pin,
    ...(gsi === null ? {} : { gsi }),
    message: { dest, logical, mode, level },
    vector,
    vcpus,
    vcpu: vcpus[0] ?? 0,
    raise: gsi === null ? [] : [raise(gsi)],
  });
  const waiting = irr ? opened(view, IOAPIC_GATES, way) : [];
  const toggle = does(view, writeRte(0, pin, 0, (lo ^ MASK) >>> 0));
  return [
    ...waiting.filter(({ gate }) => gate !== 'ioapic-mask'),
    irr && waiting.some(({ gate }) => gate === 'ioapic-mask') ? { ...toggle, gate: 'ioapic-mask' } : toggle,
    ...lineVerbs(view, gsi),
    asks('rteVector', { pin }, { usual: vector, max: 0xff, ops: (n) => writeRte(0, pin, 0, ((lo & ~0xff) | n) >>> 0) }),
    asks(
      'rteDest',
      { pin },
      { usual: dest, max: 0xff, hex: false, ops: (n) => writeRte(0, pin, 1, ((hi & 0xff_ffff) | (n << 24)) >>> 0) },
    ),
    {
      ...does(view, writeRte(0, pin, 0, (lo ^ TRIG_MODE) >>> 0)),
      name: { key: level ? 'deed.toEdge' : 'deed.toLevel', params: { pin } },
    },
  ];
}

/** @param pin 0..15, or null for the pair as a whole */
export function picVerbs(view: MachineView, pin: number | null): Verb[] {
  if (view.config.irqchip !== 'full')
    return [does(view, [{ op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff }], no('noPic'))];
  if (pin === null) {
    const eoi: JsonOp = { op: 'pio_write', vcpu: 0, port: 0x20, value: 0x20 };
    const inService = [0, 1].some((chip) => picView(view, chip).isr !== 0);
    return [
      { ...does(view, [eoi], inService ? null : no('nothingInService')), name: { key: 'deed.picEoi', params: {} } },
      {
        ...does(view, [
          { op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff },
          { op: 'pio_write', vcpu: 0, port: 0xa1, value: 0xff },
        ]),
        name: { key: 'deed.picMaskAll', params: {} },
      },
      asks('picMaskPin', {}, { usual: 0, max: 15, hex: false, ops: (n) => toggled(view, n) }),
    ];
  }
  return [
    does(view, toggled(view, pin)),
    ...lineVerbs(view, gsiOf(view, pin < 8 ? CHIP.picMaster : CHIP.picSlave, pin)),
  ];
}

function toggled(view: MachineView, pin: number): JsonOp[] {
  const imr = readWord(view, 'pic', pin >> 3, 'imr');
  return [{ op: 'pio_write', vcpu: 0, port: pin < 8 ? 0x21 : 0xa1, value: (imr ^ (1 << (pin & 7))) & 0xff }];
}
