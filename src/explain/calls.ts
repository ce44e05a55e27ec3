/**
 * The chain of kernel functions from what set a step going to the step itself: the events that caused it, each with its
 * function, and between them the functions that the catalogue of call paths knows at the version asked for.
 */

import { ROW } from '../engine/view/tables.ts';
import { causesOf } from '../log/causes.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { argsAt, EVENT_NAMES, type EventName, fnOf } from '../spec/events/index.ts';
import { type KernelFn, type KernelVersion, placeAt } from '../spec/kernel/functions.ts';
import { CALL_PATHS, type CallStep } from '../spec/kernel/paths.ts';

export interface Link {
  /** Catalogue id; null for what is not kernel code (a device, the guest, the CPU). */
  readonly id: KernelFn | null;
  /** Name at the version, or the event's name. */
  readonly name: string;
  readonly file: string | null;
  /** Event that the engine recorded for it; null for a function that only lies between. */
  readonly event: EventName | null;
  /** Row of that event. */
  readonly seq: number | null;
  /** How it is reached: a call the catalogue knows, or in another context (work item, request, VM exit). */
  readonly reached: 'start' | 'call' | 'later';
}

/** Lookups on the way that call nothing further: shown only when they are the step itself. */
const ASIDE: ReadonlySet<EventName> = new Set(['op', 'time', 'route', 'apic_map', 'request', 'set_irq_result']);

type Chains = readonly (readonly CallStep[])[];

const knownChains = new Map<string, Chains>();

type Vendor = 'intel' | 'amd';
const vendorOf = (run: SceneLog): Vendor => run.config.vendor ?? (run.config.avic === true ? 'amd' : 'intel');
/** Functions of the other vendor's module. */
const FOREIGN: Readonly<Record<Vendor, RegExp>> = { intel: /^_*(svm|avic)_/, amd: /^_*(vmx|vt|pi|tdx)_/ };

/** Catalogued chains at a version that can be meant: those of the host's vendor. */
function chainsAt(run: SceneLog, version: KernelVersion): Chains {
  const vendor = vendorOf(run);
  const key = `${version} ${vendor}`;
  let chains = knownChains.get(key);
  if (chains === undefined) {
    chains = CALL_PATHS.flatMap((path) => {
      const steps = path.at[version]?.steps;
      if (steps === undefined) return [];
      return steps.some((s) => FOREIGN[vendor].test(s.id)) ? [] : [steps];
    });
    knownChains.set(key, chains);
  }
  return chains;
}

/** How many of the functions a chain has, in this order. */
function covers(steps: readonly CallStep[], fns: readonly KernelFn[]): number {
  let from = -1;
  let count = 0;
  for (const fn of fns) {
    const at = steps.findIndex((s, i) => i > from && s.id === fn);
    if (at < 0) continue;
    from = at;
    count++;
  }
  return count;
}

/** Functions strictly between two, in the first chain that leads from one to the other, or the shortest way of all. */
function between(from: KernelFn, to: KernelFn, chains: Chains): readonly CallStep[] | null {
  let best: readonly CallStep[] | null = null;
  for (const [n, steps] of chains.entries()) {
    const i = steps.findIndex((s) => s.id === from);
    const j = i < 0 ? -1 : steps.findIndex((s, at) => at > i && s.id === to);
    if (j <= i) continue;
    if (n === 0) return steps.slice(i + 1, j);
    if (best === null || j - i - 1 < best.length) best = steps.slice(i + 1, j);
  }
  return best;
}

/** What calls the first function: the head of the first chain that goes through it and on to the second, if that is known. */
function head(first: KernelFn, second: KernelFn | undefined, chains: Chains): readonly CallStep[] {
  for (const steps of chains) {
    const i = steps.findIndex((s) => s.id === first);
    if (i > 0 && (second === undefined || steps.some((s, at) => at > i && s.id === second))) return steps.slice(0, i);
  }
  return [];
}

const lying = (s: CallStep, reached: Link['reached']): Link => ({
  id: s.id,
  name: s.fn,
  file: s.file,
  event: null,
  seq: null,
  reached,
});

interface Known {
  readonly event: EventName;
  readonly seq: number;
  readonly fn: KernelFn | null;
}

/** The events of the way with their functions; neighbours in one function are one. */
function knownOf(run: SceneLog, step: Step): Known[] {
  const out: Known[] = [];
  for (const seq of causesOf(run, step.seq)) {
    const event = EVENT_NAMES[run.rows[seq * ROW] as number];
    if (event === undefined || (seq !== step.seq && ASIDE.has(event))) continue;
    const fn = fnOf(event, argsAt(event, run.rows, seq * ROW), vendorOf(run));
    const last = out.at(-1);
    if (last !== undefined && fn !== null && last.fn === fn) out.pop();
    out.push({ event, seq, fn });
  }
  return out;
}

/** Is this the delivery of a message that the optimized map answered? */
export function tookFastPath(run: SceneLog, seq: number): boolean {
  const name = EVENT_NAMES[run.rows[seq * ROW] as number];
  return name === 'kvm_irq_delivery_to_apic' && argsAt(name, run.rows, seq * ROW).path === 1;
}

/** The chain at a version. A function that does not exist there is left out; the last link is the step. */
export function callChain(run: SceneLog, step: Step, version: KernelVersion): Link[] {
  const known = knownOf(run, step);
  const links: Link[] = [];
  let from: KernelFn | null = null;
  const fns = known.flatMap((k): KernelFn[] => {
    if (k.fn === null) return [];
    return tookFastPath(run, k.seq) ? [k.fn, 'kvm_irq_delivery_to_apic_fast'] : [k.fn];
  });
  const chains = chainsAt(run, version)
    .map((steps) => ({ steps, score: covers(steps, fns) }))
    .sort((x, y) => y.score - x.score)
    .map(({ steps }) => steps);
  for (const [i, { event, seq, fn }] of known.entries()) {
    const place = fn === null ? null : placeAt(fn, version);
    if (fn === null || place === null) {
      const isStep = i === known.length - 1;
      if (fn === null || isStep) {
        links.push({
          id: fn,
          name: fn ?? event,
          file: null,
          event,
          seq,
          reached: links.length === 0 ? 'start' : 'later',
        });
      }
      if (fn === null) from = null;
      continue;
    }
    let reached: Link['reached'] = links.length === 0 ? 'start' : 'later';
    if (from === null) {
      for (const [j, s] of head(fn, fns[fns.indexOf(fn) + 1], chains).entries()) {
        links.push(lying(s, j > 0 ? 'call' : reached));
        reached = 'call';
      }
    } else {
      const way = between(from, fn, chains);
      for (const s of way ?? []) links.push(lying(s, 'call'));
      if (way !== null) reached = 'call';
    }
    links.push({ id: fn, name: place.fn, file: place.file, event, seq, reached });
    from = fn;
  }
  return links;
}
