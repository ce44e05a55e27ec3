/** Words that several parts' descriptions use. */
import { hex, hex64 } from '../../base/numbers.ts';
import { readWord, routesOf as routesInForce, rteView } from '../../engine/view/machine-view.ts';
import { DELIVERY_MODE } from '../../spec/delivery-mode.ts';
import { REQUEST_NAMES } from '../../spec/name-lists.ts';
import { CHIP } from '../../spec/names.ts';
import type { StepContext } from '../context.ts';
import { devicesOn } from '../context.ts';
import { say, type Text, type TextParams } from '../text.ts';

type Seen = Pick<StepContext, 'view'>;

/** Priority class of a vector. */
export const cls = (vector: number): number => (vector >> 4) & 0xf;

export const modeName = (mode: number): string => DELIVERY_MODE[mode & 7];
export const trigName = (level: boolean): Text => say(level ? 'word.level' : 'word.edge');
export const destModeName = (logical: boolean): Text => say(logical ? 'word.logical' : 'word.physical');
export const chipName = (chip: number): Text => say(chip === 1 ? 'word.slave' : 'word.master');
/** An interrupt chip by its number in routes and acknowledgements. */
export const chipText = (chip: number): string | Text =>
  chip === CHIP.ioapic ? 'IOAPIC' : say('word.pic', { chip: chipName(chip) });
/** Physical ids are counted, logical ones are masks. */
export const destText = (dest: number, logical: boolean): string =>
  logical || dest >>> 0 > 0xff ? hex(dest) : String(dest);

const SOURCES = ['word.userspace', 'word.resampler', 'word.pit'] as const;
export const sourceName = (source: number): Text => say(SOURCES[source] ?? 'word.none');

/** Who holds a line up, of the bits of its sources word. */
export function sourceNames(bits: number): Text | readonly Text[] {
  const names = SOURCES.filter((_, source) => ((bits >> source) & 1) === 1).map((key) => say(key));
  return names.length === 0 ? say('word.nobody') : names;
}

export const gsiParams = (c: Seen, gsi: number): { gsi: number; dev: Text | '' } => ({
  gsi,
  dev: devicesOn(c.view.config, gsi),
});

/** Name the guest has for a vector's handler. */
export const handlerName = (c: Seen, vector: number): string | Text =>
  c.view.config.guest?.handlers.find((h) => h.vector === vector)?.name ?? say('word.unknownHandler');

export const deviceName = (c: Seen, slot: number): string | Text =>
  c.view.config.devices?.[slot]?.id ?? say('word.device');

/** The deciding fields of an RTE; nothing for a pin there is not. */
export function rteWhy(c: Seen, pin: number): Text[] {
  if (pin > 23) return [];
  const rte = rteView(c.view, pin);
  return [
    say('why.rte', {
      pin,
      mask: rte.masked ? 1 : 0,
      trig: trigName(rte.level),
      mode: modeName(rte.deliveryMode),
      destMode: destModeName(rte.logical),
      dest: destText(rte.dest, rte.logical),
      vec: hex(rte.vector),
      rirr: rte.remoteIrr ? 1 : 0,
    }),
  ];
}

/** What a message says. @param dest of up to 32 bits: those above 7 are the address's bits 63:40 */
export function msiParams(addrLo: number, data: number, dest: number, addrHi = dest & ~0xff): TextParams {
  return {
    addr: hex64(addrLo, addrHi),
    data: hex(data),
    vec: hex(data & 0xff),
    mode: modeName(data >> 8),
    dest: destText(dest, (addrLo & 4) !== 0),
    rh: (addrLo >> 3) & 1,
  };
}

/** Where a route leads. */
export function targetText(c: Seen, chip: number, pin: number, gsi: number): Text {
  if (chip === CHIP.ioapic) return say('word.target.ioapic', { pin });
  if (chip !== CHIP.msi) return say('word.target.pic', { pin, chip: chipName(pin >> 3) });
  const entry = routesInForce(c.view).byGsi[gsi]?.find((e) => e.chip === CHIP.msi);
  return say('word.target.msi', { addr: hex64(entry?.addrLo ?? 0, entry?.addrHi ?? 0), data: hex(entry?.data ?? 0) });
}

export const routesOf = (c: Seen, gsi: number): number => routesInForce(c.view)?.byGsi[gsi]?.length ?? 0;

export function routesText(c: Seen, gsi: number): Text {
  return say('word.routes', { n: routesOf(c, gsi) });
}

/** What the status of kvm_set_irq means. */
export function resultText(status: number, level = 1): Text {
  if (level === 0) return say('word.result.low');
  if (status < 0) return say('word.result.ignored');
  return status === 0 ? say('word.result.coalesced') : say('word.result.delivered', { n: status });
}

function lineOfPin(c: Seen, kind: 'pic' | 'ioapic', pin: number): number {
  if (kind === 'ioapic') return readWord(c.view, 'ioapic', 0, 'lines', pin);
  return (readWord(c.view, 'pic', pin >> 3, 'lines') >>> ((pin & 7) * 4)) & 0xf;
}

interface LineArgs {
  readonly pin: number;
  readonly level: number;
  readonly source: number;
}

/** A line of a chip moves: up, let go, or let go by one while another holds it. */
export function lineMove(
  c: Seen & { readonly args: LineArgs },
  kind: 'pic' | 'ioapic',
): { readonly variant: string | false; readonly sources: Text | readonly Text[] } {
  const { pin, level, source } = c.args;
  const before = lineOfPin(c, kind, pin);
  const after = level ? before | (1 << source) : before & ~(1 << source);
  return { variant: level ? false : after === 0 ? 'low' : 'held', sources: sourceNames(after) };
}

const TIMER_MODES = ['word.oneShot', 'word.periodic', 'word.deadline'] as const;
export const timerMode = (mode: number): Text => say(TIMER_MODES[mode] ?? 'word.oneShot');
export const shadowName = (shadow: number): Text =>
  say(shadow === 0 ? 'word.none' : (shadow & 1) === 1 ? 'word.sti' : 'word.movSs');

export const requestName = (request: number): string | number => REQUEST_NAMES[request] ?? request;
/** Names of the requests whose bits are set. */
export const requestNames = (bits: number): readonly (string | number)[] =>
  Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => (bits >>> bit) & 1)
    .map(requestName);

/** A VM-entry or IDT-vectoring information field as a phrase. */
export const eventText = (info: number): Text =>
  ((info >> 8) & 7) === 2 ? say('word.nmiEvent') : say('word.extInterrupt', { vec: hex(info & 0xff) });

/** Is the host AMD's? Its processor has other fields and exits for the same. */
export const isAmd = (c: StepContext): boolean => c.view.config.vendor === 'amd' || c.view.config.avic === true;
