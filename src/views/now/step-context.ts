/** What a step's description reads: its numbers, the words before it, and the rows it led to. */
import { type MachineView, readWord, rteView } from '../../engine/view/machine-view.ts';
import { COL, EVENT_NAMES, type EventName, ROW } from '../../engine/view/tables.ts';
import { type Lang, type MessageKey, type Params, translate } from '../../i18n/index.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import { DELIVERY_MODE } from '../../spec/registers/lapic.ts';
import { devicesOn, hex } from '../shared/format.ts';

/** A step with the words as they were just before it. */
export interface StepContext {
  readonly lang: Lang;
  readonly scene: SceneLog;
  readonly step: Step;
  readonly view: MachineView;
  /** Instance of the component that acts: vCPU, chip, slot. */
  readonly index: number;
  readonly args: readonly [number, number, number, number];
}

export function contextOf(lang: Lang, scene: SceneLog, step: Step, view: MachineView): StepContext {
  return { lang, scene, step, view, index: step.where & 0xffff, args: step.args };
}

export const say = (c: StepContext, key: MessageKey, params?: Params): string => translate(c.lang, key, params);

export const modeName = (mode: number): string => DELIVERY_MODE[mode & 7];
export const trigName = (c: StepContext, level: boolean): string => say(c, level ? 'word.level' : 'word.edge');
export const destModeName = (c: StepContext, logical: boolean): string =>
  say(c, logical ? 'word.logical' : 'word.physical');
export const chipName = (c: StepContext, chip: number): string => say(c, chip === 1 ? 'word.slave' : 'word.master');
/** Physical ids are counted, logical ones are masks. */
export const destText = (dest: number, logical: boolean): string =>
  logical || dest >>> 0 > 0xff ? hex(dest) : String(dest);

const SOURCES = ['word.userspace', 'word.resampler', 'word.pit'] as const;
export const sourceName = (c: StepContext, source: number): string => say(c, SOURCES[source] ?? 'word.none');

/** Who holds a line up, of the bits of its sources word. */
export function sourceNames(c: StepContext, bits: number): string | readonly string[] {
  const names = SOURCES.filter((_, source) => ((bits >> source) & 1) === 1).map((key) => say(c, key));
  return names.length === 0 ? say(c, 'word.nobody') : names;
}

export const gsiParams = (c: StepContext, gsi: number): { gsi: number; dev: string } => ({
  gsi,
  dev: devicesOn(c.view.config, gsi),
});

/** Name the guest has for a vector's handler. */
export function handlerName(c: StepContext, vector: number): string {
  const handler = c.view.config.guest?.handlers.find((h) => h.vector === vector);
  return handler?.name ?? say(c, 'word.unknownHandler');
}

export const deviceName = (c: StepContext, slot: number): string =>
  c.view.config.devices?.[slot]?.id ?? say(c, 'word.device');

/** The deciding fields of an RTE, as one sentence. */
export function rteWhy(c: StepContext, pin: number): string {
  if (pin > 23) return '';
  const rte = rteView(c.view, pin);
  return say(c, 'why.rte', {
    pin,
    mask: rte.masked ? 1 : 0,
    trig: trigName(c, rte.level),
    mode: modeName(rte.deliveryMode),
    destMode: destModeName(c, rte.logical),
    dest: destText(rte.dest, rte.logical),
    vec: hex(rte.vector),
    rirr: rte.remoteIrr ? 1 : 0,
  });
}

/** Rows this step's event caused directly: the event's name and the instance it happened at. */
export function ledTo(c: StepContext, name: EventName, within = 400): { index: number; args: number[] }[] {
  const { rows, used } = c.scene;
  const found: { index: number; args: number[] }[] = [];
  for (let seq = c.step.seq + 1; seq < Math.min(used, c.step.seq + within); seq++) {
    const at = seq * ROW;
    if (rows[at + COL.cause] !== c.step.seq || EVENT_NAMES[rows[at] as number] !== name) continue;
    found.push({ index: (rows[at + COL.where] as number) & 0xffff, args: [...rows.subarray(at + COL.a, at + ROW)] });
  }
  return found;
}

export const lapicWord = (c: StepContext, register: string, vcpu = c.index): number =>
  readWord(c.view, 'lapic', vcpu, register);
export const vcpuWord = (c: StepContext, register: string, vcpu = c.index): number =>
  readWord(c.view, 'vcpu', vcpu, register);

/** Highest vector in service, 0 with none. */
export function highestIsr(c: StepContext, vcpu = c.index): number {
  for (let word = 7; word >= 0; word--) {
    const bits = readWord(c.view, 'lapic', vcpu, 'isr', word);
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits);
  }
  return 0;
}
