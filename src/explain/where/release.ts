/** What lets an interrupt go on: each gate's ways are tried on a machine made again from the same ops, until its handler is reached. */
import { irqchipOf, readWord } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import type { EventName } from '../../spec/events/index.ts';
import { APIC_PAGE } from '../../spec/registers/lapic.ts';
import { hasGuest } from '../gates/gate.ts';
import { gateOf } from '../gates/index.ts';
import { vcpusOf } from '../gates/match.ts';
import { extintOf } from '../gates/vcpu.ts';
import { inApicPage } from '../guest-ops.ts';
import type { Ask } from './ask.ts';
import { eventKind } from './events.ts';
import { lastEvent, type Named } from './facts.ts';
import { type Found, find, type History, type Moment } from './walk.ts';

/** One that waits behind many takes two for each. */
const MOST_TURNS = 64;
/** What has its handler and is raised again all the time is not waited for, nor what comes back to the same gate as often. */
const MORE_TURNS = 4;

const shown = (f: Found): string =>
  `${f.held} ${f.state} ${f.way.picPin} ${f.way.vector} ${f.way.vcpu} ${f.chain
    .filter((l) => l.closed)
    .map((l) => `${l.gate}${l.by ?? ''}${l.value} ${l.vector}`)
    .join()}`;

/** Did a handler get it after `base`? */
function reached(run: Moment, base: number, { way }: Found): boolean {
  const ours = ({ index }: Named): boolean => way.vcpus.includes(index) || index === way.vcpu;
  const last = (names: readonly EventName[], fits: (event: Named) => boolean = () => true): boolean =>
    lastEvent(run, names, (event) => ours(event) && fits(event), base) !== null;
  const kind = eventKind(way.message?.mode);
  if (kind !== undefined) return last([kind.taken], (event) => !kind.refused(event));
  const isOurs = ({ args }: Named): boolean => args.vector === way.vector;
  if (hasGuest(run.view)) return last(['handler_enter'], isOurs);
  // Without local APICs no acknowledge is seen: it has gone in.
  if (way.extint === true && irqchipOf(run.view) === 'none') return extintOf(run.view, way.vcpu) !== way.vector;
  if (way.picPin !== undefined || way.extint === true) return last(['extint_ack'], isOurs);
  return last(
    ['apic_ack', 'vid_deliver', 'avic_evaluate'],
    (event) => isOurs(event) && (event.name !== 'avic_evaluate' || event.args.taken === 1),
  );
}

interface Went {
  readonly list: readonly JsonOp[];
  readonly at: Found;
}

/**
 * Where a gate closes again behind whatever opens it, for another further on is closed as well (remote IRR of a pin that is for
 * nobody): that one first. @returns null where neither helps
 */
function alongside(history: History, ask: Ask, now: Found, added: readonly JsonOp[]): Went | null {
  const { view } = history.branch(added);
  const further = now.chain.filter(({ closed, gate }) => closed && gate !== now.held);
  for (const { gate } of further)
    for (const list of gateOf(gate).opens(view, now.way)) {
      const at = find(history.branch([...added, ...list]), ask);
      if (shown(at) !== shown(now)) return { list, at };
    }
  return null;
}

/** What takes an access before the chip it is for, as the op that takes it away again. */
const TAKEN_BACK: Readonly<Record<string, (op: JsonOp) => JsonOp>> = {
  ioeventfd: (op) => ({ ...op, deassign: 1 }),
  coalesced_mmio: (op) => ({ ...op, deassign: 1 }),
  memslot: (op) => ({ ...op, size: 0 }),
};

/**
 * The chips' registers stand where a guest looks for them: each APIC page is back in its place, and nothing else takes the accesses.
 * @kvm x86.c vcpu_mmio_write, lapic.c apic_mmio_in_range
 */
function registersBack({ view, ops }: Moment): JsonOp[] {
  const laid = new Map<string, JsonOp>();
  for (const op of ops) {
    const back = TAKEN_BACK[String(op.op)]?.(op);
    if (back === undefined) continue;
    const { slot, bus, pio, addr, len = op.size, datamatch } = op;
    const key = JSON.stringify(
      op.op === 'memslot' ? slot : [bus, Number(pio ?? 0), Number(addr), Number(len), datamatch],
    );
    if (Number(op.deassign ?? 0) === 1 || (op.op === 'memslot' && Number(op.size) === 0)) laid.delete(key);
    else laid.set(key, back);
  }
  const home = vcpusOf(view).flatMap((vcpu): JsonOp[] => {
    const lo = readWord(view, 'lapic', vcpu, 'baseLo');
    return Number(inApicPage(view, vcpu, 0)) !== APIC_PAGE
      ? [{ op: 'wrmsr', vcpu, msr: 0x1b, value: (APIC_PAGE | (lo & 0xfff)) >>> 0 }]
      : [];
  });
  return [...laid.values(), ...home];
}

/** @returns ops that bring it to its handler, tried; null where none were found */
export function releaseOf(history: History, ask: Ask, first: Found, base: number): readonly JsonOp[] | null {
  if (first.state === 'in-service') return [];
  const [ops, whole] = freed(history, ask, first, base, []);
  const back = whole ? [] : registersBack(history.branch([]));
  if (back.length === 0) return ops;
  const [others, better] = freed(history, ask, find(history.branch(back), ask), base, back);
  return better ? others : (ops ?? others);
}

/** @param already ops before all that is tried @returns the ops, and whether it is done after them or in service */
function freed(
  history: History,
  ask: Ask,
  first: Found,
  base: number,
  already: readonly JsonOp[],
): readonly [ops: readonly JsonOp[] | null, whole: boolean] {
  let added = already;
  /** After these a handler was reached, maybe by another with its vector: it is not done. */
  let nearly: readonly JsonOp[] | null = null;
  let more = MORE_TURNS;
  let now = first;
  const seen: string[] = [];
  for (let turn = 0; turn < MOST_TURNS && more > 0; turn++) {
    const here = shown(now);
    seen.push(here);
    if (seen.filter((one) => one === here).length > MORE_TURNS) break;
    if (nearly !== null) more--;
    if (now.held === null) {
      // What nobody was seen to raise is out of sight where an opened gate moves its destination: it is raised, as what is done is.
      if (now.state !== 'done' && now.state !== 'never') return [nearly, false];
      added = [...added, ...now.way.raise];
    }
    const { view } = history.branch(added);
    const ways = now.held === null ? [[]] : gateOf(now.held).opens(view, now.way);
    // What led back here leads back again: the other ways first.
    const opens = seen.indexOf(here) < turn ? [...ways].reverse() : ways;
    const { raise } = now.way;
    // What was lost is raised again, by itself or with the gate open.
    const lists = now.state === 'lost' ? [...opens, raise, ...opens.map((list) => [...list, ...raise])] : opens;
    let went: Went | null = null;
    for (const list of lists) {
      const run = history.branch([...added, ...list]);
      const at = find(run, ask);
      if (reached(run, base, at) || reached(run, base, now)) {
        if (at.state === 'done' || at.state === 'in-service') return [[...added, ...list], true];
        nearly ??= [...added, ...list];
      }
      if (went === null && shown(at) !== here) went = { list, at };
    }
    went ??= alongside(history, ask, now, added);
    if (went === null) return [nearly, false];
    added = [...added, ...went.list];
    now = went.at;
  }
  return [nearly, false];
}
