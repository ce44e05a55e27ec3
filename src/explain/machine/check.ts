/**
 * What does not go together in a machine: a field, and the key of one sentence. First what the ops' own reader refuses, then what
 * KVM, the processor or the model cannot do although each field is right for itself.
 */
import type { JsonOp } from '../../log/log.ts';
import { OpError } from '../../spec/define/op.ts';
import { parseOp } from '../../spec/ops/index.ts';
import { createOf, devicesOf, guestOf, isX2apic, type Machine } from './spec.ts';

export interface MachineProblem {
  /** Field of create it is about. */
  readonly field: string;
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

const problem = (field: string, key: string, params: MachineProblem['params'] = {}): MachineProblem => ({
  field,
  key: `machine.no.${key}`,
  params,
});

/** The ops' reader, which knows ranges, numbers of ids and run loops. */
function refusedBy(create: JsonOp): MachineProblem | null {
  try {
    parseOp(create);
    return null;
  } catch (e) {
    if (!(e instanceof OpError)) throw e;
    const field = /^\w+/.exec(e.place)?.[0] ?? e.place;
    return { field, key: `error.${e.code}`, params: { ...e.params, name: 'create', field: e.place } };
  }
}

const twice = <T>(list: readonly T[]): T | undefined => list.find((one, i) => list.indexOf(one) !== i);

/** @returns nothing where the machine can be made */
export function problemsOf(machine: Machine): readonly MachineProblem[] {
  const create = createOf(machine);
  const refused = refusedBy(create);
  if (refused !== null) return [refused];
  const found: MachineProblem[] = [];
  const is = (field: string): boolean => create[field] === true;
  const chips = create.irqchip ?? 'full';
  const ids = (create.ids ?? []) as readonly number[];
  if (is('pit') && chips !== 'full') found.push(problem('pit', 'pit'));
  if ((is('apicv') || is('avic')) && chips === 'none')
    found.push(problem(is('apicv') ? 'apicv' : 'avic', 'virtNoApic'));
  if (is('apicv') && is('avic')) found.push(problem('avic', 'both'));
  if (is('postedInterrupts') && !is('apicv')) found.push(problem('postedInterrupts', 'needsApicv'));
  if (is('ipiVirtualization') && !is('postedInterrupts')) found.push(problem('ipiVirtualization', 'needsPosted'));
  if (is('apicv') && create.vendor === 'amd') found.push(problem('vendor', 'apicvAmd'));
  if (is('avic') && create.vendor === 'intel') found.push(problem('vendor', 'avicIntel'));
  if (create.bsp !== undefined) {
    const known = ids.length > 0 ? ids : Array.from({ length: Number(create.vcpus ?? 1) }, (_, i) => i);
    if (!known.includes(Number(create.bsp))) found.push(problem('bsp', 'bsp', { id: Number(create.bsp) }));
  }
  const wide = ids.find((id) => id > 254);
  if (wide !== undefined && !isX2apic(machine)) found.push(problem('ids', 'wideId', { id: wide }));
  found.push(...deviceProblems(machine), ...handlerProblems(machine));
  return found;
}

function deviceProblems(machine: Machine): MachineProblem[] {
  const found: MachineProblem[] = [];
  const devices = devicesOf(machine);
  const id = twice(devices.map((device) => device.id));
  if (id !== undefined) found.push(problem('devices', 'sameId', { id }));
  const messages = devices.filter(({ msix, msi }) => (msix ?? msi) !== undefined);
  const low = messages.find(({ gsi }) => Number(gsi) < 24);
  if (low !== undefined) found.push(problem('devices', 'lowGsi', { id: low.id, gsi: Number(low.gsi) }));
  const gsis = messages.flatMap(({ gsi, msix, msi }) =>
    Array.from({ length: msix ?? msi ?? 1 }, (_, i) => Number(gsi) + i),
  );
  const gsi = twice(gsis);
  if (gsi !== undefined) found.push(problem('devices', 'sameGsi', { gsi }));
  if ((createOf(machine).irqchip ?? 'full') === 'none' && devices.length > 0) found.push(problem('devices', 'noChips'));
  const slot = devices.find(({ kind }) => kind === 'pit');
  if (slot !== undefined && createOf(machine).pit === true) found.push(problem('devices', 'twoPits', { id: slot.id }));
  return found;
}

function handlerProblems(machine: Machine): MachineProblem[] {
  const handlers = guestOf(machine)?.handlers ?? [];
  const vectors = handlers.map(({ vector }) => Number(vector));
  const found: MachineProblem[] = [];
  const again = twice(vectors);
  if (again !== undefined) found.push(problem('guest', 'sameVector', { vector: `0x${again.toString(16)}` }));
  const reserved = vectors.find((vector) => vector < 16);
  if (reserved !== undefined) found.push(problem('guest', 'lowVector', { vector: `0x${reserved.toString(16)}` }));
  const ids = new Set(devicesOf(machine).map(({ id }) => id));
  const unknown = handlers.flatMap(({ devices }) => devices ?? []).find((id) => !ids.has(id));
  if (unknown !== undefined) found.push(problem('guest', 'noDevice', { id: unknown }));
  return found;
}
