/**
 * What a token is, by its shape: a line that goes high, an edge on it, a message, or the signal of an eventfd. Told by the event and
 * by the trigger mode of the pin it is for, as the chip has it at that moment.
 */
import { addressOf, type MachineView, routesOf } from '../engine/view/machine-view.ts';
import { IOAPIC } from '../engine/view/tables.ts';
import { happeningOf, locatorOf } from '../explain/locate/index.ts';
import type { Place } from '../explain/locate/locator.ts';
import type { SceneLog } from '../log/log.ts';
import type { EventName } from '../spec/events/index.ts';
import { messagesOf } from '../spec/messages.ts';
import { CHIP } from '../spec/names.ts';
import { placeOfStep } from './anchors.ts';
import type { Token } from './flights.ts';
import { levelTriggered, machineAt } from './wires.ts';

export type Shape = 'line' | 'edge' | 'message' | 'spark';

/** Somebody writes to an eventfd. */
const SPARKS: ReadonlySet<EventName> = new Set([
  'irqfd_wakeup',
  'irqfd_inject',
  'resamplefd_signal',
  'irqfd_resampler_ack',
  'ioeventfd_hit',
]);

/** The 8259 pair's one output, and LINT0, which it is wired to: a level. */
const OUTPUT: ReadonlySet<EventName> = new Set(['pic_output', 'pic_wakeup', 'pic_nobody']);

/** Bit of a redirection entry (82093AA, "I/O Redirection Table Registers"). */
const MASKED = 16;

/** How a pin of a chip is triggered. */
const ofPin = (view: MachineView, chip: 'pic' | 'ioapic', pin: number): Shape =>
  levelTriggered(view, chip, pin) ? 'line' : 'edge';

/** How what a GSI leads to is triggered: the pin that lets it through, else the IOAPIC's. */
function ofGsi(view: MachineView, gsi: number): Shape {
  const routes = routesOf(view)?.byGsi[gsi] ?? [];
  const pins = routes.filter(({ chip }) => chip !== CHIP.msi);
  if (pins.length === 0) return routes.length > 0 ? 'message' : 'line';
  const { w, wordMap } = view;
  const open = pins.find(({ chip, pin }) =>
    chip === CHIP.ioapic
      ? ((w[wordMap.ioapic + IOAPIC.at.redirLo + pin] >>> MASKED) & 1) === 0
      : ((w[addressOf(wordMap, 'pic', chip, 'imr')] >>> (pin & 7)) & 1) === 0,
  );
  const { chip, pin } = open ?? pins.find((route) => route.chip === CHIP.ioapic) ?? (pins[0] as (typeof pins)[number]);
  return chip === CHIP.ioapic ? ofPin(view, 'ioapic', pin) : ofPin(view, 'pic', chip * 8 + (pin & 7));
}

function ofPlace(view: MachineView, place: Place, inward: boolean): Shape {
  switch (place.at) {
    case 'ioapicPin':
      return inward ? ofPin(view, 'ioapic', place.pin) : 'message';
    case 'picPin':
      return inward ? ofPin(view, 'pic', place.pin) : 'message';
    case 'route':
    case 'source':
      return ofGsi(view, place.gsi);
    case 'pit':
      return 'edge';
    case 'device': {
      const device = view.config.devices?.[place.slot];
      return device === undefined || messagesOf(device) > 0 ? 'message' : ofGsi(view, device.gsi);
    }
    default:
      return 'message';
  }
}

/**
 * Shape of a token while this step is shown.
 * @param scene the log it is from
 * @param there it has come to where it goes: until then it is what it was, as its name is
 */
export function shapeOf(scene: SceneLog, { wait, step: tip, from, flight }: Token, now: number, there = true): Shape {
  const step = scene.steps.get(!there && flight !== null && from >= 0 ? from : tip);
  const view = machineAt(scene, scene.steps.seqOf(now));
  if (wait !== null) return ofPlace(view, wait.at, true);
  const locator = step === undefined ? null : locatorOf(step.name);
  if (step === undefined || locator === null) return 'message';
  if (SPARKS.has(step.name)) return 'spark';
  if (OUTPUT.has(step.name)) return 'line';
  const { args } = happeningOf(step);
  if (step.name === 'route' && args.chip === CHIP.msi) return 'message';
  return ofPlace(view, placeOfStep(scene, step, locator), locator.dock === 'in');
}
