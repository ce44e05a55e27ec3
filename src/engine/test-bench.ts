/**
 * For tests only: a machine to put ops to, short makers of ops, the state as lines of text, the events as names.
 */
import { argsAt, EVENT_NAMES, type EventName, eventRow } from '../spec/events/index.ts';
import type { OpResult } from '../spec/ops/index.ts';
import { COL, dropRows, ROW, WRITE } from './core/log.ts';
import type { Machine } from './core/machine.ts';
import { DEVICE_SLOTS, IRQFD_SLOTS } from './core/words.ts';
import { createSession } from './machine/session.ts';
import { deviceView, lapicView, nowOf, picView, readWord, rteView, vcpuView } from './view/machine-view.ts';

export type JsonOp = { readonly op: string; readonly [field: string]: unknown };
/** An op, or several that belong together. */
export type Ops = JsonOp | readonly Ops[];

const hex = (value: number, digits = 2): string => (value >>> 0).toString(16).padStart(digits, '0');
const vectors = (list: readonly number[]): string => list.map((v) => hex(v)).join(' ') || '-';
const words = (parts: readonly (string | false)[]): string => parts.filter((part) => part !== false).join(' ');

function lapicLines(m: Machine, vcpu: number): string[] {
  const l = lapicView(m, vcpu);
  const lines = [
    words([
      `apic${vcpu} id ${l.id} ${l.mode} ${l.softwareEnabled ? 'on' : 'off'}`,
      `tpr ${hex(l.tpr)} ppr ${hex(l.ppr)} irr ${vectors(l.irr)} isr ${vectors(l.isr)} tmr ${vectors(l.tmr)}`,
    ]),
  ];
  const timer = words([
    readWord(m, 'lapic', vcpu, 'timerRunning') === 1 && 'running',
    readWord(m, 'lapic', vcpu, 'timerPending') === 1 && 'pending',
  ]);
  if (timer !== '') lines.push(`apic${vcpu} timer ${timer}`);
  const v = vcpuView(m, vcpu);
  const state = words([
    v.mpState === 2 && 'waits for SIPI',
    v.halted && 'halted',
    v.nmiPending > 0 && `nmi pending ${v.nmiPending}`,
    v.nmiMasked && 'nmi masked',
    v.handlers.length > 0 && `handlers ${vectors(v.handlers)}`,
    v.shadow !== 0 && `shadow ${v.shadow}`,
  ]);
  if (state !== '') lines.push(`vcpu${vcpu} ${state}`);
  return lines;
}

function pinLine(m: Machine, pin: number): string | null {
  const r = rteView(m, pin);
  if (readWord(m, 'ioapic', 0, 'redirLo', pin) === 0x10000 && r.dest === 0 && !r.irr) return null;
  const mode = ['fixed', 'lowest', 'smi', 'mode3', 'nmi', 'init', 'mode6', 'extint'][r.deliveryMode] as string;
  return words([
    `pin ${pin}: ${hex(r.vector)} ${mode} ${r.level ? 'level' : 'edge'} to ${r.logical ? 'logical' : 'apic'} ${hex(r.dest)}`,
    r.masked && 'masked',
    r.irr && 'irr',
    r.remoteIrr && 'remote-irr',
  ]);
}

function picLine(m: Machine, chip: number): string {
  const p = picView(m, chip);
  return words([
    `pic${chip} irr ${hex(p.irr)} imr ${hex(p.imr)} isr ${hex(p.isr)} base ${hex(p.irqBase)}`,
    p.elcr !== 0 && `elcr ${hex(p.elcr)}`,
    p.output && 'output',
  ]);
}

/** The machine as lines, each beginning with what it is about; what is as at reset is left out where that is usual. */
export function describeState(m: Machine): string[] {
  const lines: string[] = [];
  if (nowOf(m) !== 0) lines.push(`time ${nowOf(m)}`);
  if (!m.split) {
    lines.push(picLine(m, 0), picLine(m, 1));
    for (let pin = 0; pin < 24; pin++) lines.push(pinLine(m, pin) ?? '');
  }
  if (readWord(m, 'pit', 0, 'present') === 1) {
    const acked = readWord(m, 'pit', 0, 'irqAck') === 1;
    lines.push(
      `pit count ${readWord(m, 'pit', 0, 'count')} pending ${readWord(m, 'pit', 0, 'pending')}${acked ? ' acked' : ''}`,
    );
  }
  for (let slot = 0; slot < IRQFD_SLOTS; slot++) {
    if (readWord(m, 'irqfd', slot, 'used') === 0) continue;
    const resample = readWord(m, 'irqfd', slot, 'resample') === 1;
    const signalled = readWord(m, 'irqfd', slot, 'resampleCount');
    lines.push(`irqfd gsi ${readWord(m, 'irqfd', slot, 'gsi')}${resample ? ` resampled ${signalled}` : ''}`);
  }
  for (let slot = 0; slot < DEVICE_SLOTS; slot++) {
    const spec = m.config.devices?.[slot];
    if (spec === undefined) continue;
    const d = deviceView(m, slot);
    const waiting = readWord(m, 'device', slot, 'msixPending');
    lines.push(
      words([
        `device ${spec.id}`,
        `line ${d.line ? 1 : 0} pending ${d.pending} raised ${d.raised}`,
        waiting !== 0 && `msix-pending ${hex(waiting, 1)}`,
      ]),
    );
  }
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) lines.push(...lapicLines(m, vcpu));
  return lines.filter((line) => line !== '');
}

export interface Bench {
  readonly m: Machine;
  /** Carries the ops out. @returns the last one's answer @throws OpError for what is no valid op */
  do(...ops: readonly Ops[]): OpResult;
  /** Lines of describeState that begin with one of these words (all, when none is given). */
  state(...about: readonly string[]): string[];
  /** Names of the events since the last call, oldest first; those that are minor are left out. */
  events(): EventName[];
  /** Events since the last call of these kinds, as `name first-argument …`. */
  eventsOf(...kinds: readonly EventName[]): string[];
}

/** A machine at reset. @param create fields of the create op; default one vCPU and a full irqchip */
export function bench(create: Readonly<Record<string, unknown>> = {}): Bench {
  const session = createSession();
  session.answerOrThrow({ op: 'create', vcpus: 1, irqchip: 'full', ...create });
  const m = session.machine;
  if (m === null) throw new Error('create was refused');
  dropRows(m.log);
  const run = (ops: readonly Ops[]): OpResult => {
    let answer: OpResult = {};
    for (const op of ops) answer = isList(op) ? run(op) : session.answerOrThrow(op);
    return answer;
  };
  const take = (): { name: EventName; args: number[] }[] => {
    const found = [];
    const { rows, used } = m.log;
    for (let at = 0; at < used; at += ROW) {
      const name = EVENT_NAMES[rows[at + COL.code]];
      if (rows[at + COL.code] === WRITE || name === undefined) continue;
      found.push({ name, args: Object.values<number>(argsAt(name, rows, at)) });
    }
    dropRows(m.log);
    return found;
  };
  return {
    m,
    do: (...ops) => run(ops),
    state(...about) {
      const lines = describeState(m);
      return about.length === 0 ? lines : lines.filter((line) => about.some((word) => line.startsWith(word)));
    },
    events: () =>
      take()
        .map(({ name }) => name)
        .filter((name) => eventRow(name).minor !== true),
    eventsOf: (...kinds) =>
      take()
        .filter(({ name }) => kinds.includes(name))
        .map(({ name, args }) => [name, ...args].join(' ')),
  };
}

const isList = (op: Ops): op is readonly Ops[] => Array.isArray(op);

// -- makers of ops

export const line = (gsi: number, level: 0 | 1): JsonOp => ({ op: 'irq_line', gsi, level });
export const pulse = (gsi: number): Ops => [line(gsi, 1), line(gsi, 0)];
export const run = (vcpu = 0): JsonOp => ({ op: 'run', vcpu });
export const eoi = (vcpu = 0): JsonOp => ({ op: 'eoi', vcpu });
export const advance = (ns: number): JsonOp => ({ op: 'advance', ns });
export const settle: JsonOp = { op: 'settle' };
export const pio = (port: number, value: number): JsonOp => ({ op: 'pio_write', vcpu: 0, port, value });
export const pioRead = (port: number): JsonOp => ({ op: 'pio_read', vcpu: 0, port });
export const wrmsr = (msr: number, value: number | bigint, vcpu = 0): JsonOp => ({
  op: 'wrmsr',
  vcpu,
  msr,
  value: `0x${value.toString(16)}`,
});
export const rdmsr = (msr: number, vcpu = 0): JsonOp => ({ op: 'rdmsr', vcpu, msr });

/** A 32-bit write to a register of the vCPU's xAPIC page. */
export const apic = (register: number, value: number, vcpu = 0): JsonOp => ({
  op: 'mmio_write',
  vcpu,
  addr: 0xfee00000 + register,
  size: 4,
  value: value >>> 0,
});
export const apicRead = (register: number, vcpu = 0): JsonOp => ({
  op: 'mmio_read',
  vcpu,
  addr: 0xfee00000 + register,
  size: 4,
});
/** SVR: software enable, spurious vector 0xff. */
export const enable = (...vcpus: readonly number[]): Ops => vcpus.map((vcpu) => apic(0xf0, 0x1ff, vcpu));
export const tpr = (value: number, vcpu = 0): JsonOp => apic(0x80, value, vcpu);
/** An IPI: ICR2, then ICR. */
export const ipi = (low: number, dest: number, from = 0): Ops => [
  apic(0x310, dest << 24, from),
  apic(0x300, low, from),
];

export interface RteFields {
  readonly level?: boolean;
  readonly masked?: boolean;
  readonly logical?: boolean;
  readonly dest?: number;
  readonly mode?: number;
}

/** Low half of an RTE. */
export const rteLow = (vector: number, f: RteFields = {}): number =>
  vector | ((f.mode ?? 0) << 8) | (f.logical ? 0x800 : 0) | (f.level ? 0x8000 : 0) | (f.masked ? 0x10000 : 0);

const indirect = (index: number, value: number): Ops => [
  { op: 'mmio_write', vcpu: 0, addr: 0xfec00000, size: 4, value: index },
  { op: 'mmio_write', vcpu: 0, addr: 0xfec00010, size: 4, value: value >>> 0 },
];
/** One half of an RTE, raw. */
export const rteHalf = (pinNumber: number, half: 0 | 1, value: number): Ops =>
  indirect(0x10 + pinNumber * 2 + half, value);
/** Both halves of an RTE, the low one last. */
export const rte = (pinNumber: number, vector: number, fields: RteFields = {}): Ops => [
  rteHalf(pinNumber, 1, (fields.dest ?? 0) << 24),
  rteHalf(pinNumber, 0, rteLow(vector, fields)),
];

export interface MsiFields {
  readonly dest?: number;
  readonly logical?: boolean;
  readonly hint?: boolean;
  readonly level?: boolean;
  readonly mode?: number;
}
export const msiAddress = (f: MsiFields = {}): number =>
  0xfee00000 + ((f.dest ?? 0) << 12) + (f.hint ? 8 : 0) + (f.logical ? 4 : 0);
export const msi = (vector: number, f: MsiFields = {}): JsonOp => ({
  op: 'msi',
  addr: msiAddress(f),
  data: vector | ((f.mode ?? 0) << 8) | (f.level ? 0x8000 : 0),
});

/** ICW1-4 of both chips and their masks. @param icw4 bits beside 8086 mode: 2 automatic EOI, 0x10 special fully nested */
export const picInit = (masks: readonly [number, number] = [0, 0], icw4 = 0): Ops => [
  [pio(0x20, 0x11), pio(0x21, 0x20), pio(0x21, 4), pio(0x21, 1 | icw4), pio(0x21, masks[0])],
  [pio(0xa0, 0x11), pio(0xa1, 0x28), pio(0xa1, 2), pio(0xa1, 1 | icw4), pio(0xa1, masks[1])],
];
/** Masks every pin of both chips, so that only the IOAPIC serves the GSIs below 16. */
export const picOff: Ops = [pio(0x21, 0xff), pio(0xa1, 0xff)];
